"""sym_int, sym_max and their like, which PyTorch has for sizes that its compiler does not know: here, of plain numbers."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

__all__ = ["sym_float", "sym_int", "sym_ite", "sym_max", "sym_min", "sym_not", "sym_sqrt", "sym_sum"]

_NUMBERS = (np.integer, np.floating, int, float)


def sym_int(a: Any) -> int:
    """``int(a)``."""
    return int(a)


def sym_float(a: Any) -> float:
    """``float(a)``."""
    return float(a)


def sym_not(a: Any) -> bool:
    """``not a``."""
    return not a


def sym_sqrt(a: Any) -> float:
    """``math.sqrt(a)``."""
    return math.sqrt(a)


def _greater(a: Any, b: Any, choose: Any) -> Any:
    for x in (a, b):
        assert isinstance(x, _NUMBERS), f"expected {_NUMBERS}, got {type(x)}"
    chosen = choose(a, b)
    return float(chosen) if isinstance(a, float) or isinstance(b, float) else chosen


def sym_max(a: Any, b: Any) -> Any:
    """The greater of two numbers, a float if one of them is."""
    return _greater(a, b, max)


def sym_min(a: Any, b: Any) -> Any:
    """The smaller of two numbers, a float if one of them is."""
    return _greater(a, b, min)


def sym_sum(*args: Any) -> Any:
    """The sum of numbers, or of a list of them."""
    return sum(args[0] if len(args) == 1 and isinstance(args[0], (list, tuple)) else args)


def sym_ite(b: bool, t: Any, f: Any) -> Any:
    """``t if b else f``, of one type."""
    assert isinstance(b, bool), f"expected SymBool or bool, got {type(b)}"
    assert type(t) is type(f), f"type mismatch: {type(t)} vs {type(f)}"
    return t if b else f
