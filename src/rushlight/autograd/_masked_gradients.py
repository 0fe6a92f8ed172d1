"""Zeros that stay zeros on the way back: what `where` did not select can't make a NaN. (Not in PyTorch.)

Note [Strong zeros]
    The gradient of ``where(x > 0, x.sqrt(), 0)`` at x = 0 is NaN: `where` sends a zero into the branch that it did not
    select, the slope of the square root there is infinite, and zero times infinity is not a number. Inside of
    `masked_gradients` a zero that arrives at a pointwise operation is a zero behind it, whatever the slope; and an
    operation of any kind that receives nothing but zeros returns nothing but zeros. (Enzyme calls this a strong zero:
    W. Moses, V. Churavy, "Instead of rewriting foreign code for machine learning, automatically synthesize fast
    gradients", NeurIPS 2020, and its `strong_zero`.)
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

import numpy as np

from ..core import backward
from ..core.node import Node
from ..core.op import Op
from ..core.saved import read
from ..core.tensor import Tensor
from ..layers.kinds import is_pointwise
from ..ops import isfinite
from ..ops.elementwise.comparison import masked_fill
from .grad_mode import ModeContext

__all__ = ["masked_gradients"]

_on: ContextVar[bool] = ContextVar("rushlight.masked_gradients", default=False)
_lock = threading.Lock()


class masked_gradients(ModeContext):
    """Context manager (and decorator) in which backward keeps zeros: see Note [Strong zeros].

    Where a gradient is zero and the derivative of an operation is infinite or NaN, their product counts as zero. All other
    gradients are as ever. For second derivatives both backward passes have to run inside.

    >>> import rushlight as torch
    >>> x = torch.tensor([0., 4.], requires_grad=True)
    >>> with torch.autograd.masked_gradients():
    ...     torch.where(x > 0, x.sqrt(), 0.).sum().backward()
    >>> x.grad
    tensor([0.0000, 0.2500])
    """

    def __init__(self) -> None:
        self._before: list[bool] = []

    def __enter__(self) -> None:
        self._before.append(_on.get())
        _on.set(True)
        with _lock:
            backward.GUARDS.insert(0, _guard)  # innermost: what checks for NaN sees none of those that are taken out

    def __exit__(self, *exc: object) -> None:
        with _lock:
            backward.GUARDS.remove(_guard)
        _on.set(self._before.pop())


class _Masking:
    """A node whose rules keep zeros, and its operation in one, as what brings gradients to the shapes of edges sees it."""

    __slots__ = ("edges", "node", "op")

    inputs = 0  # not to be taken apart into blocks

    def __init__(self, node: Node) -> None:
        self.node, self.edges, self.op = node, node.edges, self

    def backward(self, node: Any, gradient: Any, values: Any) -> list[Any]:
        results = self.node.op.backward(self.node, gradient, values)
        return [None if r is None else _kept(r, gradient == 0) for r in results]


def _guard(node: Node, gradient: Any, run: Callable[[], Any]) -> Any:
    if not _on.get() or node.several or gradient is None:
        return run()
    with np.errstate(all="ignore"):
        if not isinstance(node.op, Op) or not is_pointwise(node.op):
            return [None if r is None else _kept(r, _all_zero(gradient)) for r in run()]
        masking: Any = _Masking(node)
        values = read(node, isinstance(gradient, Tensor))
        if node.metas is None:
            return masking.backward(node, gradient, values)
        return node.metas.backward(masking, gradient, values)


def _all_zero(gradient: Any) -> Any:
    return (gradient == 0).all()


def _kept(result: Any, zero: Any) -> Any:
    """`result`, with zeros where the gradient was `zero` and it is not a number or infinite."""
    finite = isfinite(result) if isinstance(result, Tensor) else np.isfinite(result)
    return masked_fill(result, ~finite & zero, 0)
