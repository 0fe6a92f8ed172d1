"""Dropout: random zeros in training, nothing in evaluation."""

from __future__ import annotations

from ...core import Tensor
from .. import functional as F
from .module import Module

__all__ = ["Dropout"]


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
