"""How the functions of this folder are declared: on which dtypes they are, and in which they are computed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ...arrays.dtypes import dtype
from ...core.declare import NUMBERS, elementwise, int_to_float
from ...core.op import Rule
from ..elementwise.math import scipy_special
from ..support.arguments import unimplemented


def full_precision(kernel: str) -> Callable[[dtype], dtype]:
    """The ``promote`` of functions of float32 and float64 alone; integers are taken for the default dtype."""

    def check(d: dtype) -> dtype:
        d = int_to_float(d)
        if d.is_complex or d.itemsize == 2:
            raise unimplemented(kernel, d)
        return d

    return check


def in_double(name: str) -> Callable[..., Any]:
    """SciPy's function of this name, computed in float64: its own loops in float32 lose digits."""

    def value(*x: Any) -> Any:
        if x[0].dtype == np.float64:
            return scipy_special(name)(*x)
        return scipy_special(name)(*[np.asarray(a, np.float64) for a in x]).astype(x[0].dtype)

    return value


def special(name: str, value: Any, node: str = "", *rules: Rule, promote: Any = None) -> Any:
    """An elementwise function of torch.special of one real number."""
    promote = promote or full_precision(f"{name}_cpu")
    return elementwise(f"special_{name}", value, node, *rules, promote=promote, names=("x",))


def of_numbers(tensors: Any, by_number: Any, of_number: Any, x: Any, y: Any, out: Any) -> Any:
    """A function of `x` and `y`, one of which may be a number: torch has a node for each of the three cases. (`of_number`
    takes the tensor first.)"""
    if isinstance(y, NUMBERS):
        return by_number(x, y, out=out)
    if isinstance(x, NUMBERS):
        return of_number(y, x, out=out)
    return tensors(x, y, out=out)
