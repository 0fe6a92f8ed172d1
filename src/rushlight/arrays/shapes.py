"""Shapes that broadcast, and dimensions counted from the front; errors in torch's words."""

from __future__ import annotations

from collections.abc import Sequence


def broadcast_error(a: Sequence[int], b: Sequence[int]) -> RuntimeError:
    """The error for two shapes that do not broadcast: names the last dimension at which they differ."""
    ndim = max(len(a), len(b))
    for back in range(1, ndim + 1):
        m = a[-back] if back <= len(a) else 1
        n = b[-back] if back <= len(b) else 1
        if m != n and m != 1 and n != 1:
            break
    return RuntimeError(
        f"The size of tensor a ({m}) must match the size of tensor b ({n}) at non-singleton dimension {ndim - back}"
    )


def broadcast_shapes(*shapes: Sequence[int]) -> tuple[int, ...]:
    """The common shape of `shapes`. Raises RuntimeError, in torch's words, where there is none."""
    out: tuple[int, ...] = ()
    for shape in shapes:
        if shape == out:
            continue
        ndim = max(len(out), len(shape))
        padded = (1,) * (ndim - len(out)) + tuple(out), (1,) * (ndim - len(shape)) + tuple(shape)
        if any(m != n and m != 1 and n != 1 for m, n in zip(*padded)):
            raise broadcast_error(out, shape)
        out = tuple(n if m == 1 else m for m, n in zip(*padded))
    return out


def wrap_dim(dim: int, ndim: int) -> int:
    """A dimension counted from the front. Raises IndexError if it is out of range."""
    span = max(ndim, 1)
    if not -span <= dim < span:
        raise IndexError(f"Dimension out of range (expected to be in range of [{-span}, {span - 1}], but got {dim})")
    return dim + span if dim < 0 else dim
