"""How samples become batches."""

from __future__ import annotations

import copy
from collections.abc import Mapping, MutableMapping, MutableSequence, Sequence
from typing import Any

import numpy as np

from ... import ops
from ...arrays import dtypes
from ...core.tensor import Tensor

_UNKNOWN = "default_collate: batch must contain tensors, numpy arrays, numbers, dicts or lists; found {}"


def _rebuilt(like: Any, items: Any) -> Any:
    """A container as `like`, with these items; a plain dict or list where its class can't be copied or filled."""
    try:
        if isinstance(like, tuple) and hasattr(like, "_fields"):
            return type(like)(*items)
        if isinstance(like, MutableMapping):
            mapping = copy.copy(like)
            mapping.update(items)
            return mapping
        if isinstance(like, MutableSequence):
            sequence = copy.copy(like)
            sequence[:] = items
            return sequence
        return type(like)(items)
    except TypeError:
        return items


def default_convert(data: Any) -> Any:
    """NumPy arrays and scalars, however deep in containers, as Tensors; all else as it is."""
    if isinstance(data, Tensor):
        return data
    if isinstance(data, (np.ndarray, np.generic)):
        return data if data.dtype.kind in "SUOMmV" else ops.as_tensor(data)
    if isinstance(data, Mapping):
        return _rebuilt(data, {key: default_convert(value) for key, value in data.items()})
    if isinstance(data, tuple) and not hasattr(data, "_fields"):
        return [default_convert(item) for item in data]
    if isinstance(data, Sequence) and not isinstance(data, (str, bytes)):
        return _rebuilt(data, [default_convert(item) for item in data])
    return data


def default_collate(batch: Any) -> Any:
    """A list of samples as one batch: tensors, arrays and numbers stacked, containers collated item by item.

    >>> import rushlight as torch
    >>> default_collate([{"x": torch.tensor([1., 2.]), "y": 0}, {"x": torch.tensor([3., 4.]), "y": 1}])
    {'x': tensor([[1., 2.],
            [3., 4.]]), 'y': tensor([0, 1])}

    Raises:
        TypeError: for samples of another type.
        RuntimeError: for samples of different sizes.
    """
    first = batch[0]
    if isinstance(first, Tensor):
        return ops.stack(list(batch), 0)
    if isinstance(first, np.ndarray):
        if first.dtype.kind in "SUO":
            raise TypeError(_UNKNOWN.format(first.dtype))
        return default_collate([ops.as_tensor(array) for array in batch])
    if isinstance(first, np.generic):
        return ops.as_tensor(np.asarray(batch))
    if isinstance(first, float):
        return ops.tensor(batch, dtype=dtypes.float64)
    if isinstance(first, int):
        return ops.tensor(batch)
    if isinstance(first, (str, bytes)):
        return batch
    if isinstance(first, Mapping):
        return _rebuilt(first, {key: default_collate([sample[key] for sample in batch]) for key in first})
    if not isinstance(first, Sequence):
        raise TypeError(_UNKNOWN.format(type(first)))
    if any([len(sample) != len(first) for sample in batch]):
        raise RuntimeError("each element in list of batch should be of equal size")
    collated = [default_collate(samples) for samples in zip(*batch)]
    return collated if isinstance(first, tuple) and not hasattr(first, "_fields") else _rebuilt(first, collated)
