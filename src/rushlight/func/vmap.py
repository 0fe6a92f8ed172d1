"""``torch.vmap``: a function of examples as a function of batches."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

from .. import ops
from ..core.tensor import Tensor
from ..layers.batched import is_batched, raised, wrap
from ..layers.levels import Batch
from .pytree import TreeSpec, broadcast_to, tree_flatten, tree_unflatten


def vmap(
    func: Callable[..., Any], in_dims: Any = 0, out_dims: Any = 0, randomness: str = "error", *, chunk_size: int | None = None
) -> Callable[..., Any]:
    """`func`, which is written for one example, applied to a batch of them at once.

    Args:
        func: takes and returns (nested containers of) Tensors.
        in_dims: along which dimension of each input the examples lie; None where an input is the same for all of them. An
            int for all inputs, or a structure that matches that of the inputs.
        out_dims: where to put the examples in each output; None for an output that does not depend on them.
        randomness: what random functions do: "error", "same" numbers for each example, or "different" ones.
        chunk_size: computes that many examples at a time, for less memory.

    Raises ValueError where `in_dims` or `out_dims` do not fit, or sizes differ; RuntimeError where `func` lets its control
    flow depend on values of an example.

    >>> import rushlight as torch
    >>> dot = torch.vmap(torch.dot)
    >>> dot(torch.tensor([[1., 2.], [3., 4.]]), torch.ones(2, 2))
    tensor([3., 7.])
    """
    check_randomness(randomness)
    if not (chunk_size is None or chunk_size > 0):
        raise ValueError(f"vmap: chunk_size should be None or greater than 0. (got {chunk_size})")

    @functools.wraps(func)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        size, leaves, dims, spec = _inputs(func, in_dims, args)
        if chunk_size is None or chunk_size >= size:
            out, out_spec = mapped(func, Batch(size, randomness), leaves, dims, spec, kwargs)
            places = _places(func, out_dims, out_spec)
            return tree_unflatten([_put(o, 0, place) for o, place in zip(_out(func, out, places), places)], out_spec)
        return _in_chunks(func, chunk_size, size, leaves, dims, spec, kwargs, out_dims, randomness)

    return wrapped


def check_randomness(randomness: str) -> None:
    if randomness not in ("error", "different", "same"):
        raise RuntimeError(f"Only allowed values for randomness are 'error', 'different', or 'same'. Got {randomness}")


def name_of(func: Callable[..., Any]) -> str:
    return func.__name__ if hasattr(func, "__name__") else repr(func)


def _inputs(func: Callable[..., Any], in_dims: Any, args: Any) -> tuple[int, list[Any], list[Any], TreeSpec]:
    """The size of the batch, the inputs, the dimension of each, and their structure."""
    name = name_of(func)
    if not isinstance(in_dims, (int, tuple)):
        raise ValueError(
            f"vmap({name}, in_dims={in_dims}, ...)(<inputs>): expected `in_dims` to be int or a (potentially nested) tuple "
            f"matching the structure of inputs, got: {type(in_dims)}."
        )
    if not args:
        raise ValueError(
            f"vmap({name})(<inputs>): got no inputs. Maybe you forgot to add inputs, or you are trying to vmap over a function "
            "with no inputs. The latter is unsupported."
        )
    leaves, spec = tree_flatten(args)
    dims = broadcast_to(in_dims, spec)
    if dims is None:
        raise ValueError(
            f"vmap({name}, in_dims={in_dims}, ...)(<inputs>): in_dims is not compatible with the structure of `inputs`. in_dims "
            f"has structure {tree_flatten(in_dims)[1]} but inputs has structure {spec}."
        )
    dims = [_checked(name, in_dims, x, dim) for x, dim in zip(leaves, dims)]
    sizes = [x.shape[dim] for x, dim in zip(leaves, dims) if dim is not None]
    if not sizes:
        raise ValueError("vmap: Expected at least one Tensor to vmap over")
    if len(set(sizes)) > 1:
        raise ValueError(
            f"vmap: Expected all tensors to have the same size in the mapped dimension, got sizes {sizes} for the mapped "
            "dimension"
        )
    return sizes[0], leaves, dims, spec


def _checked(name: str, in_dims: Any, x: Any, dim: Any) -> int | None:
    head = f"vmap({name}, in_dims={in_dims}, ...)(<inputs>): Got in_dim={dim} for "
    if not isinstance(dim, int) and dim is not None:
        raise ValueError(f"{head}an input but in_dim must be either an integer dimension or None.")
    if dim is None:
        return None
    if not isinstance(x, Tensor):
        raise ValueError(
            f"{head}an input but the input is of type {type(x)}. We cannot vmap over non-Tensor arguments, please use None as "
            "the respective in_dim"
        )
    if not -x.ndim <= dim < x.ndim:
        raise ValueError(
            f"{head}some input, but that input is a Tensor of dimensionality {x.ndim} so expected in_dim to satisfy "
            f"-{x.ndim} <= in_dim < {x.ndim}."
        )
    return dim % x.ndim


def mapped(
    func: Callable[..., Any], level: Batch, leaves: list[Any], dims: list[Any], spec: TreeSpec, kwargs: dict[str, Any]
) -> tuple[list[Any], TreeSpec]:
    """The outputs of `func`, each with whether it is batched: with the examples first, or as it is."""
    with level:
        given = [x if dim is None else wrap(x, level, dim) for x, dim in zip(leaves, dims)]
        for x, dim in zip(given, dims):
            if dim:
                x._data.axis = dim
        out, spec = tree_flatten(func(*tree_unflatten(given, spec), **kwargs))
        found = [
            (raised(o, level), True) if isinstance(o, Tensor) and is_batched(o, level) else (o, level) for o in out
        ]
        return found, spec


def _places(func: Callable[..., Any], out_dims: Any, spec: TreeSpec) -> list[Any]:
    name = name_of(func)
    alone = spec.is_leaf()
    if alone and isinstance(out_dims, tuple) and len(out_dims) == 1:
        out_dims = out_dims[0]
    places = broadcast_to(out_dims, spec)
    if places is None:
        raise ValueError(
            f"vmap({name}, ..., out_dims={out_dims})(<inputs>): out_dims is not compatible with the structure of `outputs`. "
            f"out_dims has structure {tree_flatten(out_dims)[1]} but outputs has structure {spec}."
        )
    for place in places:
        if not isinstance(place, int) and place is not None:
            raise ValueError(
                f"vmap({name}, ..., out_dims={out_dims}): `out_dims` must be an int, None or a python collection of ints "
                "representing where in the outputs the vmapped dimension should appear."
            )
    return places


def _out(func: Callable[..., Any], out: list[Any], places: list[Any]) -> list[Any]:
    """The outputs, with the examples along their first dimension, those that `places` says not to have any excepted."""
    name, found = name_of(func), []
    for (o, batched), place in zip(out, places):
        if place is None:
            if batched is True:
                raise ValueError(f"vmap({name}, ...): `{name}` can not return a BatchedTensor when out_dim is None")
        elif not isinstance(o, Tensor):
            raise ValueError(
                f"vmap({name}, ...): `{name}` must only return Tensors, got type {type(o)}. Did you mean to set out_dims= to "
                "None for output?"
            )
        elif batched is not True:
            o = o.unsqueeze(0).expand(batched.size, *o.shape)  # type: ignore[attr-defined]
        found.append(o)
    return found


def _put(o: Any, source: int, place: int | None) -> Any:
    return o if place is None or place == source else o.movedim(source, place)


def _in_chunks(
    func: Callable[..., Any], chunk_size: int, size: int, leaves: list[Any], dims: list[Any], spec: TreeSpec,
    kwargs: dict[str, Any], out_dims: Any, randomness: str,
) -> Any:  # fmt: skip
    parts, state = [], ops.get_rng_state() if randomness == "same" else None
    for start in range(0, size, chunk_size):
        count = min(chunk_size, size - start)
        given = [x if dim is None else x.narrow(dim, start, count) for x, dim in zip(leaves, dims)]
        if state is not None:
            ops.set_rng_state(state)
        out, out_spec = mapped(func, Batch(count, randomness), given, dims, spec, kwargs)
        places = _places(func, out_dims, out_spec)
        parts.append(_out(func, out, places))
    joined = [
        column[0] if place is None else _put(ops.cat(list(column)), 0, place) for column, place in zip(zip(*parts), places)
    ]
    return tree_unflatten(joined, out_spec)
