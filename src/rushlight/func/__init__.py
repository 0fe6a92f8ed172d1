"""``torch.func``: transforms of functions. They nest: a gradient of a batch, a batch of gradients, gradients of those.

>>> import rushlight as torch
>>> per_example = torch.func.vmap(torch.func.grad(lambda w, x: (w * x).sum()), in_dims=(None, 0))
>>> per_example(torch.ones(2), torch.tensor([[1., 2.], [3., 4.]]))
tensor([[1., 2.],
        [3., 4.]])
"""

from __future__ import annotations

from typing import Any

from .api import functionalize, grad, grad_and_value, jvp, linearize, vjp
from .jacobians import hessian, jacfwd, jacrev
from .vmap import vmap

__all__ = [
    "debug_unwrap", "functional_call", "functionalize", "grad", "grad_and_value", "hessian", "jacfwd", "jacrev", "jvp",
    "linearize", "rearrange", "replace_all_batch_norm_modules_", "stack_module_state", "vjp", "vmap",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    if name in ("functional_call", "replace_all_batch_norm_modules_", "stack_module_state"):
        from . import modules

        return getattr(modules, name)
    if name == "rearrange":
        from .dimensions import rearrange

        return rearrange
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}", name=name)


def debug_unwrap(tensor: Any, *, recurse: bool = True) -> Any:
    """What lies below a batched tensor, for a look at its values while debugging: the newest level, or all of them (`recurse`).

    >>> import rushlight as torch
    >>> _ = torch.vmap(lambda x: print(torch.func.debug_unwrap(x)) or x)(torch.ones(2))
    tensor([1., 1.])
    """
    from ..layers.batched import Hidden, base_of

    if tensor._data.__class__ is not Hidden:
        return tensor
    return base_of(tensor) if recurse else tensor._data.physical
