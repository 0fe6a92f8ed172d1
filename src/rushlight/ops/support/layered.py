"""Functions that are more than the operations they call: layers above must know of them as a whole.

An operation on a batched tensor asks its layer what to do. A function whose own code reads the values of a tensor (where
the maximum is, say) finds none there: `reads_values` lets the layer take the function over. A check of values does not
need that: `every_value`. Random functions ask the layers how many numbers to draw: `drawn`, `for_each_draw`, `check_fill`.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from ...core.op import LAYERS, LIVE, layer_of

#: A function that a decorator gives back in other clothes.
F = TypeVar("F", bound=Callable[..., Any])


def reads_values(function: F) -> F:
    """Marks a function that reads values of its tensors beside calling operations on them."""

    @wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        if LIVE[0]:
            layer = layer_of((*args, *kwargs.values()))
            if layer is not None:
                return layer.whole(call, function, args, kwargs)
        return function(*args, **kwargs)

    return call  # type: ignore[return-value]


def every_value(data: Any) -> Any:
    """The values of a payload, for a check: those of all examples where it is batched."""
    return LAYERS[data.__class__].values(data) if data.__class__ in LAYERS else data


def is_tracked(x: Any) -> bool:
    """Whether operations on a tensor are recorded where grad mode is on: it requires grad, or the batch that it is from."""
    return LAYERS[x.__class__].is_tracked(x) if x.__class__ in LAYERS else x.requires_grad


def drawn(make: Callable[[tuple[int, ...]], Any], size: tuple[int, ...]) -> Any:
    """``make(size)``, a new random tensor; in a vmap perhaps one for each example. RuntimeError where vmap forbids it."""
    layers = _layers()
    return make(size) if layers is None else layers.drawn(make, size)


def for_each_draw(x: Any) -> Any:
    """A tensor for whose elements numbers are going to be drawn: in a vmap perhaps once for each example.

    RuntimeError where vmap forbids it.
    """
    layers = _layers()
    return x if layers is None else layers.for_each_draw(x)


def check_fill(x: Any) -> None:
    """Raises RuntimeError where vmap forbids to fill `x` in place with random numbers."""
    layers = _layers()
    if layers is not None:
        layers.check_fill(x)


def refuse_inside(words: str) -> None:
    """Raises RuntimeError inside of a transform of functions."""
    layers = _layers()
    if layers is not None:
        layers.refuse_inside(words)


def _layers() -> Any:
    """What all kinds of layers have in common, `layers.dispatch`; None while no level is entered."""
    return next(iter(LAYERS.values())) if LIVE[0] and LAYERS else None
