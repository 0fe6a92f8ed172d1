"""``torch.autograd.function``: operations of one's own.

A custom Function is a class that is never instantiated; its ``ctx`` is the node that the call puts on the graph.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from ..arrays.dtypes import of_array
from ..core import views
from ..core.errors import CUSTOM_VIEW, LEAF_USED_INPLACE, MULTI_VIEW
from ..core.modes import GRAD, NO_GRAD, grad_mode, set_grad_mode
from ..core.node import FREED_GRAPH, Node, Output, filled
from ..core.op import LAYERS, LIVE, OBSERVERS, layer_of
from ..core.record import conform
from ..core.saved import SavedResult, bump, check_versions, last_write, tensors, versions_of
from ..core.tensor import LEAF, PLAIN, Tensor, edge_of, shared_counter, wrap
from ..ops.support.options import type_name, warn_user
from .grad_mode import no_grad

__all__ = [
    "BackwardCFunction", "Function", "FunctionCtx", "FunctionMeta", "InplaceFunction", "NestedIOFunction",
    "once_differentiable",
]  # fmt: skip

NO_SETUP_CONTEXT = (
    "In order to use an autograd.Function with functorch transforms (vmap, grad, jvp, jacrev, ...), it must override the "
    "setup_context staticmethod. For more details, please see https://pytorch.org/docs/main/notes/extending.func.html"
)

COMPLEX_GRADIENT = (
    "Expected isFloatingType(grad.scalar_type()) || (input_is_complex == grad_is_complex) to be true, but got false.  (Could "
    "this error message be improved?  If so, please report an enhancement request to PyTorch.)"
)

_SEVERAL_WITH_VIEW = (
    "If your Function modifies inplace an input that is a view of another Tensor, your Function cannot return more than one "
    "Tensor. This is not supported by the current autograd engine. You should either make sure the input is not a view (using "
    ".clone() for example) or make your Function only return one Tensor (potentially splitting it into two Functions: one "
    "doing the inplace that returns a single Tensor and a second one that does the other operations). You can ask on the forum "
    "https://discuss.pytorch.org/ if you need help to do this change."
)

_SAVED_AS_IS = (
    "An input that has been returned as-is as output is being saved for backward. This is not supported if you override "
    "setup_context. You should return and save a view of the input instead, e.g. with x.view_as(x) or setup ctx inside the "
    "forward function itself."
)


class FunctionCtx:
    """What ``forward`` and ``backward`` of a custom Function share."""

    to_save: tuple[Any, ...] = ()
    saved_for_forward: tuple[Any, ...] = ()
    dirty_tensors: tuple[Any, ...] = ()
    non_differentiable: tuple[Any, ...] = ()
    materialize_grads = True

    def save_for_backward(self, *tensors: Tensor | None) -> None:
        """Keeps tensors for ``backward``, which finds them in ``ctx.saved_tensors``. Call at most once, in forward."""
        self.to_save = tensors

    def save_for_forward(self, *tensors: Tensor | None) -> None:
        """Keeps tensors for ``jvp``."""
        for tensor in tensors:
            if not isinstance(tensor, Tensor) and tensor is not None:
                raise AssertionError(
                    "save_for_forward expects all arguments to be tensors; you should save non-tensors as attributes "
                    "on ctx."
                )
        self.saved_for_forward = tensors

    def mark_dirty(self, *args: Tensor) -> None:
        """Says which inputs ``forward`` changed in place; each must be returned."""
        self.dirty_tensors = args

    def mark_shared_storage(self, *pairs: Any) -> None:
        """Does nothing but warn: deprecated in PyTorch."""
        import warnings

        warnings.warn(
            "`mark_shared_storage` is deprecated. Tensors with shared storages are automatically tracked. Note that calls "
            "to `set_()` are not tracked",
            FutureWarning,
            stacklevel=2,
        )

    def mark_non_differentiable(self, *args: Tensor) -> None:
        """Says which outputs have no gradient."""
        self.non_differentiable = args

    def set_materialize_grads(self, value: bool) -> None:
        """With False, ``backward`` gets None, not zeros, for an output that nothing depended on."""
        if not isinstance(value, bool):
            raise TypeError("set_materialize_grads received an invalid combination of arguments - got (), but expected (bool)")
        self.materialize_grads = value


class BackwardCFunction(Node, FunctionCtx):
    """The node of a custom Function, and its ``ctx``."""

    __slots__ = ("_input_metas", "_output_metas", "needs_input_grad")
    _forward_cls: Any
    runs_undefined = True
    needs_input_grad: tuple[bool, ...]
    #: Which arguments of ``apply`` are Tensors; None where all are.
    _tensor_arguments: tuple[bool, ...] | None = None
    #: Shape and dtype of each output, to make zeros of; shape and dtype of each Tensor input, to check gradients by.
    _output_metas: Any
    _input_metas: Any

    def __repr__(self) -> str:
        return f"<torch.autograd.function.{type(self).__name__} object at {id(self):#x}>"

    @property
    def saved_tensors(self) -> tuple[Any, ...]:
        """The tensors that were saved. Raises RuntimeError if they were freed or written since."""
        if self.values is None:
            raise RuntimeError(FREED_GRAPH)
        if self._rank > last_write[0]:
            check_versions(self)
        return self.values if self.values is self.saved else tensors(self)

    @property
    def saved_variables(self) -> tuple[Any, ...]:
        """`saved_tensors`, by a deprecated name."""
        import warnings

        warnings.warn("'saved_variables' is deprecated; use 'saved_tensors'", DeprecationWarning, stacklevel=2)
        return self.saved_tensors

    @property
    def _raw_saved_tensors(self) -> tuple[Any, ...]:
        """What was saved as objects on which hooks can be put. Raises RuntimeError if it was freed."""
        from .saved_hooks import SavedTensor

        if self.values is None:
            raise RuntimeError(FREED_GRAPH)
        return tuple([SavedTensor(self, i) for i in range(len(self.values))])

    def __call__(self, *gradients: Any) -> Any:
        raise TypeError(f"'{self.name()}' object is not callable")

    def apply(self, *args: Any) -> Any:
        """Runs the user's ``backward``."""
        return self._user_backward()(self, *args)

    def _user_backward(self) -> Callable[..., Any]:
        cls = self._forward_cls
        if cls.vjp is Function.vjp:
            return cls.backward
        if cls.backward is not Function.backward:
            raise RuntimeError(
                "Implementing both 'backward' and 'vjp' for a custom Function is not allowed. You should only implement "
                "one of them."
            )
        return cls.vjp

    def backward(self, gradient: Any, values: tuple[Any, ...]) -> Any:
        if self.several or gradient is None:
            on_tensors, gradients = self._materialized(gradient if self.several else (gradient,))
        else:
            on_tensors = isinstance(gradient, Tensor)
            gradients = (gradient if on_tensors else wrap(gradient),)
        cls = self._forward_cls
        run = cls.backward if cls.vjp is Function.vjp else self._user_backward()
        results = run(self, *gradients)
        if results.__class__ is not tuple:
            results = (results,)
        edges = self._edges
        if len(results) != len(edges) or self._tensor_arguments is not None:
            results = self._fitted(results)
        checked: list[Any] = []
        for result, edge, meta in zip(results, edges, self._input_metas):
            if result is not None:
                if result.__class__ not in PLAIN and not isinstance(result, Tensor):
                    raise RuntimeError(f"expected Variable or None (got {type_name(result)})")
                data = result._data
                # (What goes nowhere may have any shape, but hooks see it.)
                if edge is not None and (data.dtype is not meta[1] or data.shape != meta[0]):
                    result = self._conformed(len(checked), result, *meta)
                    data = result._data
                if not on_tensors:
                    result = data
            checked.append(result)
        return checked

    def _materialized(self, gradients: Any) -> tuple[bool, Sequence[Any]]:
        """The gradients as Tensors, zeros in the place of undefined ones, and whether they were Tensors before."""
        on_tensors = any([isinstance(g, Tensor) for g in gradients])
        if not on_tensors:
            gradients = [None if g is None else wrap(g) for g in gradients]
        if self.materialize_grads:
            gradients = [
                wrap(np.zeros(*meta)) if g is None and meta is not None else g
                for g, meta in zip(gradients, self._output_metas)
            ]
        return on_tensors, gradients

    def _fitted(self, results: tuple[Any, ...]) -> tuple[Any, ...]:
        """As many gradients as there are Tensor inputs: None for other inputs and trailing Nones go."""
        mask = self._tensor_arguments or (True,) * len(self.edges)
        while len(results) > len(mask) and results[-1] is None:
            results = results[:-1]
        if len(results) != len(mask):
            raise RuntimeError(
                f"function {self.name()} returned an incorrect number of gradients (expected {len(mask)}, got "
                f"{len(results)})"
            )
        for i, (result, is_tensor) in enumerate(zip(results, mask)):
            if not is_tensor and result is not None:
                raise RuntimeError(
                    f"function {self.name()} returned a gradient different than None at position {i + 1}, but the "
                    "corresponding forward input was not a Variable"
                )
        return tuple([r for r, is_tensor in zip(results, mask) if is_tensor])

    def _conformed(self, i: int, result: Tensor, shape: tuple[int, ...], dtype: Any) -> Tensor:
        lead = result.ndim - len(shape)
        fits = lead >= 0 and all(n == m or m == 1 for n, m in zip(result.shape[lead:], shape))
        if not fits:
            raise RuntimeError(
                f"Function {self.name()} returned an invalid gradient at index {i} - got {list(result.shape)} but "
                f"expected shape compatible with {list(shape)}"
            )
        if result.is_complex() and dtype.kind != "c":
            raise RuntimeError(COMPLEX_GRADIENT)
        return conform(result, shape, of_array(np.empty(0, dtype)))


class FunctionMeta(type):
    """Gives every custom Function the class of its nodes."""

    def __init__(cls, name: str, bases: tuple[type, ...], attrs: dict[str, Any]) -> None:
        node = type(name + "Backward", (BackwardCFunction,), {"_forward_cls": cls, "__module__": "torch.autograd.function"})
        cls._backward_cls = node
        super().__init__(name, bases, attrs)


class Function(metaclass=FunctionMeta):
    """Base class of custom differentiable functions.

    Subclass it with static methods ``forward`` and ``backward`` (and, if forward takes no ctx, ``setup_context``), and
    call the class's ``apply``.

    >>> import rushlight as torch
    >>> class Square(torch.autograd.Function):
    ...     @staticmethod
    ...     def forward(ctx, x):
    ...         ctx.save_for_backward(x)
    ...         return x * x
    ...     @staticmethod
    ...     def backward(ctx, grad):
    ...         x, = ctx.saved_tensors
    ...         return 2 * x * grad
    >>> x = torch.tensor(3., requires_grad=True)
    >>> Square.apply(x).backward()
    >>> x.grad
    tensor(6.)
    """

    _backward_cls: type[BackwardCFunction]
    generate_vmap_rule = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        import warnings

        warnings.warn(
            f"{type(self)} should not be instantiated. Methods on autograd functions are all static, so you should "
            "invoke them on the class itself. Instantiating an autograd function will raise an error in a future version "
            "of PyTorch.",
            DeprecationWarning,
            stacklevel=2,
        )

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        raise RuntimeError(
            "Legacy autograd function with non-static forward method is deprecated. Please use new-style autograd "
            "function with static forward method. (Example: "
            "https://pytorch.org/docs/stable/autograd.html#torch.autograd.Function)"
        )

    @staticmethod
    def forward(*args: Any, **kwargs: Any) -> Any:
        """Computes the result; takes ctx first unless ``setup_context`` is defined."""
        raise NotImplementedError("You must implement the forward function for custom autograd.Function.")

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Any, ...], output: Any) -> Any:
        """Keeps on ctx what backward will want, where ``forward`` does not take ctx."""
        raise NotImplementedError("setup_context is not implemented.")

    @staticmethod
    def backward(ctx: Any, *grad_outputs: Any) -> Any:
        """The vector-Jacobian product: one gradient per input of forward, None where there is none."""
        raise NotImplementedError(
            "You must implement either the backward or vjp method for your custom autograd.Function to use it with "
            "backward mode AD."
        )

    @staticmethod
    def vjp(ctx: Any, *grad_outputs: Any) -> Any:
        """`backward`, by its other name: a Function has one of the two."""
        raise NotImplementedError("vjp")

    @staticmethod
    def jvp(ctx: Any, *grad_inputs: Any) -> Any:
        """The Jacobian-vector product, for forward mode."""
        raise NotImplementedError(
            "You must implement the jvp function for custom autograd.Function to use it with forward mode AD."
        )

    @staticmethod
    def vmap(info: Any, in_dims: Any, *args: Any) -> Any:
        """The batching rule."""
        raise NotImplementedError(
            "To use autograd.Function with vmap, you must either override the vmap staticmethod or set "
            "generate_vmap_rule=True."
        )

    @classmethod
    def apply(cls, *args: Any, **kwargs: Any) -> Any:
        """Calls forward, and puts one node on the graph if an argument requires grad."""
        separate = cls.setup_context is not _setup_context
        if kwargs or (separate and cls.forward.__code__.co_argcount != len(args)):
            args = _in_order(cls.forward, args, kwargs, separate)
        layer = layer_of(args) if LAYERS else None
        if LIVE[0] and not separate:
            from ..layers.levels import refuse_inside

            refuse_inside(NO_SETUP_CONTEXT)
        return cls._applied(args)[0] if layer is None else layer.apply_function(cls, args)

    @classmethod
    def _applied(cls, args: tuple[Any, ...]) -> tuple[Any, BackwardCFunction]:
        """What `apply` does, on plain tensors, and the ctx."""
        edges = tuple([edge_of(a) if isinstance(a, Tensor) else None for a in args])
        ctx = filled(cls._backward_cls(), edges)
        ctx.needs_input_grad = needs = tuple([e is not None for e in edges])
        mode = grad_mode()
        if mode == GRAD:
            set_grad_mode(NO_GRAD)
        try:
            if cls.setup_context is not _setup_context:
                output = cls.forward(*args)
                cls.setup_context(ctx, args, output)
            else:
                output = cls.forward(ctx, *args)
        finally:
            if mode == GRAD:
                set_grad_mode(GRAD)
        return _recorded(ctx, args, output, mode == GRAD and True in needs), ctx


_setup_context = Function.setup_context


def _in_order(forward: Any, args: tuple[Any, ...], kwargs: dict[str, Any], separate: bool) -> tuple[Any, ...]:
    """The arguments of ``apply``, with those that were named in the order of the parameters of `forward`; where it takes no
    ctx (`separate`), with its defaults too.

    Raises TypeError, in torch's words, for a name that has no place there, or has one behind what is missing.
    """
    import inspect

    code = forward.__code__
    if separate and (kwargs or not code.co_flags & inspect.CO_VARARGS or len(args) < code.co_argcount):
        bound = inspect.signature(forward).bind(*args, **kwargs)
        bound.apply_defaults()
        args, kwargs = bound.args, bound.kwargs
    names, last = code.co_varnames[not separate : code.co_argcount], len(args)
    for name in kwargs:
        if name not in names:
            raise TypeError(f"forward() got an unexpected keyword argument '{name}'")
        if names.index(name) < len(args):
            raise TypeError(f"forward() got multiple values for argument '{name}'")
        last = max(last, names.index(name) + 1)
    for i in range(len(args), last):
        if names[i] not in kwargs:
            raise TypeError(f"forward() missing required argument: '{names[i]}' (position {i})")
    return (*args, *[kwargs[name] for name in names[len(args) : last]])


def _recorded(ctx: BackwardCFunction, args: tuple[Any, ...], output: Any, recording: bool) -> Any:
    """The outputs of forward, on the graph through the node `ctx`."""
    several = output.__class__ is tuple or isinstance(output, tuple)
    if not several and output.__class__ not in PLAIN and not isinstance(output, Tensor):
        return output
    fresh = not (several or ctx.dirty_tensors or ctx.non_differentiable or output._node is not None or output._view)
    metas: list[Any] = []
    for a in args:
        metas.append((a._data.shape, a._data.dtype) if isinstance(a, Tensor) else None)
        fresh = fresh and a is not output
    if recording:
        if None in metas:
            ctx._tensor_arguments = tuple([m is not None for m in metas])
            ctx._edges = tuple([e for e, m in zip(ctx._edges, metas) if m is not None])
            metas = [m for m in metas if m is not None]
        ctx._input_metas = metas
        if several:
            ctx.several, ctx.outputs = True, len(output)
    outputs = output if several else (output,)
    if fresh:
        # One result that is nothing else, as nearly always: it is given its history as it is.
        if recording and output._data.dtype.kind in "fc":
            output._node = ctx
        results = outputs
    else:
        results = [_output(ctx, i, o, args, recording) if isinstance(o, Tensor) else o for i, o in enumerate(outputs)]
        _check_marked(ctx, args, outputs)
    if not recording:
        ctx._edges = ()
    else:
        ctx._output_metas = [(o._data.shape, o._data.dtype) if isinstance(o, Tensor) else None for o in results]
        if ctx.to_save:
            _keep(ctx, args, outputs, results)
        if OBSERVERS:
            for observe in OBSERVERS:
                observe(ctx, args, results if several else results[0])
    return tuple(results) if several else results[0]


def _check_marked(ctx: BackwardCFunction, args: tuple[Any, ...], outputs: Any) -> None:
    if not all([isinstance(t, Tensor) for t in ctx.non_differentiable]):
        raise RuntimeError("mark_non_differentiable only accepts variable arguments, but got ")
    for x in ctx.dirty_tensors:
        if not isinstance(x, Tensor):
            raise RuntimeError("mark_dirty can only accept variables, but argument ")
        if not any([x is o for o in outputs]):
            raise RuntimeError(
                "Some elements marked as dirty during the forward method were not returned as output. The inputs that "
                "are modified inplace must all be outputs of the Function."
            )
        if not any([x is a for a in args]):
            warn_user(
                "ctx.mark_dirty() received a tensor that was not an input. Only input Tensors that have been mutated should be "
                "passed to ctx.mark_dirty()."
            )


def _output(ctx: BackwardCFunction, i: int, o: Tensor, args: tuple[Any, ...], recording: bool) -> Tensor:
    """One output of forward with its new history."""
    differentiable = recording and o._data.dtype.kind in "fc" and not any([o is t for t in ctx.non_differentiable])
    is_input = any([o is a for a in args])
    edge = Output(ctx, i) if ctx.several else ctx
    if is_input and any([o is t for t in ctx.dirty_tensors]):
        if recording and o._node is LEAF:
            raise RuntimeError(LEAF_USED_INPLACE)
        if differentiable and ctx.outputs > 1 and o._view is not None:
            raise RuntimeError(_SEVERAL_WITH_VIEW)
        views.check_inplace(o, recording)
        bump(o)
        if not differentiable and o.requires_grad:
            return o.detach()
        if differentiable:
            views.rebase(o, edge, position=next(n for n, a in enumerate(args) if a is o))
        return o
    if is_input and any([o is t for t in ctx.to_save]) and ctx._forward_cls.setup_context is not _setup_context:
        raise RuntimeError(_SAVED_AS_IS)
    if is_input and not differentiable and o._node is not None:
        return o.detach()
    if is_input or o._node is not None:
        o = views.alias(o)  # each has its own history
        o._node = None
    if differentiable:
        o._node = edge
        if o._view is not None:
            # The Function's derivative, which must not be rewritten.
            o._view.creation = MULTI_VIEW if ctx.outputs > 1 else CUSTOM_VIEW
    return o


def _keep(ctx: BackwardCFunction, args: tuple[Any, ...], outputs: Any, results: Sequence[Any]) -> None:
    """Saves what ``save_for_backward`` was given: inputs as they are, outputs without holding them (see `Node`)."""
    kept, own, written = ctx.to_save, False, False
    for position, t in enumerate(kept):
        if t is not None:
            if not isinstance(t, Tensor):
                raise TypeError(
                    f"save_for_backward can only save variables, but argument {position} is of type {type(t).__name__}"
                )
            own = own or any([t is o for o in outputs])
            written = written or t._counter is not None
    ctx.values = ctx.saved = kept
    if own:
        ctx.values, ctx.saved = zip(*[_kept(ctx, t, args, outputs, results) for t in kept])
    ctx.versions = versions_of(ctx.saved) if written else None
    ctx.to_save = ()


def _kept(
    ctx: BackwardCFunction, t: Any, args: tuple[Any, ...], outputs: Any, results: Sequence[Any]
) -> tuple[Any, Any]:
    """A saved tensor's entries in `Node.values` and `Node.saved`."""
    for i, o in enumerate(outputs):
        if t is not None and o is t and (results[i] is t or not any([t is a for a in args])):
            counter = shared_counter(results[i])
            return results[i]._data, SavedResult(counter, i) if ctx.several else counter
    return t, t


def once_differentiable(fn: Callable[..., Any]) -> Callable[..., Any]:
    """Decorates a ``backward`` that must not itself be differentiated: a second derivative raises RuntimeError."""

    @functools.wraps(fn)
    def wrapper(ctx: Any, *args: Any) -> Any:
        with no_grad():
            outputs = fn(ctx, *args)
        if grad_mode() != GRAD or not any([isinstance(a, Tensor) and a.requires_grad for a in args]):
            return outputs
        several = isinstance(outputs, tuple)
        made = [_undifferentiable(o) for o in (outputs if several else (outputs,))]
        return tuple(made) if several else made[0]

    return wrapper


class Error(Node):
    """The node of a result that must not be differentiated."""

    __slots__ = ()

    def name(self) -> str:
        return "torch::autograd::Error"

    def backward(self, gradient: Any, values: tuple[Any, ...]) -> Any:
        raise RuntimeError("trying to differentiate twice a function that was marked with @once_differentiable")


def _undifferentiable(o: Any) -> Any:
    if not isinstance(o, Tensor) or o._data.dtype.kind not in "fc":
        return o
    return wrap(o._data, filled(Error(), ()))


class InplaceFunction(Function):
    """Only for backward compatibility: a Function with an ``inplace`` flag."""

    def __init__(self, inplace: bool = False) -> None:
        super().__init__()
        self.inplace = inplace


class NestedIOFunction(Function):
    """Only for backward compatibility: a Function whose inputs and outputs are nested tuples, lists and dicts."""
