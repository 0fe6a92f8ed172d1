"""``torch.autograd.forward_ad``: forward mode by dual tensors.

>>> import rushlight as torch
>>> import rushlight.autograd.forward_ad as fwAD
>>> with fwAD.dual_level():
...     x = fwAD.make_dual(torch.tensor(2.0), torch.tensor(1.0))
...     fwAD.unpack_dual(x ** 3)
UnpackedDualTensor(primal=tensor(8.), tangent=tensor(12.))
"""

from __future__ import annotations

from contextvars import ContextVar
from typing import NamedTuple

from ..core.tensor import Tensor
from ..layers.dual import Dual, Level, below, check_size, set_tangent, tangent_of
from ..layers.levels import count_level
from ..ops.support.arguments import check_tensor
from .grad_mode import ModeContext

__all__ = ["UnpackedDualTensor", "dual_level", "enter_dual_level", "exit_dual_level", "make_dual", "unpack_dual"]

_levels: ContextVar[tuple[Level, ...]] = ContextVar("rushlight.dual_levels", default=())


class UnpackedDualTensor(NamedTuple):
    """A tensor's value and its tangent (None if it has none), as `unpack_dual` returns them."""

    primal: Tensor
    tangent: Tensor | None


def levels() -> tuple[Level, ...]:
    """The levels that are entered, oldest first."""
    return _levels.get()


def enter_level() -> Level:
    """Enters a level, which may be inside of others: for transforms that nest."""
    current = _levels.get()
    level = Level(len(current))
    _levels.set((*current, level))
    count_level(1)
    return level


def exit_level() -> None:
    *rest, level = _levels.get()
    level.alive = False
    count_level(-1)
    _levels.set(tuple(rest))


def enter_dual_level() -> int:
    """Enters forward mode; returns the level's number, 0. RuntimeError in another level: PyTorch's do not nest."""
    if _levels.get():
        raise RuntimeError("Nested forward mode AD is not supported at the moment")
    return enter_level().depth


def exit_dual_level(*, level: int | None = None) -> None:
    """Leaves forward mode: tangents are gone. Raises RuntimeError if it was not entered."""
    current = _levels.get()
    if not current:
        raise RuntimeError("Dual level must be a positive number.")
    if level is not None and level != len(current) - 1:
        raise RuntimeError(
            "Trying to exit a forward AD level that was not the last one that was created. This is not supported."
        )
    exit_level()


class dual_level(ModeContext):
    """Forward mode, for the time of a ``with`` block (or of a function that it decorates); see the example of the module.

    Raises RuntimeError inside of another level: PyTorch's do not nest.
    """

    def __enter__(self) -> int:
        return enter_dual_level()

    def __exit__(self, *exc: object) -> None:
        exit_dual_level()


def _level(number: int | None) -> Level | None:
    current = _levels.get()
    if number is None:
        return current[-1] if current else None
    return current[number] if -len(current) <= number < len(current) else None


def make_dual(tensor: Tensor, tangent: Tensor, *, level: int | None = None) -> Tensor:
    """A view of `tensor` that carries `tangent`, its directional derivative: same shape, floating point or complex.

    Raises:
        RuntimeError: outside of a level; for a tangent of another shape; for a tensor or tangent that is dual already.
        ValueError: for integers.
    """
    found = _level(level)
    if found is None and _levels.get():
        raise RuntimeError("Invalid level given to _make_dual")
    if found is None:
        raise RuntimeError(
            "Trying to create a dual Tensor for forward AD but no level exists, make sure to enter_dual_level() first."
        )
    for name, x in (("primal", tensor), ("tangent", tangent)):
        if not (x.is_floating_point() or x.is_complex()):  # type: ignore[attr-defined]
            raise ValueError(f"Expected {name} to be floating point or complex, but got: {x.dtype}")
    if tangent_of(tensor, found) is not None:
        raise RuntimeError(
            "Making a dual Tensor based on a Tensor that already has a forward gradient at the same level "
            f"{found.depth} is not supported."
        )
    if tangent_of(tangent, found) is not None:
        raise RuntimeError(
            f"Setting a forward grad that itself has a forward gradient at the same level{found.depth} is not supported."
        )
    check_size(tensor, tangent)
    out = tensor.view(tensor.shape)  # type: ignore[attr-defined]
    set_tangent(out, tangent, found)
    return out


def unpack_dual(tensor: Tensor, *, level: int | None = None) -> UnpackedDualTensor:
    """The value of a tensor and its tangent; None for the tangent of one that has none, and outside of a level.

    Raises TypeError for what is no Tensor.
    """
    found = _level(level)
    if found is not None:
        check_tensor("_unpack_dual", tensor, "dual")
    tangent = None if found is None else tangent_of(tensor, found)
    if tangent is None:
        return UnpackedDualTensor(tensor if tensor.__class__ is not Dual else below(tensor, None), None)
    primal = below(tensor, found)
    return UnpackedDualTensor(primal.view(primal.shape), tangent)
