"""The graph's nodes: what `Tensor.grad_fn` shows, and what the engine walks.

    y = x * w            y ──▶ MulBackward0 ──▶ edge to x's node
                                            └─▶ edge to w        (a leaf stands in the edge itself)

An edge is a node, a leaf tensor, an `Output` (one result of a node that has several) or None (no gradient wanted).
Edges point to what is older, never to a node's own results: dropping the last result drops the graph at once, without
the garbage collector.

Note [One class on the way]
    CPython's interpreter remembers, instruction by instruction, where the attributes of one class lie; an instruction
    that meets objects of many classes looks each attribute up again. So what the operations record and the engine walks
    is all of the class `Node`. A node becomes an instance of its operation's own class, with torch's name and the
    ``_saved_...`` attributes, when a program first gets to see it (`Node.shown`): the classes have the same layout.
"""

from __future__ import annotations

import itertools
import weakref
from collections import OrderedDict
from collections.abc import Callable
from operator import methodcaller
from typing import TYPE_CHECKING, Any

FREED_GRAPH = (
    "Trying to backward through the graph a second time (or directly access saved tensors after they have already been "
    "freed). Saved intermediate values of the graph are freed when you call .backward() or autograd.grad(). Specify "
    "retain_graph=True if you need to backward through the graph a second time or if you need to access saved tensors "
    "after calling backward."
)

#: Ranks fall as the program runs: the newest node has the smallest, and a heap of ranks yields the newest first.
next_rank: Callable[[], int] = itertools.count(-1, -1).__next__


class Extras:
    """What few nodes have: hooks, metadata, the handles that were made of their edges."""

    __slots__ = ("accumulators", "metadata", "post", "pre", "results", "retained", "tensor_pre")

    def __init__(self) -> None:
        self.tensor_pre: OrderedDict[int, tuple[int, Callable[..., Any]]] = OrderedDict()  # id -> (output_nr, hook)
        self.retained: dict[int, weakref.ref[Any]] = {}  # output_nr -> the tensor that keeps its gradient
        self.pre: OrderedDict[int, Callable[..., Any]] = OrderedDict()
        self.post: OrderedDict[int, Callable[..., Any]] = OrderedDict()
        self.metadata: dict[Any, Any] = {}
        self.accumulators: dict[int, Any] = {}  # id of a leaf -> its AccumulateGrad
        self.results: dict[int, Any] = {}  # output_nr -> shape and dtype, where a GradientEdge was made


class Node:
    """One recorded operation, ``op``. (None for a class of nodes that is written by hand, which has its own `backward`.)

    ``_edges`` are the `edges`, or the first of them alone if there is no other: without the tuple a graph has half as many
    objects for the garbage collector to walk, which takes half as long.
    ``values`` are what the derivative rules read (payloads, shapes, numbers); ``saved`` stands beside it, entry for
    entry: the Tensor a payload came from, the version counter of a saved result, or None; it is empty where no tensor was
    saved, and then there is nothing to free either. ``versions`` are the saved
    tensors' versions then (None: all zero). ``metas`` (None: nothing to do) says what shape and dtype each edge wants.
    """

    __slots__ = ("_edges", "_rank", "extras", "metas", "op", "saved", "values", "versions")

    #: The number of results. A node with several is reached through `Output` edges, and takes a list of gradients.
    outputs = 1
    several = False
    #: As an edge, a node leads to its only result.
    nr = 0
    #: Whether the node also runs when none of its results has a gradient (with zeros in their place).
    runs_undefined = False
    _rank: int
    op: Any
    _edges: Any
    values: tuple[Any, ...] | None
    saved: tuple[Any, ...]
    versions: tuple[int, ...] | None
    metas: Any
    extras: Extras | None

    if TYPE_CHECKING:  # what `autograd._nodes` hangs on this class: what a program may ask of a node

        def __getattr__(self, name: str) -> Any: ...

    def __init_subclass__(cls) -> None:
        if "op" not in vars(cls):
            cls.op = None  # type: ignore[misc]

    @property
    def edges(self) -> tuple[Any, ...]:
        """Where the gradient of each input goes; None where none is wanted."""
        edges = self._edges
        return edges if edges.__class__ is tuple else (edges, *[None] * (len(self.op.differentiable) - 1))

    def backward(self, gradient: Any, values: Any) -> Any:
        """The gradients of the edges, from the result's gradient(s); None where an edge wants none."""
        return self.op.backward(self, gradient, values)

    def gradients(self, gradient: Any, values: Any) -> Any:
        """`backward`, with each gradient in the shape and dtype that its edge wants. (The engine's loop has this inline.)"""
        return self.backward(gradient, values) if self.metas is None else self.metas.backward(self, gradient, values)

    def shown(self) -> Node:
        """This node, as a program sees it: see Note [One class on the way]."""
        if self.__class__ is Node:
            self.__class__ = self.op.node_class
        return self

    def _extras(self) -> Extras:
        if self.extras is None:
            self.extras = Extras()
        return self.extras

    def release(self) -> None:
        """Drops what was saved: a second backward through here is an error."""
        if self.saved:
            self.values, self.saved = None, ()


def filled(node: Any, edges: Any, values: Any = (), saved: Any = (), versions: Any = None, metas: Any = None) -> Any:
    """A new node with its rank and what it records. (The recorders of most operations have this inline.)"""
    node._rank, node._edges, node.values, node.saved = next_rank(), edges, values, saved
    node.versions, node.metas, node.extras = versions, metas, None
    return node


def saved_properties(names: dict[str, int]) -> dict[str, Any]:
    """``_saved_<name>`` and ``_raw_saved_<name>`` of a class of nodes, from torch's names of what stands in `values`.

    (Properties, and not one ``__getattr__``: a class that has one reads every attribute three times slower.)
    """
    found: dict[str, Any] = {f"_saved_{name}": property(methodcaller("_saved", i)) for name, i in names.items()}
    found |= {f"_raw_saved_{name}": property(methodcaller("_raw_saved", i)) for name, i in names.items()}
    return {**found, "saved_names": names}


class Output:
    """The edge to one of several results of a node."""

    __slots__ = ("_rank", "node", "nr")

    def __init__(self, node: Node, nr: int) -> None:
        self.node, self.nr, self._rank = node, nr, node._rank

    def __lt__(self, other: Any) -> bool:
        # Only the outputs of one node share a rank.
        return self.nr < other.nr

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Output) and self.node is other.node and self.nr == other.nr

    def __hash__(self) -> int:
        return hash((id(self.node), self.nr))


def node_of(edge: Any) -> Any:
    """The node (or leaf) that an edge leads to."""
    return edge.node if edge.__class__ is Output else edge


class Nowhere(Node):
    """The end of an edge at a tensor that counts as requiring grad but has no place for one: see `edge_of`."""

    __slots__ = ()

    def backward(self, gradient: Any, values: tuple[Any, ...]) -> Any:
        return ()


NOWHERE = filled(Nowhere(), ())
NOWHERE._rank = 1  # older than every node, and no leaf
