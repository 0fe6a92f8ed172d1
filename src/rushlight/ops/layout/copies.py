"""Views as copies: every ``<view>_copy`` of torch, derived from the view by one rule, and its ``unsafe_`` splits.

Note [Copies of views]
    A view knows the operation and the parameters that made it (`core.views.Step`). So the copying form of a view
    function looks at the view that the function makes of x's memory, and calls the *copy* of that operation on x: the
    same value, in memory of its own, with the same derivative. Arguments are checked where the view checks them.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, partial
from typing import Any

import numpy as np

from ...core.declare import op
from ...core.op import Op
from ...core.tensor import Tensor, memory, wrap
from ...core.views import alias
from ..elementwise.complex import view_as_complex, view_as_real
from ..indexing.index_along import copied
from ..support.arguments import check_tensor
from ..support.attach import methods
from ..support.layered import reads_values
from ..support.no_derivative import no_derivative
from ..support.outputs import check_each, into
from .broadcasting import expand, squeeze, unsqueeze
from .geometry import as_strided
from .shape import permute, t, transpose, view
from .splitting import chunk, diagonal, narrow, select, sliced, split, split_with_sizes, unbind, unfold

__all__ = [
    "alias_copy", "as_strided_copy", "detach_copy", "diagonal_copy", "expand_copy", "narrow_copy", "permute_copy",
    "select_copy", "slice_copy", "split_copy", "split_with_sizes_copy", "squeeze_copy", "t_copy", "transpose_copy",
    "unbind_copy", "unfold_copy", "unsafe_chunk", "unsafe_split", "unsafe_split_with_sizes", "unsqueeze_copy",
    "view_as_complex_copy", "view_as_real_copy", "view_copy",
]  # fmt: skip


@cache
def _copying(view: Op, name: str, node: str, part: Callable[[Any], Any]) -> Any:
    """The operation that makes `part` of all that the operation `view` shows."""

    def forward(*arguments: Any) -> Any:
        seen = view.forward(np.asanyarray(arguments[0]), *arguments[1:])
        return tuple([part(one) for one in seen]) if view.several else part(seen)

    about: dict[str, Any] = {"several": True} if view.several else {}
    return op(name, forward, node, view.rules, names=view.names, holomorphic=view.holomorphic, **about)


def _copy_op(view: Op) -> Any:
    return _copying(view, f"{view.name}_copy", f"{view.node_class.__name__}_copy", copied)


def _narrow_op(view: Op) -> Any:
    return _copying(view, "narrow_copy", "NarrowCopyBackward0", copied)


def _unsafe_op(view: Op) -> Any:
    return _copying(view, f"unsafe_{view.name}", f"Unsafe{view.node_class.__name__}", _as_it_is)


def _as_it_is(x: Any) -> Any:
    return x


@reads_values
def _copied_view(input: Tensor, look: Callable[..., Any], kind: Callable[[Op], Any], *arguments: Any, **keywords: Any) -> Any:
    seen = look(wrap(memory(input)), *arguments, **keywords)
    first = seen if isinstance(seen, Tensor) else seen[0] if seen else None
    view = None if first is None else first._view
    if view is None:
        # There is no part, or no step from one dtype to another.
        return seen if first is None else wrap(copied(first._data))
    return kind(view.step.op)(input, *view.step.parameters)


def _copying_function(look: Callable[..., Any], name: str, kind: Callable[[Op], Any] = _copy_op) -> Any:
    def function(input: Tensor, *arguments: Any, out: Any = None, **keywords: Any) -> Any:
        check_tensor(name, input)
        if out is None:
            return _copied_view(input, look, kind, *arguments, **keywords)
        if isinstance(out, (tuple, list)):
            return _into_each(name, out, _copied_view(input, look, kind, *arguments, **keywords))
        return into(out, partial(function, **keywords), input, *arguments, own=True)

    function.__name__ = function.__qualname__ = name
    view = name.removesuffix("_copy").removeprefix("unsafe_")
    as_what = "in memory that it shares with `input` unknown to autograd" if kind is _unsafe_op else "as a copy"
    function.__doc__ = f"`torch.{view}`, {as_what}."
    return function


def _into_each(name: str, out: Any, parts: Any) -> None:
    if len(out) != len(parts):
        raise RuntimeError(
            f"{name}_out() expected an out= argument of size {len(parts)}, got size {len(out)}"
        )
    check_each(out, parts, name)
    for place, part in zip(out, parts):
        into(place, alias, part, own=True)


_detach_copy = op("detach_copy", copied, "NotImplemented", {"x": no_derivative("detach_copy")})


def detach_copy(input: Tensor, *, out: Tensor | None = None) -> Tensor:
    """A copy through which no gradient can be computed: backward raises RuntimeError."""
    check_tensor("detach_copy", input)
    return _detach_copy(input) if out is None else into(out, _detach_copy, input, own=True)


def _narrow(x: Tensor, dim: int, start: Any, length: int) -> Tensor:
    if x._data.ndim and isinstance(dim, int) and dim >= x._data.ndim:
        raise RuntimeError(
            "Expected dim < static_cast<int64_t>(self_sizes.size()) to be true, but got false.  (Could this error message "
            "be improved?  If so, please report an enhancement request to PyTorch.)"
        )
    return narrow(x, dim, start, length)


alias_copy = _copying_function(alias, "alias_copy")
as_strided_copy = _copying_function(as_strided, "as_strided_copy")
diagonal_copy = _copying_function(diagonal, "diagonal_copy")
expand_copy = _copying_function(expand, "expand_copy")
narrow_copy = _copying_function(_narrow, "narrow_copy", _narrow_op)
permute_copy = _copying_function(permute, "permute_copy")
select_copy = _copying_function(select, "select_copy")
slice_copy = _copying_function(sliced, "slice_copy")
split_copy = _copying_function(split, "split_copy")
split_with_sizes_copy = _copying_function(split_with_sizes, "split_with_sizes_copy")
squeeze_copy = _copying_function(squeeze, "squeeze_copy")
t_copy = _copying_function(t, "t_copy")
transpose_copy = _copying_function(transpose, "transpose_copy")
unbind_copy = _copying_function(unbind, "unbind_copy")
unfold_copy = _copying_function(unfold, "unfold_copy")
unsqueeze_copy = _copying_function(unsqueeze, "unsqueeze_copy")
view_as_complex_copy = _copying_function(view_as_complex, "view_as_complex_copy")
view_as_real_copy = _copying_function(view_as_real, "view_as_real_copy")
# A copy may have any shape, whatever the strides of what it copies.
view_copy = _copying_function(lambda x, *size, **keywords: view(x.contiguous(), *size, **keywords), "view_copy")

# Not views: whoever writes to a result in place must not use `input`, nor another result, after that.
unsafe_chunk = _copying_function(chunk, "unsafe_chunk", _unsafe_op)
unsafe_split = _copying_function(split, "unsafe_split", _unsafe_op)
unsafe_split_with_sizes = _copying_function(split_with_sizes, "unsafe_split_with_sizes", _unsafe_op)

methods(
    narrow_copy=narrow_copy, unsafe_chunk=unsafe_chunk, unsafe_split=unsafe_split,
    unsafe_split_with_sizes=unsafe_split_with_sizes,
)  # fmt: skip
