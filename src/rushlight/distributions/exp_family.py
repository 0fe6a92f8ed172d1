"""Exponential families."""

from __future__ import annotations

from typing import Any

import rushlight as torch
from rushlight import Tensor

from .distribution import Distribution

__all__ = ["ExponentialFamily"]


class ExponentialFamily(Distribution):
    r"""Densities of the form p(x; theta) = exp(<t(x), theta> - F(theta) + k(x)).

    theta are the natural parameters, t the sufficient statistic, F the log normalizer and k the carrier measure. The
    expectation of t is the gradient of F, which yields entropies and divergences of every family that states F
    (F. Nielsen and R. Nock, "Entropies and cross-entropies of exponential families", 2010).
    """

    @property
    def _natural_params(self) -> tuple[Tensor, ...]:
        """theta, as a tuple of tensors."""
        raise NotImplementedError

    def _log_normalizer(self, *natural_params: Any, **_: Any) -> Tensor:
        """F(theta)."""
        raise NotImplementedError

    @property
    def _mean_carrier_measure(self) -> Any:
        """The expectation of k(x)."""
        raise NotImplementedError

    def entropy(self) -> Tensor:
        """F(theta) - <theta, grad F(theta)> - E[k]. (The parameters are constants to the gradient of this.)"""
        result = -self._mean_carrier_measure
        theta = [p.detach().requires_grad_() for p in self._natural_params]
        normalizer = self._log_normalizer(*theta)
        statistics = torch.autograd.grad(normalizer.sum(), theta, create_graph=True)
        result += normalizer
        for parameter, mean in zip(theta, statistics):
            result -= (parameter * mean).reshape(self._batch_shape + (-1,)).sum(-1)
        return result
