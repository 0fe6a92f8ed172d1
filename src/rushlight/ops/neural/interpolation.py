"""Interpolation: images, signals and volumes (n, channels, ...) in another size.

Every mode treats one dimension after the other, and each as a product with a sparse matrix: row i holds the weights of
the inputs that output i is made of. The derivative is the product with the transpose. Cubic convolution: R. Keys, IEEE
Transactions on Acoustics, Speech, and Signal Processing 29 (1981).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from ...arrays import dtypes
from ...core.tensor import Tensor, wrap
from ..support.arguments import check_tensor, unimplemented
from ..support.layered import reads_values
from ..support.outputs import into
from ..support.precision import wide_op

__all__ = ["_upsample_bilinear2d_aa"]

# The matrices. Places are computed in the dtype of the input, as torch does: a rounding may decide which one is nearest.


def _step(n: int, size: int, align: bool, scale: float | None, real: Any) -> Any:
    """How far apart two neighbouring outputs are, in inputs."""
    if align:
        return real(n - 1) / real(size - 1) if size > 1 else real(0)
    return real(1 / scale) if scale is not None and scale > 0 else real(n) / real(size)


def _places(n: int, size: int, align: bool, scale: float | None, real: Any) -> Any:
    """Where the outputs are among the inputs: corner on corner, or with half a step at both ends."""
    step, i = _step(n, size, align, scale, real), np.arange(size, dtype=real)
    return step * i if align else step * (i + real(0.5)) - real(0.5)


def _nearest(n: int, size: int, align: bool, scale: float | None, real: Any) -> Any:
    places = np.arange(size, dtype=np.float32) * _step(n, size, False, scale, np.float32)
    return _rows(np.minimum(places.astype(np.intp), n - 1)[:, None], np.ones((size, 1), real), n)


def _nearest_of_image(n: int, size: int, align: bool, scale: float | None, real: Any) -> Any:
    """Of images torch goes by the sizes alone where these are equal, or one twice the other."""
    return _nearest(n, size, align, None if size in (n, 2 * n) else scale, real)


def _nearest_exact(n: int, size: int, align: bool, scale: float | None, real: Any) -> Any:
    places = (np.arange(size, dtype=np.float32) + np.float32(0.5)) * _step(n, size, False, scale, np.float32)
    return _rows(np.minimum(places.astype(np.intp), n - 1)[:, None], np.ones((size, 1), real), n)


def _linear(n: int, size: int, align: bool, scale: float | None, real: Any) -> Any:
    if n == size:
        return _rows(np.arange(n)[:, None], np.ones((n, 1), real), n)
    places = np.maximum(_places(n, size, align, scale, real), 0)
    left = np.minimum(places.astype(np.intp), n - 1)
    share = np.clip(places - left.astype(real), 0, 1)
    columns = np.stack([left, np.minimum(left + 1, n - 1)], 1)
    return _rows(columns, np.stack([1 - share, share], 1), n)


def _cubic(n: int, size: int, align: bool, scale: float | None, real: Any) -> Any:
    places = _places(n, size, align, scale, real)
    left = np.floor(places)
    distances = (places - left)[:, None] + np.array([1, 0, -1, -2], real)
    columns = left.astype(np.intp)[:, None] + np.arange(-1, 3)
    return _rows(np.clip(columns, 0, n - 1), cubic_filter(distances, -0.75).astype(real), n)


def _rows(columns: Any, weights: Any, n: int) -> Any:
    """The sparse matrix with these columns and weights, as many in every row."""
    from scipy.sparse import csr_array

    rows, taps = columns.shape
    return csr_array((weights.ravel(), columns.ravel(), np.arange(0, rows * taps + 1, taps)), (rows, n))


def cubic_filter(x: Any, a: float) -> Any:
    """Keys' piecewise cubic: interpolates, with continuous slope; `a` is its slope at 1."""
    x = np.abs(x)
    inner = ((a + 2) * x - (a + 3)) * x * x + 1
    outer = (((x - 5) * x + 8) * x - 4) * a
    return np.where(x <= 1, inner, np.where(x < 2, outer, 0))


def _triangle(x: Any) -> Any:
    return np.maximum(1 - np.abs(x), 0)


def _lanczos(x: Any) -> Any:
    return np.where(np.abs(x) < 3, np.sinc(x) * np.sinc(x / 3), 0)


def _antialiased(filter: Callable[[Any], Any], reach: int) -> Callable[..., Any]:
    """A filter of this reach, widened by the step where that is above one, so that every input counts."""

    def matrix(n: int, size: int, align: bool, scale: float | None, real: Any) -> Any:
        from scipy.sparse import csr_array

        step = _step(n, size, align, scale, real)
        wide = max(step, real(1))
        centers = step * (np.arange(size, dtype=real) + real(0.5))
        first = np.maximum((centers - reach * wide + real(0.5)).astype(np.intp), 0)
        last = np.minimum((centers + reach * wide + real(0.5)).astype(np.intp), n)
        columns = first[:, None] + np.arange(max(int((last - first).max()), 1))
        inside = columns < last[:, None]
        weights = np.where(inside, filter((columns - centers[:, None] + 0.5) / wide), 0)
        total = weights.sum(1, keepdims=True)
        weights = (weights / np.where(total == 0, 1, total)).astype(real)
        ends = np.append(0, np.cumsum(last - first))
        return csr_array((weights[inside], columns[inside], ends), (size, n))

    return matrix


_MATRICES = {
    "nearest": _nearest,
    "nearest_of_image": _nearest_of_image,
    "nearest_exact": _nearest_exact,
    "linear": _linear,
    "cubic": _cubic,
    "linear_aa": _antialiased(_triangle, 1),
    "cubic_aa": _antialiased(lambda x: cubic_filter(x, -0.5), 2),
    "lanczos_aa": _antialiased(_lanczos, 3),
}


@lru_cache(256)
def _matrix(kind: str, n: int, size: int, align: bool, scale: float | None, real: Any) -> Any:
    return _MATRICES[kind](n, size, align, scale, real)


# The operations.


def _applied(x: Any, matrices: Sequence[Any]) -> Any:
    """The product with one matrix for each of the last dimensions."""
    for dim, matrix in enumerate(matrices, x.ndim - len(matrices)):
        columns = x.swapaxes(0, dim)
        rest = columns.shape[1:]
        x = (matrix @ columns.reshape(columns.shape[0], -1)).reshape(matrix.shape[0], *rest).swapaxes(0, dim)
    return np.ascontiguousarray(x)


def _applied_back(g: Any, matrices: Sequence[Any]) -> Any:
    return _applied(g, [matrix.T for matrix in matrices])


def _declare(name: str, node: str) -> Any:
    backward = wide_op(f"{name}_backward", _applied_back, f"{node}BackwardBackward0", {
        "g": lambda gg, matrices: forward(gg, matrices),
    })  # fmt: skip
    forward = wide_op(name, _applied, f"{node}Backward0", {"x": lambda g, matrices: backward(g, matrices)})
    return forward


#: For each kind and number of dimensions: torch's name of the function, and its operation.
_NAMES = {
    ("linear", 1): ("upsample_linear1d", "UpsampleLinear1D"),
    ("linear", 2): ("upsample_bilinear2d", "UpsampleBilinear2D"),
    ("linear", 3): ("upsample_trilinear3d", "UpsampleTrilinear3D"),
    ("cubic", 2): ("upsample_bicubic2d", "UpsampleBicubic2D"),
    ("linear_aa", 2): ("_upsample_bilinear2d_aa", "UpsampleBilinear2DAa"),
    ("cubic_aa", 2): ("_upsample_bicubic2d_aa", "UpsampleBicubic2DAa"),
    ("lanczos_aa", 2): ("_upsample_lanczos2d_aa", "UpsampleLanczos2DAa"),
    **{("nearest", d): (f"upsample_nearest{d}d", f"UpsampleNearest{d}D") for d in (1, 2, 3)},
    **{("nearest_exact", d): (f"_upsample_nearest_exact{d}d", f"UpsampleNearestExact{d}D") for d in (1, 2, 3)},
}
_OPERATIONS = {key: _declare(name.removeprefix("_"), node) for key, (name, node) in _NAMES.items()}
#: The kernels that torch names where a dtype is none of theirs.
_KERNELS = {
    ("nearest", 2): "upsample_nearest2d_channels_last", ("nearest_exact", 2): "upsample_nearest2d_channels_last",
    ("linear", 2): "upsample_bilinear2d_channels_last", ("cubic", 2): "compute_indices_weights_cubic",
}  # fmt: skip


def _kernel(kind: str, dims: int) -> str:
    if kind.endswith("_aa"):
        return "compute_index_ranges_weights"
    return _KERNELS.get((kind, dims), f"compute_indices_weights_{kind.removesuffix('_exact')}")


def _output_size(input: Tensor, size: Any, factors: Any) -> tuple[int, ...]:
    """The size asked for, or the input's times the factors: exactly one of the two is given, with a number a dimension."""
    if (size is None) == (factors is None):
        raise RuntimeError("Must specify exactly one of output_size and scale_factors")
    given, word = (factors, "scale_factors") if size is None else (size, "output_size")
    spatial = input._data.shape[2:]
    if len(given) != len(spatial):
        raise RuntimeError(
            f"Expected static_cast<int64_t>({word}->size()) == spatial_dimensions to be true, but got false.  (Could "
            "this error message be improved?  If so, please report an enhancement request to PyTorch.)"
        )
    return tuple([int(n) for n in size]) if factors is None else tuple([int(n * f) for n, f in zip(spatial, factors)])


def _check(input: Tensor, size: Sequence[int], kind: str) -> None:
    dims, shape = len(size), input._data.shape
    if len(shape) != dims + 2:
        raise RuntimeError(f"It is expected input_size equals to {dims + 2}, but got size {len(shape)}")
    if min(shape[2:]) <= 0 or min(size) <= 0:
        axes = "DHW"[-dims:]
        before, after = [", ".join([f"{a}: {n}" for a, n in zip(axes, ns)]) for ns in (shape[2:], size)]
        raise RuntimeError(
            f"Input and output sizes should be greater than 0, but got input ({before}) output ({after})"
        )
    if not shape[1]:
        raise RuntimeError(f"Non-empty {dims + 2}D data tensor expected but got a tensor with sizes {list(shape)}")
    d, byte = input.dtype, input._data.dtype == np.uint8
    if not (d.is_floating_point or (byte and (dims == 2 or kind.startswith("nearest")))) or (
        kind.endswith("_aa") and d.itemsize == 2
    ):
        raise unimplemented(_kernel(kind, dims), d)


def upsampled(
    input: Tensor, kind: str, output_size: Sequence[int] | None, align_corners: bool = False,
    scale_factors: Sequence[float | None] | None = None,
) -> Tensor:  # fmt: skip
    """`input` (n, channels, ...) in the size `output_size`, or in its own times `scale_factors`.

    `kind` names a matrix above. Raises RuntimeError for sizes that are not positive or too many.
    """
    check_tensor("upsample", input)
    size = _output_size(input, output_size, scale_factors)
    return _resampled(input, kind, size, align_corners, scale_factors or [None] * len(size))


def _resampled(
    input: Tensor, kind: str, size: Sequence[int], align_corners: bool, scales: Sequence[float | None]
) -> Tensor:
    _check(input, size, kind)
    x = input._data
    byte = x.dtype == np.uint8
    real = np.float64 if byte or x.dtype == np.float64 else np.float32
    ns = x.shape[2:]
    weights = "nearest_of_image" if kind == "nearest" and len(size) == 2 else kind
    matrices = tuple([_matrix(weights, n, m, align_corners, s, real) for n, m, s in zip(ns, size, scales)])
    if byte:
        return _of_bytes(input, matrices)
    if input.dtype.itemsize == 2 and kind == "linear" and len(size) != 2:
        matrices = tuple([_rounded(matrix, input.dtype) for matrix in matrices])
    return _OPERATIONS[kind, len(size)](input, matrices)


def _rounded(matrix: Any, d: dtypes.dtype) -> Any:
    """A matrix of two weights a row, both held in 16 bits: what torch does for signals and volumes, not for images."""
    if matrix.nnz == matrix.shape[0]:
        return matrix
    out = matrix.copy()
    share = dtypes.cast(out.data.reshape(-1, 2)[:, 1], d)
    out.data = np.stack([dtypes.cast(dtypes.cast(part, d), dtypes.float32) for part in (1 - share, share)], 1).ravel()
    return out


@reads_values
def _of_bytes(input: Tensor, matrices: Sequence[Any]) -> Tensor:
    return wrap(_applied_to_bytes(input._data, matrices))


def _applied_to_bytes(x: Any, matrices: Sequence[Any]) -> Any:
    """The product in fixed point, the last dimension first, rounded to bytes after each one, as in Pillow and torch."""
    for dim, matrix in enumerate(matrices[::-1]):
        if matrix.shape[0] == matrix.shape[1] and (matrix.diagonal() == 1).all():
            continue
        whole = matrix.copy()
        whole.sum_duplicates()
        bits = next((b for b in range(22) if int(0.5 + whole.data.max() * (2 << b)) >= 1 << 15), 22)
        scaled = whole.data * (1 << bits)
        whole.data = np.trunc(scaled + np.copysign(0.5, scaled)).astype(np.int32)
        columns = x.swapaxes(0, x.ndim - 1 - dim)
        total = whole @ columns.reshape(columns.shape[0], -1).astype(np.int32) + (1 << bits >> 1)
        rows = np.clip(total >> bits, 0, 255).astype(np.uint8)
        x = rows.reshape(-1, *columns.shape[1:]).swapaxes(0, x.ndim - 1 - dim)
    return np.ascontiguousarray(x)


def _upsample_bilinear2d_aa(
    input: Tensor, output_size: Sequence[int] | None, align_corners: bool, scales_h: Any = None,
    scales_w: float | None = None, *, scale_factors: Sequence[float] | None = None, out: Tensor | None = None,
) -> Tensor:  # fmt: skip
    """`input` (n, channels, height, width) in another size, each output averaged over all inputs that it covers."""
    if out is not None:
        return into(out, _upsample_bilinear2d_aa, input, output_size, align_corners, scales_h, scales_w)
    if isinstance(scales_h, (tuple, list)):
        scale_factors, scales_h = scales_h, None
    if output_size is None or scale_factors is not None:
        return upsampled(input, "linear_aa", output_size, align_corners, scale_factors)
    return _resampled(input, "linear_aa", tuple(output_size), align_corners, (scales_h, scales_w))
