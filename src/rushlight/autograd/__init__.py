"""``torch.autograd``: backward, grad, custom functions, grad modes, checks."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from typing import Any

from ..core.backward import Run, run
from ..core.node import accumulate_grad_of
from ..core.modes import enable_grad, inference_mode, no_grad, set_grad_enabled
from ..core.tensor import LEAF, Tensor, edge_of
from . import anomaly_mode, function, grad_mode, graph
from .anomaly_mode import detect_anomaly, set_detect_anomaly
from .function import Function, NestedIOFunction

__all__ = [
    "Function", "NestedIOFunction", "backward", "detect_anomaly", "enable_grad", "grad", "grad_mode", "gradcheck",
    "gradgradcheck", "inference_mode", "no_grad", "set_detect_anomaly", "set_grad_enabled",
]  # fmt: skip


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
        warnings.warn("`grad_variables` is deprecated. Use `grad_tensors` instead.", FutureWarning, stacklevel=2)
        if grad_tensors is not None:
            raise RuntimeError(
                "`grad_tensors` and `grad_variables` (deprecated) arguments both passed to `backward()`. Please only "
                "use `grad_tensors`."
            )
        grad_tensors = grad_variables
    inputs = _tuple(inputs)
    if inputs is not None and not inputs:
        raise RuntimeError("`inputs` argument to `backward()` cannot be empty.")
    outputs = _tuple(tensors) or ()
    gradients = _root_gradients(outputs, grad_tensors)
    keep = create_graph if retain_graph is None else retain_graph
    if create_graph and inputs is None:
        _warn_create_graph()
    if inputs is None:
        _run(Run(keep, create_graph), outputs, gradients)
        return
    captures = _captures(inputs)
    captured = _run(Run(keep, create_graph, captures), outputs, gradients)
    _accumulate_into(inputs, captured, create_graph)


def grad(
    outputs: Any, inputs: Any, grad_outputs: Any = None, retain_graph: bool | None = None, create_graph: bool = False,
    allow_unused: bool | None = None, is_grads_batched: bool = False, materialize_grads: bool = False,
) -> tuple[Tensor | None, ...]:  # fmt: skip
    """The gradients of `outputs` with respect to `inputs`, as a tuple; no `.grad` is touched.

    Args:
        outputs: one Tensor or several.
        inputs: the Tensors (leaves or not) to differentiate with respect to.
        grad_outputs: the "vector" of the vector-Jacobian product, one per output; may be left out for scalars.
        retain_graph, create_graph: as in `backward`.
        allow_unused: return None for an input the outputs do not depend on, instead of raising.
        materialize_grads: return zeros for such an input.

    >>> import rushlight as torch
    >>> x = torch.tensor(3., requires_grad=True)
    >>> torch.autograd.grad(x ** 2, x)
    (tensor(6.),)
    """
    if materialize_grads and allow_unused is False:
        raise ValueError(
            "Expected allow_unused to be True or not passed when materialize_grads=True, but got: allow_unused=False."
        )
    if allow_unused is None:
        allow_unused = materialize_grads
    if is_grads_batched:
        raise NotImplementedError("grad(is_grads_batched=True) needs vmap, which is not implemented yet")
    out, into = _tuple(outputs) or (), _tuple(inputs) or ()
    if not into:
        raise RuntimeError("`inputs` argument to `grad()` cannot be empty.")
    gradients = _root_gradients(out, grad_outputs)
    for x in into:
        if not x.requires_grad:
            raise RuntimeError("One of the differentiated Tensors does not require grad")
    keep = create_graph if retain_graph is None else retain_graph
    captured = _run(Run(keep, create_graph, _captures(into), accumulate=False), out, gradients)
    return _results(into, captured, create_graph, allow_unused, materialize_grads)


def _tuple(x: Any) -> tuple[Any, ...] | None:
    if x is None or isinstance(x, tuple):
        return x
    return (x,) if isinstance(x, Tensor) or hasattr(x, "node") else tuple(x)


def _root_gradients(outputs: Sequence[Tensor], given: Any) -> list[Tensor]:
    """A gradient for every output: as given and checked, or one where the output is a real scalar."""
    given = (None,) * len(outputs) if given is None else _tuple(given)
    if len(given) != len(outputs):
        raise RuntimeError(f"got {len(outputs)} tensors and {len(given)} gradients")
    return [_root_gradient(i, out, gradient) for i, (out, gradient) in enumerate(zip(outputs, given))]


def _root_gradient(i: int, out: Tensor, gradient: Any) -> Any:
    from ..ops import ones_like

    if isinstance(gradient, Tensor):
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
        return gradient if gradient.dtype is out.dtype else gradient.to(out.dtype)
    if gradient is not None:
        raise TypeError(f"gradients can be either Tensors or None, but got {type(gradient).__name__}")
    if out.requires_grad:
        if out._data.size != 1:
            raise RuntimeError("grad can be implicitly created only for scalar outputs")
        if not out.is_floating_point():
            raise RuntimeError(f"grad can be implicitly created only for real scalar outputs but got {out.dtype}")
        return ones_like(out)
    return None


def _run(job: Run, outputs: Sequence[Tensor], gradients: Sequence[Any]) -> dict[int, Any]:
    roots = [edge_of(out) for out in outputs]
    for i, root in enumerate(roots):
        if root is None:
            raise RuntimeError(f"element {i} of tensors does not require grad and does not have a grad_fn")
    return run(job, roots, gradients if job.create_graph else [g._data for g in gradients])


def _captures(inputs: Sequence[Tensor]) -> dict[Any, list[int]]:
    captures: dict[Any, list[int]] = {}
    for i, x in enumerate(inputs):
        edge = edge_of(x)
        if edge is None:
            raise RuntimeError("One of the differentiated Tensors does not require grad")
        captures.setdefault(edge, []).append(i)
    return captures


def _accumulate_into(inputs: Sequence[Tensor], captured: dict[int, Any], create_graph: bool) -> None:
    """``backward(inputs=...)``: leaves got theirs in the run; here the others get `.grad`, as torch gives it to them."""
    for i, x in enumerate(inputs):
        if x._node is LEAF or i not in captured or captured[i] is None:
            continue
        accumulator = accumulate_grad_of(x)
        with set_grad_enabled(create_graph):
            accumulator(captured[i] if create_graph else _wrapped(captured[i]))


def _wrapped(payload: Any) -> Tensor:
    from ..core.tensor import wrap

    return wrap(payload)


def _results(
    inputs: Sequence[Tensor], captured: dict[int, Any], create_graph: bool, allow_unused: bool, materialize: bool
) -> tuple[Tensor | None, ...]:
    from ..ops import zeros_like

    results: list[Tensor | None] = []
    for i, x in enumerate(inputs):
        gradient = captured.get(i)
        if gradient is None:
            if not allow_unused:
                raise RuntimeError(
                    f"The differentiated Tensor at index {i} appears to not have been used in the graph. Set "
                    "allow_unused=True if this is the desired behavior."
                )
            results.append(zeros_like(x) if materialize else None)
        else:
            results.append(gradient if create_graph else _wrapped(gradient))
    return tuple(results)


def _warn_create_graph() -> None:
    warnings.warn(
        "Using backward() with create_graph=True will create a reference cycle between the parameter and its gradient "
        "which can cause a memory leak. We recommend using autograd.grad when creating the graph to avoid this. If you "
        "have to use this function, make sure to reset the .grad fields of your parameters to None after use to break "
        "the cycle and avoid the leak.",
        UserWarning,
        stacklevel=3,
    )


def __getattr__(name: str) -> Any:
    # gradcheck is long, and few programs call it: it is loaded when it is asked for.
    if name in ("gradcheck", "gradgradcheck"):
        from . import gradcheck as module

        globals().update(gradcheck=module.gradcheck, gradgradcheck=module.gradgradcheck)
        return globals()[name]
    raise AttributeError(f"module 'rushlight.autograd' has no attribute '{name}'")
