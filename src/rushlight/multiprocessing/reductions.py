"""How tensors go from process to process: the file in memory that they lie in, and where in it."""

from __future__ import annotations

from multiprocessing.reduction import DupFd, ForkingPickler
from typing import Any
from weakref import WeakValueDictionary

import numpy as np

from ..arrays import dtypes
from ..arrays.strided import geometry, storage, view_memory
from ..core.tensor import LEAF, Tensor, memory, new
from ..nn.parameter import Parameter
from ..ops.language.sharing import Mapping, mapping_of

__all__ = ["init_reductions"]

#: The mappings of files that came from other processes, by file: tensors on one memory stay so.
_OPENED: WeakValueDictionary[tuple[int, int], Mapping] = WeakValueDictionary()


def reduce_tensor(tensor: Tensor) -> tuple[Any, ...]:
    """What `rebuild_tensor` makes the tensor of in another process. Moves it to shared memory.

    Raises RuntimeError for a tensor that is no leaf and requires grad.
    """
    if tensor.requires_grad and not tensor.is_leaf:
        raise RuntimeError(
            "Cowardly refusing to serialize non-leaf tensor which requires_grad, since autograd does not support crossing "
            "process boundaries.  If you just want to transfer the data, call detach() on the tensor before serializing "
            "(e.g., putting it on the queue)."
        )
    tensor.share_memory_()  # type: ignore[attr-defined]
    data = memory(tensor)
    owner = storage(data)
    mapping = mapping_of(owner)
    size, stride, offset, _ = geometry(data, owner)
    place = (size, stride, offset)
    return rebuild_tensor, (type(tensor), DupFd(mapping.file), len(mapping), place, tensor.dtype, tensor.requires_grad)


def rebuild_tensor(
    kind: type[Tensor], descriptor: Any, length: int, place: tuple[Any, ...], dtype: dtypes.dtype, requires_grad: bool
) -> Tensor:
    """The tensor at a place in a file in memory."""
    mapping = Mapping.of(descriptor.detach(), length, _OPENED)
    array = np.frombuffer(mapping, dtype.numpy, length // np.dtype(dtype.numpy).itemsize)
    data = view_memory(array, *place)
    out: Tensor = new(kind)
    out._data = data.view(dtypes.BFloat16Array) if dtype is dtypes.bfloat16 else data
    out._node = LEAF if requires_grad else None
    out._counter = out._view = out._cold = None
    return out


def init_reductions() -> None:
    """Makes the pickler of multiprocessing send tensors in this way."""
    for kind in (Tensor, Parameter):
        ForkingPickler.register(kind, reduce_tensor)
