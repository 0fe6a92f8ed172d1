"""Padding the last dimensions: with a constant, or with what the tensor itself has further in.

A padding is a flat sequence ``(before, after, before, after, ...)``, the last dimension first; a negative number crops.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ...arrays import dtypes
from ...core.declare import op
from ...core.errors import OVERLAPPING_INPUT
from ...core.tensor import Tensor
from ..creation.filled import check_fits
from ..layout.joining import zeros_from
from ..support.arguments import unimplemented
from ..support.checked import checked
from ..support.options import argument_error, check_size
from ..support.outputs import into

__all__ = ["constant_pad_nd"]


def _pairs(padding: Sequence[int], ndim: int) -> list[tuple[int, int, int]]:
    """(dimension, before, after), the last dimension first."""
    return [(ndim - 1 - i, padding[2 * i], padding[2 * i + 1]) for i in range(len(padding) // 2)]


# With a constant.


def _constant(x: Any, pad: tuple[int, ...], value: Any) -> Any:
    shape, source, target = list(x.shape), [slice(None)] * x.ndim, [slice(None)] * x.ndim
    for dim, before, after in _pairs(pad, x.ndim):
        n = x.shape[dim]
        shape[dim] = n + before + after
        source[dim] = slice(max(-before, 0), n - max(-after, 0))
        target[dim] = slice(max(before, 0), shape[dim] - max(after, 0))
    if all([n <= 0 for n in pad]):
        return x[tuple(source)].copy()
    out = np.full_like(x, value, shape=tuple(shape), order="C")
    out[tuple(target)] = x[tuple(source)]
    return out


_constant_pad = op("constant_pad_nd", _constant, "ConstantPadNdBackward0", {
    "x": lambda g, pad: _constant_pad(g, tuple([-n for n in pad]), 0),
})  # fmt: skip


@checked
def constant_pad_nd(input: Tensor, pad: Sequence[int], value: complex = 0, *, out: Tensor | None = None) -> Tensor:
    """`input` with `value` before and after its last dimensions: see the head of this file.

    Raises RuntimeError for an odd number of paddings, for more than `input` has dimensions, and where a dimension would
    be cropped to less than nothing.
    """
    if out is not None:
        return into(out, constant_pad_nd, input, pad, value)
    pad = check_size("constant_pad_nd", pad, 2, "pad")
    x = input._data
    if len(pad) % 2:
        raise RuntimeError(f"Length of pad must be even but instead it equals {len(pad)}")
    if len(pad) > 2 * x.ndim:
        raise RuntimeError(
            "Length of pad should be no more than twice the number of dimensions of the input. Pad length is "
            f"{len(pad)}while the input has {x.ndim}dimensions."
        )
    for dim, before, after in _pairs(pad, x.ndim):
        if x.shape[dim] + min(before, 0) + min(after, 0) < 0:
            raise RuntimeError("narrow(): length must be non-negative.")
    value = dtypes.cast(np.asarray(check_fits(value, input.dtype)), input.dtype)[()] if value else 0
    return _constant_pad(input, pad, value)


# With the tensor's own elements. Each dimension takes its elements from a list of sources.


def _sources(mode: str, n: int, before: int, after: int) -> Any:
    """Which element of a dimension of size `n` stands at each place of the padded one."""
    places = np.arange(-before, n + after)
    if mode == "reflect":
        return n - 1 - np.abs(n - 1 - np.abs(places))
    if mode == "replicate":
        return np.clip(places, 0, n - 1)
    first = max(-before, 0)  # what is cropped does not come back
    return first + (places - first) % max(n - first - max(-after, 0), 1)


def _padded(x: Any, padding: tuple[int, ...], mode: str) -> Any:
    for dim, before, after in _pairs(padding, x.ndim)[::-1]:
        x = x.take(_sources(mode, x.shape[dim], before, after), dim)
    return x


def _folded(g: Any, x_shape: tuple[int, ...], padding: tuple[int, ...], mode: str) -> Any:
    """The transpose of `_padded`: what stands in the padding is added to where it came from."""
    for dim, before, after in _pairs(padding, g.ndim):
        n, size = x_shape[dim], g.shape[dim]
        shape = (*g.shape[:dim], n, *g.shape[dim + 1 :])
        out = zeros_from(g, shape)
        to, source = out.swapaxes(0, dim), g.swapaxes(0, dim)
        start, end = max(before, 0), size - max(after, 0)
        to[start - before : end - before] = source[start:end]
        places = _sources(mode, n, before, after)
        for place in (*range(start), *range(end, size)):
            to[places[place]] += source[place]
        g = out
    return g


def _declare(name: str, node: str, mode: str, *ways: int) -> Any:
    """The operation that pads one, two or three dimensions in this mode, and its transpose."""
    backward = op(f"{name}_backward", _folded, f"{node}BackwardBackward0", {
        "g": lambda gg, padding, mode: forward(gg, padding, mode),
    })  # fmt: skip
    forward = op(name, _padded, f"{node}Backward0", {
        "x": lambda g, x_shape, padding, mode: backward(g, x_shape, padding, mode),
    })  # fmt: skip
    return forward


_PADS = {
    (mode, count): _declare(f"{word}_pad{count}d", f"{word.title()}Pad{count}D", mode)
    for mode, word in (("reflect", "reflection"), ("replicate", "replication"))
    for count in (1, 2, 3)
}
#: torch writes the parts into a new tensor, and that is what its graph shows.
_circular = _declare("circular_pad", "CircularPad", "circular")
_circular.op.node_class.__name__ = _circular.op.node_class.__qualname__ = "CopySlices"


def _check_own(x: Tensor, padding: tuple[int, ...], mode: str) -> None:
    """The checks of reflection and replication."""
    shape, count = x._data.shape, len(padding) // 2
    if x._data.ndim not in (count + 1, count + 2) or not all(shape[x._data.ndim - count - 1 :]):
        raise RuntimeError(
            f"Expected {count + 1}D or {count + 2}D (batch mode) tensor with possibly 0 batch size and other non-zero "
            f"dimensions for input, but got: {list(shape)}"
        )
    for i, (dim, before, after) in enumerate(_pairs(padding, x._data.ndim)):
        if mode == "reflect" and max(before, after) >= shape[dim]:
            raise RuntimeError(
                f"Argument #{2 * i + 4}: Padding size should be less than the corresponding input dimension, but got: "
                f"padding ({before}, {after}) at dimension {dim} of input {list(shape)}"
            )
    sizes = {dim: shape[dim] + before + after for dim, before, after in _pairs(padding, x._data.ndim)}
    if max(sizes.values()) < 1 or min(sizes.values()) < 0:
        axes = "DHW"[-count:]
        given = " ".join([f"{axis}: {n}" for axis, n in zip(axes, shape[-count:])])
        made = " ".join([f"{axis}: {sizes[d]}" for axis, d in zip(axes, sorted(sizes))])
        raise RuntimeError(f"input ({given}) is too small. Calculated output {made}")
    if x._data.dtype.kind == "b":
        raise unimplemented(f"{'reflection' if mode == 'reflect' else 'replication'}_pad{count}d", x.dtype)


def _check_circular(x: Tensor, padding: tuple[int, ...]) -> None:
    for dim, before, after in _pairs(padding, x._data.ndim):
        n = x._data.shape[dim]
        if max(before, after) > n:
            raise RuntimeError("Padding value causes wrapping around more than once.")
        if n + before + after < 0:
            raise RuntimeError("Negative padding value is resulting in an empty dimension")
        if max(before, after) > n + min(before, 0) + min(after, 0):
            raise RuntimeError(OVERLAPPING_INPUT)


_UNSUPPORTED = """Padding size {} is not supported for {}D input tensor.
Supported combinations for non-constant padding:
  - 2D or 3D input: padding size = 2 (pads last dimension)
  - 3D or 4D input: padding size = 4 (pads last 2 dimensions)
  - 4D or 5D input: padding size = 6 (pads last 3 dimensions)"""


@checked
def pad(input: Tensor, pad: Sequence[int], mode: str = "constant", value: float | None = None) -> Tensor:
    """`input` with more before and after its last dimensions: ``(before, after, before, after, ...)``, last one first.

    Args:
        input: of any shape; of (n, channels, ...) or (channels, ...) with one to three padded dimensions unless `mode`
            is ``"constant"``.
        pad: how much is added; a negative number crops.
        mode: ``"constant"``, ``"reflect"`` (mirrored, without the edge), ``"replicate"`` (the edge) or ``"circular"``.
        value: the constant, zero if left out.

    Raises:
        RuntimeError: for an odd number of paddings or too many, and where a mode cannot fill so much.
        NotImplementedError: for other modes, and for a number of dimensions that the mode does not know.

    Example::

        >>> F.pad(torch.tensor([1.0, 2.0]), (1, 2))
        tensor([0., 1., 2., 0., 0.])
    """
    pad = check_size("pad", pad, 2, "pad")
    x, size = input._data, len(pad)
    if size % 2:
        raise RuntimeError("Padding length must be divisible by 2")
    if size > 2 * x.ndim:
        raise RuntimeError(
            "Padding length should be less than or equal to two times the input dimension but got padding length "
            f"{size} and input of dimension {x.ndim}"
        )
    if value is not None and not isinstance(value, (bool, int, float, np.number, Tensor)):
        raise argument_error("pad", "value", "float", value, 4)
    if mode == "constant":
        return constant_pad_nd(input, pad, value or 0)
    if value and mode in ("reflect", "replicate", "circular"):
        raise RuntimeError(f'Padding mode "{mode}" doesn\'t take in value argument')
    if mode not in ("reflect", "replicate", "circular"):
        raise NotImplementedError(f"Unrecognised padding mode {mode}")
    if size not in (2, 4, 6) or x.ndim - size // 2 not in (1, 2):
        raise NotImplementedError(_UNSUPPORTED.format(size, x.ndim))
    if mode == "circular":
        _check_circular(input, pad)
        return _circular(input, pad, mode)
    _check_own(input, pad, mode)
    return _PADS[mode, size // 2](input, pad, mode)
