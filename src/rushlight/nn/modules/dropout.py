"""Dropout: random zeros in training, nothing in evaluation."""

from __future__ import annotations

from ...core import Tensor
from .. import functional as F
from .module import Module

__all__ = ["AlphaDropout", "Dropout", "Dropout1d", "Dropout2d", "Dropout3d", "FeatureAlphaDropout"]


class _DropoutNd(Module):
    def __init__(self, p: float = 0.5, inplace: bool = False) -> None:
        super().__init__()
        if p < 0 or p > 1:
            raise ValueError(f"dropout probability has to be between 0 and 1, but got {p}")
        self.p = p
        self.inplace = inplace

    def extra_repr(self) -> str:
        return f"p={self.p}, inplace={self.inplace}"


class Dropout(_DropoutNd):
    r"""In training, sets each element to zero with probability `p` and scales the others by :math:`1 / (1 - p)`
    (Hinton et al., arXiv:1207.0580). In evaluation it returns its input.

    Args:
        p: the probability of a zero.
        inplace: whether the input is overwritten.

    Raises:
        ValueError: if `p` is not between 0 and 1.

    Example::

        >>> nn.Dropout(0.2).eval()(torch.ones(2))
        tensor([1., 1.])
    """

    def forward(self, input: Tensor) -> Tensor:
        return F.dropout(input, self.p, self.training, self.inplace)


class Dropout1d(_DropoutNd):
    """In training, sets each channel to zero with probability `p` and scales the others up (Tompson et al.,
    arXiv:1411.4280). Arguments and errors are those of :class:`Dropout`.

    Shape:
        ``(n, channels, length)`` or ``(channels, length)``.

    Example::

        >>> nn.Dropout1d().eval()(torch.ones(1, 1, 2)).flatten()
        tensor([1., 1.])
    """

    def forward(self, input: Tensor) -> Tensor:
        return F.dropout1d(input, self.p, self.training, self.inplace)


class Dropout2d(_DropoutNd):
    """In training, sets each channel to zero with probability `p` and scales the others up (Tompson et al.,
    arXiv:1411.4280). Arguments and errors are those of :class:`Dropout`.

    Shape:
        ``(n, channels, height, width)``.

    Example::

        >>> nn.Dropout2d().eval()(torch.ones(1, 1, 1, 2)).flatten()
        tensor([1., 1.])
    """

    def forward(self, input: Tensor) -> Tensor:
        return F.dropout2d(input, self.p, self.training, self.inplace)


class Dropout3d(_DropoutNd):
    """In training, sets each channel to zero with probability `p` and scales the others up (Tompson et al.,
    arXiv:1411.4280). Arguments and errors are those of :class:`Dropout`.

    Shape:
        ``(n, channels, depth, height, width)`` or ``(channels, depth, height, width)``.

    Example::

        >>> nn.Dropout3d().eval()(torch.ones(1, 1, 1, 1, 2)).flatten()
        tensor([1., 1.])
    """

    def forward(self, input: Tensor) -> Tensor:
        return F.dropout3d(input, self.p, self.training, self.inplace)


class AlphaDropout(_DropoutNd):
    """In training, sets each element to the limit of :class:`SELU` with probability `p`, and maps the result so that
    mean 0 and variance 1 stay (Klambauer et al., arXiv:1706.02515). Arguments and errors are those of :class:`Dropout`.

    Example::

        >>> nn.AlphaDropout().eval()(torch.ones(2))
        tensor([1., 1.])
    """

    def forward(self, input: Tensor) -> Tensor:
        return F.alpha_dropout(input, self.p, self.training)


class FeatureAlphaDropout(_DropoutNd):
    """:class:`AlphaDropout` of whole channels (dimension 1).

    Example::

        >>> nn.FeatureAlphaDropout().eval()(torch.ones(1, 2))
        tensor([[1., 1.]])
    """

    def forward(self, input: Tensor) -> Tensor:
        return F.feature_alpha_dropout(input, self.p, self.training)
