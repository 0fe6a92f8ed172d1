"""copy.copy, copy.deepcopy and pickle of tensors.

What is copied is the storage, once, and the tensor as a stretch of it: tensors that shared memory before share it
afterwards, within one deepcopy or one pickle.
"""

from __future__ import annotations

import copy
from typing import Any

import numpy as np

from ...arrays import dtypes
from ...arrays.strided import geometry, is_dense, storage, view_memory
from ...core.tensor import LEAF, Tensor, memory, new
from ..support.attach import methods

_NOT_A_LEAF = (
    "Only Tensors created explicitly by the user (graph leaves) support the deepcopy protocol at the moment.  If "
    "you were "
    "attempting to deepcopy a module, this may be because of a torch.nn.utils.weight_norm usage, see "
    "https://github.com/pytorch/pytorch/pull/103001"
)


def _pieces(x: Tensor) -> tuple[np.ndarray, tuple[int, ...], tuple[int, ...], int]:
    """The storage of `x` as a plain array, and the shape, strides and offset of `x` in it."""
    data = memory(x)
    owner = storage(data)
    if not is_dense(owner) or owner.dtype != data.dtype:
        owner = data = data.copy()
    size, stride, offset, _ = geometry(data, owner)
    return owner if type(owner) is np.ndarray else owner.view(np.ndarray), size, stride, offset


def rebuilt(cls: type, owner: np.ndarray, place: tuple[Any, ...], dtype: dtypes.dtype, requires_grad: bool) -> Tensor:
    """The tensor at a place in a storage: a leaf."""
    data = view_memory(owner, *place)
    out: Tensor = new(cls)
    out._data = data.view(dtypes.BFloat16Array) if dtype is dtypes.bfloat16 else data
    out._node = LEAF if requires_grad else None
    out._counter = out._view = out._cold = None
    return out


def reduce_ex(self: Tensor, protocol: Any) -> tuple[Any, ...]:
    """How pickle takes a tensor apart: its history and its hooks stay behind, with a warning for the hooks."""
    from ...utils.hooks import warn_if_has_hooks

    warn_if_has_hooks(self)
    owner, *place = _pieces(self)
    state = self.__dict__ or None
    return rebuilt, (type(self), owner, tuple(place), self.dtype, self.requires_grad), state


def deepcopied(self: Tensor, memo: dict[int, Any]) -> Any:
    """A leaf with its own memory, and with copies of ``.grad`` and of attributes.

    Raises RuntimeError for a tensor that is no leaf.
    """
    if not self.is_leaf:
        raise RuntimeError(_NOT_A_LEAF)
    if id(self) in memo:
        return memo[id(self)]
    if type(self) is not Tensor and type(self.new_empty(0)) is not type(self):  # type: ignore[attr-defined]
        raise RuntimeError(
            "The default implementation of __deepcopy__() for non-wrapper subclasses only works for subclass types "
            "that "
            "implement new_empty() and for which that function returns another instance of the same subclass. You "
            "should "
            "either properly implement new_empty() for your subclass or override __deepcopy__() if it is intended "
            "behavior "
            "for new_empty() to return an instance of a different type."
        )
    owner, *place = _pieces(self)
    out = rebuilt(type(self), copy.deepcopy(owner, memo), tuple(place), self.dtype, self.requires_grad)
    memo[id(self)] = out
    if self.grad is not None:
        out.grad = copy.deepcopy(self.grad, memo)
    if self.__dict__:
        out.__dict__.update(copy.deepcopy(self.__dict__, memo))
    return out


def _backward_hooks(self: Tensor) -> Any:
    hooks = self._cold.hooks if self._cold is not None else None
    return hooks or None


methods(__reduce_ex__=reduce_ex, __deepcopy__=deepcopied)
Tensor._backward_hooks = property(_backward_hooks)  # type: ignore[attr-defined]
