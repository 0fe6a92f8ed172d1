"""``torch.func.rearrange``: transposing, splitting and joining dimensions by name.

The notation is that of einops (A. Rogozhnikov, Einops, ICLR 2022).
"""

from __future__ import annotations

import keyword
import math
from functools import cache
from typing import Any

from .. import ops
from ..core.tensor import Tensor

ELLIPSIS = "…"
#: The group of an ellipsis outside of parentheses; known by its identity, for in parentheses there may be an equal one.
BARE = (ELLIPSIS,)
#: One side of a pattern: a group of names for each dimension, the ellipsis a group of its own.
Side = tuple[tuple[str, ...], ...]


def rearrange(tensor: Any, pattern: str, **axes_lengths: int) -> Tensor:
    """`tensor` with its dimensions transposed, split and joined as `pattern` says.

    ``"b (h w) c -> b c h w"``: names in parentheses share a dimension, whose parts' sizes are given as keywords (one of them
    may be left out); ``...`` stands for any further dimensions, ``1`` or ``()`` for one of size one. A sequence of tensors
    is stacked first. The result is a view where strides allow it.

    Raises ValueError for a pattern that is none, TypeError for sizes that are no integers, RuntimeError for sizes that do
    not fit.

    >>> import rushlight as torch
    >>> torch.func.rearrange(torch.arange(6), "(h w) -> w h", h=2)
    tensor([[0, 3],
            [1, 4],
            [2, 5]])
    """
    if not isinstance(tensor, Tensor):
        tensor = ops.stack(tensor)
    left, right = _parsed(pattern)
    names = {name for group in left for name in group}
    unknown = {name for name in axes_lengths if name not in names}
    if unknown:
        raise ValueError(f"Identifiers not found in rearrange expression: {unknown}")
    for length in axes_lengths.values():
        if not isinstance(length, int):
            raise TypeError(f"rearrange axis lengths must be integers, got: {type(length)}")
    sizes = _sizes(tensor, left, axes_lengths)
    order = [name for group in left for name in group]
    split = tensor.reshape([n for name in order for n in sizes[name]])  # type: ignore[attr-defined]
    places, at = {}, 0
    for name in order:
        places[name] = range(at, at + len(sizes[name]))
        at += len(sizes[name])
    moved = split.permute([place for group in right for name in group for place in places[name]])
    shape: list[int] = []
    for group in right:
        parts = [n for name in group for n in sizes[name]]
        shape += parts if group is BARE else [math.prod(parts)]
    return moved.reshape(shape)


def _sizes(x: Any, left: Side, given: dict[str, int]) -> dict[str, tuple[int, ...]]:
    """The size of each name; those of all dimensions that the ellipsis stands for."""
    open_ended = any(group is BARE for group in left)
    count = len(left) - open_ended
    if x.ndim < count or (x.ndim > count and not open_ended):
        raise ValueError(
            f"Number of dimensions in pattern ({count}) and in tensor ({x.ndim}) must be equal" + " or less" * open_ended
        )
    found: dict[str, tuple[int, ...]] = {}
    shape = list(x.shape)
    for group in left:
        if group is BARE:
            rest = len(shape) - (len(left) - 1 - [g is BARE for g in left].index(True))
            found[ELLIPSIS], shape = tuple(shape[:rest]), shape[rest:]
            continue
        size = shape.pop(0)
        found |= _parts(size, group, given)
    return found


def _parts(size: int, group: tuple[str, ...], given: dict[str, int]) -> dict[str, tuple[int, ...]]:
    known = math.prod([given[name] for name in group if name in given])
    open_names = [name for name in group if name not in given]
    if len(open_names) > 1:
        raise RuntimeError(f"cannot infer the sizes of two dimensions at once {open_names[0]} and {open_names[1]}")
    if (open_names and (known == 0 or size % known)) or (not open_names and known != size):
        sides = "inferred dimension does not evenly fit into larger dimension" if open_names else "sizes do not match"
        raise RuntimeError(f"{sides}: {size} vs {tuple(given.get(name, '?') for name in group)}")
    return {name: (given[name] if name in given else size // known,) for name in group}


@cache
def _parsed(pattern: str) -> tuple[Side, Side]:
    sides = pattern.split("->")
    if len(sides) != 2:
        raise ValueError("Pattern must contain a single '->' separator")
    left, right = (_side(side) for side in sides)
    ours = {name for group in left for name in group}
    theirs = {name for group in right for name in group}
    if ELLIPSIS in theirs - ours:
        raise ValueError(f"Ellipsis found in right side, but not left side of a pattern {pattern}")
    if ELLIPSIS in ours and not any(group is BARE for group in left):
        raise ValueError(f"Ellipsis is parenthesis in the left side is not allowed: {pattern}")
    if ours ^ theirs:
        raise ValueError(f"Identifiers only on one side of rearrange expression (should be on both): {ours ^ theirs}")
    return left, right


def _side(text: str) -> Side:
    """One side of a pattern. A dimension of size one is an empty group."""
    if text.replace("...", "", 1).count("."):
        raise ValueError("Expression may contain dots only inside ellipsis (...); only one ellipsis for tensor ")
    groups: list[tuple[str, ...]] = []
    seen: set[str] = set()
    inner: list[str] | None = None
    for token in text.replace("...", f" {ELLIPSIS} ").replace("(", " ( ").replace(")", " ) ").split():
        if token == "(":
            if inner is not None:
                raise ValueError("Axis composition is one-level (brackets inside brackets not allowed)")
            inner = []
        elif token == ")":
            if inner is None:
                raise ValueError("Brackets are not balanced")
            groups.append(tuple(inner))
            inner = None
        elif token == "1":
            if inner is None:
                groups.append(())
        else:
            _check_name(token)
            if token in seen:
                raise ValueError(f"Indexing expression contains duplicate dimension '{token}'")
            seen.add(token)
            if inner is None:
                groups.append(BARE if token == ELLIPSIS else (token,))
            else:
                inner.append(token)
    if inner is not None:
        raise ValueError(f"Imbalanced parentheses in expression: '{text}'")
    return tuple(groups)


def _check_name(token: str) -> None:
    if token == ELLIPSIS:
        return
    for character in token:
        if not (character.isalnum() or character == "_"):
            raise ValueError(f"Unknown character '{character}'")
    if token.isdecimal():
        raise ValueError("rearrange only supports unnamed axes of size 1")
    reason = ""
    if not token.isidentifier() or keyword.iskeyword(token):
        reason = "not a valid python identifier"
    elif token[0] == "_" or token[-1] == "_":
        reason = "axis name should should not start or end with underscore"
    if reason:
        raise ValueError(f"Invalid axis identifier: {token}\n{reason}")
