"""vmap: tensors that stand for one example of a batch.

A batched tensor is a Tensor of the class `Batched`. Its payload, `Hidden`, has the shape and the dtype of one example
and no values; behind it is the *physical* tensor, with the examples along its first dimension. An operation on batched
tensors takes the long way, which asks this layer (`core.op.LAYERS`); it finds the operation's rule (`batching`), which
says what the operation on all examples at once is.

Note [Batches in batches, tangents in batches]
    The physical tensor is a Tensor of any kind. In nested vmaps it is batched itself: the newest level is always
    outermost. A batched tensor with a tangent is a batch of dual tensors, never a dual tensor with a batch inside
    (`push_dual`); only the *tangent* of a tensor that is the same for all examples may be batched.

Note [Gradients of single examples]
    There is one graph, of physical tensors. What a batched operation records is an operation on the whole batch, and
    its backward carries the gradients of all examples along: in ``grad(vmap(f))`` and ``vmap(grad(f))`` alike.

    The two differ where a tensor that is not batched meets one that is. In ``grad(vmap(f))`` its gradient is the sum over
    the examples, as after any broadcast. In ``vmap(grad(f))``, where the gradient is asked for inside of the batch, each
    example has a gradient of its own::

        w ──▶ per_example ──▶ matmul ──▶ ...          w has one value, the matmul runs on the whole batch
          ◀── a batched g ◀── g           ◀──         and below the meeting point gradients are batched tensors

    So where a gradient level is newer than the batch, such a tensor goes through `per_example`, whose rule wraps the
    gradient again as a batched tensor as long as its batch is alive, and sums over the examples afterwards.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from .._torch_function import disabled
from ..core import views
from ..core.backward import as_tensor
from ..core.declare import op
from ..core.modes import GRAD, grad_mode
from ..core.op import Op
from ..core.short import CONSTANTS
from ..core.tensor import LEAF, PLAIN, Tensor, new
from ..ops.language.inspection import REQUIRES_GRAD
from . import dual
from .levels import Batch, is_differentiated, newest_gradient

DATA_DEPENDENT = (
    "vmap: It looks like you're attempting to use a Tensor in some data-dependent control flow. We don't support that yet, "
    "please file an issue at https://github.com/pytorch/pytorch/issues ."
)
ITEM = (
    "vmap: It looks like you're calling .item() on a Tensor. We don't support vmap over calling .item() on a Tensor, please "
    "try to rewrite what you're doing with other operations. If error is occurring somewhere inside PyTorch internals, "
    "please file a bug report."
)
EITHER = (
    "vmap: It looks like you're either (1) calling .item() on a Tensor or (2) attempting to use a Tensor in some data-dependent "
    "control flow or (3) encountering this error in PyTorch internals. For (1): we don't support vmap over calling .item() on a "
    "Tensor, please try to rewrite what you're doing with other operations. For (2): we don't support data-dependent control flow "
    "in vmap yet, please file an issue at https://github.com/pytorch/pytorch/issues . For (3): please file an issue."
)
NO_VALUES = "Cannot access data pointer of Tensor that doesn't have storage"
ESCAPED = (
    "Either your tensor may have escaped from inside a function being vmapped and this is a user error (see "
    "https://pytorch.org/functorch/stable/ux_limitations.html), or there is an internal functorch error in "
    "`gen_vmap_plumbing` Please file an issue if it looks like the latter"
)
INPLACE = (
    "vmap: {0}(self, *extra_args) is not possible because there exists a Tensor `other` in extra_args that has more elements "
    "than `self`. This happened due to `other` being vmapped over but `self` not being vmapped over in a vmap. Please try to "
    "use out-of-place operators instead of {0}. If said operator is being called inside the PyTorch framework, please file a "
    "bug report instead."
)
#: What these words call some operations; others by their name after "aten::".
_ARITHMETIC = {"sub", "mul", "div", "copy", "logical_and", "logical_or", "logical_xor"}
_BARE = {"fill_from_tensor_", "index_add", "index_fill", "index_put", "scatter_add"}


#: The rules of operations, by name, as far as they are known: see `batching`.
RULES: dict[str, Any] = {}


def no_value(words: str, level: Batch) -> RuntimeError:
    """The refusal of the value of an example: in torch's `words`, or, in a gradient inside of the batch, in others."""
    return RuntimeError(EITHER if newest_gradient() > level.depth else words)


class Hidden:
    """The payload of a batched tensor: the shape and dtype of an example. Its values cannot be read.

    ``axis`` is where vmap was told that the examples lie, for printing.
    """

    __slots__ = ("axis", "dtype", "level", "ndim", "physical", "shape")

    def __init__(self, level: Batch, physical: Tensor) -> None:
        data = physical._data
        self.level, self.physical, self.axis = level, physical, 0
        self.shape, self.ndim, self.dtype = data.shape[1:], data.ndim - 1, data.dtype

    @property
    def size(self) -> int:
        return math.prod(self.shape)

    @property
    def itemsize(self) -> int:
        return self.dtype.itemsize

    @property
    def strides(self) -> tuple[int, ...]:
        data = self.physical._data
        return data.strides[1:] if data.ndim else ()

    @property
    def flags(self) -> Any:
        return self._example().flags

    def _example(self) -> Any:
        """Memory laid out as that of one example."""
        data = self.physical._data
        data = data._example() if data.__class__ is Hidden else np.asarray(data)
        return data[0] if data.shape[0] else np.empty(self.shape, self.dtype)

    def reshape(self, *size: Any, copy: bool | None = None) -> None:
        """Raises ValueError if an example cannot be seen in that shape without a copy, which ``copy=False`` asks."""
        if copy is None:
            raise RuntimeError(NO_VALUES)
        self._example().reshape(*size, copy=copy)

    def __len__(self) -> int:
        return len(self._example())

    def item(self) -> Any:
        raise no_value(ITEM, self.level)

    def __bool__(self) -> bool:
        raise no_value(DATA_DEPENDENT, self.level)

    def __array__(self, *args: Any, **kwargs: Any) -> Any:
        raise RuntimeError(NO_VALUES)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        raise RuntimeError(f"{NO_VALUES} (.{name} of a batched tensor)")


class Batched(Tensor):
    """A Tensor that stands for each example of a batch. Its layout is Tensor's."""

    __slots__ = ()
    __torch_function__ = disabled

    @property
    def requires_grad(self) -> bool:  # type: ignore[override]
        # Inside of a batch, a gradient that is asked for outside is none of its examples' business.
        return newest_gradient() > self._data.level.depth and base_of(self).requires_grad

    @requires_grad.setter
    def requires_grad(self, value: bool) -> None:
        raise RuntimeError(REQUIRES_GRAD)

    @property
    def is_leaf(self) -> bool:
        return self.grad_fn is None

    @property
    def grad_fn(self) -> Any:
        return base_of(self).grad_fn if self.requires_grad else None

    def detach(self) -> Tensor:
        return wrap(self._data.physical.detach(), self._data.level)

    @property
    def data(self) -> Tensor:  # type: ignore[override]
        raise RuntimeError("accessing `data` under vmap transform is not allowed")

    @data.setter
    def data(self, value: Tensor) -> None:
        raise RuntimeError("mutating directly with `.data` under vmap transform is not allowed.")

    def __bool__(self) -> bool:
        raise no_value(DATA_DEPENDENT, self._data.level)

    is_nonzero = __bool__

    def item(self) -> Any:
        raise no_value(ITEM, self._data.level)

    def storage_offset(self) -> int:
        return self._data.physical.storage_offset()  # type: ignore[no-any-return]

    def data_ptr(self) -> int:
        raise RuntimeError(NO_VALUES)

    def untyped_storage(self, *args: Any) -> Any:
        raise NotImplementedError("Cannot access storage of BatchedTensorImpl")

    storage = is_shared = __deepcopy__ = untyped_storage

    def set_(self, *args: Any, **kwargs: Any) -> Tensor:
        raise NotImplementedError("set_ of a batched tensor, inside of vmap: it has no memory of its own")


Batched.__name__ = Batched.__qualname__ = "Tensor"
Batched.__module__ = Tensor.__module__


# Going in and out of a batch.


def wrap(physical: Tensor, level: Batch, axis: int = 0) -> Tensor:
    """The batched tensor whose examples lie along `axis` of `physical`."""
    data = physical._data
    if data.__class__ is Hidden and data.level.depth > level.depth:  # the newer batch stays outermost
        return wrap(wrap(data.physical, level, axis + 1), data.level)
    if axis:
        return wrap(_moved(physical, axis, 0), level)
    out: Tensor = new(Batched)
    out._data, out._node, out._counter, out._view, out._cold = Hidden(level, physical), None, None, None, None
    return out


def examples(rows: Any, level: Batch) -> Tensor:
    """The batched tensor whose examples are the rows of a payload."""
    physical: Tensor = new(Tensor)
    physical._data, physical._node, physical._counter, physical._view, physical._cold = rows, None, None, None, None
    out: Tensor = new(Batched)
    out._data, out._node, out._counter, out._view, out._cold = Hidden(level, physical), None, None, None, None
    return out


def unwrap(x: Any, level: Batch) -> Tensor | None:
    """The physical tensor of `x` at `level`, its examples along the first dimension; None if it has none there."""
    data = x._data
    if data.__class__ is not Hidden:
        return None
    if data.level is level:
        return data.physical
    inner = unwrap(data.physical, level)
    if inner is None:
        return None
    # The first dimension of what lies below the newer level is that level's.
    return wrap(_moved(inner, 1, 0), data.level)


def _moved(x: Any, source: int, destination: int) -> Tensor:
    return x.movedim(source, destination)


def is_batched(x: Any, level: Batch) -> bool:
    data = x._data
    while data.__class__ is Hidden:
        if data.level is level:
            return True
        data = data.physical._data
    return False


def levels_of(x: Tensor) -> list[Batch]:
    """The levels of `x`, newest first."""
    found, data = [], x._data
    while data.__class__ is Hidden:
        found.append(data.level)
        data = data.physical._data
    return found


def base_of(x: Tensor) -> Tensor:
    """What lies below all batches: a plain tensor, or a dual one."""
    while x._data.__class__ is Hidden:
        x = x._data.physical
    return x


def lower(x: Tensor, level: Batch) -> tuple[Tensor, bool]:
    """`x` as operations on the whole batch see it, and whether its examples lie along its first dimension."""
    data = x._data
    if data.__class__ is Hidden:
        physical = data.physical if data.level is level else unwrap(x, level)
        if physical is not None:
            return physical, True
    if x.__class__ is dual.Dual:
        tangents = {k: dual.tangents_of(x)[k] for k in dual.live_levels(x)}
        if any([is_batched(t, level) for t in tangents.values()]):
            primal = raised(dual.below(x, None), level)
            for k, t in tangents.items():
                dual.set_tangent(primal, raised(t, level), k)
            return primal, True
    if grad_mode() == GRAD and newest_gradient() > level.depth:
        base = base_of(x)
        if base.requires_grad and (base._node is not LEAF or is_differentiated(base, level)):  # a module's parameter is neither
            return per_example(x, level, 0), True
    return x, False


def raised(x: Any, level: Batch) -> Tensor:
    """`x`, perhaps a payload, on the whole batch: its examples along its first dimension, all alike if it is not batched."""
    x = as_tensor(x)
    data = x._data
    if data.__class__ is Hidden and data.level is level:
        return data.physical  # type: ignore[no-any-return]
    physical, batched = lower(x, level)
    return physical if batched else physical.unsqueeze(0).expand(level.size, *physical.shape)


def physical_gradient(g: Tensor, out: Tensor) -> Tensor:
    """A gradient of `out` as the graph below all its batches takes it."""
    for level in levels_of(out):
        g = raised(g, level)
    return g


def logical_gradient(g: Any, x: Tensor) -> Tensor:
    """A gradient that was captured below all batches of `x`, perhaps as a payload, as that of an example."""
    g = as_tensor(g)
    for level in levels_of(x)[::-1]:
        g = wrap(g, level)
    return g


def _gathered(g: Any, level: Batch, axis: int) -> Any:
    """The gradient of what `per_example` was applied to. See Note [Gradients of single examples]."""
    return wrap(as_tensor(g), level, axis) if level.alive else g.sum(axis)


#: `x` once for each example of `level`, along a new dimension `axis`.
per_example = op("per_example", lambda x, level, axis: np.broadcast_to(
    np.expand_dims(x, axis), (*x.shape[:axis], level.size, *x.shape[axis:])), "ExpandBackward0", {
    "x": lambda g, level, axis: _gathered(g, level, axis),
}, linear=True)  # fmt: skip


def push_dual(x: Tensor, tangent: Tensor, level: dual.Level) -> Tensor:
    """`x` with a tangent at `level`. See Note [Batches in batches, tangents in batches]."""
    data = x._data
    if data.__class__ is Hidden:
        return wrap(push_dual(data.physical, raised(tangent, data.level), level), data.level)
    out = x.view(x.shape)  # type: ignore[attr-defined]
    dual.set_tangent(out, tangent, level)
    return out


def pull_dual(x: Tensor, level: dual.Level) -> tuple[Tensor, Tensor | None]:
    """`x` without its tangent at `level`, and that tangent."""
    data = x._data
    if data.__class__ is Hidden:
        primal, tangent = pull_dual(data.physical, level)
        return wrap(primal, data.level), None if tangent is None else wrap(tangent, data.level)
    tangent = dual.tangent_of(x, level)
    return (x, None) if tangent is None else (dual.below(x, level), tangent)


# Operations.


def newest(arguments: Sequence[Any]) -> Batch | None:
    """The newest batch among the arguments: tensors, payloads, and lists of them."""
    best: Batch | None = None
    for a in arguments:
        kind = a.__class__
        if kind in PLAIN or kind in CONSTANTS:
            continue
        if kind is Batched:
            level: Any = a._data.level
        elif kind is Hidden:
            level = a.level
        else:
            level = newest(a) if kind is tuple or kind is list else None
        if level is not None and (best is None or level.depth > best.depth):
            best = level
    return best


def call(op: Op, level: Batch, arguments: Sequence[Any]) -> Any:
    """An operation on batched tensors, of which `level` is the newest level."""
    if not level.alive:
        raise RuntimeError(ESCAPED)
    return (RULES.get(op.name) or _rule_of(op))(op.call, level, arguments)


def _rule_of(op: Op) -> Any:
    from .batching import rule_of

    return rule_of(op)


def assign(x: Tensor, function: Callable[..., Any], arguments: tuple[Any, ...], options: dict[str, Any]) -> Tensor:
    """``x.op_(*arguments)``: the operation on a copy, whose result is written into the whole batch.

    Raises RuntimeError, in torch's words, for a tensor that is the same for all examples.
    """
    level = newest((x, *arguments))
    assert level is not None
    physical = unwrap(x, level)
    if physical is None:
        raise RuntimeError(_refusal(function.__name__, x, level))
    before = x.clone()  # type: ignore[attr-defined]
    result = function(before, *[before if a is x else a for a in arguments])
    views._check_fits(x, result, options.get("like_copy", False))
    physical.copy_(raised(result, level))  # type: ignore[attr-defined]
    return x


def _refusal(name: str, x: Tensor, level: Batch) -> str:
    """Why a tensor that all examples share cannot take a result of each."""
    if name in ("add", "atan2", "copysign"):
        return f"output with shape {list(x.shape)} doesn't match the broadcast shape {[level.size, *x.shape]}"
    bare = name.removesuffix("_").removesuffix("_from_tensor")
    called = f"{bare}_" if name in _BARE else f"aten::{bare}_"
    return INPLACE.format("inplace arithmetic" if name in _ARITHMETIC else called)


def assign_view(x: Tensor, function: Callable[..., Any], parameters: tuple[Any, ...]) -> Tensor:
    """``x.t_()`` and the like: `x` becomes that view of itself."""
    x._data = function(x, *parameters)._data
    return x
