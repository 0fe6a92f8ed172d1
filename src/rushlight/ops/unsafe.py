"""Parts of tensors that share memory without being views: whoever writes into them answers for it, as in torch."""

from __future__ import annotations

from typing import Any

from ..core.declare import op
from ..core.errors import wrap_dim
from ..core.tensor import Tensor
from .arguments import check_int, check_tensor
from .attach import methods
from .splitting import chunk, split, split_op, split_sizes_op, split_with_sizes

__all__ = ["unsafe_chunk", "unsafe_split", "unsafe_split_with_sizes"]


def _unsafe(name: str, node: str, view: Any) -> Any:
    """The operation with the value and the rule of a view operation, whose results are no views."""
    return op(name, view.op.forward, node, view.op.rules, several=True, names=view.op.names)


_split = _unsafe("unsafe_split", "UnsafeSplitBackward0", split_op)
_split_sizes = _unsafe("unsafe_split_with_sizes", "UnsafeSplitWithSizesBackward0", split_sizes_op)

# The safe functions check the arguments.


def unsafe_split(tensor: Tensor, split_size: int, dim: int = 0) -> tuple[Tensor, ...]:
    """`split` into parts of one size that are no views."""
    check_tensor("unsafe_split", tensor, "tensor")
    check_int("unsafe_split", split_size, "split_size", 2)
    split(tensor.detach(), split_size, dim)
    return _split(tensor, split_size, wrap_dim(dim, tensor.ndim))


def unsafe_split_with_sizes(input: Tensor, split_sizes: Any, dim: int = 0) -> tuple[Tensor, ...]:
    """`split_with_sizes` into parts that are no views."""
    check_tensor("unsafe_split_with_sizes", input)
    split_with_sizes(input.detach(), split_sizes, dim)
    return _split_sizes(input, tuple(split_sizes), wrap_dim(dim, input.ndim))


def unsafe_chunk(input: Tensor, chunks: int, dim: int = 0) -> tuple[Tensor, ...]:
    """`chunk` into parts that are no views."""
    check_tensor("unsafe_chunk", input)
    sizes = [part._data.shape[dim] for part in chunk(input.detach(), chunks, dim)]
    dim = wrap_dim(dim, input.ndim)
    return _split(input, sizes[0], dim) if sizes[0] else _split_sizes(input, tuple(sizes), dim)


methods(unsafe_chunk=unsafe_chunk, unsafe_split=unsafe_split, unsafe_split_with_sizes=unsafe_split_with_sizes)
