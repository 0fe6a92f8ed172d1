"""Jacobians and Hessians of functions, by reverse and forward mode."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

from .. import ops
from ..core.tensor import Tensor
from ..layers.batched import raised, wrap
from ..layers.levels import Batch
from .api import _jvp, _of_some, _vjp
from .pytree import TreeSpec, tree_flatten, tree_unflatten
from .vmap import check_randomness, mapped


def _refuse_complex(api: str, what: str, tree: Any) -> None:
    for i, x in enumerate(tree_flatten(tree)[0]):
        if isinstance(x, Tensor) and x.dtype.is_complex:
            raise RuntimeError(f"{api}: Expected all {what} to be real but received complex tensor at flattened input idx: {i}")


def jacrev(
    func: Callable[..., Any], argnums: Any = 0, *, has_aux: bool = False, chunk_size: int | None = None,
    _preallocate_and_copy: bool = False,
) -> Callable[..., Any]:  # fmt: skip
    """The Jacobian of `func`, by reverse mode: one backward pass for all elements of the output together.

    The result's shape is that of the output followed by that of the input; for several of either, nested containers.
    ``chunk_size`` rows are computed at a time. Raises RuntimeError for outputs that are no tensors, and for complex
    arguments and outputs: a function of complex numbers has two derivatives, and no matrix that both fit in.

    >>> import rushlight as torch
    >>> torch.func.jacrev(torch.sin)(torch.zeros(2))
    tensor([[1., 0.],
            [0., 1.]])
    """
    if not (chunk_size is None or chunk_size > 0):
        raise ValueError("jacrev: `chunk_size` should be greater than 0.")

    @functools.wraps(func)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        _refuse_complex("jacrev", "inputs", args)
        partial, chosen = _of_some(func, argnums, args, kwargs)
        leaves, spec = tree_flatten(chosen)
        found = _vjp(partial, leaves, spec, has_aux)
        _refuse_complex("jacrev", "outputs", found[0])
        out, vjp_fn = found[0], found[1]
        pullback, traced = vjp_fn.pullback, vjp_fn.outputs
        outputs, out_spec = tree_flatten(out)
        sizes = [o.numel() for o in outputs]
        rows: list[list[Any]] = []
        for start, count in _chunks(sum(sizes), chunk_size):
            basis = _basis(outputs, sizes, start, count)
            level = Batch(count)
            with level:
                gradients = pullback.gradients(traced, [wrap(b, level) for b in basis])
                rows.append([raised(g, level) for g in gradients])
        columns = [ops.cat(list(column)) if len(column) > 1 else column[0] for column in zip(*rows)]
        blocks = [_split(column, sizes, outputs, x) for column, x in zip(columns, leaves)]
        result = _assembled(zip(*blocks), out_spec, spec, argnums)
        return (result, found[2]) if has_aux else result

    return wrapper


def _chunks(total: int, size: int | None) -> list[tuple[int, int]]:
    size = total if size is None else size
    return [(start, min(size, total - start)) for start in range(0, total, size)] if total else [(0, 0)]


def _basis(tensors: Sequence[Tensor], sizes: Sequence[int], start: int, count: int) -> list[Tensor]:
    """Rows ``start`` to ``start + count`` of the identity over all elements, as stacks of tensors like the given ones."""
    parts, offset = [], start
    for x, size in zip(tensors, sizes):
        rows = ops.eye(count, count, dtype=x.dtype) if (offset, size) == (0, count) else _rows(count, size, offset, x.dtype)
        parts.append(rows.reshape(count, *x.shape))
        offset -= size
    return parts


def _rows(count: int, size: int, offset: int, dtype: Any) -> Tensor:
    """`count` rows of zeros, with a one in column ``row + offset`` where there is such a column."""
    place = ops.arange(offset, offset + count).unsqueeze(1) == ops.arange(size)
    return place.to(dtype)


def _split(column: Tensor, sizes: Sequence[int], outputs: Sequence[Tensor], x: Tensor) -> list[Tensor]:
    """The stacked rows of one input's gradients, as a Jacobian for each output."""
    parts = ops.split(column, list(sizes)) if len(sizes) > 1 else (column,)
    return [part.reshape((*o.shape, *x.shape)) for part, o in zip(parts, outputs)]


def _assembled(rows: Any, out_spec: TreeSpec, spec: TreeSpec, argnums: Any) -> Any:
    inner = [tree_unflatten(row, spec) for row in rows]
    return tree_unflatten([row[0] if isinstance(argnums, int) else row for row in inner], out_spec)


def jacfwd(
    func: Callable[..., Any], argnums: Any = 0, has_aux: bool = False, *, randomness: str = "error"
) -> Callable[..., Any]:
    """The Jacobian of `func`, by forward mode: one pass for all elements of the input together.

    Better than `jacrev` where the output has more elements than the input. Arguments and result are the same.

    Raises ValueError for inputs that are no Tensors, RuntimeError for complex inputs and outputs that are no Tensors.

    >>> import rushlight as torch
    >>> torch.func.jacfwd(torch.sin)(torch.zeros(2))
    tensor([[1., 0.],
            [0., 1.]])
    """
    check_randomness(randomness)

    @functools.wraps(func)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        _refuse_complex("jacfwd", "inputs", args)
        partial, chosen = _of_some(func, argnums, args, kwargs)
        leaves, spec = tree_flatten(chosen)
        for x in leaves:
            if not isinstance(x, Tensor):
                raise ValueError(f"Thing passed to transform API must be Tensor, got {type(x)}")
        sizes = [x.numel() for x in leaves]
        basis = _basis(leaves, sizes, 0, sum(sizes))
        aux: Any = None

        def push(*tangents: Any) -> Any:
            nonlocal aux
            found = _jvp(partial, tree_unflatten(leaves, spec), tree_unflatten(tangents, spec), False, has_aux)
            _refuse_complex("jacfwd", "outputs", found[1])
            if has_aux:
                aux = found[2]
            return found[1]

        columns, out_spec = mapped(push, Batch(sum(sizes), randomness), basis, [0] * len(basis), _flat(basis), {})
        blocks = [[_last(part, x) for part, x in zip(_parts(o, sizes), leaves)] for o in columns]
        result = _assembled(blocks, out_spec, spec, argnums)
        return (result, aux) if has_aux else result

    return wrapper


def _flat(items: Sequence[Any]) -> TreeSpec:
    return tree_flatten(tuple(items))[1]


def _parts(found: tuple[Tensor, Any], sizes: Sequence[int]) -> Any:
    column, batched = found
    if batched is not True:
        column = column.unsqueeze(0).expand(batched.size, *column.shape)  # type: ignore[attr-defined]
    return ops.split(column, list(sizes))


def _last(part: Tensor, x: Tensor) -> Tensor:
    """A stack of columns as a Jacobian: the input's dimensions last."""
    return part.movedim(0, -1).reshape((*part.shape[1:], *x.shape))  # type: ignore[attr-defined]


def hessian(func: Callable[..., Any], argnums: Any = 0) -> Callable[..., Any]:
    """The Hessian of `func`, by forward over reverse mode: ``jacfwd(jacrev(func))``. Errors are those of the two.

    For an input of shape s and an output of shape t the result is (*t, *s, *s).

    >>> import rushlight as torch
    >>> torch.func.hessian(lambda x: (x ** 3).sum())(torch.ones(2))
    tensor([[6., 0.],
            [0., 6.]])
    """
    return jacfwd(jacrev(func, argnums), argnums)


__all__ = ["hessian", "jacfwd", "jacrev"]
