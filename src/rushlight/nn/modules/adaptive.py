"""The adaptive softmax: frequent classes cost much, rare ones little."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any, NamedTuple

from ...core import Tensor
from .. import functional as F
from .container import ModuleList, Sequential
from .linear import Linear
from .module import Module

__all__ = ["AdaptiveLogSoftmaxWithLoss"]


class _ASMoutput(NamedTuple):
    output: Tensor
    loss: Tensor


class AdaptiveLogSoftmaxWithLoss(Module):
    r"""A softmax over classes that are sorted by frequency, in clusters: those before the first cutoff are in the head,
    which also chooses among the clusters of all others (Grave et al., arXiv:1609.04309).

    Args:
        in_features: the size of the input's last dimension.
        n_classes: the number of classes.
        cutoffs: the class with which each cluster begins.
        div_value: each cluster's layer first brings the input down to a size that is smaller by this factor than the
            cluster's before.
        head_bias: whether the head's layer has a bias.
        device, dtype: of the parameters.

    Shape:
        input: ``(N, in_features)`` or ``(in_features)``; target: ``(N)`` or ``()``, of class indices. The result is a named
        tuple: `output`, ``(N)`` or ``()``, the log probability of each target, and `loss`, minus their mean.

    Attributes:
        head: the layer of the frequent classes and of the clusters.
        tail: two layers for each cluster.

    Raises:
        ValueError: if `cutoffs` are not classes from 1 on, in increasing order.
        RuntimeError: in the call, for shapes that do not fit, and targets that are no class.

    Example::

        >>> model = nn.AdaptiveLogSoftmaxWithLoss(16, 10, [2, 5])
        >>> torch.allclose(model.log_prob(torch.randn(4, 16)).exp().sum(1), torch.ones(4))
        True
    """

    def __init__(
        self,
        in_features: int,
        n_classes: int,
        cutoffs: Sequence[int],
        div_value: float = 4.0,
        head_bias: bool = False,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        cutoffs = list(cutoffs)
        if not cutoffs:
            raise ValueError("cutoffs should be a sequence of length larger than 0")
        ordered = cutoffs == sorted(set(cutoffs)) and all(int(c) == c for c in cutoffs)
        if not (ordered and cutoffs[0] > 0 and cutoffs[-1] < n_classes):
            raise ValueError(
                "cutoffs should be a sequence of unique, positive integers sorted in an increasing order, where each value "
                "is between 1 and n_classes-1"
            )
        self.in_features = in_features
        self.n_classes = n_classes
        self.cutoffs = [*cutoffs, n_classes]
        self.div_value = div_value
        self.head_bias = head_bias
        self.shortlist_size = cutoffs[0]
        self.n_clusters = len(cutoffs)
        self.head_size = self.shortlist_size + self.n_clusters
        made = {"device": device, "dtype": dtype}
        self.head = Linear(in_features, self.head_size, bias=head_bias, **made)
        self.tail = ModuleList()
        for i, (start, end) in enumerate(pairwise(self.cutoffs), 1):
            width = int(in_features // div_value**i)
            layers = [Linear(in_features, width, bias=False, **made), Linear(width, end - start, bias=False, **made)]
            self.tail.append(Sequential(*layers))

    def reset_parameters(self) -> None:
        self.head.reset_parameters()
        for layers in self.tail:
            for layer in layers.children():
                layer.reset_parameters()

    def forward(self, input_: Tensor, target_: Tensor) -> _ASMoutput:
        self._check_input(input_, target_)
        if not target_.dim():
            output, loss = self.forward(input_.unsqueeze(0), target_.unsqueeze(0))
            return _ASMoutput(output.squeeze(0), loss)

        output = input_.new_zeros(target_.size(0))
        in_head = target_.clone()  # which output of the head counts: the class itself, or its cluster
        for i, (start, end) in enumerate(pairwise(self.cutoffs)):
            rows = ((target_ >= start) & (target_ < end)).nonzero().squeeze(1)
            if rows.numel():
                log_prob = F.log_softmax(self.tail[i](input_.index_select(0, rows)), dim=1)
                chosen = log_prob.gather(1, (target_.index_select(0, rows) - start).unsqueeze(1))
                output = output.index_copy(0, rows, chosen.squeeze(1))
                in_head = in_head.index_fill(0, rows, self.shortlist_size + i)
        head = F.log_softmax(self.head(input_), dim=1)
        output = output + head.gather(1, in_head.unsqueeze(1)).squeeze(1)
        return _ASMoutput(output, (-output).mean())

    def _check_input(self, input: Tensor, target: Tensor) -> None:
        dim = target.dim()
        if dim > 1:
            raise RuntimeError("0D or 1D target tensor expected, multi-target not supported")
        if dim and input.size(0) != target.size(0):
            raise RuntimeError("Input and target should have the same size in the batch dimension.")
        if input.dim() != dim + 1:
            raise RuntimeError(
                f"{dim}D target tensor expects {dim + 1}D input tensors, but found inputs with size {input.size()}"
            )
        if target.numel() and ((target < 0) | (target >= self.n_classes)).any():
            raise RuntimeError(
                f"Target values should be in [0, {self.n_classes - 1}], but values in range [{target.min().item()}, "
                f"{target.max().item()}] were found. "
            )

    def log_prob(self, input: Tensor) -> Tensor:
        """The log probabilities of all classes: ``(N, n_classes)`` of ``(N, in_features)``."""
        return self._get_full_log_prob(input, self.head(input))

    def _get_full_log_prob(self, input: Tensor, head_output: Tensor) -> Tensor:
        head = F.log_softmax(head_output, dim=1)
        first = self.shortlist_size
        out = input.new_empty((head_output.size(0), self.n_classes))
        out[:, :first] = head[:, :first]
        for i, (start, end) in enumerate(pairwise(self.cutoffs)):
            cluster = F.log_softmax(self.tail[i](input), dim=1)
            out[:, start:end] = cluster + head[:, first + i].unsqueeze(1)
        return out

    def predict(self, input: Tensor) -> Tensor:
        """The class with the largest probability: ``(N)`` of ``(N, in_features)``."""
        head_output = self.head(input)
        output = head_output.argmax(dim=1)
        rare = output >= self.shortlist_size
        if rare.any():
            # Where the head prefers a cluster, one of its classes need not be the likeliest: all are compared.
            log_prob = self._get_full_log_prob(input[rare], head_output[rare])
            output[rare] = log_prob.argmax(dim=1)
        return output
