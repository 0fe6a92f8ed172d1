"""Products of matrices and vectors.

Note [Products without copies]
    BLAS reads a transposed matrix as well as a plain one, so the rules write ``g @ y.T`` and NumPy hands the transposed
    view over as it is. With d = a @ b and a gradient g of d, the gradients are g @ b.T and a.T @ g.

Note [Folding]
    A stack of matrices times one matrix is one product of the folded stack: (..., n, k) is (N, k) without a copy. torch
    records the folding as views around the product. Here the product folds by itself and saves what it was given, so
    that the version check watches the user's own tensor.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from ...arrays import dtypes
from ...arrays.products import product
from ...arrays.shapes import broadcast_shapes
from ...core.modes import GRAD, grad_mode
from ...core.tensor import Tensor
from ..layout.shape import unsafe_view
from ..support.arguments import check_tensor, unimplemented
from ..support.attach import methods
from ..support.casting import ACTIVE, lowered
from ..support.layered import is_tracked
from ..support.outputs import into
from ..support.precision import wide_op

__all__ = ["bmm", "dot", "matmul", "mm", "mv", "vdot"]

_C_TYPES = {
    "Bool": "bool", "Byte": "unsigned char", "Char": "signed char", "Short": "short int", "Int": "int",
    "Long": "long int", "Half": "c10::Half", "BFloat16": "c10::BFloat16", "Float": "float", "Double": "double",
    "ComplexFloat": "c10::complex<float>", "ComplexDouble": "c10::complex<double>",
}  # fmt: skip


def fold(x: Any) -> Any:
    """A stack of matrices as one: (..., n, k) to (N, k)."""
    return x if x.ndim == 2 else x.reshape((math.prod(x.shape[:-1]), x.shape[-1]))


# The operations.

_mm = wide_op("mm", product, "MmBackward0", {
    "x": lambda g, y: product(g, y.T),
    "y": lambda g, x: product(x.T, g),
}, saved_as={"y": "mat2"})  # fmt: skip
_mv = wide_op("mv", product, "MvBackward0", {
    "x": lambda g, y: g[:, None] * y,
    "y": lambda g, x: product(x.T, g),
}, saved_as={"y": "vec"})  # fmt: skip
_dot = wide_op("dot", product, "DotBackward0", {
    "x": lambda g, y: g * y,
    "y": lambda g, x: g * x,
}, saved_as={"y": "tensor"})  # fmt: skip
_vdot = wide_op("vdot", lambda x, y: x.conj() @ y, "VdotBackward0", {
    "x": lambda g, y: g.conj() * y,
    "y": lambda g, x: g * x,
}, holomorphic=False)  # fmt: skip
_vm = wide_op("vm", product, "SqueezeBackward4", {
    "x": lambda g, y: product(y, g),
    "y": lambda g, x: x[:, None] * g,
})  # fmt: skip
#: A stack of matrices, or of vectors, times a matrix or a vector: folded. See Note [Folding].
_folded_mm = wide_op("folded_mm", lambda x, y: product(fold(x), y), "MmBackward0", {
    "x": lambda g, y, x_shape: product(g, y.T).reshape(x_shape),
    "y": lambda g, x: product(fold(x).T, g),
})  # fmt: skip
_folded_mv = wide_op("folded_mv", lambda x, y: fold(x) @ y, "MvBackward0", {
    "x": lambda g, y, x_shape: (g[:, None] * y).reshape(x_shape),
    "y": lambda g, x: fold(x).T @ g,
}, saved_as={"y": "vec"})  # fmt: skip


def products(x: Any, y: Any) -> Any:
    """x @ y of stacks, payloads or Tensors. Payloads whose matrices are all alike (their strides are zero) make it one
    product of the folded stack; products of a column and a row need no BLAS."""
    if x.__class__ is not np.ndarray or y.__class__ is not np.ndarray or x.ndim < 3 or not x.size:
        return product(x, y)
    if x.shape[-1] == 1:
        return np.multiply(x, y, order="C")
    if y.ndim >= 3 and not any(y.strides[:-2]) and x.shape[-y.ndim : -2] == y.shape[:-2]:
        return product(fold(x), y[(0,) * (y.ndim - 2)]).reshape((*x.shape[:-1], y.shape[-1]))
    if x.ndim == y.ndim == 3 and not x.strides[0] and y.shape[2] == 1:
        return product(y[:, :, 0], x[0].T)[:, :, None]
    return product(x, y)


def _stacked(name: str, conforms: bool) -> Any:
    return wide_op(name, products, "BmmBackward0", {
        "x": lambda g, y: products(g, y.mT),
        "y": lambda g, x: products(x.mT, g),
    }, conforms=conforms, saved_as={"y": "mat2"})  # fmt: skip


_bmm = _stacked("bmm", False)
#: The same for stacks whose leading dimensions broadcast.
_bmm_broadcast = _stacked("bmm_broadcast", True)


# Checks. The functions below look at shapes and dtypes once, and come here only if something does not fit.


def fits(a: Any, b: Any) -> bool:
    """Whether two payloads have one dtype."""
    return a.dtype == b.dtype and (type(a) is type(b) or dtypes.of_array(a) is dtypes.of_array(b))


def c_type(x: Tensor) -> str:
    return _C_TYPES[x.dtype.scalar_name]


def check_kernel(kernel: str, x: Tensor) -> None:
    if x.dtype is dtypes.bool_:
        raise unimplemented(kernel, x.dtype)


def check_mm(function: str, x: Any, y: Any, words: tuple[str, str] = ("self", "mat2"), *, got: bool = False) -> None:
    """Raises as torch's mm does, unless `x` and `y` are matrices that can be multiplied."""
    for matrix, word in ((x, words[0]), (y, words[1])):
        if matrix.ndim != 2:
            raise RuntimeError(f"{word} must be a matrix" + (f", got {matrix.ndim}-D tensor" if got else ""))
    if x._data.shape[1] != y._data.shape[0]:
        (n, k), (m, p) = x._data.shape, y._data.shape
        raise RuntimeError(f"mat1 and mat2 shapes cannot be multiplied ({n}x{k} and {m}x{p})")
    if not fits(x._data, y._data):
        raise RuntimeError(f"expected m1 and m2 to have the same dtype, but got: {c_type(x)} != {c_type(y)}")
    check_kernel("addmm_impl_cpu_", x)


def check_mv(x: Tensor, y: Tensor, input: Tensor | None = None) -> None:
    if x.ndim != 2 or y.ndim != 1 or (input is not None and input.ndim > 1):
        left = 1 if input is None else input.ndim
        raise RuntimeError(f"vector + matrix @ vector expected, got {left}, {x.ndim}, {y.ndim}")
    n, k = x._data.shape
    size = n if input is None or not input.ndim else input._data.size
    if k != y._data.size or size not in (1, n):
        raise RuntimeError(f"size mismatch, got input ({size}), mat ({n}x{k}), vec ({y._data.size})")
    first = y if input is None else input
    if not (fits(x._data, y._data) and fits(x._data, first._data)):
        names = [t.dtype.scalar_name for t in (first, x, y)]
        raise RuntimeError("addmv input tensors must have the same dtype, but got {}, {}, and {}".format(*names))
    check_kernel("addmv_impl_cpu", x)


def _check_dot(x: Tensor, y: Tensor) -> None:
    if x.ndim != 1 or y.ndim != 1:
        raise RuntimeError(f"1D tensors expected, but got {x.ndim}D and {y.ndim}D tensors")
    if not fits(x._data, y._data):
        names = x.dtype.scalar_name, y.dtype.scalar_name
        raise RuntimeError("dot : expected both vectors to have same dtype, but found {} and {}".format(*names))
    if x._data.size != y._data.size:
        m, n = x._data.size, y._data.size
        raise RuntimeError(
            f"inconsistent tensor size, expected tensor [{m}] and src [{n}] to have the same number of elements, but "
            f"got {m} and {n} elements respectively"
        )
    check_kernel("dot", x)


def check_bmm(x: Tensor, y: Tensor, *, accumulating: bool = False) -> None:
    """Of the shapes after the batch dimensions were broadcast; of the dtypes too, unless `accumulating`."""
    for number, t in enumerate((x, y), 1):
        if t.ndim != 3:
            raise RuntimeError(f"batch{number} must be a 3D tensor")
    (b, n, k), (c, m, p) = x._data.shape, y._data.shape
    if (b, k) != (c, m):
        if accumulating and b == c:
            raise RuntimeError(f"Incompatible matrix sizes for bmm ({n}x{k} and {m}x{p})")
        raise RuntimeError(
            f"Expected size for first two dimensions of batch2 tensor to be: [{b}, {k}] but got: [{c}, {m}]."
        )
    if not accumulating:
        check_batch_dtypes(x, y)


def check_batch_dtypes(x: Tensor, y: Tensor) -> None:
    check_kernel("bmm", x)
    if not fits(x._data, y._data):
        raise RuntimeError(f"expected scalar type {x.dtype.scalar_name} but found {y.dtype.scalar_name}")


# The functions as torch has them.


def mm(input: Tensor, mat2: Tensor, *, out: Tensor | None = None) -> Tensor:
    """The product of a matrix (n, k) and a matrix (k, m).

    Raises RuntimeError for other shapes and for two dtypes.

    >>> torch.mm(torch.ones(2, 3), torch.ones(3, 1))
    tensor([[3.],
            [3.]])
    """
    if out is not None:
        return into(out, mm, input, mat2, own=True)
    check_tensor("mm", input)
    check_tensor("mm", mat2, "mat2", 2)
    if ACTIVE[0]:
        input, mat2 = lowered(input, mat2)
    check_mm("mm", input, mat2)
    return _mm(input, mat2)


def mv(input: Tensor, vec: Tensor, *, out: Tensor | None = None) -> Tensor:
    """The product of a matrix (n, k) and a vector (k). Raises RuntimeError for other shapes and for two dtypes."""
    if out is not None:
        return into(out, mv, input, vec, own=True)
    check_tensor("mv", input)
    check_tensor("mv", vec, "vec", 2)
    input.size(0)  # of a 0-d tensor an IndexError
    check_mv(input, vec)
    return _mv(input, vec)


def dot(input: Tensor, tensor: Tensor, *, out: Tensor | None = None) -> Tensor:
    """The sum of the products of two vectors. Raises RuntimeError for other shapes, two sizes or two dtypes."""
    if out is not None:
        return into(out, dot, input, tensor, own=True)
    check_tensor("dot", input)
    check_tensor("dot", tensor, "tensor", 2)
    _check_dot(input, tensor)
    return _dot(input, tensor)


def vdot(input: Tensor, other: Tensor, *, out: Tensor | None = None) -> Tensor:
    """`dot` with the conjugate of `input`."""
    if out is not None:
        return into(out, vdot, input, other, own=True)
    check_tensor("vdot", input)
    check_tensor("vdot", other, "other", 2)
    _check_dot(input, other)
    return _vdot(input, other)


def bmm(input: Tensor, mat2: Tensor, *, out: Tensor | None = None) -> Tensor:
    """The products of the matrices of two stacks (b, n, k) and (b, k, m). Raises RuntimeError for other shapes."""
    if out is not None:
        return into(out, bmm, input, mat2, own=True)
    check_tensor("bmm", input)
    check_tensor("bmm", mat2, "mat2", 2)
    if ACTIVE[0]:
        input, mat2 = lowered(input, mat2)
    check_bmm(input, mat2)
    return _bmm(input, mat2)


def matmul(input: Tensor, other: Tensor, *, out: Tensor | None = None) -> Tensor:
    """The product of vectors, matrices and stacks of matrices, as ``input @ other``.

    A vector on the left is a row, on the right a column, and its dimension goes from the result; dimensions before the
    last two broadcast. Raises RuntimeError for shapes that do not fit, 0-d tensors and two dtypes.

    >>> torch.matmul(torch.ones(5, 2, 3), torch.ones(3)).shape
    torch.Size([5, 2])
    """
    if out is not None:
        return into(out, matmul, input, other, own=True)
    check_tensor("matmul", input)
    check_tensor("matmul", other, "other", 2)
    return matrix_product(input, other)


def matrix_product(x: Tensor, y: Tensor) -> Tensor:
    if ACTIVE[0]:
        x, y = lowered(x, y)
    a, b = x._data, y._data
    m, n = a.ndim, b.ndim
    if m == 2 and n == 2:
        if a.shape[1] != b.shape[0] or a.dtype != b.dtype or a.dtype.char == "?":
            check_mm("matmul", x, y)
        return _mm(x, y)
    if not m or not n:
        raise RuntimeError(f"both arguments to matmul need to be at least 1D, but they are {m}D and {n}D")
    if m == 1 and n == 1:
        _check_dot(x, y)
        return _dot(x, y)
    if m == 2 and n == 1:
        check_mv(x, y)
        return _mv(x, y)
    if m == 1 and n == 2:
        check_mm("matmul", Shape.of(x, (1, a.size)), y)
        return _vm(x, y)
    return _matmul_stacks(x, y)


class Shape:
    """A tensor as the checks see it, in another shape."""

    def __init__(self, data: Any, dtype: dtypes.dtype) -> None:
        self._data, self.dtype, self.ndim = data, dtype, data.ndim

    @classmethod
    def of(cls, x: Tensor, shape: tuple[int, ...]) -> Any:
        data = np.broadcast_to(np.zeros((), x._data.dtype), shape)
        return cls(data.view(type(x._data)) if isinstance(x._data, np.ndarray) else data, x.dtype)


def _matmul_stacks(x: Tensor, y: Tensor) -> Tensor:
    """matmul with three dimensions or more on one side at least."""
    a, b = x._data.shape, y._data.shape
    if len(b) <= 2:
        rows = (math.prod(a[:-1]), a[-1])
        if len(b) == 1:
            check_mv(Shape.of(x, rows), y)
            return unsafe_view(_folded_mv(x, y), a[:-1])
        check_mm("matmul", Shape.of(x, rows), y)
        return unsafe_view(_folded_mm(x, y), (*a[:-1], b[-1]))
    if len(a) == 2 and is_tracked(x) and grad_mode() == GRAD:
        # The gradient of x is one product too, and no stack that would be summed.
        return _matmul_stacks(y.mT, x.mT).mT.contiguous()
    if len(a) == 1:
        if not (is_tracked(x) and grad_mode() == GRAD):
            # torch's words are those of a stack of rows.
            size = math.prod(b[:-2])
            check_bmm(Shape.of(x, (size, 1, *a)), Shape.of(y, (size, *b[-2:])))
        return _matmul_stacks(y.mT, x)
    batch = broadcast_shapes(a[:-2], b[:-2])
    size = math.prod(batch)
    if a[-1] != b[-2] or not fits(x._data, y._data) or x.dtype is dtypes.bool_:
        check_bmm(Shape.of(x, (size, *a[-2:])), Shape.of(y, (size, *b[-2:])))
    product = _bmm if a[:-2] == b[:-2] else _bmm_broadcast
    return unsafe_view(product(x, y), (*batch, a[-2], b[-1]))


def _operator(self: Tensor, other: Any) -> Any:
    return matrix_product(self, other) if isinstance(other, Tensor) else NotImplemented


def _reflected(self: Tensor, other: Any) -> Any:
    return matrix_product(other, self) if isinstance(other, Tensor) else NotImplemented


methods(
    __matmul__=_operator, __rmatmul__=_reflected, bmm=bmm, dot=dot, matmul=matmul, mm=mm, mv=mv, vdot=vdot,
)  # fmt: skip
