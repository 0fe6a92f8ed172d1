"""Custom Functions in forward mode: tangents by the ``jvp`` that they bring.

Note [A Function at several levels]
    ``forward`` runs once, on what lies below the newest level, so what it saves has the tangents of the older ones.
    Then ``jvp`` runs once for each level, the oldest first: what it returns takes the place of the tangent that
    forward's own operations gave, which need not be the Function's, and the newer levels differentiate it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..core import views
from ..core.errors import LEAF_USED_INPLACE
from ..core.tensor import LEAF, Tensor
from ..ops import zeros_like
from . import dual
from .dual import Level, below, live_levels, set_tangent, tangent_of, tensors_in
from .levels import entered, packing_later

_HEAD = "An inplace custom Function is not {} the forward mode gradients {}. If the forward is modifying an input inplace, then "


class _Context:
    """The ctx of a custom Function as its ``jvp`` sees it: saved_tensors are those that were saved for forward mode."""

    def __init__(self, ctx: Any) -> None:
        self.__dict__["ctx"] = ctx

    def __getattr__(self, name: str) -> Any:
        return getattr(self.ctx, name)

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(self.ctx, name, value)

    def __delattr__(self, name: str) -> None:
        delattr(self.ctx, name)

    @property
    def saved_tensors(self) -> tuple[Any, ...]:
        return self.ctx.saved_for_forward or self.ctx.saved_tensors


def apply(cls: Any, args: tuple[Any, ...]) -> Any:
    """``Function.apply`` on dual tensors: `forward` on what lies below, and the Function's own ``jvp``.

    Raises RuntimeError, in torch's words, for tangents that do not fit the outputs: another number, no Tensors, another
    size, one for an output that has no derivative, not in place (or not a view) where the output is.
    """
    with packing_later():
        return _apply(cls, args)


def _apply(cls: Any, args: tuple[Any, ...]) -> Any:
    """See Note [A Function at several levels]."""
    levels = sorted({level for a in tensors_in(args) for level in live_levels(a)}, key=lambda level: level.depth)
    lower = tuple([below(a, levels[-1] if levels else None) for a in args])
    if not levels:
        return cls.apply(*lower)
    output, ctx = cls._applied(lower)
    if ctx.dirty_tensors and len(levels) > 1:
        raise NotImplementedError(
            f"{cls.__name__}: a custom Function that marks inputs as dirty, at several levels of forward mode"
        )
    outputs = [_returned(o, lower, args) for o in (output if isinstance(output, tuple) else (output,))]
    kept = dict(vars(ctx))
    for level in levels:
        vars(ctx).update(kept)  # what the jvp of an older level may have deleted
        _differentiate(cls, ctx, level, lower, args, outputs)
    dual._save_duals(outputs, dict(zip(map(id, tensors_in(lower)), tensors_in(args))))
    return tuple(outputs) if isinstance(output, tuple) else outputs[0]


def _returned(out: Any, lower: Sequence[Any], args: Sequence[Any]) -> Any:
    """An output as a view of the dual argument, or as the argument itself where forward changed it in place."""
    for x, a in zip(lower, args):
        if out is x and a is not x and isinstance(x, Tensor):
            if a._node is LEAF and x._node is not a:
                raise RuntimeError(LEAF_USED_INPLACE)
            old, a._data, a._node = a._node, x._data, a if x._node is a else x._node
            views.move_retained(a, old)
            return a
        if isinstance(out, Tensor) and isinstance(x, Tensor):
            dual._rebase(out, x, a)
    return out


def _differentiate(
    cls: Any, ctx: Any, level: Level, lower: Sequence[Any], args: Sequence[Any], outputs: Sequence[Any]
) -> None:  # fmt: skip
    """Gives the outputs their tangents at a level."""
    own = [tangent_of(a, level) for a in args]
    versions = [None if t is None else t._version for t in own]
    given: list[Any] = own
    if ctx.materialize_grads:
        given = [zeros_like(a) if t is None and dual._smooth(a) else t for t, a in zip(own, lower)]
    found = cls.jvp(_Context(ctx), *given)
    tangents = found if isinstance(found, tuple) else (found,)
    for i, tangent in enumerate(tangents):
        if tangent is not None and not isinstance(tangent, Tensor):
            raise RuntimeError(f"expected Variable or None (got {type(tangent).__name__}) for grad output {i}.")
    if len(tangents) != len(outputs):
        raise RuntimeError(
            f"Function's jvp returned an invalid number of forward gradients (expected {len(outputs)} but got {len(tangents)})"
        )
    for i, (out, tangent) in enumerate(zip(outputs, tangents)):
        if not isinstance(out, Tensor):
            continue
        if tangent is not None:
            _check(ctx, i, out, tangent)
            position = next((n for n, a in enumerate(args) if a is out), None)
            if position is not None and own[position] is None:
                dual._make_dual(out, level)
                dual._set(out, level, tangent)
                continue
            if position is not None:
                _check_inplace(tangent, own[position], versions[position])
            elif not entered():
                _check_view(out, tangent, args, own)
            if position is None and out._view is None and any([tangent is t for t in own]):
                tangent = tangent.clone()  # type: ignore[attr-defined]  # or writing into the output would change the input's
            set_tangent(out, _older(tangent, level), level)
        elif tangent_of(out, level) is not None:
            dual.drop_tangent(out, level)


def _check(ctx: Any, i: int, out: Tensor, tangent: Tensor) -> None:
    if not dual._smooth(out) or any([out is t for t in ctx.non_differentiable]):
        raise RuntimeError(
            f"Function's jvp returned a gradient at position {i}, but  the corresponding forward output is not a differentiable "
            "Tensor.You should return None at that position instead."
        )
    if not dual._smooth(tangent):
        raise RuntimeError("Expected both tensor and its forward grad to be floating point or complex")
    dual.check_size(out, tangent)


def _check_inplace(tangent: Tensor, own: Any, version: Any) -> None:
    """The tangent of an output that forward wrote in place must be the input's, written too."""
    if tangent._version == version:
        raise RuntimeError(
            _HEAD.format("modifying", "inplace") + "the jvp function must modify the corresponding gradient inplace."
        )
    if tangent is not own:
        raise RuntimeError(
            _HEAD.format("returning", "as-is") + "the jvp function must modify the gradient inplace and return it as-is."
        )


def _check_view(out: Tensor, tangent: Tensor, args: Sequence[Any], own: Sequence[Any]) -> None:
    """The tangent of a view of an input must be a view of the input's tangent. (torch asks that outside of transforms.)"""
    if out._view is None:
        return
    for a, t in zip(args, own):
        if t is None or _base(a) is not _base(out):
            continue
        if tangent._view is None:
            raise RuntimeError(
                "A custom Function's forward is returning a view (or an input as-is) but the jvp is not returning a view."
            )
        if _base(tangent) is not _base(t):
            raise RuntimeError(
                "A custom Function is returning a view but the jvp is not returning a view of the given grad input."
            )


def _base(x: Any) -> Any:
    return x if x._view is None else x._view.base


def _older(tangent: Tensor, level: Level) -> Tensor:
    """A tangent with the tangents of older levels alone."""
    for other in live_levels(tangent):
        if other.depth >= level.depth:
            tangent = below(tangent, other)
    return tangent
