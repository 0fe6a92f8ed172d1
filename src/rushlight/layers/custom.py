"""Custom Functions under vmap: by the rule they bring, or by one that is made for them.

Note [A Function of batches]
    With ``generate_vmap_rule=True`` a Function's own staticmethods run on batched tensors. They belong to a Function of
    physical tensors that is made for the occasion: its forward enters a batch and calls the first one's forward in it; its
    backward enters one again, with what was saved then, and its jvp too.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from ..core.tensor import Tensor
from .batched import is_batched, lower, newest, raised, wrap
from .batching import lifted
from .levels import Batch

_NOTES = "For more details, please see https://pytorch.org/docs/main/notes/extending.func.html"


class VmapInfo(NamedTuple):
    """What a Function's vmap staticmethod is told of the batch."""

    batch_size: int
    randomness: str


def apply(cls: Any, args: tuple[Any, ...]) -> Any:
    """``Function.apply`` on batched tensors. Raises RuntimeError for a Function that has no rule, or two."""
    from ..autograd.function import Function

    own = cls.vmap is not Function.vmap
    if own and cls.generate_vmap_rule:
        raise RuntimeError(
            f"You tried to vmap over {cls.__name__}, but it has both generate_vmap_rule=True and an overridden vmap "
            "staticmethod. Please set generate_vmap_rule=False or delete the overridden vmap staticmethod to avoid ambiguity. "
            + _NOTES
        )
    if not own and not cls.generate_vmap_rule:
        raise RuntimeError(
            f"You tried to vmap over {cls.__name__}, but it does not have vmap support. Please override and implement the "
            f"vmap staticmethod or set generate_vmap_rule=True. {_NOTES}"
        )
    level = newest(args)
    assert level is not None
    pairs = [lower(a, level) if isinstance(a, Tensor) else (a, False) for a in args]
    given, batched = [a for a, _ in pairs], tuple([b for _, b in pairs])
    if own:
        return _by_its_rule(cls, level, given, batched)
    return lifted(_generated(cls, level, batched).apply(*given), level)


def _by_its_rule(cls: Any, level: Batch, given: list[Any], batched: tuple[bool, ...]) -> Any:
    found = cls.vmap(VmapInfo(level.size, level.randomness), tuple([0 if b else None for b in batched]), *given)
    if not isinstance(found, tuple) or len(found) != 2:
        raise RuntimeError(
            "Expected the vmap staticmethod to have two returns, an output and out_dims with pytree structure compatible with "
            f"the output. Got a {type(found)} instead"
        )
    output, dims = found
    if not isinstance(output, tuple):
        return _placed(output, dims, level)
    if dims is None or isinstance(dims, int):
        dims = (dims,) * len(output)
    if len(dims) != len(output):
        from ..func.pytree import tree_flatten

        raise RuntimeError(
            "The autograd.Function's vmap staticmethod returned an incompatible (output, out_dims) tuple. Expected "
            f"out_dims={dims} to be compatible with the structure of `output`. out_dims has structure {tree_flatten(dims)[1]} "
            f"but output has structure {tree_flatten(output)[1]}. {_NOTES}"
        )
    return tuple([_placed(o, dim, level) for o, dim in zip(output, dims)])


def _placed(output: Any, dim: int | None, level: Batch) -> Any:
    return output if dim is None or not isinstance(output, Tensor) else wrap(output, level, dim % output.ndim)


class _Inside:
    """A ctx as the example's staticmethods see it: what is saved passes the border of the batch."""

    def __init__(self, ctx: Any, level: Batch) -> None:
        self.__dict__.update(_ctx=ctx, _level=level)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._ctx, name)

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(self._ctx, name, value)

    def __delattr__(self, name: str) -> None:
        delattr(self._ctx, name)

    def save_for_backward(self, *tensors: Any) -> None:
        self._ctx.save_for_backward(*self._outside("saved_batched", tensors))

    def save_for_forward(self, *tensors: Any) -> None:
        self._ctx.save_for_forward(*self._outside("saved_batched", tensors))

    def mark_dirty(self, *tensors: Any) -> None:
        raise NotImplementedError("vmap over a custom Function that marks inputs as dirty, with generate_vmap_rule=True")

    def mark_non_differentiable(self, *tensors: Any) -> None:
        self._ctx.not_differentiable = [id(t) for t in tensors]

    def _outside(self, name: str, tensors: tuple[Any, ...]) -> list[Any]:
        found = [(None, False) if t is None else lower(t, self._level) for t in tensors]
        setattr(self._ctx, name, [b for _, b in found])
        return [t for t, _ in found]

    @property
    def saved_tensors(self) -> tuple[Any, ...]:
        return tuple([wrap(t, self._level) if b else t for t, b in zip(self._ctx.saved_tensors, self._ctx.saved_batched)])


def _generated(cls: Any, level: Batch, batched: tuple[bool, ...]) -> Any:
    """See Note [A Function of batches]."""
    from ..autograd.function import Function

    size, randomness = level.size, level.randomness

    def inside(values: Any, inner: Batch) -> list[Any]:
        return [wrap(v, inner) if b else v for v, b in zip(values, batched)]

    def forward(*given: Any) -> Any:
        with Batch(size, randomness) as inner:
            out = cls.forward(*inside(given, inner))
            return tuple([_outer(o, inner) for o in out]) if isinstance(out, tuple) else _outer(out, inner)

    def setup_context(ctx: Any, inputs: Any, output: Any) -> None:
        with Batch(size, randomness) as inner:
            several = isinstance(output, tuple)
            outputs = [wrap(o, inner) if isinstance(o, Tensor) else o for o in (output if several else (output,))]
            cls.setup_context(_Inside(ctx, inner), tuple(inside(inputs, inner)), tuple(outputs) if several else outputs[0])
            marked = getattr(ctx, "not_differentiable", ())
            if marked:
                pairs = zip(outputs, output if several else (output,))
                ctx.mark_non_differentiable(*[physical for o, physical in pairs if id(o) in marked])

    def backward(ctx: Any, *gradients: Any) -> Any:
        with Batch(size, randomness) as inner:
            given = [None if g is None else wrap(g, inner) for g in gradients]
            found = cls.backward(_Inside(ctx, inner), *given)
            found = found if isinstance(found, tuple) else (found,)
            return tuple([_gathered(g, b, inner) for g, b in zip(found, batched)])

    def jvp(ctx: Any, *tangents: Any) -> Any:
        with Batch(size, randomness) as inner:
            given = [None if t is None else wrap(t, inner) if b else t for t, b in zip(tangents, batched)]
            found = cls.jvp(_Inside(ctx, inner), *given)
            return tuple([_outer(t, inner) for t in found]) if isinstance(found, tuple) else _outer(found, inner)

    members = {"forward": forward, "setup_context": setup_context, "backward": backward}
    if cls.jvp is not Function.jvp:
        members["jvp"] = jvp
    statics: dict[str, Any] = {name: staticmethod(member) for name, member in members.items()}
    return type(f"Vmapped{cls.__name__}", (Function,), {**statics, "generate_vmap_rule": True})  # for an outer batch


def _outer(o: Any, level: Batch) -> Any:
    return raised(o, level) if isinstance(o, Tensor) else o


def _gathered(g: Any, batched: bool, level: Batch) -> Any:
    """The gradient of an argument: of each example, or summed over them where they share it."""
    if g is None:
        return None
    if batched:
        return raised(g, level)
    return raised(g, level).sum(0) if is_batched(g, level) else g
