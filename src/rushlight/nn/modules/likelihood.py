"""Losses that are likelihoods of a model, as modules: of counts, of normal laws, of sequences that are not aligned.

Errors come from the functions of the same name in :mod:`nn.functional`, in the call.
"""

from __future__ import annotations

from typing import Any

from ...core import Tensor
from .. import functional as F
from .loss import _Loss

__all__ = ["CTCLoss", "GaussianNLLLoss", "PoissonNLLLoss"]


class PoissonNLLLoss(_Loss):
    r"""The negative log likelihood :math:`e^x - y x` of counts `y` under a Poisson law of which the input is the logarithm
    of the mean.

    Args:
        log_input: if False, the input is the mean itself: :math:`x - y \log(x + \epsilon)`.
        full: whether Stirling's approximation of :math:`\log y!` is added, for targets above 1.
        eps: keeps the logarithm finite.

    Shape:
        input and target: alike.

    Example::

        >>> nn.PoissonNLLLoss()(torch.zeros(2), torch.tensor([0.0, 1.0]))
        tensor(1.)
    """

    def __init__(
        self,
        log_input: bool = True,
        full: bool = False,
        size_average: bool | None = None,
        eps: float = 1e-8,
        reduce: bool | None = None,
        reduction: str = "mean",
    ) -> None:
        super().__init__(size_average, reduce, reduction)
        self.log_input = log_input
        self.full = full
        self.eps = eps

    def forward(self, log_input: Tensor, target: Tensor) -> Tensor:
        return F.poisson_nll_loss(
            log_input, target, log_input=self.log_input, full=self.full, eps=self.eps, reduction=self.reduction
        )


class GaussianNLLLoss(_Loss):
    r"""The negative log likelihood :math:`\frac{1}{2} (\log v + (x - y)^2 / v)` of targets `y` under normal laws of mean `x`
    and variance `v` (Nix and Weigend, 1994).

    Args:
        full: whether the constant :math:`\frac{1}{2} \log 2 \pi` is added.
        eps: the least variance.

    Shape:
        input and target: alike; var: alike, or with a last dimension of 1 or without one, or a float.

    Example::

        >>> nn.GaussianNLLLoss()(torch.zeros(2), torch.tensor([0.0, 1.0]), torch.ones(2))
        tensor(0.2500)
    """

    def __init__(self, *, full: bool = False, eps: float = 1e-6, reduction: str = "mean") -> None:
        super().__init__(None, None, reduction)
        self.full = full
        self.eps = eps

    def forward(self, input: Tensor, target: Tensor, var: Tensor | float) -> Tensor:
        return F.gaussian_nll_loss(input, target, var, full=self.full, eps=self.eps, reduction=self.reduction)


class CTCLoss(_Loss):
    """Minus the log probability of a sequence of labels over all its alignments with the frames: connectionist temporal
    classification (Graves et al., ICML 2006).

    Args:
        blank: the class that stands for no label.
        reduction: ``"mean"`` divides each loss by the length of its target first.
        zero_infinity: whether a target that no alignment reaches counts 0, with a zero gradient, and not infinity.

    Shape:
        log_probs: ``(T, N, C)`` or ``(T, C)``, of log probabilities; targets: ``(N, S)``, or those of all samples one
        after the other, ``(sum(target_lengths))``; the lengths: ``(N)`` or ``()``, tensors or tuples of ints.

    Example::

        >>> nn.CTCLoss()(torch.full((3, 1, 2), 0.5).log(), torch.tensor([[1]]), (3,), (1,))
        tensor(0.2877)
    """

    def __init__(self, blank: int = 0, reduction: str = "mean", zero_infinity: bool = False) -> None:
        super().__init__(reduction=reduction)
        self.blank = blank
        self.zero_infinity = zero_infinity

    def forward(self, log_probs: Tensor, targets: Tensor, input_lengths: Any, target_lengths: Any) -> Tensor:
        return F.ctc_loss(
            log_probs, targets, input_lengths, target_lengths, self.blank, self.reduction, self.zero_infinity
        )
