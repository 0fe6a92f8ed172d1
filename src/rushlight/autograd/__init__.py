"""``torch.autograd``: backward, grad, custom functions, grad modes, checks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from operator import index
from typing import Any

import numpy as np

from ..core.backward import Run, as_tensor, run
from ..core.op import LAYERS, LIVE
from ..core.tensor import LEAF, Tensor, edge_of, wrap
from ..ops.support.options import warn_once, warn_user
from . import _tensors, anomaly_mode, function, grad_mode, graph
from .anomaly_mode import detect_anomaly, set_detect_anomaly
from .function import Function, NestedIOFunction
from .grad_mode import (
    _force_original_view_tracking,
    enable_grad,
    enforce_grad_layout_policy,
    inference_mode,
    is_multithreading_enabled,
    no_grad,
    set_grad_enabled,
    set_multithreading_enabled,
)
from .graph import GradientEdge

__all__ = [
    "Function", "NestedIOFunction", "Variable", "backward", "detect_anomaly", "enable_grad", "enforce_grad_layout_policy",
    "explain_none", "forward_ad", "functional", "grad", "grad_mode", "gradcheck", "gradgradcheck", "graph",
    "inference_mode", "is_multithreading_enabled", "masked_gradients", "no_grad", "profiler", "set_detect_anomaly",
    "set_grad_enabled", "set_multithreading_enabled", "sparse", "variable", "watch",
]  # fmt: skip


BACKWARD_INSIDE = (
    "backward() called inside a functorch transform. This is not supported, please use functorch.grad or functorch.vjp instead "
    "or call backward() outside of functorch transforms."
)

REFERENCE_CYCLE = (
    "Using backward() with create_graph=True will create a reference cycle between the parameter and its gradient which can "
    "cause a memory leak. We recommend using autograd.grad when creating the graph to avoid this. If you have to use this "
    "function, make sure to reset the .grad fields of your parameters to None after use to break the cycle and avoid the leak."
)

#: Modules that are loaded when they are first asked for.
_LAZY = {"forward_ad", "functional", "profiler", "profiler_util", "sparse", "variable"}


def __getattr__(name: str) -> Any:
    from importlib import import_module

    if name in _LAZY:
        return import_module(f"{__name__}.{name}")
    if name == "masked_gradients":
        return import_module(f"{__name__}._masked_gradients").masked_gradients
    if name in ("explain_none", "watch"):
        return getattr(import_module(f"{__name__}.explain"), name)
    if name == "Variable":
        return import_module(f"{__name__}.variable").Variable
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}", name=name)


def backward(
    tensors: Any, grad_tensors: Any = None, retain_graph: bool | None = None, create_graph: bool = False,
    grad_variables: Any = None, inputs: Any = None,
) -> None:  # fmt: skip
    """Adds the gradients of `tensors` to the `.grad` of the leaves they were computed from.

    Args:
        tensors: one Tensor or several, each requiring grad.
        grad_tensors: the "vector" of the vector-Jacobian product, one per tensor, of its shape; may be left out (None)
            for scalars.
        retain_graph: keep what was saved for another backward (default: `create_graph`).
        create_graph: record the computation of the gradients too, for higher derivatives.
        inputs: accumulate into these tensors only.

    Raises RuntimeError if a tensor neither requires grad nor has a grad_fn, if a non-scalar has no gradient, if shapes
    or counts do not match, or if the graph was freed.

    >>> import rushlight as torch
    >>> x = torch.tensor([1., 2.], requires_grad=True)
    >>> torch.autograd.backward((x.sum(), (x * x).sum()))
    >>> x.grad
    tensor([3., 5.])
    """
    if grad_variables is not None:
        warn_user("`grad_variables` is deprecated. Use `grad_tensors` instead.", FutureWarning)
        if grad_tensors is not None:
            raise RuntimeError(
                "`grad_tensors` and `grad_variables` (deprecated) arguments both passed to `backward()`. Please only "
                "use `grad_tensors`."
            )
        grad_tensors = grad_variables
    if LIVE[0]:
        from ..layers.levels import refuse_inside

        refuse_inside(BACKWARD_INSIDE)
    into = None if inputs is None else _inputs(inputs, "backward")
    outputs = _tuple(tensors)
    gradients = _root_gradients(outputs, grad_tensors, bool(create_graph or LIVE[0]))
    _run(_job(retain_graph, create_graph), outputs, gradients, into)


def _tensor_backward(
    self: Tensor, gradient: Any = None, retain_graph: bool | None = None, create_graph: bool = False, inputs: Any = None
) -> None:
    """Computes the gradient of this tensor with respect to the graph's leaves and adds it to their `.grad`.

    `gradient` (same shape) may be left out for a scalar. ``retain_graph`` keeps what was saved for another backward;
    ``create_graph`` records the computation itself, for higher derivatives; `inputs` restricts the accumulation to these
    tensors. Raises RuntimeError if nothing here requires grad, or if the graph was freed.
    """
    if create_graph is not False or inputs is not None or LIVE[0] or not (gradient is None or isinstance(gradient, Tensor)):
        backward(self, gradient, retain_graph, create_graph, inputs=inputs)
        return
    # The call of every training step: one root, straight to the engine.
    root = edge_of(self)
    gradient = _root_gradient(0, self, gradient, False)
    if root is None:
        raise RuntimeError("element 0 of tensors does not require grad and does not have a grad_fn")
    job = Run()
    if retain_graph is not None:
        job.keep_graph = index(retain_graph) != 0
    run(job, (root,), (gradient,))


_tensor_backward.__name__, _tensor_backward.__qualname__ = "backward", "Tensor.backward"
Tensor.backward = _tensor_backward  # type: ignore[attr-defined]


def grad(
    outputs: Any, inputs: Any, grad_outputs: Any = None, retain_graph: bool | None = None, create_graph: bool = False,
    only_inputs: bool = True, allow_unused: bool | None = None, is_grads_batched: bool = False,
    materialize_grads: bool = False,
) -> Any:  # fmt: skip
    """The gradients of `outputs` with respect to `inputs`, as a tuple; no `.grad` is touched.

    Args:
        outputs: one Tensor or several.
        inputs: the Tensors (leaves or not) to differentiate with respect to; for a dict of them the result is one.
        grad_outputs: the "vector" of the vector-Jacobian product, one per output; may be left out for scalars.
        retain_graph, create_graph: as in `backward`.
        only_inputs: means nothing any more; False warns.
        allow_unused: return None for an input that the outputs do not depend on, instead of raising.
        is_grads_batched: the first dimension of each of `grad_outputs` counts vectors; the results have it too.
        materialize_grads: return zeros for an input that the outputs do not depend on.

    Raises RuntimeError where `backward` does, and for an input that does not require grad or that the outputs do not
    depend on; ValueError for `materialize_grads` with ``allow_unused=False``.

    >>> import rushlight as torch
    >>> x = torch.tensor(3., requires_grad=True)
    >>> torch.autograd.grad(x ** 2, x)
    (tensor(6.),)
    """
    if not only_inputs:
        warn_user(
            "only_inputs argument is deprecated and is ignored now (defaults to True). To accumulate gradient for other "
            "parts of the graph, please use torch.autograd.backward.",
            FutureWarning,
        )
    if type(inputs) is dict:
        gradients = grad(
            outputs, tuple(inputs.values()), grad_outputs, retain_graph, create_graph, True, allow_unused,
            is_grads_batched, materialize_grads,
        )  # fmt: skip
        return dict(zip(inputs, gradients))
    if materialize_grads and allow_unused is False:
        raise ValueError(
            "Expected allow_unused to be True or not passed when materialize_grads=True, but got: allow_unused=False."
        )
    if allow_unused is None:
        allow_unused = materialize_grads
    out, into = _tuple(outputs), _inputs(inputs, "grad")
    if is_grads_batched:
        from ._batched import batched_grad

        keep = create_graph if retain_graph is None else retain_graph
        return batched_grad(
            out, into, grad_outputs, keep, materialize_grads, create_graph=create_graph, allow_unused=allow_unused
        )
    gradients = _root_gradients(out, grad_outputs, bool(create_graph or LIVE[0]))
    job = _job(retain_graph, create_graph, accumulate=False)
    allowed = index(allow_unused) != 0
    captured = _run(job, out, gradients, into)
    return _results(into, captured, allowed, materialize_grads)


def _job(retain_graph: Any, create_graph: Any, accumulate: bool = True) -> Run:
    """What the engine is asked to do. Raises TypeError for a flag that is neither a bool nor an integer."""
    job = Run()
    job.keep_graph = index(create_graph if retain_graph is None else retain_graph) != 0
    job.create_graph = index(create_graph) != 0
    job.accumulate, job.on_tensors = accumulate, job.create_graph or LIVE[0] != 0
    return job


def _inputs(given: Any, name: str) -> tuple[Any, ...]:
    """The `inputs` of the function called `name`."""
    if type(given) is dict:
        found: tuple[Any, ...] = tuple(given.values())
    elif isinstance(given, Mapping):
        raise TypeError(
            f"`inputs` argument to `{name}()` must be a dict, not {type(given).__name__}. Other Mapping types are not "
            "supported."
        )
    else:
        found = _tuple(given)
    if not found:
        raise RuntimeError(f"`inputs` argument to `{name}()` cannot be empty.")
    return found


def _tuple(x: Any) -> tuple[Any, ...]:
    return (x,) if isinstance(x, (Tensor, GradientEdge)) else x if isinstance(x, tuple) else tuple(x)


def _edge(x: Any) -> Any:
    """The engine's edge to a tensor (or a GradientEdge); None where it does not require grad."""
    if isinstance(x, GradientEdge):
        return graph.engine_edge(x)
    if x._data.__class__ not in LAYERS:
        return edge_of(x)
    from ..layers.batched import base_of

    return edge_of(base_of(x)) if x.requires_grad else None


def _root_gradients(outputs: Sequence[Any], given: Any, on_tensors: bool) -> list[Any]:
    """A gradient for every output, as given and checked, or one where the output is a real scalar: a Tensor where
    the run is `on_tensors`, a payload otherwise."""
    given = (None,) * len(outputs) if given is None else (given,) if isinstance(given, Tensor) else tuple(given)
    gradients = []
    for i, (out, gradient) in enumerate(zip(outputs, given)):
        if isinstance(out, GradientEdge):
            out = _stand_in(out, gradient)
        elif not isinstance(out, Tensor):
            raise AssertionError("Expected output to be a torch.Tensor")
        gradients.append(_root_gradient(i, out, gradient, on_tensors))
    if len(gradients) != len(outputs):
        raise RuntimeError(f"got {len(outputs)} tensors and {len(gradients)} gradients")
    return gradients


def _stand_in(edge: GradientEdge, gradient: Any) -> Tensor:
    """A tensor of the shape and dtype of the one at `edge`, to check or to make a gradient by."""
    from ..ops import zeros

    known = graph.result_of(edge)
    if known is None and gradient is None:
        raise RuntimeError(
            "grad can be implicitly created only for outputs of known shape: pass grad_outputs, or make the GradientEdge "
            "with torch.autograd.graph.get_gradient_edge"
        )
    shape, dtype = known or (gradient.shape, gradient.dtype)
    return zeros(shape, dtype=dtype, requires_grad=True)


def _root_gradient(i: int, out: Tensor, gradient: Any, on_tensors: bool) -> Any:
    data = out._data
    if gradient is None:
        if not out.requires_grad:
            return None
        if data.size != 1:
            raise RuntimeError("grad can be implicitly created only for scalar outputs")
        if data.dtype.kind != "f":
            raise RuntimeError(f"grad can be implicitly created only for real scalar outputs but got {out.dtype}")
        if data.__class__ in LAYERS:
            return _one_each(out)
        one = data.dtype.type(1) if isinstance(data, np.generic) else np.ones_like(data)
        return wrap(one) if on_tensors else one
    if not isinstance(gradient, Tensor):
        raise TypeError(f"gradients can be either Tensors or None, but got {type(gradient).__name__}")
    g = gradient._data
    if g.__class__ is not data.__class__ or g.shape != data.shape or g.dtype is not data.dtype:
        gradient = _fitted(i, out, gradient)
    return gradient if on_tensors else gradient._data


def _fitted(i: int, out: Tensor, gradient: Tensor) -> Tensor:
    """The gradient of the output number `i`, checked, in its dtype."""
    if gradient.shape != out.shape:
        raise RuntimeError(
            f"Mismatch in shape: grad_output[{i}] has a shape of {gradient.shape} and output[{i}] has a shape of "
            f"{out.shape}."
        )
    if out.is_complex() != gradient.is_complex():
        raise RuntimeError(
            "For complex Tensors, both grad_output and output are required to have the same dtype. Mismatch in "
            f"dtype: grad_output[{i}] has a dtype of {gradient.dtype} and output[{i}] has a dtype of {out.dtype}."
        )
    return gradient if gradient.dtype is out.dtype else gradient.to(out.dtype)  # type: ignore[attr-defined]


def _one_each(out: Tensor) -> Tensor:
    """One, for each example of a batched scalar."""
    from ..ops import ones_like

    return ones_like(out.detach())


def _run(job: Run, outputs: Sequence[Tensor], gradients: Sequence[Any], inputs: Any = None) -> dict[int, Any]:
    roots = [_edge(out) for out in outputs]
    for i, root in enumerate(roots):
        if root is None:
            raise RuntimeError(f"element {i} of tensors does not require grad and does not have a grad_fn")
    if inputs is not None:
        job.captures = _captures(inputs, job.accumulate)
    if job.create_graph and job.accumulate:
        warn_once(REFERENCE_CYCLE)
    if not LIVE[0]:
        return run(job, roots, gradients)
    from ..layers.batched import logical_gradient, physical_gradient
    from ..layers.dispatch import run_node

    job.run_node = None if job.create_graph else run_node
    gradients = [g if isinstance(out, GradientEdge) else physical_gradient(g, out) for g, out in zip(gradients, outputs)]
    captured = run(job, roots, gradients)
    return {i: g if g is None or isinstance(inputs[i], GradientEdge) else logical_gradient(g, inputs[i])
            for i, g in captured.items()}  # fmt: skip


def _captures(inputs: Sequence[Any], accumulate: bool) -> dict[Any, list[int]]:
    """Where the gradients of `inputs` are captured; to `accumulate` them, those that are no leaves retain theirs from now on."""
    captures: dict[Any, list[int]] = {}
    for i, x in enumerate(inputs):
        if not isinstance(x, (Tensor, GradientEdge)):
            raise RuntimeError(f"all inputs have to be Tensors or GradientEdges, but got {type(x).__name__}")
        if accumulate and isinstance(x, Tensor):
            _tensors.retain_grad(x)
        edge = _edge(x)
        if edge is None:
            raise RuntimeError("One of the differentiated Tensors does not require grad")
        captures.setdefault(edge, []).append(i)
    return captures


def _results(
    inputs: Sequence[Tensor], captured: dict[int, Any], allow_unused: bool, materialize: bool
) -> tuple[Tensor | None, ...]:
    results: list[Tensor | None] = []
    for i, x in enumerate(inputs):
        gradient = captured.get(i)
        if gradient is None:
            from ..ops import zeros_like

            if not allow_unused:
                raise RuntimeError(
                    f"The differentiated Tensor at index {i} appears to not have been used in the graph. Set "
                    "allow_unused=True if this is the desired behavior."
                )
            if materialize and isinstance(x, GradientEdge):
                raise RuntimeError("materialize_grads cannot be used when the given input is a GradientEdge")
            results.append(zeros_like(x) if materialize else None)
        else:
            results.append(as_tensor(gradient))
    return tuple(results)


# Last: it is written against what stands above, and its function takes the place of its module.
from .gradcheck import gradcheck, gradgradcheck  # noqa: E402
