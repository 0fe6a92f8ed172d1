"""Views by shape: view and reshape, flatten, transpose and permute."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ...arrays import dtypes, types
from ...arrays.shapes import wrap_dim
from ...arrays.strided import offset_between, storage, strides
from ...core.declare import op
from ...core.tensor import Tensor, memory, shared_counter, wrap
from ...core.views import alias
from ..support.arguments import check_int, check_tensor
from ..support.attach import methods
from ..support.checked import checked
from ..support.layered import reads_values
from ..support.options import check_size, warn_once

__all__ = [
    "adjoint", "flatten", "moveaxis", "movedim", "permute", "ravel", "reshape", "swapaxes", "swapdims", "t",
    "transpose", "unflatten",
]  # fmt: skip


def ints(name: str, given: tuple[Any, ...], argument: str) -> tuple[int, ...]:
    """A tuple of ints, given as such or as one sequence. Raises TypeError, in torch's words, for anything else."""
    if len(given) == 1 and given[0].__class__ is not int:
        one = given[0]
        if isinstance(one, (tuple, list)) or not hasattr(one, "__index__"):
            return sequence(name, one, argument)
    for n in given:
        if n.__class__ is not int:
            return check_size(name, given, 1, argument)
    if not given:
        raise TypeError(f'{name}() missing 1 required positional arguments: "{argument}"')
    return given


def sequence(name: str, given: Any, argument: str, position: int = 1) -> tuple[int, ...]:
    """A tuple of ints, given as one sequence."""
    if given.__class__ is types.Size:
        return tuple(given)
    if given.__class__ is tuple or given.__class__ is list:
        for n in given:
            if n.__class__ is not int:
                break
        else:
            return tuple(given)
    return check_size(name, given, position, argument)


# view and reshape.

view_op = op("view", lambda x, size: x.reshape(size), "ViewBackward0", {
    "x": lambda g, x_shape: g.reshape(x_shape),
}, view=True)  # fmt: skip
_reshape_alias = op("reshape_alias", lambda x, size: x.reshape(size), "ReshapeAliasBackward0", {
    "x": lambda g, x_shape: g.reshape(x_shape),
}, view=True)  # fmt: skip
unsafe_view = op("unsafe_view", lambda x, size: x.reshape(size), "UnsafeViewBackward0", {
    "x": lambda g, x_shape: g.reshape(x_shape),
})  # fmt: skip


def resolve(size: tuple[int, ...], numel: int) -> tuple[int, ...]:
    """`size` with its -1, if any, worked out. Raises RuntimeError, in torch's words, if there is no such shape."""
    known = 1
    for i, n in enumerate(size):
        if n < -1:
            raise RuntimeError(f"invalid shape dimension {n} at index {i} of shape {list(size)}")
        if n >= 0:
            known *= n
    unknown = size.count(-1)
    if unknown > 1:
        raise RuntimeError("only one dimension can be inferred")
    if not unknown:
        if known == numel:
            return size
    elif known:
        if numel % known == 0:
            return tuple([numel // known if n == -1 else n for n in size])
    elif not numel:
        raise RuntimeError(
            f"cannot reshape tensor of 0 elements into shape {list(size)} because the unspecified dimension size -1 "
            "can be any value and is ambiguous"
        )
    raise RuntimeError(f"shape '{list(size)}' is invalid for input of size {numel}")


def fits(x: Any, size: tuple[int, ...]) -> bool:
    """Whether the payload `x` can be seen in the shape `size` without a copy."""
    if x.flags.c_contiguous:
        return True
    try:
        x.reshape(size, copy=False)
    except ValueError:
        return False
    return True


def view(self: Tensor, *shape: Any, **keywords: Any) -> Tensor:
    """The same elements, in the same memory, in another shape or read as another dtype.

    ``view(*size)`` or ``view(size)``; one size may be -1. ``view(dtype)`` reads the bytes anew. Raises RuntimeError
    if the strides allow no such view.

    >>> import rushlight as torch
    >>> torch.arange(4).view(2, -1)
    tensor([[0, 1],
            [2, 3]])
    """
    if keywords:
        shape = _view_keyword(shape, keywords)
    for n in shape:
        if n.__class__ is not int:
            break
    else:
        if shape:
            return viewed(self, shape)
    if len(shape) == 1 and shape[0].__class__ is dtypes.dtype:
        return _view_dtype(self, shape[0])
    return viewed(self, _view_size(shape))


def viewed(x: Tensor, size: tuple[int, ...]) -> Tensor:
    """``x.view(size)``, of checked integers."""
    data = x._data
    size = resolve(size, data.size)
    if not (data.flags.c_contiguous or fits(data, size)):
        raise RuntimeError(
            "view size is not compatible with input tensor's size and stride (at least one dimension spans across two "
            "contiguous subspaces). Use .reshape(...) instead."
        )
    return view_op(x, size)


def _view_keyword(shape: tuple[Any, ...], keywords: dict[str, Any]) -> tuple[Any, ...]:
    (name,) = keywords if len(keywords) == 1 else ("",)
    if shape or name not in ("size", "dtype"):
        raise TypeError(f"view() got an unexpected keyword argument '{next(iter(keywords))}'")
    return (keywords[name],)


def _view_size(shape: tuple[Any, ...]) -> tuple[int, ...]:
    one = shape[0] if len(shape) == 1 else None
    if not shape or (one is not None and not isinstance(one, (tuple, list)) and not hasattr(one, "__index__")):
        got = ", ".join([type(n).__name__ for n in shape])
        why = f"\n      didn't match because some of the arguments have invalid types: (!{got}!)" if shape else ""
        raise TypeError(
            f"view() received an invalid combination of arguments - got ({got}), but expected one of:\n * (torch.dtype "
            f"dtype){why}\n * (tuple of ints size){why}\n"
        )
    return ints("view", shape, "size")


@reads_values
def _view_dtype(x: Tensor, dtype: dtypes.dtype) -> Tensor:
    """``x.view(dtype)``: shares memory and version with `x`, never its history."""
    data = memory(x)
    if dtypes.bfloat16 in (x.dtype, dtype) and x.dtype is not dtype:
        raise NotImplementedError("view(dtype) from or to bfloat16, whose memory is float32 here")
    out = wrap(data[...] if x.dtype is dtype else _reread(data, x.dtype, dtype))
    out._counter = shared_counter(x)
    return out


def _reread(data: np.ndarray, old: dtypes.dtype, dtype: dtypes.dtype) -> np.ndarray:
    words = f"to view {old.scalar_name} as {dtype.scalar_name} (different element sizes)"
    if old.itemsize != dtype.itemsize:
        if not data.ndim:
            raise RuntimeError(f"self.dim() cannot be 0 {words}")
        if old.itemsize > dtype.itemsize:
            if strides(data)[-1] != 1:
                raise RuntimeError(f"self.stride(-1) must be 1 {words}, but got {strides(data)[-1]}")
        else:
            _check_wider(data, dtype.itemsize // old.itemsize, words)
    return data.view(dtype.numpy)


def _check_wider(data: np.ndarray, ratio: int, words: str) -> None:
    if data.shape[-1] % ratio:
        raise RuntimeError(f"self.size(-1) must be divisible by {ratio} {words}, but got {data.shape[-1]}")
    *others, last = strides(data)
    if last != 1:
        raise RuntimeError(f"self.stride(-1) must be 1 {words}, but got {last}")
    offset = offset_between(data, storage(data))
    if offset % ratio:
        raise RuntimeError(f"self.storage_offset() must be divisible by {ratio} {words}, but got {offset}")
    for dim, stride in enumerate(others):
        if stride % ratio:
            raise RuntimeError(f"self.stride({dim}) must be divisible by {ratio} {words}, but got {stride}")


def view_as(self: Tensor, other: Tensor) -> Tensor:
    """``self.view(other.size())``."""
    check_tensor("view_as", other, "other")
    return viewed(self, other._data.shape)


def reshape(input: Tensor, shape: Any) -> Tensor:
    """The elements of `input` in another shape: a view where the strides allow one, a copy otherwise.

    One size may be -1. Raises RuntimeError if the number of elements differs.
    """
    check_tensor("reshape", input)
    return reshaped(input, sequence("reshape", shape, "shape", 2))


def _reshape_method(self: Tensor, *shape: Any, **keywords: Any) -> Tensor:
    if keywords:
        shape = keyword("reshape", shape, keywords, "shape")
    return reshaped(self, ints("reshape", shape, "shape"))


def keyword(name: str, given: tuple[Any, ...], keywords: dict[str, Any], argument: str) -> tuple[Any, ...]:
    """The arguments of a method of several integers whose only keyword is `argument`."""
    for key in keywords:
        if key != argument or given:
            raise TypeError(f"{name}() got an unexpected keyword argument '{key}'")
    return (keywords[argument],)


def reshaped(x: Tensor, size: tuple[int, ...]) -> Tensor:
    """``x.reshape(size)``, of checked integers."""
    data = memory(x)
    size = resolve(size, data.size)
    if data.flags.c_contiguous:
        return view_op(x, size)
    if fits(data, size):
        return _reshape_alias(x, size)
    return unsafe_view(x.contiguous(), size)


def reshape_as(self: Tensor, other: Tensor) -> Tensor:
    """``self.reshape(other.size())``."""
    check_tensor("reshape_as", other, "other")
    return reshaped(self, other._data.shape)


def flatten(input: Tensor, start_dim: int = 0, end_dim: int = -1) -> Tensor:
    """The dimensions from `start_dim` to `end_dim` as one. Raises RuntimeError if they are in the wrong order."""
    check_tensor("flatten", input)
    check_int("flatten", start_dim, "start_dim", 1)
    check_int("flatten", end_dim, "end_dim", 2)
    shape = input._data.shape
    first, last = wrap_dim(start_dim, len(shape)), wrap_dim(end_dim, len(shape))
    if first > last:
        raise RuntimeError("flatten() has invalid args: start_dim cannot come after end_dim")
    if not shape:
        return reshaped(input, (1,))
    if first == last:
        return input
    return reshaped(input, (*shape[:first], math.prod(shape[first : last + 1]), *shape[last + 1 :]))


@checked
def unflatten(input: Tensor, dim: int, sizes: Any) -> Tensor:
    """The dimension `dim` as several of the given `sizes`, one of which may be -1."""
    size = sequence("unflatten", sizes, "sizes", 2)
    shape = input._data.shape
    dim = wrap_dim(dim, len(shape))
    if not size:
        raise RuntimeError("unflatten: sizes must be non-empty")
    if not shape:
        words = f"Dimension specified as {dim} but tensor has no dimensions"
        raise RuntimeError(f"unflatten got an unexpected error:\n{words}")
    try:
        size = resolve(size, shape[dim])
    except RuntimeError as error:
        if size.count(-1) > 1 or min(size) < -1:
            raise RuntimeError(f"unflatten got an unexpected error:\n{error}") from None
        raise RuntimeError(
            f"unflatten: Provided sizes {list(size)} don't multiply up to the size of dim {dim} ({shape[dim]}) in the "
            "input tensor"
        ) from None
    return viewed(input, (*shape[:dim], *size, *shape[dim + 1 :]))


def ravel(input: Tensor) -> Tensor:
    """All elements in one dimension: a view if `input` is contiguous."""
    check_tensor("ravel", input)
    return viewed(input.contiguous(), (-1,))


# Dimensions in another order.



def exchange(x: Any, dim0: int, dim1: int) -> Any:
    return x.swapaxes(dim0, dim1) if x.ndim else x[...]


transpose_op = op("transpose", exchange, "TransposeBackward0", {
    "x": lambda g, dim0, dim1: transpose_op(g, dim0, dim1),
}, view=True)  # fmt: skip
t_op = op("t", lambda x: x.T, "TBackward0", {"x": lambda g: t_op(g)}, view=True)
permute_op = op("permute", lambda x, dims: x.transpose(dims), "PermuteBackward0", {
    "x": lambda g, dims: permute_op(g, tuple(sorted(range(len(dims)), key=dims.__getitem__))),
}, view=True)  # fmt: skip


def transpose(input: Tensor, dim0: int, dim1: int) -> Tensor:
    """`input` with two dimensions exchanged, as a view."""
    check_tensor("transpose", input)
    return transpose_op(input, *two_dims("transpose", input, dim0, dim1, 2))


def _transpose(self: Tensor, dim0: int, dim1: int) -> Tensor:
    """The tensor with two dimensions exchanged, as a view."""
    return transpose_op(self, *two_dims("transpose", self, dim0, dim1))


def two_dims(name: str, x: Tensor, dim0: Any, dim1: Any, first: int = 1) -> tuple[int, int]:
    """Two dimensions of `x`, which are the arguments number `first` and the next."""
    if dim0.__class__ is not int:
        check_int(name, dim0, "dim0", first)
    if dim1.__class__ is not int:
        check_int(name, dim1, "dim1", first + 1)
    return wrap_dim(dim0, x._data.ndim), wrap_dim(dim1, x._data.ndim)


def swapaxes(input: Tensor, axis0: int, axis1: int) -> Tensor:
    """`transpose` by NumPy's name."""
    return transpose(input, axis0, axis1)


def swapdims(input: Tensor, dim0: int, dim1: int) -> Tensor:
    """`transpose` by another name."""
    return transpose(input, dim0, dim1)


def t(input: Tensor) -> Tensor:
    """A matrix transposed; tensors of fewer dimensions as they are. Raises RuntimeError for more dimensions."""
    check_tensor("t", input)
    check_t("t", input)
    return t_op(input)


def check_t(name: str, x: Tensor) -> None:
    if x._data.ndim > 2:
        raise RuntimeError(f"{name}() expects a tensor with <= 2 dimensions, but self is {x._data.ndim}D")


def permute(input: Tensor, dims: Any) -> Tensor:
    """`input` with its dimensions in the order `dims`, as a view."""
    check_tensor("permute", input)
    return permuted(input, sequence("permute", dims, "dims", 2))


def _permute_method(self: Tensor, *dims: Any, **keywords: Any) -> Tensor:
    if keywords:
        dims = keyword("permute", dims, keywords, "dims")
    return permuted(self, ints("permute", dims, "dims"))


def permuted(x: Tensor, dims: tuple[int, ...]) -> Tensor:
    """``x.permute(dims)``, of checked integers."""
    ndim = x._data.ndim
    if len(dims) != ndim:
        raise RuntimeError(
            "permute(sparse_coo): number of dimensions in the tensor input does not match the length of the desired "
            f"ordering of dimensions i.e. input.dim() = {ndim} is not equal to len(dims) = {len(dims)}"
        )
    dims = tuple([wrap_dim(d, ndim) for d in dims])
    if len(set(dims)) < ndim:
        raise RuntimeError("permute(): duplicate dims are not allowed.")
    return permute_op(x, dims)


def movedim(input: Tensor, source: Any, destination: Any) -> Tensor:
    """`input` with the dimensions `source` (one or several) at the places `destination`; others keep their order."""
    check_tensor("movedim", input)
    ndim = input._data.ndim
    if isinstance(source, int) is not isinstance(destination, int):
        got = f"{type(source).__name__}, {type(destination).__name__}"
        raise TypeError(
            f"movedim() received an invalid combination of arguments - got ({got}), but expected one of:\n * "
            "(int source, int destination)\n * (tuple of ints source, tuple of ints destination)\n"
        )
    given = [(d,) if isinstance(d, int) else sequence("movedim", d, "source") for d in (source, destination)]
    if len(given[0]) != len(given[1]):
        raise RuntimeError(
            f"movedim: Invalid source or destination dims: source ({list(given[0])} dims) should contain the same "
            f"number of dims as destination ({list(given[1])} dims)"
        )
    moved = [[wrap_dim(d, ndim) for d in dims] for dims in given]
    for name, dims, original in zip(("source", "destination"), moved, given):
        if len(set(dims)) < len(dims):
            raise RuntimeError(f"movedim: repeated dim in `{name}` ({list(original)})")
    if not ndim:
        return alias(input)
    rest = iter([d for d in range(ndim) if d not in moved[0]])
    origin = dict(zip(moved[1], moved[0]))
    return permute_op(input, tuple([origin[d] if d in origin else next(rest) for d in range(ndim)]))


def moveaxis(input: Tensor, source: Any, destination: Any) -> Tensor:
    """`movedim` by NumPy's name."""
    return movedim(input, source, destination)


def _reversed(self: Tensor) -> Tensor:
    """All dimensions in reversed order; meant for matrices."""
    ndim = self._data.ndim
    if ndim == 0:
        warn_once("Tensor.T is deprecated on 0-D tensors. This function is the identity in these cases.")
    elif ndim != 2:
        warn_once(
            "The use of `x.T` on tensors of dimension other than 2 to reverse their shape is deprecated and it will "
            "throw an error in a future release. Consider `x.mT` to transpose batches of matrices or `x.permute("
            "*torch.arange(x.ndim - 1, -1, -1))` to reverse the dimensions of a tensor."
        )
    return permute_op(self, (1, 0) if ndim == 2 else tuple(range(ndim))[::-1])


def _matrix_transposed(self: Tensor) -> Tensor:
    """The last two dimensions exchanged."""
    deprecated = "Tensor.mT is deprecated on 0-D tensors. This function is the identity in these cases."
    return _last_two(self, "tensor.mT", deprecated)


_CONJ = " is deprecated on 0-D tensors. Consider using x.conj()."


def _last_two(x: Tensor, name: str, deprecated: str) -> Tensor:
    ndim = x._data.ndim
    if ndim == 1:
        raise RuntimeError(f"{name} is only supported on matrices or batches of matrices. Got 1-D tensor.")
    if ndim == 0:
        warn_once(deprecated)
        return x
    return transpose_op(x, ndim - 2, ndim - 1)


def adjoint(input: Tensor) -> Tensor:
    """The last two dimensions exchanged, complex numbers conjugated."""
    check_tensor("adjoint", input)
    return _conjugated(_last_two(input, "tensor.adjoint()", "adjoint()" + _CONJ))


def _adjoint_property(self: Tensor) -> Tensor:
    """The last two dimensions exchanged, complex numbers conjugated."""
    return _conjugated(_last_two(self, "tensor.mH", "Tensor.mH" + _CONJ))


def _conjugate_transposed(self: Tensor) -> Tensor:
    """A matrix transposed, complex numbers conjugated."""
    ndim = self._data.ndim
    if ndim not in (0, 2):
        more = " For batches of matrices, consider using tensor.mH" if ndim > 2 else ""
        raise RuntimeError(f"tensor.H is only supported on matrices (2-D tensors). Got {ndim}-D tensor.{more}")
    return _conjugated(_last_two(self, "tensor.H", "Tensor.H" + _CONJ))


def _conjugated(x: Tensor) -> Tensor:
    return x.conj() if x._data.dtype.kind == "c" else x


methods(
    view=view, view_as=view_as, reshape=_reshape_method, reshape_as=reshape_as, flatten=flatten, unflatten=unflatten,
    ravel=ravel, transpose=_transpose, swapaxes=swapaxes, swapdims=swapdims, t=t, permute=_permute_method,
    movedim=movedim, moveaxis=moveaxis, adjoint=adjoint, T=property(_reversed), mT=property(_matrix_transposed),
    mH=property(_adjoint_property), H=property(_conjugate_transposed),
)  # fmt: skip
