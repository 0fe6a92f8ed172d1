"""Many products of one Jacobian at once: with vectors from the left (`grad` with is_grads_batched), or from the right."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from .. import ops
from ..core.tensor import Tensor
from ..layers.batched import pull_dual, push_dual, raised, wrap
from ..layers.levels import Batch


def batched_grad(
    outputs: Sequence[Tensor], inputs: Sequence[Tensor], grad_outputs: Any, retain_graph: bool,
    materialize_grads: bool, **options: Any,
) -> tuple[Tensor | None, ...]:  # fmt: skip
    """`grad` for each entry of the first dimension of `grad_outputs`; the results are stacked in a first dimension.

    Raises ValueError where the sizes of that dimension differ, RuntimeError where the rest has not its output's shape.
    """
    from . import grad

    vectors = (grad_outputs,) if isinstance(grad_outputs, Tensor) else tuple(grad_outputs or (None,) * len(outputs))
    if len(vectors) != len(outputs):
        raise RuntimeError(f"got {len(outputs)} tensors and {len(vectors)} gradients")
    for i, (out, vector) in enumerate(zip(outputs, vectors)):
        if vector is not None and not isinstance(vector, Tensor):
            raise TypeError(f"gradients can be either Tensors or None, but got {type(vector).__name__}")
        if vector is not None and isinstance(out, Tensor):
            _check_shape(i, out, vector)
    sizes = [_batch_size(out, vector) for out, vector in zip(outputs, vectors)]
    if len(set(sizes)) > 1:
        raise ValueError(
            f"vmap: Expected all tensors to have the same size in the mapped dimension, got sizes {sizes} for the mapped "
            "dimension"
        )
    level = Batch(sizes[0])
    with level:
        row = [wrap(vector, level) for vector in vectors]
        found = grad(outputs, inputs, row, retain_graph=retain_graph, **options)
        columns = [None if g is None else raised(g, level) for g in found]
    return tuple([
        ops.zeros_like(x) if g is None and materialize_grads else g for x, g in zip(inputs, columns)
    ])


def _batch_size(out: Tensor, vector: Any) -> int:
    if vector is None and out.requires_grad and out.numel() != 1:  # type: ignore[attr-defined]
        raise RuntimeError("grad can be implicitly created only for scalar outputs")
    if vector is None and not out.requires_grad:
        raise ValueError(
            "vmap(vjp, in_dims=0, ...)(<inputs>): Got in_dim=0 for an input but the input is of type <class 'NoneType'>. We "
            "cannot vmap over non-Tensor arguments, please use None as the respective in_dim"
        )
    if vector is None:
        raise ValueError(
            "vmap(vjp, in_dims=0, ...)(<inputs>): Got in_dim=0 for some input, but that input is a Tensor of "
            "dimensionality 0 so expected in_dim to satisfy 0 <= in_dim < 0."
        )
    return vector.shape[0]


def _check_shape(i: int, out: Tensor, vector: Tensor) -> None:
    if len(vector.shape) and vector.shape[0] and vector.shape[1:] == out.shape:
        return
    first = vector[0]
    if first.shape != out.shape:
        raise RuntimeError(
            "If `is_grads_batched=True`, we interpret the first dimension of each grad_output as the batch dimension. The "
            "sizes of the remaining dimensions are expected to match the shape of corresponding output, but a mismatch "
            f"was detected: grad_output[{i}] has a shape of {first.shape[1:]} and output[{i}] has a shape of {out.shape}. "
            "If you only want some tensors in `grad_output` to be considered batched, consider using vmap."
        )


def batched_jvp(
    func: Callable[..., tuple[Any, ...]], primals: Sequence[Tensor], tangents: Sequence[Tensor]
) -> tuple[tuple[Any, ...], list[Tensor]]:
    """The results of ``func(*primals)``, a tuple of Tensors, and their tangents along many directions.

    The first dimension of each of `tangents` counts directions, and so does that of the tangents that are returned.
    `func` runs once, on tensors whose tangents are batched.
    """
    from . import forward_ad

    batch = Batch(tangents[0].shape[0])
    with batch:
        level = forward_ad.enter_level()
        try:
            outputs = func(*[push_dual(x, wrap(t, batch), level) for x, t in zip(primals, tangents)])
            found = [pull_dual(out, level) for out in outputs]
        finally:
            forward_ad.exit_level()
        slopes = [raised(ops.zeros_like(value) if t is None else t, batch) for value, t in found]
    return tuple([value for value, _ in found]), slopes
