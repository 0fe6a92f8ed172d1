"""Layers that pad their input.

A padding is a number for all sides, or a tuple ``(before, after, before, after, ...)``, the last dimension first; what
is negative crops. The call raises what :func:`nn.functional.pad` does.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ...core import Tensor
from .. import functional as F
from .module import Module

__all__ = [
    "CircularPad1d",
    "CircularPad2d",
    "CircularPad3d",
    "ConstantPad1d",
    "ConstantPad2d",
    "ConstantPad3d",
    "ReflectionPad1d",
    "ReflectionPad2d",
    "ReflectionPad3d",
    "ReplicationPad1d",
    "ReplicationPad2d",
    "ReplicationPad3d",
    "ZeroPad1d",
    "ZeroPad2d",
    "ZeroPad3d",
]


class _Pad(Module):
    """Padding of `_spatial` dimensions in a mode."""

    _spatial: int
    _mode: str

    def __init__(self, padding: int | tuple[int, ...]) -> None:
        super().__init__()
        self.padding = self._sides(padding)

    def _sides(self, padding: Any) -> tuple[int, ...]:
        return tuple(padding) if isinstance(padding, Iterable) else (padding,) * (2 * self._spatial)

    def forward(self, input: Tensor) -> Tensor:
        return F.pad(input, self.padding, self._mode)

    def extra_repr(self) -> str:
        return f"{self.padding}"


class _ConstantPad(_Pad):
    def __init__(self, padding: int | tuple[int, ...], value: float) -> None:
        super().__init__(padding)
        self.value = value

    def forward(self, input: Tensor) -> Tensor:
        return F.pad(input, self.padding, "constant", self.value)

    def extra_repr(self) -> str:
        return f"padding={self.padding}, value={self.value}"


class _CircularPad(_Pad):
    _mode = "circular"

    def forward(self, input: Tensor) -> Tensor:
        low, high = self._spatial + 1, self._spatial + 2
        if input.dim() not in (low, high):
            raise ValueError(f"expected {low}D or {high}D input (got {input.dim()}D input)")
        return super().forward(input)


class _ReflectionPad(_Pad):
    _mode = "reflect"


class _ReplicationPad(_Pad):
    _mode = "replicate"


class CircularPad1d(_CircularPad):
    """Pads the last dimension with the other end of the input, as if it went round.

    Example::

        >>> nn.CircularPad1d((1, 1))(torch.tensor([1.0, 2.0, 3.0]).view(1, 1, 3)).flatten()
        tensor([3., 1., 2., 3., 1.])
    """

    _spatial = 1


class CircularPad2d(_CircularPad):
    """Pads the last two dimensions with the other end of the input, as if it went round.

    Example::

        >>> nn.CircularPad2d((1, 1, 0, 0))(torch.tensor([1.0, 2.0, 3.0]).view(1, 1, 1, 3)).flatten()
        tensor([3., 1., 2., 3., 1.])
    """

    _spatial = 2


class CircularPad3d(_CircularPad):
    """Pads the last three dimensions with the other end of the input, as if it went round.

    Example::

        >>> nn.CircularPad3d((1, 1, 0, 0, 0, 0))(torch.tensor([1.0, 2.0, 3.0]).view(1, 1, 1, 1, 3)).flatten()
        tensor([3., 1., 2., 3., 1.])
    """

    _spatial = 3


class ConstantPad1d(_ConstantPad):
    """Pads the last dimension with `value`.

    Example::

        >>> nn.ConstantPad1d((1, 1), 9.0)(torch.tensor([1.0, 2.0, 3.0]).view(1, 1, 3)).flatten()
        tensor([9., 1., 2., 3., 9.])
    """

    _spatial = 1


class ConstantPad2d(_ConstantPad):
    """Pads the last two dimensions with `value`.

    Example::

        >>> nn.ConstantPad2d((1, 1, 0, 0), 9.0)(torch.tensor([1.0, 2.0, 3.0]).view(1, 1, 1, 3)).flatten()
        tensor([9., 1., 2., 3., 9.])
    """

    _spatial = 2


class ConstantPad3d(_ConstantPad):
    """Pads the last three dimensions with `value`.

    Example::

        >>> nn.ConstantPad3d((1, 1, 0, 0, 0, 0), 9.0)(torch.tensor([1.0, 2.0, 3.0]).view(1, 1, 1, 1, 3)).flatten()
        tensor([9., 1., 2., 3., 9.])
    """

    _spatial = 3


class ReflectionPad1d(_ReflectionPad):
    """Pads the last dimension with the input mirrored at its edges, which are not repeated.

    Example::

        >>> nn.ReflectionPad1d((1, 1))(torch.tensor([1.0, 2.0, 3.0]).view(1, 1, 3)).flatten()
        tensor([2., 1., 2., 3., 2.])
    """

    _spatial = 1


class ReflectionPad2d(_ReflectionPad):
    """Pads the last two dimensions with the input mirrored at its edges, which are not repeated.

    Example::

        >>> nn.ReflectionPad2d((1, 1, 0, 0))(torch.tensor([1.0, 2.0, 3.0]).view(1, 1, 1, 3)).flatten()
        tensor([2., 1., 2., 3., 2.])
    """

    _spatial = 2


class ReflectionPad3d(_ReflectionPad):
    """Pads the last three dimensions with the input mirrored at its edges, which are not repeated.

    Example::

        >>> nn.ReflectionPad3d((1, 1, 0, 0, 0, 0))(torch.tensor([1.0, 2.0, 3.0]).view(1, 1, 1, 1, 3)).flatten()
        tensor([2., 1., 2., 3., 2.])
    """

    _spatial = 3


class ReplicationPad1d(_ReplicationPad):
    """Pads the last dimension with the element at the edge.

    Example::

        >>> nn.ReplicationPad1d((1, 1))(torch.tensor([1.0, 2.0, 3.0]).view(1, 1, 3)).flatten()
        tensor([1., 1., 2., 3., 3.])
    """

    _spatial = 1


class ReplicationPad2d(_ReplicationPad):
    """Pads the last two dimensions with the element at the edge.

    Example::

        >>> nn.ReplicationPad2d((1, 1, 0, 0))(torch.tensor([1.0, 2.0, 3.0]).view(1, 1, 1, 3)).flatten()
        tensor([1., 1., 2., 3., 3.])
    """

    _spatial = 2


class ReplicationPad3d(_ReplicationPad):
    """Pads the last three dimensions with the element at the edge.

    Example::

        >>> nn.ReplicationPad3d((1, 1, 0, 0, 0, 0))(torch.tensor([1.0, 2.0, 3.0]).view(1, 1, 1, 1, 3)).flatten()
        tensor([1., 1., 2., 3., 3.])
    """

    _spatial = 3


class ZeroPad1d(ConstantPad1d):
    """Pads the last dimension with zeros.

    Example::

        >>> nn.ZeroPad1d((1, 1))(torch.tensor([1.0, 2.0, 3.0]).view(1, 1, 3)).flatten()
        tensor([0., 1., 2., 3., 0.])
    """

    def __init__(self, padding: int | tuple[int, ...]) -> None:
        super().__init__(padding, 0.0)

    def extra_repr(self) -> str:
        return f"{self.padding}"


class ZeroPad2d(ConstantPad2d):
    """Pads the last two dimensions with zeros.

    Example::

        >>> nn.ZeroPad2d((1, 1, 0, 0))(torch.tensor([1.0, 2.0, 3.0]).view(1, 1, 1, 3)).flatten()
        tensor([0., 1., 2., 3., 0.])
    """

    def __init__(self, padding: int | tuple[int, ...]) -> None:
        super().__init__(padding, 0.0)

    def extra_repr(self) -> str:
        return f"{self.padding}"


class ZeroPad3d(ConstantPad3d):
    """Pads the last three dimensions with zeros.

    Example::

        >>> nn.ZeroPad3d((1, 1, 0, 0, 0, 0))(torch.tensor([1.0, 2.0, 3.0]).view(1, 1, 1, 1, 3)).flatten()
        tensor([0., 1., 2., 3., 0.])
    """

    def __init__(self, padding: int | tuple[int, ...]) -> None:
        super().__init__(padding, 0.0)

    def extra_repr(self) -> str:
        return f"{self.padding}"
