"""Differences of neighbours, derivatives and integrals of functions that are known at points."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ...arrays import dtypes
from ...arrays.shapes import wrap_dim
from ...core.declare import op
from ...core.tensor import Tensor
from ..elementwise.comparison import logical_xor
from ..layout.broadcasting import distinct_dims
from ..layout.joining import cat
from ..layout.splitting import narrow
from ..support.attach import methods
from ..support.checked import checked
from ..support.options import MISSING, no_such_call
from ..support.outputs import into

__all__ = ["cumulative_trapezoid", "diff", "gradient", "trapezoid", "trapz"]


# Differences.


def _check_joined(x: Tensor, other: Any, dim: int) -> list[Tensor]:
    if other is None:
        return []
    if other.ndim != x.ndim:
        raise RuntimeError("diff expects prepend or append to be the same dimension as input")
    for i, (n, m) in enumerate(zip(x.shape, other.shape)):
        if i != dim and n != m:
            raise RuntimeError(
                "diff expects the shape of tensor to prepend or append to match that of input except along the "
                f"differencing dimension; input.size({i}) = {n}, but got tensor.size({i}) = {m}"
            )
    return [other]


@checked
def diff(
    input: Tensor, n: int = 1, dim: int = -1, prepend: Tensor | None = None, append: Tensor | None = None, *,
    out: Tensor | None = None,
) -> Tensor:  # fmt: skip
    """The differences of neighbours along `dim`, taken `n` times; each time there is one element less.

    `prepend` and `append` are put before and after `input` first. Of bool it is whether neighbours differ. Raises
    RuntimeError for a 0-d tensor, a negative `n`, and tensors to join that do not fit.

    >>> torch.diff(torch.tensor([1, 3, 2]))
    tensor([ 2, -1])
    """
    if out is not None:
        return into(out, diff, input, n, dim, prepend, append)
    if not input.ndim:
        raise RuntimeError("diff expects input to be at least one-dimensional")
    if n < 0:
        raise RuntimeError(f"order must be non-negative but got {n}")
    if n == 0 and prepend is None and append is None:
        return input.new_zeros(tuple(input.shape)).copy_(input)
    dim = wrap_dim(dim, input.ndim)
    before, after = _check_joined(input, prepend, dim), _check_joined(input, append, dim)
    if n == 0:
        return input.new_zeros(tuple(input.shape)).copy_(input)
    x = cat([*before, input, *after], dim) if before or after else input
    for _ in range(min(n, x._data.shape[dim])):
        size = x._data.shape[dim] - 1
        left, right = narrow(x, dim, 0, size), narrow(x, dim, 1, size)
        x = logical_xor(right, left) if x.dtype is dtypes.bool_ else right - left
    return x


# The gradient of a function on a grid.


def _spacings(x: Tensor, spacing: Any, dims: list[int], dim_given: bool) -> list[Any]:
    """A number or a vector of coordinates for each dimension."""
    if not isinstance(spacing, (tuple, list)):
        return [1 if spacing is None else spacing] * len(dims)
    if not dim_given and len(spacing) != x.ndim:
        raise RuntimeError(
            f"torch.gradient expected spacing to be unspecified, a scalar, or a list of length equal to 'self.dim() = "
            f"{x.ndim}', since dim argument was not given, but got a list of length {len(spacing)}"
        )
    if len(spacing) != len(dims):
        raise RuntimeError(
            "torch.gradient expected spacing to be unspecified, a scalar or it's spacing and dim arguments to have the "
            f"same length, but got a spacing argument of length {len(spacing)} and a dim argument of length {len(dims)}."
        )
    if any([isinstance(s, Tensor) for s in spacing]):
        for i, s in enumerate(spacing):
            if not isinstance(s, Tensor):
                raise TypeError(f"expected Tensor as element {i} in argument 1, but got {type(s).__name__}")
            if s.ndim != 1:
                raise RuntimeError(
                    "torch.gradient expected each element of spacing to have one dimension, but got an element with "
                    f"{s.ndim} dimensions!"
                )
    return list(spacing)


def _evenly(x: Tensor, step: Any, dim: int, edge_order: int) -> Tensor:
    """Central differences; at the edges one-sided ones of order 1 or 2."""
    n = x._data.shape[dim]

    def part(start: int, length: int = 1) -> Tensor:
        return narrow(x, dim, start, length)

    center = (part(2, n - 2) - part(0, n - 2)) / step / 2
    if edge_order == 1:
        first, last = part(1) - part(0), part(n - 1) - part(n - 2)
    else:
        first = part(0) * -1.5 + part(1) * 2 - part(2) * 0.5
        last = part(n - 3) * 0.5 - part(n - 2) * 2 + part(n - 1) * 1.5
    return cat([first / step, center, last / step], dim)


def _unevenly(x: Tensor, coordinates: Tensor, dim: int, edge_order: int) -> Tensor:
    """The derivative of the parabola through three neighbours (at edges of order 1: of the line through two)."""
    n, steps = x._data.shape[dim], diff(coordinates, 1, 0)
    along = (1,) * dim + (-1,) + (1,) * (x.ndim - dim - 1)

    def step(start: int, length: int = 1) -> Tensor:
        return narrow(steps, 0, start, length).reshape(along)

    def part(start: int, length: int = 1) -> Tensor:
        return narrow(x, dim, start, length)

    def weighted(a: Tensor, b: Tensor, c: Tensor, start: int, length: int = 1) -> Tensor:
        return a * part(start, length) + b * part(start + 1, length) + c * part(start + 2, length)

    k = steps._data.shape[0]
    p, q = step(0, k - 1), step(1, k - 1)
    center = weighted(-q / (p * (p + q)), (q - p) / (p * q), p / (q * (p + q)), 0, n - 2)
    if edge_order == 1:
        first, last = (part(1) - part(0)) / step(0), (part(n - 1) - part(n - 2)) / step(k - 1)
    else:
        p, q = step(0), step(1)
        first = weighted(-(2 * p + q) / (p * (p + q)), (p + q) / (p * q), -p / (q * (p + q)), 0)
        p, q = step(k - 2), step(k - 1)
        last = weighted(q / (p * (p + q)), -(p + q) / (p * q), (p + 2 * q) / (q * (p + q)), n - 3)
    return cat([first, center, last], dim)


_GRADIENT_FORMS = [
    "(Tensor input, *, tuple of ints dim, int edge_order = 1)",
    "(Tensor input, *, Number spacing, tuple of ints dim, int edge_order = 1)",
    "(Tensor input, *, Number spacing = None, int dim = None, int edge_order = 1)",
    "(Tensor input, *, tuple of Scalars spacing, int dim = None, int edge_order = 1)",
    "(Tensor input, *, tuple of Scalars spacing, tuple of ints dim, int edge_order = 1)",
    "(Tensor input, *, tuple of Tensors spacing, int dim = None, int edge_order = 1)",
    "(Tensor input, *, tuple of Tensors spacing, tuple of ints dim, int edge_order = 1)",
]


@checked(signatures=(
    "(Tensor input, *, tuple of ints dim, int edge_order = 1)",
    "(Tensor input, *, Number spacing, tuple of ints dim, int edge_order = 1)",
    "(Tensor input, *, Number spacing = None, int dim = None, int edge_order = 1)",
    "(Tensor input, *, tuple of Scalars spacing, int dim = None, int edge_order = 1)",
    "(Tensor input, *, tuple of Scalars spacing, tuple of ints dim, int edge_order = 1)",
    "(Tensor input, *, tuple of Tensors spacing, int dim = None, int edge_order = 1)",
    "(Tensor input, *, tuple of Tensors spacing, tuple of ints dim, int edge_order = 1)",
))
def gradient(
    input: Tensor, *, spacing: Any = None, dim: int | Sequence[int] | None = None, edge_order: int = 1
) -> tuple[Tensor, ...]:
    """The partial derivatives of a function whose values on a grid are `input`, along `dim` (all dimensions by default).

    Estimated by second-order differences, at the edges by one-sided ones of order `edge_order`. `spacing` is the distance of
    the points: a number, one for each dimension, or a vector of coordinates for each. Returns a tuple. Raises RuntimeError
    for too few points, a `spacing` that does not fit, and uint8.

    >>> torch.gradient(torch.tensor([1., 4., 9., 16.]))
    (tensor([3., 4., 6., 7.]),)
    """
    numbers = (int, float, complex, Tensor)
    fits = spacing is None or isinstance(spacing, (tuple, list)) or (
        isinstance(spacing, numbers) and not getattr(spacing, "ndim", 0)
    )  # fmt: skip
    if not fits or not isinstance(edge_order, int) or not (dim is None or isinstance(dim, (int, tuple, list))):
        given = {"spacing": spacing, "dim": dim, "edge_order": edge_order if edge_order != 1 else None}
        raise no_such_call("gradient", (input,), {k: v for k, v in given.items() if v is not None}, _GRADIENT_FORMS)
    if input.dtype is dtypes.uint8:
        raise RuntimeError("torch.gradient does not support uint8 input.")
    given_dims = list(range(input.ndim)) if dim is None else [dim] if isinstance(dim, int) else list(dim)
    steps = _spacings(input, spacing, given_dims, dim is not None)
    if edge_order not in (1, 2):
        raise RuntimeError("torch.gradient only supports edge_order=1 and edge_order=2.")
    dims = distinct_dims(given_dims, input.ndim)
    if any([input._data.shape[d] <= edge_order for d in dims]):
        raise RuntimeError("torch.gradient expected each dimension size to be at least edge_order+1")
    return tuple([
        (_unevenly if isinstance(s, Tensor) and s.ndim else _evenly)(input, s, d, edge_order) for s, d in zip(steps, dims)
    ])  # fmt: skip


# Integrals. torch scales them by a number in C++, where that has nodes of its own.

_times_number = op("times_number", lambda x, number: x * number, "MulBackward1", {"x": lambda g, number: g * number})
_over_number = op("over_number", lambda x, number: x / number, "DivBackward1", {"x": lambda g, number: g / number})


def _times(x: Tensor, number: Any) -> Tensor:
    return _times_number(x, number) if x.dtype.category > 1 else x * number


def _half(x: Tensor) -> Tensor:
    return _over_number(x, 2) if x.dtype.category > 1 else x / 2


def _trapezoids(name: str, y: Any, x: Any, dx: Any, dim: Any) -> tuple[int, Tensor | None]:
    """The dimension, and the widths along it if `x` is given. Raises for what `name` cannot integrate."""
    real = isinstance(dx, (int, float)) or (isinstance(dx, complex) and name != "trapz")
    x_fits, dx_fits = x is MISSING or (isinstance(x, Tensor) and dx is MISSING), dx is MISSING or real
    if not (isinstance(y, Tensor) and x_fits and dx_fits):
        given = {k: v for k, v in (("x", x), ("dx", dx)) if v is not MISSING}
        forms = ["(Tensor y, Tensor x, *, int dim = -1)", "(Tensor y, *, Number dx = 1, int dim = -1)"]
        if name == "trapz":
            forms = ["(Tensor y, *, float dx = 1, int dim = -1)", forms[0]]
        raise no_such_call(name, (y,), given, forms)
    x = None if x is MISSING else x
    name = "trapezoid" if name == "trapz" else name
    if dtypes.bool_ in (y.dtype, y.dtype if x is None else x.dtype):
        which = "`y`" if x is None else "`x` or `y`"
        raise RuntimeError(f"{name}: received a bool input for {which}, but bool is not supported")
    if isinstance(dx, complex):
        raise RuntimeError(f"{name}: Currently, we only support dx as a real number.")
    if not y.ndim and name == "trapezoid":
        raise IndexError(f"Dimension specified as {dim} but tensor has no dimensions")
    dim = wrap_dim(dim, y.ndim)
    if x is None:
        return dim, None
    if x.ndim == 1:
        if x._data.shape[0] != y._data.shape[dim]:
            raise RuntimeError(f"{name}: There must be one `x` value for each sample point")
        x = x.view((1,) * dim + (-1,) + (1,) * (y.ndim - dim - 1))
    elif x.ndim < y.ndim:
        x = x.view((1,) * (y.ndim - x.ndim) + tuple(x.shape))
    left, right = _neighbours(x, dim)
    return dim, right - left


def _neighbours(y: Tensor, dim: int) -> tuple[Tensor, Tensor]:
    if not y.ndim:
        raise IndexError("slice() cannot be applied to a 0-dim tensor.")
    n = max(y._data.shape[dim] - 1, 0)
    return narrow(y, dim, 0, n), narrow(y, dim, min(1, y._data.shape[dim]), n)


def _integral(name: str, y: Tensor, x: Any, dx: Any, dim: int) -> Tensor:
    dim, widths = _trapezoids(name, y, x, dx, dim)
    shape = tuple(y.shape)
    if not shape[dim]:
        return y.new_zeros(shape[:dim] + shape[dim + 1 :])
    if widths is None:
        return _times(y.sum(dim) - (y.select(dim, 0) + y.select(dim, -1)) * 0.5, 1 if dx is MISSING else dx)
    left, right = _neighbours(y, dim)
    return _half(((left + right) * widths).sum(dim))


def trapezoid(y: Tensor, x: Tensor = MISSING, *, dx: Any = MISSING, dim: int = -1) -> Tensor:
    """The integral along `dim` by the trapezoidal rule, of values `y` at the points `x` or at a distance of `dx` (1).

    Raises RuntimeError for bool, and for points that do not fit.

    >>> torch.trapezoid(torch.tensor([1., 2., 3.]))
    tensor(4.)
    """
    return _integral("trapezoid", y, x, dx, dim)


def trapz(y: Tensor, x: Tensor = MISSING, *, dx: float = MISSING, dim: int = -1) -> Tensor:
    """`trapezoid` by NumPy's older name."""
    return _integral("trapz", y, x, dx, dim)


def cumulative_trapezoid(y: Tensor, x: Tensor = MISSING, *, dx: Any = MISSING, dim: int = -1) -> Tensor:
    """The integrals up to each point but the first: the running sums of what `trapezoid` adds up.

    >>> torch.cumulative_trapezoid(torch.tensor([1., 2., 3.]))
    tensor([1.5000, 4.0000])
    """
    dim, widths = _trapezoids("cumulative_trapezoid", y, x, dx, dim)
    left, right = _neighbours(y, dim)
    if widths is None:
        return ((left + right) * ((1 if dx is MISSING else dx) / 2)).cumsum(dim)
    return _half(((left + right) * widths).cumsum(dim))


methods(diff=diff)
