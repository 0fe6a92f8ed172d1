"""Clipping gradients: by their total norm, or each number by itself."""

from __future__ import annotations

from collections.abc import Iterable
from types import GeneratorType

from ... import ops
from ...autograd.grad_mode import no_grad
from ...core import Tensor
from ...ops.reduction.norms import vector_norm
from ...ops.support.options import warn_user

__all__ = ["clip_grad_norm", "clip_grad_norm_", "clip_grad_value_", "clip_grads_with_norm_", "get_total_norm"]

Tensors = Tensor | Iterable[Tensor]


def _listed(tensors: Tensors) -> list[Tensor]:
    return [tensors] if isinstance(tensors, Tensor) else list(tensors)


def _grads(parameters: list[Tensor]) -> list[Tensor]:
    return [param.grad for param in parameters if param.grad is not None]


def get_total_norm(
    tensors: Tensors, norm_type: float = 2.0, error_if_nonfinite: bool = False, foreach: bool | None = None
) -> Tensor:
    """The norm of all `tensors` together, as if they were one vector.

    Args:
        tensors: one tensor or several.
        norm_type: the order of the norm; ``inf`` for the largest absolute value.
        error_if_nonfinite: whether an infinite or undefined norm is an error.
        foreach: makes no difference.

    Raises:
        RuntimeError: under `error_if_nonfinite`.

    Example::

        >>> nn.utils.get_total_norm([torch.tensor([3.0]), torch.tensor([4.0])])
        tensor(5.)
    """
    listed = _listed(tensors)
    norm_type = float(norm_type)
    if not listed:
        return ops.tensor(0.0)
    with no_grad():
        norms = ops.stack([vector_norm(tensor, norm_type) for tensor in listed])
        total = vector_norm(norms, norm_type)
    if error_if_nonfinite and not total.isfinite():
        raise RuntimeError(
            f"The total norm of order {norm_type} for gradients from "
            "`parameters` is non-finite, so it cannot be clipped. To disable "
            "this error and scale the gradients by the non-finite norm anyway, "
            "set `error_if_nonfinite=False`"
        )
    return total


def clip_grads_with_norm_(
    parameters: Tensors, max_norm: float, total_norm: Tensor, foreach: bool | None = None
) -> None:
    """Scale the grads of `parameters` in place by ``max_norm / total_norm``, if that is below one.

    Args:
        parameters: one tensor or several; those without a grad are left out.
        max_norm: the norm that the grads are to have at most.
        total_norm: the norm that they have; see :func:`get_total_norm`.
        foreach: makes no difference.

    Example::

        >>> nn.utils.clip_grads_with_norm_(model.parameters(), 1.0, nn.utils.get_total_norm(grads))
    """
    # No question whether to clip at all: a factor of one is cheaper than looking at the norm.
    with no_grad():
        factor = ops.clamp(float(max_norm) / (total_norm + 1e-6), max=1.0)
        for grad in _grads(_listed(parameters)):
            grad.mul_(factor)


def clip_grad_norm_(
    parameters: Tensors,
    max_norm: float,
    norm_type: float = 2.0,
    error_if_nonfinite: bool = False,
    foreach: bool | None = None,
) -> Tensor:
    """Scale the grads of `parameters` in place so that their norm, taken together, is at most `max_norm`.

    Args:
        parameters: one tensor or several; those without a grad are left out.
        max_norm: the norm that the grads have at most afterwards.
        norm_type: the order of the norm; ``inf`` for the largest absolute value.
        error_if_nonfinite: whether an infinite or undefined norm is an error.
        foreach: makes no difference.

    Returns:
        The norm that the grads had before, a tensor without dimensions.

    Raises:
        RuntimeError: under `error_if_nonfinite`; the grads are then as they were.

    Example::

        >>> w = torch.tensor([3.0, 4.0], requires_grad=True)
        >>> (w * w).sum().backward()
        >>> nn.utils.clip_grad_norm_(w, 1.0)
        tensor(10.)
    """
    listed = _listed(parameters)
    if not listed and isinstance(parameters, GeneratorType):
        warn_user("`parameters` is an empty generator, no gradient clipping will occur.")
    total = get_total_norm(_grads(listed), norm_type, error_if_nonfinite, foreach)
    clip_grads_with_norm_(listed, max_norm, total, foreach)
    return total


def clip_grad_norm(
    parameters: Tensors,
    max_norm: float,
    norm_type: float = 2.0,
    error_if_nonfinite: bool = False,
    foreach: bool | None = None,
) -> Tensor:
    """Deprecated in favour of :func:`clip_grad_norm_`."""
    warn_user(
        "`torch.nn.utils.clip_grad_norm` is now deprecated in favor of `torch.nn.utils.clip_grad_norm_`.", FutureWarning
    )
    return clip_grad_norm_(parameters, max_norm, norm_type, error_if_nonfinite, foreach)


def clip_grad_value_(parameters: Tensors, clip_value: float, foreach: bool | None = None) -> None:
    """Clip every number in the grads of `parameters` in place to between ``-clip_value`` and ``clip_value``.

    Args:
        parameters: one tensor or several; those without a grad are left out.
        clip_value: the bound.
        foreach: makes no difference.

    Example::

        >>> nn.utils.clip_grad_value_(model.parameters(), 0.5)
    """
    clip_value = float(clip_value)
    with no_grad():
        for grad in _grads(_listed(parameters)):
            grad.clamp_(min=-clip_value, max=clip_value)
