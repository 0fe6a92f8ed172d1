"""The Tensor: a payload, and where it came from.

Five slots carry everything. ``_data`` is the payload, anything that speaks NumPy: an ndarray, a NumPy scalar (a 0-d
result stays one, ten times cheaper, until someone needs its memory), or a layer. ``_node`` is None, `LEAF` for a leaf
that requires grad, or the edge to the operation that made this tensor (to a leaf, where it stands for that leaf).
``_counter`` is None until the tensor is first written or viewed, then the one-element list [version] that it shares with
its views and detached copies. ``_view`` says of which tensor this is a view, and how. ``_cold`` holds what few tensors
have: a gradient, hooks.

What operations do to tensors is not here: `rushlight.ops` declares them and hangs them on this class.
"""

from __future__ import annotations

import weakref
from collections import OrderedDict
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from ..arrays import dtypes, types
from .errors import COMPUTED, DETACH
from .modes import INFERENCE, grad_mode
from .node import NOWHERE, Node, node_of

#: ``_node`` of a leaf that requires grad.
LEAF: Any = type("Leaf", (), {"__repr__": lambda self: "LEAF", "_rank": 0})()
#: ``_counter`` of an inference tensor: its version is not tracked (and is not zero, so that whoever saves it looks twice).
UNTRACKED: list[int] = [-1]

new: Callable[[Any], Any] = object.__new__


class Cold:
    """The rare state of a tensor."""

    __slots__ = ("accumulator", "grad", "hooked", "hooks", "post_accumulate", "retain", "tangents")

    def __init__(self) -> None:
        self.grad: Any = None
        self.retain = False
        #: Whether the engine has to look here at all: a hook, or an AccumulateGrad that may carry some, was made once.
        self.hooked = False
        self.hooks: OrderedDict[int, Any] | None = None
        self.post_accumulate: OrderedDict[int, Any] | None = None
        self.accumulator: weakref.ref[Any] | None = None
        #: Of a dual tensor: its tangent at each level.
        self.tangents: dict[Any, Any] | None = None

    def to_run(self, kind: str) -> OrderedDict[int, Any]:
        """The leaf's hooks of one kind, for one more."""
        self.hooked = True
        if getattr(self, kind) is None:
            setattr(self, kind, OrderedDict())
        return getattr(self, kind)


if TYPE_CHECKING:
    from ..ops.support.surface import Surface
else:
    Surface = object


class Tensor(Surface):
    """An array that remembers how it was computed.

    Make one with `rushlight.tensor`, `zeros`, `randn` and the like.

    >>> import rushlight as torch
    >>> x = torch.tensor([1., 2.], requires_grad=True)
    >>> (x * x).sum().backward()
    >>> x.grad
    tensor([2., 4.])
    """

    __module__ = __name__.partition(".")[0]  # where everybody finds it; "torch" where this package is torch
    __slots__ = ("__dict__", "__weakref__", "_cold", "_counter", "_data", "_node", "_view")

    #: A leaf in an edge has rank zero: older than every node.
    _rank = 0
    #: NumPy asks the Tensor first: `array + tensor` is a Tensor.
    __array_priority__ = 1000

    _data: Any
    _node: Any
    _counter: list[int] | None
    _view: Any
    _cold: Cold | None

    # Identity.

    @property
    def dtype(self) -> dtypes.dtype:
        return dtypes.of_array(self._data)

    @property
    def shape(self) -> types.Size:
        return tuple.__new__(types.Size, self._data.shape)

    @property
    def ndim(self) -> int:
        return self._data.ndim

    #: By identity, and in C: tensors are keys in the engine's loop.
    __hash__ = object.__hash__

    def _cold_state(self) -> Cold:
        if self._cold is None:
            self._cold = Cold()
        return self._cold

    # The graph.

    @property
    def requires_grad(self) -> bool:
        # A view requires grad as soon as its base does; whether it has a node of its own is not asked here.
        return self._node is not None or (self._view is not None and self._view.base._node is not None)

    @requires_grad.setter
    def requires_grad(self, value: bool) -> None:
        if value is not True and value is not False:
            raise RuntimeError("requires_grad must be a bool")
        if self._node is not None and self._node is not LEAF:
            raise RuntimeError(COMPUTED if value else f"{COMPUTED} {DETACH}")
        if value and self._node is None:
            if self._data.dtype.kind not in "fc":
                raise RuntimeError("only Tensors of floating point and complex dtype can require gradients")
            if self._counter is UNTRACKED and grad_mode() != INFERENCE:
                raise RuntimeError(
                    "Setting requires_grad=True on inference tensor outside InferenceMode is not allowed."
                )
        self._node = LEAF if value else None

    @property
    def grad_fn(self) -> Node | None:
        """The node of the operation that made this tensor; None for a leaf."""
        if self._view is not None:
            self._view.refresh(self)
        node = self._node
        return None if node is None or not node._rank else node_of(node).shown()

    @property
    def output_nr(self) -> int:
        """Which result of `grad_fn` this tensor is."""
        return getattr(self._node, "nr", 0)

    @property
    def is_leaf(self) -> bool:
        return self.grad_fn is None

    @property
    def _version(self) -> int:
        if self._counter is UNTRACKED:
            raise RuntimeError("Inference tensors do not track version counter.")
        return self._counter[0] if self._counter is not None else 0

    def detach(self) -> Tensor:
        """This tensor's payload without its history; memory and version counter are shared."""
        out = wrap(memory(self))
        out._counter = shared_counter(self)
        return out


#: The classes whose instances are a payload and its history, and nothing more.
ORDINARY: set[type[Tensor]] = {Tensor}
#: Those whose instances take the short way through an operation: the same, or none while a mode looks on (`op.MODES`).
PLAIN: set[type[Tensor]] = {Tensor}


def wrap(data: Any, node: Any = None) -> Tensor:
    """A new tensor around a payload; no memory is copied."""
    out: Tensor = new(Tensor)
    out._data, out._node = data, node
    out._counter = UNTRACKED if grad_mode() == INFERENCE else None
    out._view = out._cold = None
    return out


def memory(x: Tensor) -> Any:
    """The payload as something that has memory: a NumPy scalar becomes a 0-d array first, for good."""
    data = x._data
    if isinstance(data, np.generic):
        data = x._data = np.array(data)
    return data


def shared_counter(x: Tensor) -> list[int]:
    """The version counter of `x`, made now if it has none, to be shared with whoever shares its memory."""
    counter = x._counter
    if counter is None:
        counter = x._counter = [0]
    return counter


def edge_of(x: Tensor) -> Any:
    """Where the gradient of `x` goes: its node, itself if it is a leaf that requires grad, or None."""
    view = x._view
    if view is not None:
        view.refresh(x)
        if x._node is None and view.base._node is not None:
            return NOWHERE  # a view made without history, of what has one: torch calls it a leaf, but gives it no gradient
    node = x._node
    return x if node is LEAF else node
