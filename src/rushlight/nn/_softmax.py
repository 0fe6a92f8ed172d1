"""The softmax and its kin in :mod:`nn.functional`."""

from __future__ import annotations

from typing import Any

from .. import ops
from ..core import Tensor
from ..ops.neural import softmax as kernels
from ..ops.support.options import warn_user

__all__ = ["gumbel_softmax", "log_softmax", "softmax", "softmin"]


def _softmax_dim(name: str, input: Tensor, dim: int | None) -> int:
    if dim is not None:
        return dim
    warn_user(
        f"Implicit dimension choice for {name} has been deprecated. Change the call to include dim=X as an argument."
    )
    return 0 if input.dim() in (0, 1, 3) else 1


def softmax(input: Tensor, dim: int | None = None, _stacklevel: int = 3, dtype: Any = None) -> Tensor:
    """Positive numbers that sum to one along `dim`; see :class:`~nn.Softmax`.

    Args:
        input: any shape.
        dim: chosen by the number of dimensions if left out, with a warning.
        _stacklevel: makes no difference.
        dtype: to which the input is cast first.

    Raises:
        IndexError: if `dim` is out of range.

    Example::

        >>> F.softmax(torch.zeros(4), dim=0)
        tensor([0.2500, 0.2500, 0.2500, 0.2500])
    """
    return kernels.softmax(input, _softmax_dim("softmax", input, dim), dtype=dtype)


def softmin(input: Tensor, dim: int | None = None, _stacklevel: int = 3, dtype: Any = None) -> Tensor:
    """The softmax of the negated input; arguments and errors are those of :func:`softmax`.

    Example::

        >>> F.softmin(torch.zeros(4), dim=0)
        tensor([0.2500, 0.2500, 0.2500, 0.2500])
    """
    return kernels.softmax(-input, _softmax_dim("softmin", input, dim), dtype=dtype)


def log_softmax(input: Tensor, dim: int | None = None, _stacklevel: int = 3, dtype: Any = None) -> Tensor:
    """The logarithm of the softmax, without overflow; arguments and errors are those of :func:`softmax`.

    Example::

        >>> F.log_softmax(torch.zeros(4), dim=0)
        tensor([-1.3863, -1.3863, -1.3863, -1.3863])
    """
    return kernels.log_softmax(input, _softmax_dim("log_softmax", input, dim), dtype=dtype)


def gumbel_softmax(logits: Tensor, tau: float = 1, hard: bool = False, eps: float = 1e-10, dim: int = -1) -> Tensor:
    """A random choice along `dim` with the probabilities that the logits give, softened so that it has a gradient: the
    softmax of the logits plus Gumbel noise, over the temperature (Jang et al., arXiv:1611.01144).

    Args:
        logits: logarithms of probabilities, not necessarily normalised.
        tau: the temperature.
        hard: whether the result is one-hot, with the gradient of the soft one.
        eps: makes no difference, and warns.
        dim: along which to choose.

    Raises:
        IndexError: if `dim` is out of range.

    Example::

        >>> F.gumbel_softmax(torch.zeros(2, 5), hard=True).sum(1)
        tensor([1., 1.])
    """
    if eps != 1e-10:
        warn_user("`eps` parameter is deprecated and has no effect.")
    noise = -ops.empty_like(logits).exponential_().log()
    soft = ((logits + noise) / tau).softmax(dim)
    if not hard:
        return soft
    chosen = ops.zeros_like(logits).scatter_(dim, soft.argmax(dim, keepdim=True), 1.0)
    return chosen - soft.detach() + soft
