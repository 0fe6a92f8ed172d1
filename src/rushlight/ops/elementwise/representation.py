"""How numbers are represented: as mantissa and exponent, and as bits."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...arrays import dtypes
from ...core.declare import elementwise
from ...core.tensor import Tensor, wrap
from ..reduction.sums import dims
from ..support.arguments import check_tensor, unimplemented
from ..support.attach import methods
from ..support.layered import reads_values
from ..support.outputs import into, into_each
from ..support.precision import wide_op

__all__ = ["frexp", "hash_tensor"]

_xor: Any = np.bitwise_xor.reduce


#: ``x / 2 ** exponent``, in the dtype of `x`.
_divided = elementwise(
    "divided_by_power", lambda x, exponent: np.ldexp(x, -exponent), "DivBackward0",
    lambda g, exponent: _divided(g, exponent), names=("x", "exponent"), inputs=1,
)  # fmt: skip


def _frexp_rule(g: Any, out: Any) -> Any:
    return _divided(g[0], out[1])


_frexp = wide_op("frexp", lambda x: np.frexp(x), "FrexpBackward0", {"x": _frexp_rule}, several=True)


def frexp(input: Tensor, *, out: Any = None) -> Any:
    """`input` as ``mantissa * 2 ** exponent`` with 0.5 <= abs(mantissa) < 1: a named tuple (mantissa, exponent).

    The exponent is int32 and has no gradient. Raises RuntimeError unless `input` is of floating point.

    >>> torch.frexp(torch.tensor([12.0, 0.0]))
    torch.return_types.frexp(
    mantissa=tensor([0.7500, 0.0000]),
    exponent=tensor([4, 0], dtype=torch.int32))
    """
    from ... import return_types

    check_tensor("frexp", input)
    if not input.dtype.is_floating_point:
        raise RuntimeError("torch.frexp() only supports floating-point dtypes")
    if out is None:
        return return_types.frexp(_frexp(input))
    mantissa, exponent = out
    if mantissa.dtype is not input.dtype:
        names = input.dtype.cpp_name, mantissa.dtype.cpp_name
        raise RuntimeError("torch.frexp() expects mantissa to have dtype {} but got {}".format(*names))
    if exponent.dtype is not dtypes.int32:
        raise RuntimeError(f"torch.frexp() expects exponent to have int dtype but got {exponent.dtype.cpp_name}")
    return return_types.frexp_out(into_each(out, _frexp(input), "frexp"))


def _bits(x: Any) -> Any:
    """Each element as 64 bits: those of its float64, or of its int64."""
    x = np.asarray(dtypes.cast(x, dtypes.float64) if x.dtype.kind == "f" else x)
    return x.view(np.uint64) if x.dtype == np.float64 else x.astype(np.int64).view(np.uint64)


@reads_values
def hash_tensor(
    input: Tensor, dim: Any = None, *, keepdim: bool = False, mode: int = 0, out: Tensor | None = None
) -> Tensor:
    """The exclusive or of all elements over `dim` (all dimensions, if None), as uint64.

    Elements are taken for the bits of their float64 or int64. Raises RuntimeError for a `mode` other than 0.
    """
    check_tensor("hash_tensor", input)
    if mode != 0:
        raise RuntimeError(f"Unknown hash_tensor mode: {mode}")
    chosen, x = dims("hash_tensor", dim, input._data.ndim), input._data
    if x.dtype.kind == "c":
        raise unimplemented("xor_sum_cpu", input.dtype)
    if not x.size:
        _check_not_empty(x.shape, chosen)
    if not x.ndim:
        chosen = None
    result = wrap(np.asarray(_xor(_bits(x), axis=chosen, keepdims=keepdim)))
    if out is None:
        return result
    if out.dtype is not dtypes.uint64:
        raise RuntimeError(f"Expected result to be of dtype uint64, but got {out.dtype.scalar_name}")
    return into(out, lambda r: r, result)


def _check_not_empty(shape: tuple[int, ...], dim: Any) -> None:
    if dim is None:
        raise RuntimeError(
            "hash_tensor: Expected reduction dim to be specified for input.numel() == 0. Specify the reduction dim with "
            "the 'dim' argument."
        )
    for d in (dim,) if dim.__class__ is int else dim:
        if not shape[d]:
            raise IndexError(f"hash_tensor: Expected reduction dim {d} to have non-zero size.")


methods(frexp=frexp, hash_tensor=hash_tensor)
