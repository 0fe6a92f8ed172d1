"""How tensors print inside of transforms: as PyTorch prints what its transforms wrap around them.

    GradTrackingTensor(lvl=2, value=
        BatchedTensor(lvl=1, bdim=0, value=
            tensor([[2., 4.],
                    [6., 8.]])
        )
    )

Batches and tangents stand with the tensor. Which gradients it is on the way to is read off the graph: those by whose
leaves it was computed. (So what was computed from them without history, as by ``detach``, prints as a plain tensor.)
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable

from ..core.node import Node, node_of
from ..core.tensor import Tensor, edge_of
from ..ops.language.inspection import printed_history
from . import dual
from .batched import Hidden, base_of
from .levels import Gradient, Tangent, Transform, entered

#: ``plain(tensor, (requires_grad, name of the node), tangent)``: the text of a tensor without transforms.
Plain = Callable[[Tensor, tuple[bool, str | None], Tensor | None], str]


def text(x: Tensor, plain: Plain) -> str:
    """All of the text of `x`."""
    base = base_of(x)
    reached, history = _history(base)
    tangents = {level: t for level, t in dual.tangents_of(base).items() if level.alive}
    reached += [level for level in entered() if isinstance(level, Tangent) and tangents.pop(level.forward, None) is not None]
    wrappers = [(level.depth, f"GradTrackingTensor(lvl={level.depth}") for level in reached]
    data, depth = x._data, _batches(x)
    while data.__class__ is Hidden:
        # A batch outside of all transforms counts as the others do.
        number = data.level.depth if entered() else depth
        wrappers.append((number, f"BatchedTensor(lvl={number}, bdim={data.axis}"))
        if data.axis:
            base = base.movedim(0, data.axis)  # type: ignore[attr-defined]
        data, depth = data.physical._data, depth - 1
    newest = max(tangents, key=lambda level: level.depth, default=None)
    found = plain(base, history, None if newest is None else tangents[newest])
    for _, head in sorted(wrappers):
        found = f"{head}, value=\n{textwrap.indent(found, '    ')}\n)"
    return found


def _batches(x: Tensor) -> int:
    count, data = 0, x._data
    while data.__class__ is Hidden:
        count, data = count + 1, data.physical._data
    return count


def _history(x: Tensor) -> tuple[list[Transform], tuple[bool, str | None]]:
    """The gradients that `x` is on the way to, and what it prints of its history outside of them."""
    levels = [level for level in entered() if isinstance(level, Gradient)]
    own = {id(edge): level for level in levels for leaf in level.fresh if (edge := edge_of(leaf)) is not None}
    if not own:
        return [], printed_history(x)
    start = edge_of(x)
    stack, outer = [start], False
    seen: set[int] = set()
    reached: set[Transform] = set()
    while stack:
        edge = stack.pop()
        node = node_of(edge)
        if node is None or id(node) in seen:
            continue
        seen.add(id(node))
        level = own.get(id(node))
        if level is not None:
            reached.add(level)
        if not isinstance(node, Tensor):
            stack.extend(node.edges)
        elif level is None:
            outer = True
    while start is not None and id(start) in own:  # a leaf of a transform is another tensor outside of it
        start = None if isinstance(start, Tensor) else start.edges[0]
    node = node_of(start)
    return list(reached), (outer, type(node.shown()).__name__ if outer and isinstance(node, Node) else None)
