"""Which operands of an elementwise function may be numbers, where not all may: torch's signatures say it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ...core.declare import NUMBERS
from .options import no_such_call

_OUT = ", *, Tensor out = None"


class Signatures:
    """The signatures of the function `name`, as torch prints them: each starts with its operands.

    >>> last("fmod").forms
    ('(Tensor input, Tensor other, *, Tensor out = None)', '(Tensor input, Number other, *, Tensor out = None)')
    """

    __slots__ = "forms", "kinds", "name"

    def __init__(self, name: str, *forms: str) -> None:
        self.name, self.forms = name, forms
        self.kinds = [tuple([part.split()[0] for part in form.strip("()").split(", ")]) for form in forms]

    def check(self, operands: Sequence[Any]) -> None:
        """Raises TypeError, in torch's words, if no signature takes such operands."""
        given = tuple([_kind(a) for a in operands])
        if not any([kinds[: len(given)] == given for kinds in self.kinds]):
            raise no_such_call(self.name, tuple(operands), {}, self.forms)


def _kind(operand: Any) -> str:
    return "Tensor" if hasattr(operand, "dtype") else "Number" if isinstance(operand, NUMBERS) else ""


def last(name: str, second: str = "other", out: str = _OUT) -> Signatures:
    """Of two operands, the last may be a number."""
    return Signatures(name, f"(Tensor input, Tensor {second}{out})", f"(Tensor input, Number {second}{out})")


def either(name: str, first: str = "input", second: str = "other", out: str = _OUT) -> Signatures:
    """Of two operands, one may be a number. `out`: how the signature with a number first ends."""
    number = "self" if first == "input" else first
    return Signatures(
        name, f"(Tensor {first}, Tensor {second}{_OUT})", f"(Number {number}, Tensor {second}{out})",
        f"(Tensor {first}, Number {second}{_OUT})",
    )  # fmt: skip
