"""What a tensor says of itself: sizes, strides, storage, kinds of dtype, and how it prints."""

from __future__ import annotations

from typing import Any, NoReturn

import numpy as np

from ..._torch_function import disabled
from ...arrays import dtypes, promotion
from ...arrays.dtypes import get_default_dtype, set_default_dtype
from ...arrays.printing import PRINT_OPTS, get_printoptions, printoptions, set_printoptions, tensor_repr
from ...arrays.promotion import can_cast, promote_types
from ...arrays.shapes import wrap_dim
from ...arrays.strided import offset_between, storage, strides
from ...arrays.types import (
    CPU,
    Size,
    channels_last,
    channels_last_3d,
    contiguous_format,
    get_default_device,
    preserve_format,
    set_default_device,
    strided,
)  # fmt: skip
from ...core.declare import NUMBERS
from ...core.op import LAYERS, LIVE
from ...core.tensor import ORDINARY, Tensor, memory
from ..creation.conversion import in_order, type_string
from ..support.arguments import check_bool, check_tensor
from ..support.attach import methods
from ..support.layered import refuse_inside
from ..support.options import (
    check_integer,
    is_warn_always_enabled,
    set_warn_always,
    type_name,
    warn_once,
)
from .legacy import TENSOR_TYPES, tensortype

__all__ = [
    "can_cast", "channels_last", "channels_last_3d", "contiguous_format", "get_default_device", "get_default_dtype",
    "get_printoptions", "is_complex", "is_conj", "is_floating_point", "is_inference", "is_neg", "is_nonzero",
    "is_same_size", "is_signed", "is_storage", "is_tensor", "is_warn_always_enabled", "numel", "preserve_format",
    "printoptions", "promote_types", "result_type", "set_default_device", "set_default_dtype",
    "set_default_tensor_type", "set_printoptions", "set_warn_always", "strided",
]  # fmt: skip


# Sizes.


def size(self: Tensor, dim: Any = None) -> Any:
    """The shape, or the size of one dimension. Raises IndexError for a dimension that is not there."""
    shape = self._data.shape
    if dim is None:
        return Size(shape)
    return shape[_dim("size", dim, len(shape))]


def _dim(name: str, dim: Any, ndim: int) -> int:
    dim = check_integer(name, "dim", dim, 1)
    if not ndim:
        raise IndexError(f"Dimension specified as {dim} but tensor has no dimensions")
    return wrap_dim(dim, ndim)


def stride(self: Tensor, dim: Any = None) -> Any:
    """How far apart in memory neighbours of each dimension are, in elements; or of one dimension."""
    data = memory(self)
    found = strides(data if data.size else np.empty([max(n, 1) for n in data.shape], np.int8))
    return found if dim is None else found[_dim("stride", dim, len(found))]


def numel(input: Tensor) -> int:
    """The number of elements."""
    if not isinstance(input, Tensor):
        check_tensor("numel", input)
    return input._data.size


def dim(self: Tensor) -> int:
    """The number of dimensions."""
    return self._data.ndim


def element_size(self: Tensor) -> int:
    """Bytes of an element, as PyTorch counts them: a bfloat16 has two."""
    return self.dtype.itemsize


def is_contiguous(self: Tensor, *, memory_format: Any = contiguous_format) -> bool:
    """Whether the memory is in the order of the elements (or of `memory_format`)."""
    return bool(in_order(self._data, memory_format))


def storage_offset(self: Tensor) -> int:
    """How many elements into its storage this tensor begins."""
    data = memory(self)
    return offset_between(data, storage(data))


def data_ptr(self: Tensor) -> int:
    """The address of the first element; 0 if there is none."""
    data = memory(self)
    return data.__array_interface__["data"][0] if data.size else 0


# Kinds.


def is_tensor(obj: Any) -> bool:
    """Whether `obj` is a Tensor."""
    return isinstance(obj, Tensor)


def is_storage(obj: Any) -> bool:
    """Whether `obj` is a storage."""
    return getattr(type(obj), "__module__", "") == "torch.storage"


def is_floating_point(input: Tensor) -> bool:
    """Whether the dtype is a floating point one (not complex)."""
    check_tensor("is_floating_point", input)
    return input._data.dtype.kind == "f"


def is_complex(input: Tensor) -> bool:
    """Whether the dtype is complex."""
    check_tensor("is_complex", input)
    return input._data.dtype.kind == "c"


def is_signed(input: Tensor) -> bool:
    """Whether the dtype has negative numbers."""
    check_tensor("is_signed", input)
    return input.dtype.is_signed


def is_conj(input: Tensor) -> bool:
    """Whether the tensor is marked as conjugated: never here, where conjugates are computed at once."""
    check_tensor("is_conj", input)
    return False


def is_neg(input: Tensor) -> bool:
    """Whether the tensor is marked as negated: never here."""
    check_tensor("is_neg", input)
    return False


def is_inference(input: Tensor) -> bool:
    """Whether the tensor was made in inference mode."""
    check_tensor("is_inference", input)
    return input.is_inference()


def is_nonzero(input: Tensor) -> bool:
    """``bool(input)``. Raises RuntimeError unless there is exactly one element."""
    check_tensor("is_nonzero", input)
    return bool(input)


def is_same_size(input: Tensor, other: Tensor) -> bool:
    """Whether both have the same shape."""
    check_tensor("is_same_size", input)
    check_tensor("is_same_size", other, "other", 2)
    return input._data.shape == other._data.shape


_RESULT_TYPE = [
    "(Tensor tensor, Tensor other)", "(Number scalar, Tensor tensor)", "(Tensor tensor, Number other)",
    "(Number scalar1, Number scalar2)",
]  # fmt: skip


def result_type(tensor1: Any, tensor2: Any) -> dtypes.dtype:
    """The dtype of the result of arithmetic on two tensors or numbers.

    >>> result_type(torch.tensor([1, 2]), 1.5)
    torch.float32
    """
    operands: list[Any] = []
    for x in (tensor1, tensor2):
        if isinstance(x, Tensor):
            operands.append((x.dtype, x.ndim))
        elif isinstance(x, (*NUMBERS, np.number, np.bool)):
            operands.append(x)
        else:
            kinds = ", ".join([f"!{type_name(a)}!" for a in (tensor1, tensor2)])
            why = f"\n      didn't match because some of the arguments have invalid types: ({kinds})"
            raise TypeError(
                "result_type() received an invalid combination of arguments - got "
                f"({type_name(tensor1)}, {type_name(tensor2)}), but expected one of:\n"
                + "".join([f" * {signature}{why}\n" for signature in _RESULT_TYPE])
            )
    return promotion.result_dtype(operands)


def set_default_tensor_type(t: Any) -> None:
    """Sets the default dtype by a tensor type or its name. Deprecated, as in PyTorch: use `set_default_dtype`."""
    warn_once(
        "torch.set_default_tensor_type() is deprecated as of PyTorch 2.1, please use torch.set_default_dtype() and "
        "torch.set_default_device() as alternatives."
    )
    if isinstance(t, str):
        if t.startswith("torch.cuda."):
            raise TypeError(f"type {t} not available. Torch not compiled with CUDA enabled.")
        kind = TENSOR_TYPES.get(t.removeprefix("torch."))
        if kind is None:
            raise TypeError(f"invalid type object: {t}")
        t = kind
    if not isinstance(t, tensortype):
        raise TypeError("invalid type object: only floating-point types are supported as the default type")
    set_default_dtype(t.dtype)


# Printing.


def printed_history(x: Tensor) -> tuple[bool, str | None]:
    """Whether `x` requires grad, and the name of its node."""
    try:
        node = x.grad_fn
    except RuntimeError:  # a view whose history may not be rewritten
        return x.requires_grad, "Invalid"
    return x.requires_grad, None if node is None else type(node).__name__


def to_text(self: Tensor, *, tensor_contents: str | None = None) -> str:
    """The elements, and what else tells this tensor from ``torch.tensor(elements)``; see `set_printoptions`."""
    def plain(x: Tensor, history: tuple[bool, str | None], tangent: Any = None) -> str:
        kind = type(x)
        requires_grad, node = history
        named = kind not in LAYERS and kind is not Tensor and (kind not in ORDINARY or kind.__torch_function__ is not disabled)
        text = tensor_repr(
            x._data, x.dtype.name, get_default_dtype().name, requires_grad=requires_grad, grad_fn_name=node,
            class_name=kind.__name__ if named else "tensor", tangent=tangent,
            tensor_contents=tensor_contents, options=PRINT_OPTS,
        )  # fmt: skip
        return f"Parameter({text})" if named and x.__dict__.get("_is_param") else text

    if type(self) in LAYERS or (LIVE[0] and LAYERS):
        return next(iter(LAYERS.values())).text(self, plain)
    return plain(self, printed_history(self))


def formatted(self: Tensor, spec: str) -> str:
    """A 0-d tensor formats as its number does, and any other only as ``str()``."""
    if self.ndim == 0 and (type(self) is Tensor or type(self) in LAYERS):
        return self.item().__format__(spec)
    return object.__format__(self, spec)


def _no_cuda_array(self: Tensor) -> Any:
    raise AttributeError(
        f"Can't get __cuda_array_interface__ on non-CUDA tensor type: {type_string(self.dtype)} If CUDA data is "
        f"required "
        "use tensor.cuda() to copy tensor to device memory."
    )


def _index_to_int(self: Tensor) -> int:
    if self._data.size != 1:
        raise ValueError("only one element tensors can be converted to Python scalars")
    return int(self.item())


def module_load(self: Tensor, other: Tensor, assign: bool = False) -> Tensor:
    """How a module loads `other` in the place of this tensor: copied into it, or, with `assign`, instead of it."""
    return other.detach() if assign else self.copy_(other).detach()  # type: ignore[attr-defined]


def _ipu(self: Tensor, *args: Any, **kwargs: Any) -> NoReturn:
    raise RuntimeError("PyTorch is not linked with support for ipu devices")


def _mtia(self: Tensor, *args: Any, **kwargs: Any) -> NoReturn:
    raise AssertionError(
        "Torch not compiled with MTIA enabled. Ensure you have `import mtia.host_runtime.torch_mtia.dynamic_library` in your "
        "python src file and include `//mtia/host_runtime/torch_mtia:torch_mtia` as your target dependency!"
    )


REQUIRES_GRAD = (
    "You are attempting to call Tensor.requires_grad_() (or perhaps using torch.autograd.functional.* APIs) inside of a "
    "function being transformed by a functorch transform. This is unsupported, please attempt to use the functorch "
    "transforms (e.g. grad, vjp, jacrev, jacfwd, hessian) or call requires_grad_() outside of a function being transformed "
    "instead."
)


def _requires_grad_(self: Tensor, requires_grad: bool = True) -> Tensor:
    """Turns recording on or off for this leaf, and returns it.

    Raises RuntimeError for integer tensors, for switching off a tensor that was computed, and inside of a transform.
    """
    refuse_inside(REQUIRES_GRAD)
    check_bool("requires_grad_", requires_grad, "requires_grad", 1)
    if requires_grad and self._data.dtype.kind not in "fc":
        raise RuntimeError("only Tensors of floating point dtype can require gradients")
    if not (requires_grad and self.requires_grad):
        self.requires_grad = requires_grad
    return self


methods(
    requires_grad_=_requires_grad_,
    __div__=lambda self, other: self / other, __idiv__=lambda self, other: self.div_(other),
    __nonzero__=lambda self: bool(self), __long__=_index_to_int, const_data_ptr=data_ptr, module_load=module_load,
    ipu=_ipu, mtia=_mtia,
    size=size, stride=stride, numel=numel, nelement=numel, dim=dim, ndimension=dim, element_size=element_size,
    is_contiguous=is_contiguous, storage_offset=storage_offset, data_ptr=data_ptr,
    is_floating_point=is_floating_point, is_complex=is_complex, is_signed=is_signed, is_conj=is_conj, is_neg=is_neg,
    is_nonzero=is_nonzero, is_same_size=is_same_size, get_device=lambda self: -1, is_pinned=lambda self: False,
    __repr__=to_text, __format__=formatted,
)  # fmt: skip

_NEVER = (
    "is_cuda", "is_sparse", "is_sparse_csr", "is_quantized", "is_meta", "is_mps", "is_xpu", "is_mkldnn", "is_nested",
    "is_vulkan", "is_ipu", "is_xla", "is_hpu", "is_maia", "is_mtia",
)  # fmt: skip
_PROPERTIES = {
    "itemsize": element_size,
    "nbytes": lambda self: self._data.size * self.dtype.itemsize,
    "is_cpu": lambda self: True,
    "device": lambda self: CPU,
    "layout": lambda self: strided,
    "name": lambda self: None,
    "__cuda_array_interface__": _no_cuda_array,
    **dict.fromkeys(_NEVER, lambda self: False),
}
for _name, _get in _PROPERTIES.items():
    setattr(Tensor, _name, property(_get))
