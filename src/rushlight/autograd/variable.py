"""`Variable`: what a Tensor with a gradient was before PyTorch 0.4, as many programs still write it."""

from __future__ import annotations

import warnings
from typing import Any

from ..core.tensor import Tensor

__all__ = ["Variable", "VariableMeta"]


class VariableMeta(type):
    """Makes every Tensor an instance of `Variable`."""

    def __instancecheck__(cls, other: Any) -> bool:
        return isinstance(other, Tensor)


class Variable(metaclass=VariableMeta):
    """``Variable(data, requires_grad=False)`` is a new leaf with the memory of the Tensor `data`: a Tensor.

    `volatile` means nothing any more, and warns. Raises TypeError for data that is no Tensor, RuntimeError for a gradient of
    numbers that have none.

    >>> Variable(torch.ones(2), requires_grad=True)
    tensor([1., 1.], requires_grad=True)
    """

    def __new__(  # type: ignore[misc]
        cls, data: Tensor | None = None, requires_grad: bool = False, volatile: bool = False, _grad_fn: None = None,
        name: str | None = None,
    ) -> Tensor:  # fmt: skip
        data = Tensor() if data is None else data
        if not isinstance(data, Tensor):
            raise TypeError(f"Variable data has to be a tensor, but got {type(data).__name__}")
        if volatile:
            warnings.warn(
                "volatile was removed and now has no effect. Use `with torch.no_grad():` instead.", UserWarning, stacklevel=2
            )
        return Tensor._make_subclass(Tensor, data, bool(requires_grad))
