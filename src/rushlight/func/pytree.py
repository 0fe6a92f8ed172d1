"""Nested containers of values: tuples, named tuples, lists, dicts (OrderedDict, defaultdict too). What is none of them is a leaf.

>>> leaves, spec = tree_flatten({"w": 1, "b": (2, 3)})
>>> leaves
[1, 2, 3]
>>> tree_unflatten([10, 20, 30], spec)
{'w': 10, 'b': (20, 30)}
"""

from __future__ import annotations

from collections import OrderedDict, defaultdict, deque
from collections.abc import Callable
from typing import Any

from ..return_types import NamedTuple

__all__ = ["TreeSpec", "broadcast_to", "tree_all", "tree_flatten", "tree_leaves", "tree_map", "tree_map_", "tree_map_only",
           "tree_structure", "tree_unflatten"]  # fmt: skip


class TreeSpec:
    """The structure of a tree, without its leaves: the containers' type, their context (keys, ...), and their children."""

    __slots__ = ("children", "context", "num_leaves", "type")

    def __init__(self, kind: Any, context: Any, children: list[TreeSpec]) -> None:
        self.type, self.context, self.children = kind, context, children
        self.num_leaves = 1 if kind is None else sum(child.num_leaves for child in children)

    def is_leaf(self) -> bool:
        return self.type is None

    def __eq__(self, other: object) -> bool:
        return isinstance(other, TreeSpec) and (self.type, self.context, self.children) == (
            other.type, other.context, other.children
        )  # fmt: skip

    def __hash__(self) -> int:
        return hash((self.type, self.num_leaves))

    def __repr__(self) -> str:
        return self._text(0)

    def _text(self, indent: int) -> str:
        if self.type is None:
            return "*"
        head = f"TreeSpec({self.type.__name__}, {self.context}, ["
        if not self.children:
            return head + "])"
        inner = f",\n{' ' * (indent + 2)}".join([child._text(indent + 2) for child in self.children])
        return f"{head}{inner}])"


LEAF = TreeSpec(None, None, [])


def _opened(tree: Any) -> tuple[Any, Any, list[Any]] | None:
    """The type, context and children of a container; None for a leaf."""
    kind = type(tree)
    if kind is tuple or kind is list:
        return kind, None, list(tree)
    if kind is dict or kind is OrderedDict:
        return kind, list(tree), list(tree.values())
    if kind is defaultdict:
        return kind, [tree.default_factory, list(tree)], list(tree.values())
    if kind is deque:
        return kind, tree.maxlen, list(tree)
    if isinstance(tree, NamedTuple):
        return kind, None, list(tree)
    if isinstance(tree, tuple) and hasattr(tree, "_fields"):
        return kind, kind, list(tree)
    return None


def tree_flatten(tree: Any, is_leaf: Callable[[Any], bool] | None = None) -> tuple[list[Any], TreeSpec]:
    """The leaves of a tree from left to right, and its structure."""
    leaves: list[Any] = []
    return leaves, _visited(tree, is_leaf, leaves)


def _visited(node: Any, is_leaf: Callable[[Any], bool] | None, leaves: list[Any]) -> TreeSpec:
    """The structure of `node`, whose leaves are added to `leaves`."""
    opened = None if is_leaf is not None and is_leaf(node) else _opened(node)
    if opened is None:
        leaves.append(node)
        return LEAF
    kind, context, children = opened
    return TreeSpec(kind, context, [_visited(child, is_leaf, leaves) for child in children])


def tree_unflatten(leaves: Any, treespec: TreeSpec) -> Any:
    """The tree of this structure with other leaves. Raises ValueError for another number of them."""
    leaves = list(leaves)
    if len(leaves) != treespec.num_leaves:
        raise ValueError(
            f"tree_unflatten(leaves, treespec): `leaves` has length {len(leaves)} but the spec refers to a pytree that holds "
            f"{treespec.num_leaves} items ({treespec})."
        )
    return _built(iter(leaves), treespec)


def _built(leaves: Any, spec: TreeSpec) -> Any:
    if spec.type is None:
        return next(leaves)
    children = [_built(leaves, child) for child in spec.children]
    if spec.type is dict or spec.type is OrderedDict:
        return spec.type(zip(spec.context, children))
    if spec.type is defaultdict:
        return defaultdict(spec.context[0], zip(spec.context[1], children))
    if spec.type is deque:
        return deque(children, maxlen=spec.context)
    return spec.type(*children) if spec.context is spec.type else spec.type(children)


def tree_leaves(tree: Any, is_leaf: Callable[[Any], bool] | None = None) -> list[Any]:
    return tree_flatten(tree, is_leaf)[0]


def tree_structure(tree: Any, is_leaf: Callable[[Any], bool] | None = None) -> TreeSpec:
    return tree_flatten(tree, is_leaf)[1]


def tree_map(func: Callable[..., Any], tree: Any, *rests: Any, is_leaf: Callable[[Any], bool] | None = None) -> Any:
    """The tree of ``func(leaf, *leaves of rests)``."""
    leaves, spec = tree_flatten(tree, is_leaf)
    columns = [leaves, *[tree_leaves(rest, is_leaf) for rest in rests]]
    return tree_unflatten([func(*row) for row in zip(*columns)], spec)


def tree_map_(func: Callable[..., Any], tree: Any, *rests: Any) -> Any:
    """Calls `func` on every leaf, and returns the tree as it is."""
    tree_map(func, tree, *rests)
    return tree


def tree_map_only(kind: Any, func: Callable[[Any], Any], tree: Any) -> Any:
    """`tree_map` of the leaves that are instances of `kind`; the others stay."""
    return tree_map(lambda leaf: func(leaf) if isinstance(leaf, kind) else leaf, tree)


def tree_all(pred: Callable[[Any], bool], tree: Any) -> bool:
    return all(map(pred, tree_leaves(tree)))


def broadcast_to(tree: Any, treespec: TreeSpec, is_leaf: Callable[[Any], bool] | None = None) -> list[Any] | None:
    """The leaves of a tree that is a prefix of the structure: a leaf stands for a whole subtree. None if it is no prefix."""
    opened = None if is_leaf is not None and is_leaf(tree) else _opened(tree)
    if opened is None:
        return [tree] * treespec.num_leaves
    kind, context, children = opened
    if (kind, context, len(children)) != (treespec.type, treespec.context, len(treespec.children)):
        return None
    parts = [broadcast_to(child, spec, is_leaf) for child, spec in zip(children, treespec.children)]
    return None if any(p is None for p in parts) else [leaf for part in parts for leaf in part]  # type: ignore[union-attr]
