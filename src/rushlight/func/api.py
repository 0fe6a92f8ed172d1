"""``torch.func``: gradients and Jacobians of functions, which nest at will.

Note [Functions and the graph]
    There is one graph. `vjp` calls the function on fresh tensors that stand for its inputs: on the graph's own edge to
    an input that is tracked already (by an outer transform, or by ``requires_grad``), and leaves of their own otherwise. The
    gradient is captured there. It is recorded itself if what the function returned depends on anything else that is
    tracked, so that the outer derivative finds it.

Sources: A. Griewank, A. Walther, Evaluating Derivatives, 2nd ed., 2008; the interface is that of PyTorch and JAX.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any

from .. import ops
from ..autograd import forward_ad
from ..core import views
from ..core.backward import Run, run
from ..core.modes import GRAD, grad_mode, set_grad_mode
from ..core.node import Output
from ..core.tensor import Tensor, edge_of
from ..layers import dual
from ..layers.batched import base_of, levels_of, logical_gradient, physical_gradient, pull_dual, push_dual, wrap
from ..layers.dispatch import run_node
from ..layers.levels import Gradient, Tangent
from .pytree import TreeSpec, tree_flatten, tree_map, tree_unflatten


class Pullback:
    """A function that was called once, with what is needed to carry gradients back through it."""

    def __init__(self, func: Callable[..., Any], primals: Sequence[Tensor], call: Callable[..., Any]) -> None:
        outer = grad_mode() == GRAD
        self.fresh = [_fresh(x, outer) for x in primals]
        bases = [base_of(x) for x in self.fresh]
        self.leaves = set(map(id, bases))
        #: What is known not to lead out of here: nodes of the graph that `result` keeps alive.
        self.inner: set[int] = set()
        mode = grad_mode()
        with Gradient(self.leaves, bases, func):
            set_grad_mode(GRAD)
            try:
                self.result = call(func, self.fresh)
            finally:
                set_grad_mode(mode)
        self.outer, self.recorded = outer, False

    def returned(self, out: Any) -> Any:
        """An output as the caller gets it: on the graph only where it depends on more than the fresh leaves.

        So are its tangents, which `detach` would drop.
        """
        if not isinstance(out, Tensor):
            return out
        if levels_of(out):
            return wrap(self.returned(out._data.physical), out._data.level)
        if out.__class__ is dual.Dual:
            made = self.returned(dual.below(out, None))
            for level in dual.live_levels(out):
                dual.set_tangent(made, self.returned(dual.tangents_of(out)[level]), level)
            return made
        if not out.requires_grad:
            return out
        return out if self.outer and self.reaches_out([out]) else out.detach()

    def aux(self, out: Any) -> Any:
        """`returned` of what a function returns beside its output, which must be Tensors as well."""
        return self.returned(_tensor(out))

    def reaches_out(self, outputs: Sequence[Tensor]) -> bool:
        """Whether the graph of the outputs has leaves that are not ours."""
        stack, seen = [edge_of(base_of(o)) for o in outputs], self.inner
        while stack:
            edge = stack.pop()
            if edge is None:
                continue
            node = edge.node if edge.__class__ is Output else edge
            place = id(node)
            if place in seen:
                continue
            seen.add(place)
            if node._rank:
                edges = node._edges
                if edges.__class__ is tuple:
                    stack += edges
                else:
                    stack.append(edges)
            elif place not in self.leaves:
                self.inner = set()
                return True
        return False

    def gradients(self, outputs: Sequence[Tensor], cotangents: Sequence[Tensor], *, keep: bool = True) -> list[Tensor]:
        """The gradients of the fresh inputs; zeros for those that the outputs do not depend on."""
        create = self.recorded or (self.outer and grad_mode() == GRAD and (
            any([base_of(c).requires_grad for c in cotangents]) or self.reaches_out(outputs)
        ))
        pairs = [(base_of(o), physical_gradient(c, o)) for o, c in zip(outputs, cotangents) if base_of(o).requires_grad]
        job = Run()
        job.keep_graph, job.create_graph, job.on_tensors, job.accumulate = keep or create, create, True, False
        job.run_node, job.captures = None if create else run_node, {}
        for i, x in enumerate(self.fresh):
            job.captures.setdefault(edge_of(base_of(x)), []).append(i)
        captured = run(job, [edge_of(o) for o, _ in pairs], [c for _, c in pairs])
        found = [captured.get(i) for i in range(len(self.fresh))]
        return [ops.zeros_like(x.detach()) if g is None else logical_gradient(g, x) for g, x in zip(found, self.fresh)]


def _fresh(x: Tensor, outer: bool) -> Tensor:
    """A tensor that stands for `x` in the function: see Note [Functions and the graph]."""
    if not isinstance(x, Tensor):
        raise ValueError(f"Thing passed to transform API must be Tensor, got {type(x)}")
    if not (x.dtype.is_floating_point or x.dtype.is_complex):
        raise RuntimeError("only Tensors of floating point dtype can require gradients")
    base = base_of(x)
    made = views.alias(base) if outer and base.requires_grad else dual._leaf(base)
    for level in levels_of(x)[::-1]:
        made = wrap(made, level)
    return made


# Reverse mode.


def vjp(func: Callable[..., Any], *primals: Any, has_aux: bool = False) -> Any:
    """``func(*primals)`` and the function that carries a cotangent of its result back to the primals.

    Returns ``(output, vjp_fn)``, and ``aux`` third where `func` returns ``(output, aux)``. ``vjp_fn(cotangents)`` returns a
    tuple of gradients, one for each primal, and may be called more than once. Raises RuntimeError if `func` returns
    anything but tensors, or the cotangents have another structure or shape.

    >>> import rushlight as torch
    >>> y, vjp_fn = torch.func.vjp(torch.sin, torch.zeros(2))
    >>> vjp_fn(torch.ones(2))
    (tensor([1., 1.]),)
    """
    leaves, spec = tree_flatten(primals)
    return _vjp(func, leaves, spec, has_aux)


def _vjp(
    func: Callable[..., Any], leaves: list[Any], spec: TreeSpec, has_aux: bool, *, discrete: bool = False
) -> Any:  # fmt: skip
    """What `vjp` returns; with `discrete`, outputs may also be integers, which have no derivative."""
    pullback = Pullback(func, leaves, lambda f, fresh: f(*tree_unflatten(fresh, spec)))
    result, aux = pullback.result, None
    if has_aux:
        if not (isinstance(result, tuple) and len(result) == 2):
            raise RuntimeError(
                "vjp(f, *primals): output of function f should be a tuple: (output, aux) if has_aux is True"
            )
        result, aux = result
    outputs, out_spec = tree_flatten(result)
    if not outputs:
        raise RuntimeError(
            "vjp(f, *primals): Expected f to be a function that has non-empty output (got output = [])"
        )
    _only_tensors("vjp(f, *primals)", "f(*primals)", outputs)
    for o in () if discrete else outputs:
        if not (o.dtype.is_floating_point or o.dtype.is_complex):
            raise RuntimeError(
                f"vjp(f, ...): All outputs of f must be floating-point or complex Tensors, got Tensor with dtype {o.dtype}"
            )

    def wrapper(cotangents: Any, retain_graph: bool = True, create_graph: bool | None = None) -> Any:
        flat, given_spec = tree_flatten(cotangents)
        if given_spec != out_spec:
            raise RuntimeError(
                "Expected pytree structure of cotangents to be the same as pytree structure of outputs to the function. "
                f"cotangents: {_treespec_text(given_spec)}, primal output: {_treespec_text(out_spec)}"
            )
        for i, (c, o) in enumerate(zip(flat, outputs)):
            if c is None and o.ndim:
                raise RuntimeError("grad can be implicitly created only for scalar outputs")
            if c is not None and c.shape != o.shape:
                raise RuntimeError(
                    f"Mismatch in shape: grad_output[{i}] has a shape of {c.shape} and output[{i}] has a shape of {o.shape}."
                )
        return tree_unflatten(pullback.gradients(outputs, _ones_for_none(flat, outputs), keep=retain_graph), spec)

    wrapper.pullback, wrapper.outputs = pullback, outputs  # type: ignore[attr-defined]
    wrapper.__qualname__ = "_vjp_with_argnums.<locals>.wrapper"
    out = tree_unflatten([pullback.returned(o) for o in outputs], out_spec)
    return (out, wrapper, tree_map(pullback.aux, aux)) if has_aux else (out, wrapper)


def _ones_for_none(cotangents: list[Any], outputs: list[Tensor]) -> list[Tensor]:
    return [ops.ones_like(o.detach()) if c is None else c for c, o in zip(cotangents, outputs)]


def _treespec_text(spec: TreeSpec) -> str:
    """A structure as its leaves' places: ``(*, *)``."""
    if spec.is_leaf():
        return "*"
    inner = [_treespec_text(child) for child in spec.children]
    if spec.type is dict:
        return "{" + ", ".join(f"{key!r}: {text}" for key, text in zip(spec.context, inner)) + "}"
    text = ", ".join(inner)
    return f"[{text}]" if spec.type is list else f"({text},)" if len(inner) == 1 else f"({text})"


def _tensor(x: Any) -> Tensor:
    if not isinstance(x, Tensor):
        raise RuntimeError(f"Expected tensors, got unsupported type {type(x)}")
    return x


def _only_tensors(api: str, call: str, outputs: Sequence[Any]) -> None:
    for o in outputs:
        if not isinstance(o, Tensor):
            raise RuntimeError(f"{api}: expected {call} to return only tensors, got unsupported type {type(o)}")


def _argnums(argnums: Any, count: int) -> tuple[int, ...]:
    """Which arguments to differentiate, as places from the front."""
    if not isinstance(argnums, (int, tuple)):
        raise RuntimeError(f"argnums must be int or Tuple[int, ...], got: {type(argnums)}")
    places = (argnums,) if isinstance(argnums, int) else argnums
    if not places:
        raise RuntimeError("argnums must be non-empty")
    for n in places:
        if not isinstance(n, int):
            raise RuntimeError(f"argnum must be int, got: {type(n)}")
        if not -count <= n < count:
            raise RuntimeError(f"Got argnum={n}, but only {count} positional inputs")
    places = tuple([n % count for n in places])
    if len(set(places)) != len(places):
        raise RuntimeError(f"argnums elements must be unique, got {argnums}")
    return places


def _of_some(func: Callable[..., Any], argnums: Any, args: Sequence[Any], kwargs: dict[str, Any]) -> tuple[Any, tuple[Any, ...]]:
    """`func` as a function of the arguments of `argnums` alone, and these."""
    places = _argnums(argnums, len(args))

    def partial(*chosen: Any) -> Any:
        given = list(args)
        for place, value in zip(places, chosen):
            given[place] = value
        return func(*given, **kwargs)

    return partial, tuple([args[place] for place in places])


def grad_and_value(func: Callable[..., Any], argnums: Any = 0, has_aux: bool = False) -> Callable[..., Any]:
    """A function that returns the gradient of the scalar `func`, and its value (a tuple with aux where it has some).

    Arguments and errors are those of `grad`.

    >>> import rushlight as torch
    >>> torch.func.grad_and_value(lambda x: x ** 2)(torch.tensor(3.0))
    (tensor(6.), tensor(9.))
    """

    @functools.wraps(func)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        partial, chosen = _of_some(func, argnums, args, kwargs)
        leaves, spec = tree_flatten(chosen)
        pullback = Pullback(partial, leaves, lambda f, fresh: f(*tree_unflatten(fresh, spec)))
        value, aux = pullback.result, None
        head = "grad_and_value(f)(*args): "
        if has_aux:
            if not (isinstance(value, tuple) and len(value) == 2):
                raise RuntimeError(head + "output of function f should be a tuple: (output, aux) if has_aux is True")
            value, aux = value
        if not isinstance(value, Tensor):
            raise RuntimeError(f"{head}Expected f(*args) to return a Tensor, got {type(value)}")
        if value.ndim:
            raise RuntimeError(
                f"{head}Expected f(*args) to return a scalar Tensor, got tensor with {value.ndim} dims. Maybe you wanted to "
                "use the vjp or jacrev APIs instead?"
            )
        if value.dtype.is_complex:
            raise RuntimeError(f"grad can be implicitly created only for real scalar outputs but got {value.dtype}")
        found = pullback.gradients([value], [ops.ones_like(value.detach())], keep=False)
        gradient = tree_unflatten(found, spec)
        gradient = gradient[0] if isinstance(argnums, int) else gradient
        value = pullback.returned(value)
        return (gradient, (value, tree_map(pullback.aux, aux))) if has_aux else (gradient, value)

    return wrapper


def grad(func: Callable[..., Any], argnums: Any = 0, has_aux: bool = False) -> Callable[..., Any]:
    """The gradient of a function that returns a scalar, as a function.

    Args:
        func: takes Tensors (or containers of them) and returns a 0-d Tensor, with anything else second if `has_aux`.
        argnums: which positional arguments to differentiate: an int, or a tuple for a tuple of gradients.

    Raises RuntimeError for other results, and for `argnums` out of range.

    >>> import rushlight as torch
    >>> torch.func.grad(torch.func.grad(torch.sin))(torch.tensor(0.0))
    tensor(-0.)
    """
    both = grad_and_value(func, argnums, has_aux)

    @functools.wraps(func)
    def wrapper(*args: Any, **kwargs: Any) -> Any:
        gradient, value = both(*args, **kwargs)
        return (gradient, value[1]) if has_aux else gradient

    return wrapper


# Forward mode.


def jvp(func: Callable[..., Any], primals: Any, tangents: Any, *, strict: bool = False, has_aux: bool = False) -> Any:
    """``func(*primals)`` and its derivative in the direction of `tangents`, computed together.

    Raises RuntimeError where tangents do not match the primals, `func` returns anything but tensors, and, if `strict`,
    where an output does not depend on the inputs.

    >>> import rushlight as torch
    >>> torch.func.jvp(torch.sin, (torch.tensor(0.0),), (torch.tensor(1.0),))
    (tensor(0.), tensor(1.))
    """
    return _jvp(func, primals, tangents, strict, has_aux)


def _jvp(func: Callable[..., Any], primals: Any, tangents: Any, strict: bool, has_aux: bool) -> Any:
    head = "jvp(f, primals, tangents): "
    if not isinstance(primals, tuple):
        raise RuntimeError(f"{head}Expected primals to be a tuple. E.g. it should be valid to call f(*primals).")
    leaves, spec = tree_flatten(primals)
    moved, moved_spec = tree_flatten(tangents)
    if spec != moved_spec:
        raise RuntimeError(
            f"{head}Expected primals and tangents to have the same python structure. For example, if primals is a tuple of 3 "
            f"tensors, tangents also must be. Got primals with structure {spec} and tangents with structure {moved_spec}"
        )
    if not leaves:
        raise RuntimeError(f"{head}Expected primals to contain at least one Tensor.")
    for name, given in (("primals", leaves), ("tangents", moved)):
        for x in given:
            if not isinstance(x, Tensor):
                raise RuntimeError(f"{head}Expected {name} to only contain Tensors, got {type(x)}")
    level = forward_ad.enter_level()
    try:
        given = [_dual(x, t, level) for x, t in zip(leaves, moved)]
        with Tangent(level, func):
            result, aux = func(*tree_unflatten(given, spec)), None
        if has_aux:
            if not (isinstance(result, tuple) and len(result) == 2):
                raise RuntimeError(f"{head}output of function f should be a tuple: (output, aux) if has_aux is True")
            result, aux = result
            aux = tree_map(lambda a: pull_dual(_tensor(a), level)[0], aux)
        outputs, out_spec = tree_flatten(result)
        _only_tensors("jvp(f, primals, tangents)", "f(*primals)", outputs)
        pairs = [pull_dual(o, level) for o in outputs]
    finally:
        forward_ad.exit_level()
    if strict and any([t is None for _, t in pairs]):
        raise RuntimeError(
            "jvp(f, primals, tangents, strict=True): The output of f is independent of the inputs. This is not allowed with "
            "strict=True."
        )
    out = tree_unflatten([o for o, _ in pairs], out_spec)
    slopes = tree_unflatten([ops.zeros_like(o.detach()) if t is None else t for o, t in pairs], out_spec)
    return (out, slopes, aux) if has_aux else (out, slopes)


def _dual(x: Tensor, tangent: Tensor, level: dual.Level) -> Tensor:
    if not isinstance(x, Tensor):
        raise ValueError(f"Thing passed to transform API must be Tensor, got {type(x)}")
    for name, given in (("primal", x), ("tangent", tangent)):
        if not (given.dtype.is_floating_point or given.dtype.is_complex):
            raise ValueError(f"Expected {name} to be floating point or complex, but got: {given.dtype}")
    if x.shape != tangent.shape:
        raise RuntimeError(
            "Trying to set a forward gradient that has a different size than that of the original Tensor, this is not "
            f"supported. Tensor is of size {list(x.shape)} while the given forward gradient is of size {list(tangent.shape)}."
        )
    return push_dual(x, tangent, level)


def linearize(func: Callable[..., Any], *primals: Any) -> tuple[Any, Callable[..., Any]]:
    """``func(*primals)``, and its derivative there as a linear function of tangents, which does not call `func` again.

    The derivative is the transpose of the graph's vector-Jacobian product, which is linear in its vector.

    >>> import rushlight as torch
    >>> y, push = torch.func.linearize(torch.sin, torch.tensor(0.0))
    >>> push(torch.tensor(2.0))
    tensor(2.)
    """
    leaves, spec = tree_flatten(primals)
    out, vjp_fn = _vjp(func, leaves, spec, False, discrete=True)
    outputs, out_spec = tree_flatten(out)

    def transposed(*vectors: Any) -> Any:
        return vjp_fn(tree_unflatten(vectors, out_spec))

    zeros = [ops.zeros_like(o) for o in outputs]
    vjp_fn.pullback.recorded = True
    with Gradient():
        _, pull = _vjp(transposed, zeros, tree_flatten(tuple(zeros))[1], False)
    pull.pullback.leaves |= vjp_fn.pullback.leaves

    def jvp_fn(*tangents: Any) -> Any:
        flat, given_spec = tree_flatten(tangents)
        if given_spec != spec:
            raise RuntimeError(
                f"Expected the tangents {given_spec} to have the same argspec as the primals {spec}"
            )
        for i, (x, t) in enumerate(zip(leaves, flat)):
            if t.shape != x.shape:
                raise RuntimeError(
                    f"tangent:{i} with shape {t.shape} in flattened pytree doesn't match the shape {x.shape} of the "
                    "corresponding primal."
                )
            if t.dtype is not x.dtype:
                raise RuntimeError(
                    f"tangent:{i} with dtype {t.dtype} in flattened pytree doesn't match the dtype {x.dtype} of the "
                    "corresponding primal."
                )
        moved = pull(tree_unflatten(flat, spec))
        pull.pullback.inner = set()  # these are no parts of the pullback's result: what was seen before may be gone
        return tree_unflatten([pull.pullback.returned(t) for t in moved], out_spec)

    return out, jvp_fn


# Programs with side effects.


def functionalize(func: Callable[..., Any], *, remove: str = "mutations") -> Callable[..., Any]:
    """`func` as it is: what it writes in place changes nothing that its caller could tell from a function without writes.

    (PyTorch rewrites the program for its compilers. Writes to the arguments are seen by the caller there, too.)
    `remove`: "mutations" or "mutations_and_views". Raises RuntimeError for anything else.
    """
    if remove not in ("mutations", "mutations_and_views"):
        raise RuntimeError(
            f"functionalize(f, remove='mutations'): received invalid argument for remove={remove}. Valid options are:\n"
            "     remove='mutations': all inplace and out= operators will be removed from the program, and replaced with their "
            "out-of-place equivalents.\n     remove='mutations_and_views': In addition to the above, all aliasing operators "
            "{view} will be replaced with their non-aliasing counterparts, {view}_copy.\n"
        )

    @functools.wraps(func)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        return func(*args, **kwargs)

    return wrapped


__all__ = ["functionalize", "grad", "grad_and_value", "jvp", "linearize", "vjp"]
