"""Dimensions of size one: expand and broadcast, squeeze and unsqueeze, at least so many dimensions."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...arrays import types
from ...arrays.shapes import broadcast_shapes as common_shape
from ...arrays.shapes import wrap_dim
from ...arrays.strided import view_memory
from ...core.declare import op
from ...core.record import unbroadcast
from ...core.tensor import Tensor
from ..support.arguments import check_int, check_tensor
from ..support.attach import methods
from ..support.options import argument_error
from .shape import ints, keyword, sequence, view_op

__all__ = [
    "atleast_1d", "atleast_2d", "atleast_3d", "broadcast_shapes", "broadcast_tensors", "broadcast_to", "squeeze",
    "unsqueeze",
]  # fmt: skip


def _expand(x: Any, size: tuple[int, ...]) -> Any:
    if x.shape == size:
        return x[...]
    lead = len(size) - x.ndim
    stride = (*[0] * lead, *[s if n == m else 0 for s, n, m in zip(x.strides, x.shape, size[lead:])])
    if x.__class__ is np.ndarray and not any(stride) and x.size:
        x = x[(slice(1),) * x.ndim]  # all of it lies in one place
    if (x.__class__ is np.ndarray and x.flags.c_contiguous and x.size) or not isinstance(x, np.ndarray):
        return np.ndarray(size, x.dtype, x, 0, stride)  # what repeats a buffer stays inside of it
    return view_memory(x, size, tuple([s // x.itemsize for s in stride]))


expand_op = op("expand", _expand, "ExpandBackward0", {"x": lambda g, x_shape: unbroadcast(g, x_shape)}, view=True)


def expand(self: Tensor, *size: Any, **keywords: Any) -> Tensor:
    """A view in which dimensions of size one, and new ones in front, repeat; -1 leaves a size as it is.

    Raises RuntimeError for a size that is neither the old one nor an expansion of one.
    """
    if keywords:
        keywords.pop("implicit", None)
    if keywords:
        size = keyword("expand", size, keywords, "size")
    return expanded(self, ints("expand", size, "size"))


#: The dtypes that old torch had, and whose tensors it calls by another kind of name.
_NAMED = {"Byte", "Char", "Short", "Int", "Long", "Half", "Float", "Double"}


def _type_name(x: Tensor) -> str:
    name = x.dtype.scalar_name
    return f"torch.{name}Tensor" if name in _NAMED else f"CPU{name}Type"


def expanded(x: Tensor, size: tuple[int, ...]) -> Tensor:
    """``x.expand(size)``, of checked integers."""
    shape = x._data.shape
    lead = len(size) - len(shape)
    if lead < 0:
        raise RuntimeError(
            f"expand({_type_name(x)}{{{list(shape)}}}, size={list(size)}): the number of sizes "
            f"provided ({len(size)}) must be greater or equal to the number of dimensions in the tensor ({len(shape)})"
        )
    out = list(size)
    for i in range(len(size) - 1, -1, -1):
        n = size[i]
        if i < lead:
            if n < -1 or (n < 0 and not shape):
                raise RuntimeError("numel: integer multiplication overflow")
            if n < 0:
                raise RuntimeError(
                    f"The expanded size of the tensor ({n}) isn't allowed in a leading, non-existing dimension {i}"
                )
        elif n == -1:
            out[i] = shape[i - lead]
        elif n != shape[i - lead] and (shape[i - lead] != 1 or n < 0):
            raise RuntimeError(
                f"The expanded size of the tensor ({n}) must match the existing size ({shape[i - lead]}) at "
                f"non-singleton dimension {i}.  Target sizes: {list(size)}.  Tensor sizes: {list(shape)}"
            )
    return expand_op(x, tuple(out))


def expand_as(self: Tensor, other: Tensor) -> Tensor:
    """``self.expand(other.size())``."""
    check_tensor("expand_as", other, "other")
    return expanded(self, other._data.shape)


def broadcast_to(input: Tensor, size: Any) -> Tensor:
    """``input.expand(size)``."""
    check_tensor("broadcast_to", input)
    return expanded(input, sequence("broadcast_to", size, "size", 2))


def broadcast_shapes(*shapes: Any) -> types.Size:
    """The shape to which tensors of these shapes (ints stand for one dimension) broadcast.

    Raises RuntimeError if there is none.
    """
    given = [(shape,) if isinstance(shape, int) else tuple(types.Size(shape)) for shape in shapes]
    out: list[int] = [1] * max([len(shape) for shape in given], default=0)
    for i, shape in enumerate(given):
        for back in range(-1, -1 - len(shape), -1):
            n = shape[back]
            if n < 0:
                raise ValueError("Attempting to broadcast a dimension with negative length!")
            if n in (1, out[back]):
                continue
            if out[back] != 1:
                named = shape if isinstance(shapes[i], int) else shapes[i]
                raise RuntimeError(
                    f"Attempting to broadcast a dimension of length {n} at {back}! Mismatching argument at index {i} "
                    f"had {named}; but expected shape should be broadcastable to {out}"
                )
            out[back] = n
    return types.Size(out)


def tensors(name: str, given: Any, argument: str = "tensors") -> Any:
    """Tensors given in a tuple or list. Raises TypeError for anything else."""
    if not isinstance(given, (tuple, list)):
        raise argument_error(name, argument, "tuple of Tensors", given, 1)
    for i, x in enumerate(given):
        if not isinstance(x, Tensor):
            raise TypeError(f"expected Tensor as element {i} in argument 0, but got {type(x).__name__}")
    return given


def broadcast_tensors(*tensors_: Tensor) -> tuple[Tensor, ...]:
    """Views of the tensors, all of their common shape. Raises RuntimeError if there is none."""
    tensors("broadcast_tensors", tensors_)
    size = common_shape(*[x._data.shape for x in tensors_])
    return tuple([x if x._data.shape == size else expand_op(x, size) for x in tensors_])


WHOLE = slice(None)


def unsqueeze_to(g: Any, dims: tuple[int, ...]) -> Any:
    """`g` with dimensions of size one at the places `dims`, in ascending order."""
    for dim in dims:
        g = unsqueeze_op(g, dim)
    return g


squeeze_all = op("squeeze", lambda x, dims: x.squeeze(dims), "SqueezeBackward0", {
    "x": lambda g, dims: unsqueeze_to(g, dims),
}, view=True)  # fmt: skip
squeeze_dim = op("squeeze_dim", lambda x, dims: x.squeeze(dims), "SqueezeBackward1", {
    "x": lambda g, dims: unsqueeze_to(g, dims),
}, view=True)  # fmt: skip
squeeze_dims = op("squeeze_dims", lambda x, dims: x.squeeze(dims), "SqueezeBackward2", {
    "x": lambda g, dims: unsqueeze_to(g, dims),
}, view=True)  # fmt: skip
unsqueeze_op = op("unsqueeze", lambda x, dim: x[(WHOLE,) * dim + (None,)], "UnsqueezeBackward0", {
    "x": lambda g, dim: squeeze_dim(g, (dim,)),
}, view=True)  # fmt: skip


def squeeze(input: Tensor, *dim: Any, **keywords: Any) -> Tensor:
    """`input` without its dimensions of size one: all of them, or those among `dim` (an int or several).

    Raises IndexError for a dimension that is not there.
    """
    check_tensor("squeeze", input)
    call, dims = squeezing(input, dim, keywords)
    return (squeeze_all, squeeze_dim, squeeze_dims)[call](input, dims)


def squeezing(x: Tensor, dim: tuple[Any, ...], keywords: dict[str, Any]) -> tuple[int, tuple[int, ...]]:
    """Which form of squeeze is meant (of all dimensions, of one, of several), and the dimensions that go."""
    shape = x._data.shape
    if keywords:
        dim = keyword("squeeze", dim, keywords, "dim")
    if not dim:
        return 0, tuple([i for i, n in enumerate(shape) if n == 1])
    one = dim[0]
    if len(dim) == 1 and (one.__class__ is int or hasattr(one, "__index__")):
        d = wrap_dim(one if one.__class__ is int else int(one), len(shape))
        return 1, (d,) if shape and shape[d] == 1 else ()
    if len(dim) > 1 or not isinstance(one, (tuple, list)):
        got = ", ".join([type(d).__name__ for d in dim])
        why = f"\n      didn't match because some of the arguments have invalid types: (!{got}!)"
        raise TypeError(
            f"squeeze() received an invalid combination of arguments - got ({got}), but expected one of:\n * (){why}\n"
            f" * (int dim){why}\n * (tuple of ints dim){why}\n"
        )
    return 2, tuple([d for d in sorted(distinct_dims(one, len(shape))) if shape and shape[d] == 1])


def distinct_dims(dims: Any, ndim: int) -> list[int]:
    """Dimensions counted from the front. Raises if one is out of range (IndexError) or comes twice (RuntimeError)."""
    wrapped = [wrap_dim(d, ndim) for d in dims]
    for i, d in enumerate(wrapped):
        if d in wrapped[:i]:
            raise RuntimeError(f"dim {d} appears multiple times in the list of dims")
    return wrapped


def unsqueeze(input: Tensor, dim: int | None = None, *, axis: int | None = None) -> Tensor:
    """`input` with a new dimension of size one at the place `dim`, as a view."""
    check_tensor("unsqueeze", input)
    place: Any = axis if dim is None else dim
    if place.__class__ is not int:
        check_int("unsqueeze", place, "dim", 1)
    return unsqueeze_op(input, wrap_dim(place, input._data.ndim + 1))


def _atleast(name: str, given: tuple[Any, ...], one: Any) -> Any:
    if len(given) == 1:
        if isinstance(given[0], Tensor):
            return one(given[0])
        if not isinstance(given[0], (tuple, list)):
            got = type(given[0]).__name__
            why = f"\n      didn't match because some of the arguments have invalid types: (!{got}!)"
            raise TypeError(
                f"{name}() received an invalid combination of arguments - got ({got}), but expected one of:\n * "
                f"(Tensor input){why}\n * (tuple of Tensors tensors){why}\n"
            )
        given = tuple(given[0])
    return tuple([one(x) for x in tensors(name, given)])


def atleast_1d(*tensors: Any) -> Any:
    """Each tensor with at least one dimension."""
    return _atleast("atleast_1d", tensors, lambda x: x if x.ndim else view_op(x, (1,)))


def atleast_2d(*tensors: Any) -> Any:
    """Each tensor with at least two dimensions; new ones come in front."""
    return _atleast("atleast_2d", tensors, _at_least_2d)


def _at_least_2d(x: Tensor) -> Tensor:
    return view_op(x, (1, 1)) if x.ndim == 0 else unsqueeze_op(x, 0) if x.ndim == 1 else x


def atleast_3d(*tensors: Any) -> Any:
    """Each tensor with at least three dimensions: a vector becomes the middle one, a matrix the first two."""
    return _atleast("atleast_3d", tensors, _at_least_3d)


def _at_least_3d(x: Tensor) -> Tensor:
    if x.ndim == 0:
        return view_op(x, (1, 1, 1))
    x = unsqueeze_op(x, 0) if x.ndim == 1 else x
    return unsqueeze_op(x, 2) if x.ndim == 2 else x


methods(
    expand=expand, expand_as=expand_as, broadcast_to=broadcast_to, squeeze=squeeze, unsqueeze=unsqueeze,
)  # fmt: skip
