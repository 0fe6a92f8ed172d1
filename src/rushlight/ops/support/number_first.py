"""The order of arguments of PyTorch's first years, numbers before tensors: ``p.add_(-lr, g)``. Deprecated, as in PyTorch."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ...core.declare import NUMBERS
from ...core.tensor import Tensor
from .options import missing_arguments, no_such_call, warn_once

__all__ = ["NumberFirst", "of_method"]


def of_method(form: str) -> str:
    """The signature of a method: without the tensor itself, and without ``out``."""
    parts = [part for part in form[1:-1].split(", ") if part != "Tensor input" and not part.endswith(" out = None")]
    return f"({', '.join(parts[:-1] if parts[-1:] == ['*'] else parts)})"


class NumberFirst:
    """Old signatures of one function.

    `name` is what the function is called, `today` are its signatures, `older` those in which numbers stand before tensors;
    all as torch prints them. `numbers`: whether a number may stand for a tensor, as in ``torch.add``.
    """

    __slots__ = "name", "numbers", "older", "orders", "today"

    def __init__(self, name: str, today: Sequence[str], older: Sequence[str], numbers: bool = False) -> None:
        self.name, self.today, self.older, self.numbers = name, today, older, numbers
        self.orders = [[part.split() for part in form[1:-1].split(", *")[0].split(", ")] for form in older]

    def as_method(self, name: str = "") -> NumberFirst:
        """The same for a method, which PyTorch declares without the tensor itself."""
        today, older = ([of_method(form) for form in forms] for forms in (self.today, self.older))
        return NumberFirst(name or self.name, today, older, self.numbers)

    def read(self, args: Sequence[Any], keywords: dict[str, Any]) -> tuple[list[Any], dict[str, Any]] | None:
        """The tensors, in their order, and the numbers and ``out`` by name, of a call in an old order. None for any other call.

        Warns at the first such call of a process.
        """
        for form, order in zip(self.older, self.orders):
            names = [name for _, name in order]
            rest = {name: value for name, value in keywords.items() if name != "out" or "out" not in form}
            if len(args) + len(rest) != len(names) or rest.keys() != set(names[len(args) :]):
                continue
            given = dict(zip(names, (*args, *[rest[name] for name in names[len(args) :]])))
            if all([self._takes(kind, given[name]) for kind, name in order]):
                self._warn(form)
                tensors = [given[name] for kind, name in order if kind == "Tensor"]
                numbers = {name: _plain(given[name]) for kind, name in order if kind == "Number"}
                return tensors, {**numbers, **{name: keywords[name] for name in keywords.keys() - rest.keys()}}
        return None

    def required(self, args: Sequence[Any], keywords: dict[str, Any]) -> tuple[list[Any], dict[str, Any]]:
        """As `read`. Raises TypeError, in torch's words, for any other call."""
        found = self.read(args, keywords)
        if found is not None:
            return found
        parts = [part for part in self.today[0][1:-1].split(", ") if part]
        of_all, given = parts.index("*"), len(args)
        if not of_all <= given + len(keywords) < len(parts):
            raise no_such_call(self.name, tuple(args), keywords, self.today)
        one = "argument" if of_all == 1 else "arguments"
        if given > of_all:
            raise TypeError(f"{self.name}() takes {of_all} positional {one} but {given} were given")
        missing = [part.split()[1] for part in parts[given:of_all] if part.split()[1] not in keywords]
        raise missing_arguments(self.name, missing) if missing else no_such_call(self.name, tuple(args), keywords, self.today)

    def _takes(self, kind: str, value: Any) -> bool:
        if kind == "Tensor":
            return isinstance(value, (Tensor, *NUMBERS) if self.numbers else Tensor)
        if isinstance(value, Tensor):
            return not value.ndim and not value.requires_grad
        return isinstance(value, (*NUMBERS, np.number))

    def _warn(self, form: str) -> None:
        today = "".join([f"\n\t{self.name}{form}" for form in self.today])
        warn_once(
            f"This overload of {self.name} is deprecated:\n\t{self.name}{form}\nConsider using one of the following "
            f"signatures instead:{today}",
            "a deprecated overload",
        )


def _plain(number: Any) -> Any:
    return number.item() if isinstance(number, Tensor) else number
