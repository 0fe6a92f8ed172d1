"""Functions that are more than the operations they call: layers above must know of them as a whole.

An operation on a batched tensor asks its layer what to do. A function whose own code reads the values of a tensor (where
the maximum is, say) finds none there: `reads_values` lets the layer take the function over. `draws` does so for
functions that make random tensors of no tensor at all.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from ...core.op import LAYERS, LIVE, layer_of


def reads_values(function: Callable[..., Any]) -> Callable[..., Any]:
    """Marks a function that reads values of its tensors beside calling operations on them."""

    @wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        if LIVE[0]:
            layer = layer_of((*args, *kwargs.values()))
            if layer is not None:
                return layer.whole(call, function, args, kwargs)
        return function(*args, **kwargs)

    return call


def draws(function: Callable[..., Any]) -> Callable[..., Any]:
    """Marks a function that makes a random tensor."""

    @wraps(function)
    def call(*args: Any, **kwargs: Any) -> Any:
        if LIVE[0] and LAYERS:
            return next(iter(LAYERS.values())).drawn(call, function, args, kwargs)
        return function(*args, **kwargs)

    return call
