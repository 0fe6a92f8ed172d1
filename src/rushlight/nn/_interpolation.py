"""Other sizes and other places, in :mod:`nn.functional`: interpolate, grid_sample, affine_grid."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from ..core import Tensor
from ..ops.neural import grid as grids
from ..ops.neural.interpolation import upsampled
from ..ops.support.casting import in_float32
from ..ops.support.options import warn_user

__all__ = ["affine_grid", "grid_sample", "interpolate", "upsample", "upsample_bilinear", "upsample_nearest"]

#: The kind of weights of each mode, for the number of spatial dimensions that it is for.
_KINDS = {
    **{("nearest", d): "nearest" for d in (1, 2, 3)},
    **{("nearest-exact", d): "nearest_exact" for d in (1, 2, 3)},
    ("linear", 1): "linear",
    ("bilinear", 2): "linear",
    ("trilinear", 3): "linear",
    ("bicubic", 2): "cubic",
    ("lanczos", 2): "lanczos",
}
_WANTED = {"linear": 3, "bilinear": 4, "trilinear": 5}


def _is_integer(n: Any) -> bool:
    return isinstance(n, (int, np.integer)) or (isinstance(n, Tensor) and not n.is_floating_point())


def _sizes(
    input: Tensor, size: Any, scale_factor: Any, recompute: bool
) -> tuple[Sequence[int] | None, Sequence[float] | None]:
    """The output's size or its ratios to the input's, one a dimension, exactly one of the two being asked for."""
    dim, shape = input.dim() - 2, list(input.shape[2:])
    if size is not None and scale_factor is not None:
        raise ValueError("only one of size or scale_factor should be defined")
    if size is not None:
        if not isinstance(size, (list, tuple)):
            size = [size] * dim
        elif len(size) != dim:
            raise ValueError(
                "Input and output must have the same number of spatial dimensions, but got input with spatial "
                f"dimensions of {shape} and output size of {size}. Please provide input tensor in (N, C, d1, d2, "
                "...,dK) format and output size in (o1, o2, ...,oK) format."
            )
        if not all(_is_integer(n) for n in size):
            raise TypeError(
                "expected size to be one of int or Tuple[int] or Tuple[int, int] or Tuple[int, int, int], but got size "
                f"with types {[type(n) for n in size]}"
            )
        if recompute:
            raise ValueError("recompute_scale_factor is not meaningful with an explicit size.")
        return size, None
    if scale_factor is None:
        raise ValueError("either size or scale_factor should be defined")
    if not isinstance(scale_factor, (list, tuple)):
        scale_factor = [scale_factor] * dim
    elif len(scale_factor) != dim:
        raise ValueError(
            "Input and scale_factor must have the same number of spatial dimensions, but got input with spatial "
            f"dimensions of {shape} and scale_factor of shape {scale_factor}. Please provide input tensor in (N, C, "
            "d1, d2, ...,dK) format and scale_factor in (s1, s2, ...,sK) format."
        )
    return ([int(n * f) for n, f in zip(shape, scale_factor)], None) if recompute else (None, scale_factor)


def interpolate(
    input: Tensor,
    size: Any = None,
    scale_factor: Any = None,
    mode: str = "nearest",
    align_corners: bool | None = None,
    recompute_scale_factor: bool | None = None,
    antialias: bool = False,
) -> Tensor:
    """The input in another size.

    Args:
        input: ``(n, channels, ...)`` with one to three spatial dimensions.
        size: of the spatial dimensions of the result: a number for all or one each.
        scale_factor: in place of `size`, its ratio to that of the input.
        mode: ``"nearest"``, ``"nearest-exact"``, ``"area"``; ``"linear"`` for one spatial dimension, ``"bilinear"``,
            ``"bicubic"`` and ``"lanczos"`` for two, ``"trilinear"`` for three.
        align_corners: whether the centers of the corner elements stay where they are, rather than the edges.
        recompute_scale_factor: whether the ratio used is that of the integer sizes rather than the one given.
        antialias: whether every input counts where the result is smaller; for the modes of two dimensions.

    Raises:
        ValueError: if not exactly one of `size` and `scale_factor` is given, or an option does not suit the mode.
        NotImplementedError: if the mode is not for this number of dimensions.
        RuntimeError: if a size is not positive.

    Example::

        >>> F.interpolate(torch.tensor([[[1.0, 3.0]]]), scale_factor=2, mode="linear")
        tensor([[[1.0000, 1.5000, 2.5000, 3.0000]]])
    """
    plain = mode in ("nearest", "area", "nearest-exact")
    if plain and align_corners is not None:
        raise ValueError(
            "align_corners option can only be set with the interpolating modes: linear | bilinear | bicubic | trilinear"
        )
    recompute = bool(recompute_scale_factor) or (mode == "area" and size is None)
    output_size, factors = _sizes(input, size, scale_factor, recompute)
    dim = input.dim()
    if antialias and not (mode in ("bilinear", "bicubic", "lanczos") and dim == 4):
        raise ValueError(
            "Anti-alias option is restricted to bilinear, bicubic, and lanczos modes and requires a 4-D tensor as input"
        )
    if mode == "area" and 3 <= dim <= 5:
        from . import functional

        return getattr(functional, f"adaptive_avg_pool{dim - 2}d")(input, output_size)
    kind = _KINDS.get((mode, dim - 2))
    if kind is None:
        raise NotImplementedError(_no_mode(mode, dim))
    if mode == "lanczos":
        if align_corners:
            raise ValueError("Lanczos mode does not support align_corners=True")
        if not antialias:
            raise ValueError("Lanczos mode requires antialias=True")
    return upsampled(input, f"{kind}_aa" if antialias else kind, output_size, bool(align_corners), factors)


def _no_mode(mode: str, dim: int) -> str:
    if mode in _WANTED and 3 <= dim <= 5:
        return f"Got {dim}D input, but {mode} mode needs {_WANTED[mode]}D input"
    return (
        f"Input Error: Only 3D, 4D and 5D input Tensors supported (got {dim}D) for the modes: nearest | linear | "
        f"bilinear | bicubic | trilinear | lanczos | area | nearest-exact (got {mode})"
    )


def _warn_deprecated(name: str) -> None:
    warn_user(f"`nn.functional.{name}` is deprecated. Use `nn.functional.interpolate` instead.")


def upsample(
    input: Tensor,
    size: Any = None,
    scale_factor: Any = None,
    mode: str = "nearest",
    align_corners: bool | None = None,
) -> Tensor:
    """Deprecated: the same as :func:`interpolate`, with a warning."""
    _warn_deprecated("upsample")
    return interpolate(input, size, scale_factor, mode, align_corners)


def upsample_nearest(input: Tensor, size: Any = None, scale_factor: Any = None) -> Tensor:
    """Deprecated: :func:`interpolate` with ``mode="nearest"``, with a warning."""
    _warn_deprecated("upsample_nearest")
    return interpolate(input, size, scale_factor, mode="nearest")


def upsample_bilinear(input: Tensor, size: Any = None, scale_factor: Any = None) -> Tensor:
    """Deprecated: :func:`interpolate` with ``mode="bilinear", align_corners=True``, with a warning."""
    _warn_deprecated("upsample_bilinear")
    return interpolate(input, size, scale_factor, mode="bilinear", align_corners=True)


_SAMPLING = {"bilinear": grids.BILINEAR, "nearest": grids.NEAREST, "bicubic": grids.BICUBIC}
_PADDING = {"zeros": grids.ZEROS, "border": grids.BORDER, "reflection": grids.REFLECTION}


def _corners(align_corners: bool | None) -> bool:
    if align_corners is None:
        warn_user(
            "Default grid_sample and affine_grid behavior has changed to align_corners=False since 1.3.0. Please "
            "specify align_corners=True if the old behavior is desired. See the documentation of grid_sample for "
            "details."
        )
    return bool(align_corners)


@in_float32
def grid_sample(
    input: Tensor,
    grid: Tensor,
    mode: str = "bilinear",
    padding_mode: str = "zeros",
    align_corners: bool | None = None,
) -> Tensor:
    """The values of images at the places of a grid.

    Args:
        input: images ``(n, channels, height, width)``, or volumes with a depth before the height.
        grid: ``(n, rows, columns, 2)``, or ``(n, layers, rows, columns, 3)``: coordinates x, y (and z) of [-1, 1].
        mode: ``"bilinear"``, ``"nearest"``, or for images ``"bicubic"``.
        padding_mode: what is outside: ``"zeros"``, the nearest element of the ``"border"``, or a ``"reflection"``.
        align_corners: whether -1 and 1 are the centers of the corner elements rather than their outer edges; with a
            warning, false if left out.

    Returns:
        ``(n, channels, rows, columns)``, or ``(n, channels, layers, rows, columns)``.

    Raises:
        ValueError: for another mode.
        RuntimeError: for shapes and dtypes that do not fit together.

    Example::

        >>> F.grid_sample(torch.tensor([[[[1.0, 3.0]]]]), torch.zeros(1, 1, 1, 2), align_corners=True)
        tensor([[[[2.]]]])
    """
    if mode not in _SAMPLING:
        raise ValueError(
            f"nn.functional.grid_sample(): expected mode to be 'bilinear', 'nearest' or 'bicubic', but got: '{mode}'"
        )
    if padding_mode not in _PADDING:
        raise ValueError(
            "nn.functional.grid_sample(): expected padding_mode to be 'zeros', 'border', or 'reflection', but got: "
            f"'{padding_mode}'"
        )
    align = _corners(align_corners)
    return grids.grid_sampler(input, grid, _SAMPLING[mode], _PADDING[padding_mode], align)


def affine_grid(theta: Tensor, size: Sequence[int], align_corners: bool | None = None) -> Tensor:
    """The grid for :func:`grid_sample` that maps images affinely.

    Args:
        theta: ``(n, 2, 3)``, or ``(n, 3, 4)`` for volumes.
        size: of the images that are wanted: ``(n, channels, height, width)``, or with a depth before the height.
        align_corners: as in :func:`grid_sample`.

    Raises:
        ValueError: if `theta` is not of floating point or of another shape, or a size is not positive.
        NotImplementedError: for other numbers of dimensions.

    Example::

        >>> F.affine_grid(torch.eye(2, 3)[None], (1, 1, 2, 2), align_corners=True)[0, 0]
        tensor([[-1., -1.],
                [ 1., -1.]])
    """
    align = _corners(align_corners)
    if not theta.is_floating_point():
        raise ValueError(f"Expected theta to have floating point type, but got {theta.dtype}")
    dims = len(size) - 2
    if dims not in (2, 3):
        raise NotImplementedError(
            "affine_grid only supports 4D and 5D sizes, for 2D and 3D affine transforms, respectively. "
            f"Got size {size}."
        )
    if theta.dim() != 3 or tuple(theta.shape[1:]) != (dims, dims + 1):
        raise ValueError(
            f"Expected a batch of {dims}D affine matrices of shape Nx{dims}x{dims + 1} for size {size}. "
            f"Got {theta.shape}."
        )
    if align and min(size[2:]) == 1:
        warn_user(
            "Since version 1.3.0, affine_grid behavior has changed for unit-size grids when align_corners=True. This "
            "is not an intended use case of affine_grid. See the documentation of affine_grid for details."
        )
    elif min(size) <= 0:
        raise ValueError(f"Expected non-zero, positive output size. Got {size}")
    return grids.affine_grid_generator(theta, size, align)
