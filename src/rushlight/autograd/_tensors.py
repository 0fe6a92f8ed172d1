"""What a program may ask of a tensor about its history and its gradient: `.grad`, hooks, `.data`.

`core.tensor` has what operations and the engine ask; the rest is hung on the class here.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable
from typing import Any, NoReturn

from ..arrays import dtypes
from ..core.node import node_of
from ..core.tensor import LEAF, UNTRACKED, Tensor, memory, wrap
from ..ops.support.attach import methods
from ..ops.support.layered import refuse_inside
from ..ops.support.options import warn_user
from ._nodes import registered

NON_LEAF_GRAD = (
    "The .grad attribute of a Tensor that is not a leaf Tensor is being accessed. Its .grad attribute won't be "
    "populated during autograd.backward(). If you indeed want the .grad field to be populated for a non-leaf Tensor, "
    "use .retain_grad() on the non-leaf Tensor. If you access the non-leaf Tensor by mistake, make sure you access the "
    "leaf Tensor instead. See github.com/pytorch/pytorch/pull/30531 for more information."
)
RETAIN_IN_TRANSFORM = (
    "You are attempting to call Tensor.retain_grad() inside of a function being transformed by a functorch transform. This "
    "is unsupported, please attempt to use the functorch transforms (e.g. grad, vjp, jacrev, jacfwd, hessian) or call "
    "retain_grad() outside of a function being transformed instead."
)


def is_inference(self: Tensor) -> bool:
    return self._counter is UNTRACKED


def _base(self: Tensor) -> Tensor | None:
    return self._view.base if self._view is not None else None


def _is_view(self: Tensor) -> bool:
    return self._view is not None


def _grad(self: Tensor) -> Tensor | None:
    """The gradient that `backward` left here; None before."""
    cold = self._cold
    if cold is not None and (cold.grad is not None or cold.retain):
        return cold.grad
    if self._node is not None and self._node is not LEAF:
        warn_user(NON_LEAF_GRAD)
    return None


def _set_grad(self: Tensor, value: Tensor | None) -> None:
    if value is not None:
        check_grad(self, value)
    elif self._cold is None:
        return
    self._cold_state().grad = value


def _delete_grad(self: Tensor) -> None:
    self.grad = None


def retains_grad(self: Tensor) -> bool:
    return self._cold is not None and self._cold.retain and self._node is not LEAF


def retain_grad(self: Tensor) -> None:
    """Asks for `.grad` to be filled on this tensor although it is not a leaf. Does nothing on a leaf."""
    if not self.requires_grad:
        raise RuntimeError("can't retain_grad on Tensor that has requires_grad=False")
    refuse_inside(RETAIN_IN_TRANSFORM)
    if self.is_leaf or self.retains_grad:
        return
    self._cold_state().retain = True
    node_of(self._node)._extras().retained[self.output_nr] = weakref.ref(self)


def register_hook(self: Tensor, hook: Callable[[Tensor], Tensor | None]) -> Any:
    """Calls ``hook(gradient)`` whenever this tensor's gradient is computed; a result replaces it.

    Returns a handle with ``remove()``. Raises RuntimeError if this tensor does not require grad.
    """
    if not self.requires_grad:
        raise RuntimeError("cannot register a hook on a tensor that doesn't require gradient")
    if self.is_leaf:
        return registered(self._cold_state().to_run("hooks"), hook)
    return registered(node_of(self._node)._extras().tensor_pre, (self.output_nr, hook))


def register_post_accumulate_grad_hook(self: Tensor, hook: Callable[[Tensor], None]) -> Any:
    """Calls ``hook(tensor)`` after backward has added to this leaf's `.grad`. Returns a handle."""
    if not self.requires_grad:
        raise RuntimeError("cannot register a hook on a tensor that doesn't require gradient")
    if not self.is_leaf:
        raise RuntimeError("post accumulate grad hooks cannot be registered on non-leaf tensors")
    return registered(self._cold_state().to_run("post_accumulate"), hook)


def detach_(self: Tensor) -> Tensor:
    """Cuts this tensor from its history, in place. Raises RuntimeError on views."""
    if self._view is not None:
        raise RuntimeError(
            "Can't detach views in-place. Use detach() instead. If you are using DistributedDataParallel (DDP) for "
            "training, and gradient_as_bucket_view is set as True, gradients are views of DDP buckets, and hence "
            "detach_() cannot be called on these gradients. To fix this error, please refer to the "
            "Optimizer.zero_grad() function in torch/optim/optimizer.py as the solution."
        )
    self._node = None
    return self


def _data(self: Tensor) -> Tensor:
    """The payload as a tensor of its own: writes to it are not tracked."""
    out = wrap(memory(self))
    if self._counter is UNTRACKED:
        out._counter = UNTRACKED
    return out


def _set_data(self: Tensor, value: Tensor) -> None:
    if not isinstance(value, Tensor):
        raise TypeError(f"Variable data has to be a tensor, but got {type(value).__name__}")
    if self._node is not None and value._data.dtype.kind not in "fc":
        raise RuntimeError("data set to a tensor that requires gradients must be floating point or complex dtype")
    self._data = memory(value)


def _delete_data(self: Tensor) -> None:
    raise RuntimeError("Deleting tensor data is not allowed. Delete tensor instead!")


def _grad_dtype(self: Tensor) -> Any:
    """The dtype of this leaf's gradient: its own. Raises NotImplementedError where another is set, or none."""
    if not self.is_leaf:
        raise RuntimeError("grad_dtype can only be accessed on leaf tensors.")
    return self.dtype


def _set_grad_dtype(self: Tensor, value: Any) -> None:
    if not self.is_leaf:
        raise RuntimeError("grad_dtype can only be set on leaf tensors.")
    if value is not None and not isinstance(value, dtypes.dtype):
        raise RuntimeError(f"grad_dtype must be a torch.dtype or None, but got {type(value).__name__}")
    if value is not self.dtype:
        raise NotImplementedError("grad_dtype: a gradient has the dtype of its tensor")


def _read_only(name: str, member: property) -> property:
    """A property that is told as PyTorch tells it where a program sets it."""

    def refuse(self: Tensor, value: Any) -> NoReturn:
        raise AttributeError(f"attribute '{name}' of 'torch._C.TensorBase' objects is not writable")

    return member.setter(refuse)


def check_grad(x: Tensor, grad: Any) -> None:
    """Raises as torch does if `grad` cannot be the gradient of `x`."""
    if not isinstance(grad, Tensor):
        raise TypeError(f"assigned grad expected to be a Tensor or None but got grad of type {type(grad).__name__}")
    if grad is x:
        raise RuntimeError("can't assign Variable as its own grad")
    if grad.dtype is not x.dtype:
        raise RuntimeError(
            f"attempting to assign a gradient with dtype '{grad.dtype.cpp_name}' to a tensor with grad_dtype "
            f"'{x.dtype.scalar_name}'. The gradient must match the tensor's grad_dtype (defaults to the tensor's dtype). "
            "You can set the tensor's grad_dtype attribute with a specific dtype, or None to allow any dtype. Set "
            "grad_dtype with caution. Diverging the dtypes of a tensor and its gradient may break downstream systems "
            "that assume they match."
        )
    if grad._data.shape != x._data.shape:
        raise RuntimeError(
            f"attempting to assign a gradient of size '{list(grad.shape)}' to a tensor of size '{list(x.shape)}'. Please "
            "ensure that the gradient and the tensor are the same size"
        )


methods(
    grad=property(_grad, _set_grad, _delete_grad), data=property(_data, _set_data, _delete_data), _base=property(_base),
    retains_grad=property(retains_grad), retain_grad=retain_grad, register_hook=register_hook,
    register_post_accumulate_grad_hook=register_post_accumulate_grad_hook, detach_=detach_, is_inference=is_inference,
    _is_view=_is_view, _grad=property(_grad, _set_grad, _delete_grad), _grad_fn=Tensor.grad_fn,
    grad_dtype=property(_grad_dtype, _set_grad_dtype),
)  # fmt: skip
for _name, _member in list(vars(Tensor).items()):
    if _member.__class__ is property and _member.fset is None:
        setattr(Tensor, _name, _read_only(_name, _member))
