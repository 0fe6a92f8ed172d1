"""Many products of one Jacobian at once: with vectors from the left (`grad` with is_grads_batched), or from the right."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from .. import ops
from ..core.tensor import Tensor


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
        if vector is not None and isinstance(out, Tensor):
            _check_shape(i, out, vector)
    sizes = [_batch_size(vector) for vector in vectors]
    if len(set(sizes)) > 1:
        raise ValueError(
            f"vmap: Expected all tensors to have the same size in the mapped dimension, got sizes {sizes} for the mapped "
            "dimension"
        )
    rows = []
    for n in range(sizes[0]):
        row = [vector[n] for vector in vectors]
        rows.append(grad(outputs, inputs, row, retain_graph=retain_graph or n + 1 < sizes[0], **options))
    return tuple([_stacked(x, column, materialize_grads) for x, column in zip(inputs, zip(*rows))])


def _batch_size(vector: Any) -> int:
    if vector is None:
        raise ValueError(
            "vmap(vjp, in_dims=0, ...)(<inputs>): Got in_dim=0 for some input, but that input is a Tensor of "
            "dimensionality 0 so expected in_dim to satisfy 0 <= in_dim < 0."
        )
    return vector.shape[0]


def _check_shape(i: int, out: Tensor, vector: Tensor) -> None:
    first = vector[0]
    if first.shape != out.shape:
        raise RuntimeError(
            "If `is_grads_batched=True`, we interpret the first dimension of each grad_output as the batch dimension. The "
            "sizes of the remaining dimensions are expected to match the shape of corresponding output, but a mismatch "
            f"was detected: grad_output[{i}] has a shape of {first.shape[1:]} and output[{i}] has a shape of {out.shape}. "
            "If you only want some tensors in `grad_output` to be considered batched, consider using vmap."
        )


def _stacked(x: Tensor, column: Sequence[Any], materialize_grads: bool) -> Tensor | None:
    found = [g for g in column if g is not None]
    if not found:
        return ops.zeros_like(x) if materialize_grads else None
    return ops.stack([ops.zeros_like(x) if g is None else g for g in column])


def batched_jvp(
    func: Callable[..., tuple[Any, ...]], primals: Sequence[Tensor], tangents: Sequence[Tensor]
) -> tuple[tuple[Any, ...], list[Tensor]]:
    """The results of ``func(*primals)``, a tuple of Tensors, and their tangents along many directions.

    The first dimension of each of `tangents` counts directions, and so does that of the tangents that are returned.
    `func` runs once for each direction, forward mode at its own level (see `forward_ad`).
    """
    from ..layers.dual import below, tangent_of
    from . import forward_ad

    rows: list[list[Tensor]] = []
    values: tuple[Any, ...] = ()
    for direction in zip(*tangents):
        level = forward_ad.enter_level()
        try:
            outputs = func(*[forward_ad.make_dual(x, tangent) for x, tangent in zip(primals, direction)])
            values = tuple([below(out, level) for out in outputs])
            found = [tangent_of(out, level) for out in outputs]
        finally:
            forward_ad.exit_level()
        rows.append([ops.zeros_like(v) if t is None else t for t, v in zip(found, values)])
    if not rows:
        values = func(*primals)
        return values, [v.new_zeros((0, *v.shape)) for v in values]
    return values, [ops.stack(column) for column in zip(*rows)]
