"""All parameters of a model as one vector, and back."""

from __future__ import annotations

from collections.abc import Iterable

from ... import ops
from ...core import Tensor
from .._typename import typename

__all__ = ["parameters_to_vector", "vector_to_parameters"]


def parameters_to_vector(parameters: Iterable[Tensor]) -> Tensor:
    """The elements of all `parameters`, one after the other, in one vector that depends on them.

    Example::

        >>> nn.utils.parameters_to_vector([torch.zeros(2), torch.ones(1, 1)])
        tensor([0., 0., 1.])
    """
    return ops.cat([param.view(-1) for param in parameters])


def vector_to_parameters(vec: Tensor, parameters: Iterable[Tensor]) -> None:
    """Replace the data of each of `parameters` by the next part of `vec`, with which it then shares memory.

    Raises:
        TypeError: if `vec` is no tensor.
        RuntimeError: if it has too few elements.

    Example::

        >>> nn.utils.vector_to_parameters(torch.zeros(3), nn.Linear(2, 1).parameters())
    """
    if not isinstance(vec, Tensor):
        raise TypeError(f"expected torch.Tensor, but got: {typename(vec)}")
    parts = []
    begin = 0
    for param in parameters:
        end = begin + param.numel()
        parts.append((param, vec[begin:end].view_as(param)))
        begin = end
    for param, part in parts:
        param.data = part
