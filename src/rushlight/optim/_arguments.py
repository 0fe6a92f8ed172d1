"""Arguments of optimizers: how they are checked, and what they are turned into."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from .. import ops
from ..arrays.dtypes import float32, float64, get_default_dtype
from ..autograd.grad_mode import enable_grad
from ..core import Tensor

#: Hyperparameters that error messages call by another name than their own.
_WORDS = {"lr": "learning rate", "eps": "epsilon value"}


def check_one_element(lr: Any) -> None:
    """Raise ValueError for a learning rate that is a tensor of several elements, or of none."""
    if isinstance(lr, Tensor) and lr.numel() != 1:
        raise ValueError("Tensor lr must be 1-element")


def check_not_negative(*, nan: bool = False, **values: Any) -> None:
    """Raise ValueError for the first hyperparameter below zero.

    Args:
        nan: whether NaN passes, as it does in SGD.
    """
    for name, value in values.items():
        if value < 0.0 if nan else not value >= 0.0:
            raise ValueError(f"Invalid {_WORDS.get(name, f'{name} value')}: {value}")


def check_betas(betas: Sequence[Any]) -> None:
    """Raise ValueError for coefficients of running averages outside [0, 1)."""
    for i, beta in enumerate(betas[:2]):
        if not 0.0 <= beta < 1.0:
            raise ValueError(f"Invalid beta parameter at index {i}: {beta}")


def check_flags(fused: bool | None, differentiable: bool, foreach: bool | None) -> None:
    """Raise RuntimeError for implementations that exclude each other."""
    if fused and differentiable:
        raise RuntimeError("`fused` does not support `differentiable`")
    if fused and foreach:
        raise RuntimeError("`fused` and `foreach` cannot be `True` together.")


def check_fused(p: Tensor) -> None:
    """Raise RuntimeError for a parameter that fused implementations do not take."""
    if not p.is_floating_point():
        devices = ["mps", "cuda", "xpu", "hpu", "cpu", "mtia", "privateuseone"]
        raise RuntimeError(
            "`fused=True` requires all the params to be floating point Tensors of supported devices: "
            f"{devices} but {p.dtype} and {p.device.type}"
        )


def check_capturable(group: dict[str, Any], what: str = "params and state_steps", xla: bool = True) -> None:
    """Raise AssertionError for a group to be captured in a graph of an accelerator: tensors here are on the CPU.

    Args:
        what: the tensors that would have to be elsewhere, in words.
        xla: whether XLA is among the devices that PyTorch supports.
    """
    if group.get("capturable"):
        devices = ["cuda", "xpu", "hpu", "privateuseone", *(["xla"] if xla else [])]
        raise AssertionError(f"If capturable=True, {what} must be on supported devices: {devices}.")


def check_differentiable(group: dict[str, Any]) -> None:
    """Raise AssertionError for recorded steps with the implementation that PyTorch cannot record."""
    if group.get("differentiable") and group.get("foreach"):
        raise AssertionError("_foreach ops don't support autograd")


def loss_of(closure: Callable[[], Any] | None) -> Any:
    """What the closure returns, evaluated with the graph recorded; None without a closure."""
    if closure is None:
        return None
    with enable_grad():
        return closure()


def step_dtype(fused: bool | None = None) -> Any:
    """The dtype in which the number of steps is kept."""
    return float64 if not fused and get_default_dtype() == float64 else float32


def scalar_state(x: Any, fused: bool | None = None) -> Tensor:
    """A number of the state, such as that of steps, as the 0-d tensor that it is kept as."""
    return ops.tensor(float(x), dtype=step_dtype(fused))


def to_scalar(x: Any) -> Any:
    """A hyperparameter given as a tensor of one element as a 0-d tensor; anything else as it is."""
    return x.squeeze() if isinstance(x, Tensor) and x.dim() != 0 else x
