"""How far apart, or how alike, the vectors of two tensors are."""

from __future__ import annotations

from ...core import Tensor
from .. import functional as F
from .module import Module

__all__ = ["CosineSimilarity", "PairwiseDistance"]


class PairwiseDistance(Module):
    r"""The norm :math:`\|x_1 - x_2 + \epsilon\|_p` along the last dimension.

    Args:
        p: the order of the norm.
        eps: added to each difference, so that the gradient is defined where there is none.
        keepdim: whether the last dimension stays, with size 1.

    Shape:
        inputs: ``(N, D)`` or ``(D)``, broadcast; output: without `D`.

    Example::

        >>> nn.PairwiseDistance(eps=0)(torch.tensor([[3.0, 0.0]]), torch.tensor([[0.0, 4.0]]))
        tensor([5.])
    """

    def __init__(self, p: float = 2.0, eps: float = 1e-6, keepdim: bool = False) -> None:
        super().__init__()
        self.norm = p
        self.eps = eps
        self.keepdim = keepdim

    def forward(self, x1: Tensor, x2: Tensor) -> Tensor:
        return F.pairwise_distance(x1, x2, self.norm, self.eps, self.keepdim)


class CosineSimilarity(Module):
    r"""The cosine :math:`x_1 \cdot x_2 / (\max(\|x_1\|, \epsilon) \max(\|x_2\|, \epsilon))` along `dim`.

    Shape:
        inputs: broadcast; output: without the dimension `dim`.

    Example::

        >>> nn.CosineSimilarity()(torch.tensor([[1.0, 0.0]]), torch.tensor([[3.0, 4.0]]))
        tensor([0.6000])
    """

    def __init__(self, dim: int = 1, eps: float = 1e-8) -> None:
        super().__init__()
        self.dim = dim
        self.eps = eps

    def forward(self, x1: Tensor, x2: Tensor) -> Tensor:
        return F.cosine_similarity(x1, x2, self.dim, self.eps)
