"""Rules of inputs by which torch knows no derivative: they raise when one is asked for, in torch's words."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NoReturn

Refusal = Callable[[Any], NoReturn]


def no_derivative(name: str) -> Refusal:
    """The rule of an operation that has none: RuntimeError."""

    def rule(g: Any) -> NoReturn:
        raise RuntimeError(f"derivative for aten::{name} is not implemented")

    return rule


def not_implemented(what: str) -> Refusal:
    """The rule of an input by which an operation has none, though it has others: NotImplementedError."""

    def rule(g: Any) -> NoReturn:
        raise NotImplementedError(f"the derivative for '{what}' is not implemented.")

    return rule
