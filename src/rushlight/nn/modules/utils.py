"""Small helpers of layers that programs with layers of their own import from here: settings for each dimension, prefixes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .._sizes import for_each

__all__ = ["consume_prefix_in_state_dict_if_present"]


def _ntuple(n: int, name: str = "parse") -> Callable[[Any], tuple[Any, ...]]:
    """The function that makes a tuple of what is iterable, and of anything else a tuple of `n` times the same."""

    def parse(x: Any) -> tuple[Any, ...]:
        return for_each(x, n)

    parse.__name__ = name
    return parse


_single = _ntuple(1, "_single")
_pair = _ntuple(2, "_pair")
_triple = _ntuple(3, "_triple")
_quadruple = _ntuple(4, "_quadruple")


def _reverse_repeat_tuple(t: tuple[Any, ...], n: int) -> tuple[Any, ...]:
    """Each item of `t`, the last first, `n` times: the padding of `F.pad` for that of a convolution."""
    return tuple([x for x in reversed(t) for _ in range(n)])


def _list_with_default(out_size: list[Any] | int, defaults: list[int]) -> Any:
    """`out_size` with the last of `defaults` in the place of None."""
    if isinstance(out_size, (int, slice)):
        return out_size
    if len(defaults) <= len(out_size):
        raise ValueError(f"Input dimension should be at least {len(out_size) + 1}")
    return [d if v is None else v for v, d in zip(out_size, defaults[-len(out_size) :])]


def consume_prefix_in_state_dict_if_present(state_dict: dict[str, Any], prefix: str) -> None:
    """Takes `prefix` off the keys of a state dict, and of its metadata, in place; other keys stay.

    For a state dict that was saved of a module within another, as `DataParallel` is.

    >>> state = {"module.weight": 1, "step": 2}
    >>> consume_prefix_in_state_dict_if_present(state, "module.")
    >>> state
    {'step': 2, 'weight': 1}
    """
    for key in list(state_dict):
        if key.startswith(prefix):
            state_dict[key.removeprefix(prefix)] = state_dict.pop(key)
    metadata = getattr(state_dict, "_metadata", {})
    for key in list(metadata):
        # The module that the prefix names stands there without the dot.
        if key and (key.startswith(prefix) or key == prefix.replace(".", "")):
            metadata[key[len(prefix) :]] = metadata.pop(key)
