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
from ...arrays.promotion import result_dtype
from ...arrays.shapes import broadcast_shapes
from ...core.declare import op
from ...core.modes import GRAD, grad_mode
from ...core.node import Node, filled
from ...core.tensor import Tensor
from ..layout.shape import t_op, unsafe_view, view_op
from ..support.arguments import check_tensor, unimplemented
from ..support.attach import inplace, methods
from ..support.casting import ACTIVE, in_lower_precision, lowered
from ..support.checked import checked
from ..support.layered import is_tracked
from ..support.outputs import into
from ..support.precision import wide_op, widened
from ..support.rows import summed

__all__ = [
    "addbmm", "addmm", "addmv", "addmv_", "addr", "baddbmm", "bmm", "dot", "linear", "matmul", "mm",
    "mv", "vdot",
]  # fmt: skip

_C_TYPES = {
    "Bool": "bool", "Byte": "unsigned char", "Char": "signed char", "Short": "short int", "Int": "int",
    "Long": "long int", "Half": "c10::Half", "BFloat16": "c10::BFloat16", "Float": "float", "Double": "double",
    "ComplexFloat": "c10::complex<float>", "ComplexDouble": "c10::complex<double>",
}  # fmt: skip


def fold(x: Any) -> Any:
    """A stack of matrices as one: (..., n, k) to (N, k)."""
    return x if x.ndim == 2 else x.reshape((math.prod(x.shape[:-1]), x.shape[-1]))


def unfolded(x: Any, shape: tuple[int, ...]) -> Any:
    """A folded stack in its own shape again."""
    return x if len(shape) == 2 else x.reshape(shape)


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
})  # fmt: skip


def products(x: Any, y: Any) -> Any:
    """x @ y of two stacks. Matrices that are all alike (their stride is zero) make it one product of the folded stack;
    products of a column and a row need no BLAS."""
    if x.ndim == y.ndim == 3 and x.shape[0] > 1:
        if not y.strides[0]:
            return product(fold(x), y[0]).reshape((*x.shape[:2], y.shape[2]))
        if not x.strides[0] and y.shape[2] == 1:
            return product(y[:, :, 0], x[0].T)[:, :, None]
        if x.shape[2] == 1:
            return np.multiply(x, y, order="C")
    return product(x, y)


def _stacked(name: str, conforms: bool) -> Any:
    return wide_op(name, products, "BmmBackward0", {
        "x": lambda g, y: product(g, y.mT),
        "y": lambda g, x: product(x.mT, g),
    }, conforms=conforms, saved_as={"y": "mat2"})  # fmt: skip


_bmm = _stacked("bmm", False)
#: The same for stacks whose leading dimensions broadcast.
_bmm_broadcast = _stacked("bmm_broadcast", True)


def _scaled(x: Any, factor: Any) -> Any:
    return x if factor == 1 else x * factor


def _added(input: Any, product: Any, beta: Any, alpha: Any) -> Any:
    """beta * input + alpha * product; with beta 0 what `input` holds does not matter, not even NaN."""
    product = _scaled(product, alpha)
    if beta == 0:
        return product
    return _scaled(input, beta) + product


def _adding(name: str, node: str, multiply: Any, x: Any, y: Any, value: Any = None) -> Any:
    """beta * input + alpha * multiply(x, y), from the rules of that product; as `value` computes it, if given."""

    def widely(input: Any, x: Any, y: Any, beta: Any, alpha: Any) -> Any:
        return _added(input, multiply(x, y), beta, alpha)

    return op(
        name, value or widened(widely), node, {
            "input": lambda g, beta: _scaled(g, beta),
            "x": lambda g, y, alpha: _scaled(x(g, y), alpha),
            "y": lambda g, x, alpha: _scaled(y(g, x), alpha),
        }, names=("input", "x", "y", "beta", "alpha"), conforms=True, saved_as={"x": "mat1", "y": "mat2"},
    )  # fmt: skip


_addmm = _adding(
    "addmm", "AddmmBackward0", product, lambda g, y: product(g, y.T), lambda g, x: product(x.T, g)
)  # fmt: skip
_addmv = _adding(
    "addmv", "AddmvBackward0", lambda x, y: x @ y, lambda g, y: g[:, None] * y, lambda g, x: x.T @ g
)  # fmt: skip


def _addr_value(input: Any, x: Any, y: Any, beta: Any, alpha: Any) -> Any:
    if x.dtype.kind == "f":  # of 16 bits, every step is rounded
        beta, alpha = (f if f in (0, 1) else dtypes.cast(np.asarray(f, np.float64), dtypes.of_array(x)) for f in (beta, alpha))
    return _added(input, _scaled(x, alpha)[:, None] * y, beta, 1)


_addr = _adding("addr", "AddrBackward0", None, lambda g, y: g @ y, lambda g, x: g.T @ x, _addr_value)
_baddbmm = _adding(
    "baddbmm", "BaddbmmBackward0", product, lambda g, y: product(g, y.mT), lambda g, x: product(x.mT, g),
)  # fmt: skip


def _addbmm_value(input: Any, x: Any, y: Any, beta: Any, alpha: Any) -> Any:
    if x.dtype is not np.dtype(np.float16) and type(x) is not dtypes.BFloat16Array:
        return _added(input, product(x, y).sum(0, x.dtype), beta, alpha)
    # Of 16 bits, torch rounds after every product.
    for i in range(x.shape[0]):
        input, beta = _addmm.op.forward(input, x[i], y[i], beta, alpha), 1
    return input if x.shape[0] else _added(input, dtypes.cast(np.zeros((x.shape[1], y.shape[2])), dtypes.of_array(x)), beta, alpha)


_addbmm = _adding(
    "addbmm", "AddbmmBackward0", None, lambda g, y: product(g, y.mT), lambda g, x: product(x.mT, g), _addbmm_value
)  # fmt: skip


def _linear_value(x: Any, weight: Any, bias: Any) -> Any:
    return product(fold(x), weight.T, row=bias)


_linear = wide_op("linear", _linear_value, "AddmmBackward0", {
    "bias": lambda g: summed(g, 0),
    "x": lambda g, weight, x_shape: unfolded(product(g, weight), x_shape),
    "weight": lambda g, x: product(g.T, fold(x)),
}, names=("x", "weight", "bias"))  # fmt: skip
_linear_mm = wide_op("linear_without_bias", lambda x, weight: product(fold(x), weight.T), "MmBackward0", {
    "x": lambda g, weight, x_shape: unfolded(product(g, weight), x_shape),
    "weight": lambda g, x: product(g.T, fold(x)),
})  # fmt: skip


def _show_transpose(operation: Any, position: int) -> None:
    """torch records the transpose of a weight as a node of its own. Here the product reads the weight as it is, and its
    node shows that transpose to who asks for `next_functions`."""

    def next_functions(self: Node) -> tuple[tuple[Any, int], ...]:
        shown = list(Node.next_functions.fget(self))  # type: ignore[attr-defined]
        weight = self.edges[position]
        if weight is not None:
            node = filled(t_op.op.node_class(), (weight,))
            node._rank = self._rank
            shown[position] = (node, 0)
        return tuple(shown)

    operation.op.node_class.next_functions = property(next_functions)


_show_transpose(_linear, 2)
_show_transpose(_linear_mm, 1)


# Checks. The functions below look at shapes and dtypes once, and come here only if something does not fit.


def _fits(a: Any, b: Any) -> bool:
    """Whether two payloads have one dtype."""
    return a.dtype == b.dtype and (type(a) is type(b) or dtypes.of_array(a) is dtypes.of_array(b))


def c_type(x: Tensor) -> str:
    return _C_TYPES[x.dtype.scalar_name]


def _check_kernel(kernel: str, x: Tensor) -> None:
    if x.dtype is dtypes.bool_:
        raise unimplemented(kernel, x.dtype)


def _check_mm(function: str, x: Any, y: Any, words: tuple[str, str] = ("self", "mat2"), *, got: bool = False) -> None:
    """Raises as torch's mm does, unless `x` and `y` are matrices that can be multiplied."""
    for matrix, word in ((x, words[0]), (y, words[1])):
        if matrix.ndim != 2:
            raise RuntimeError(f"{word} must be a matrix" + (f", got {matrix.ndim}-D tensor" if got else ""))
    if x._data.shape[1] != y._data.shape[0]:
        (n, k), (m, p) = x._data.shape, y._data.shape
        raise RuntimeError(f"mat1 and mat2 shapes cannot be multiplied ({n}x{k} and {m}x{p})")
    if not _fits(x._data, y._data):
        raise RuntimeError(f"expected m1 and m2 to have the same dtype, but got: {c_type(x)} != {c_type(y)}")
    _check_kernel("addmm_impl_cpu_", x)


def _check_mv(x: Tensor, y: Tensor, input: Tensor | None = None) -> None:
    if x.ndim != 2 or y.ndim != 1 or (input is not None and input.ndim > 1):
        left = 1 if input is None else input.ndim
        raise RuntimeError(f"vector + matrix @ vector expected, got {left}, {x.ndim}, {y.ndim}")
    n, k = x._data.shape
    size = n if input is None or not input.ndim else input._data.size
    if k != y._data.size or size not in (1, n):
        raise RuntimeError(f"size mismatch, got input ({size}), mat ({n}x{k}), vec ({y._data.size})")
    first = y if input is None else input
    if not (_fits(x._data, y._data) and _fits(x._data, first._data)):
        names = [t.dtype.scalar_name for t in (first, x, y)]
        raise RuntimeError("addmv input tensors must have the same dtype, but got {}, {}, and {}".format(*names))
    _check_kernel("addmv_impl_cpu", x)


def _check_dot(x: Tensor, y: Tensor) -> None:
    if x.ndim != 1 or y.ndim != 1:
        raise RuntimeError(f"1D tensors expected, but got {x.ndim}D and {y.ndim}D tensors")
    if not _fits(x._data, y._data):
        names = x.dtype.scalar_name, y.dtype.scalar_name
        raise RuntimeError("dot : expected both vectors to have same dtype, but found {} and {}".format(*names))
    if x._data.size != y._data.size:
        m, n = x._data.size, y._data.size
        raise RuntimeError(
            f"inconsistent tensor size, expected tensor [{m}] and src [{n}] to have the same number of elements, but "
            f"got {m} and {n} elements respectively"
        )
    _check_kernel("dot", x)


def _check_bmm(x: Tensor, y: Tensor, *, accumulating: bool = False) -> None:
    """Of the shapes after the batch dimensions were broadcast."""
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
    check_batch_dtypes(x, y)


def check_batch_dtypes(x: Tensor, y: Tensor) -> None:
    if not _fits(x._data, y._data):
        raise RuntimeError(f"expected scalar type {x.dtype.scalar_name} but found {y.dtype.scalar_name}")
    _check_kernel("bmm", x)


def _expanded_to(input: Tensor, shape: tuple[int, ...]) -> None:
    """Raises as ``input.expand(shape)`` does."""
    own = input._data.shape
    if own != shape:
        input.detach().expand(shape)


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
    _check_mm("mm", input, mat2)
    return _mm(input, mat2)


def mv(input: Tensor, vec: Tensor, *, out: Tensor | None = None) -> Tensor:
    """The product of a matrix (n, k) and a vector (k). Raises RuntimeError for other shapes and for two dtypes."""
    if out is not None:
        return into(out, mv, input, vec, own=True)
    check_tensor("mv", input)
    check_tensor("mv", vec, "vec", 2)
    input.size(0)  # of a 0-d tensor an IndexError
    _check_mv(input, vec)
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
    _check_bmm(input, mat2)
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
    return _matmul(input, other)


def _matmul(x: Tensor, y: Tensor) -> Tensor:
    if ACTIVE[0]:
        x, y = lowered(x, y)
    a, b = x._data, y._data
    m, n = a.ndim, b.ndim
    if m == 2 and n == 2:
        if a.shape[1] != b.shape[0] or a.dtype != b.dtype or a.dtype.char == "?":
            _check_mm("matmul", x, y)
        return _mm(x, y)
    if not m or not n:
        raise RuntimeError(f"both arguments to matmul need to be at least 1D, but they are {m}D and {n}D")
    if m == 1 and n == 1:
        _check_dot(x, y)
        return _dot(x, y)
    if m == 2 and n == 1:
        _check_mv(x, y)
        return _mv(x, y)
    if m == 1 and n == 2:
        _check_mm("matmul", Shape.of(x, (1, a.size)), y)
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
            _check_mv(Shape.of(x, rows), y)
            return unsafe_view(_folded_mv(x, y), a[:-1])
        _check_mm("matmul", Shape.of(x, rows), y)
        return unsafe_view(_folded_mm(x, y), (*a[:-1], b[-1]))
    if len(a) == 2 and is_tracked(x) and grad_mode() == GRAD:
        # The gradient of x is one product too, and no stack that would be summed.
        return _matmul_stacks(y.mT, x.mT).mT.contiguous()
    if len(a) == 1:
        if not (is_tracked(x) and grad_mode() == GRAD):
            # torch's words are those of a stack of rows.
            size = math.prod(b[:-2])
            _check_bmm(Shape.of(x, (size, 1, *a)), Shape.of(y, (size, *b[-2:])))
        return _matmul_stacks(y.mT, x)
    batch = broadcast_shapes(a[:-2], b[:-2])
    size = math.prod(batch)
    if a[-1] != b[-2] or not _fits(x._data, y._data) or x.dtype is dtypes.bool_:
        _check_bmm(Shape.of(x, (size, *a[-2:])), Shape.of(y, (size, *b[-2:])))
    product = _bmm if a[:-2] == b[:-2] else _bmm_broadcast
    return unsafe_view(product(x, y), (*batch, a[-2], b[-1]))


def _operator(self: Tensor, other: Any) -> Any:
    return _matmul(self, other) if isinstance(other, Tensor) else NotImplemented


def _reflected(self: Tensor, other: Any) -> Any:
    return _matmul(other, self) if isinstance(other, Tensor) else NotImplemented


@checked(signatures=(
    "(Tensor input, Tensor mat1, Tensor mat2, *, Number beta = 1, Number alpha = 1, Tensor out = None)",
    "(Tensor input, Tensor mat1, Tensor mat2, torch.dtype out_dtype, *, Number beta = 1, Number alpha = 1, Tensor out = None)",
))
@in_lower_precision
def addmm(
    input: Tensor, mat1: Tensor, mat2: Tensor, *, beta: complex = 1, alpha: complex = 1, out: Tensor | None = None
) -> Tensor:
    """``beta * input + alpha * (mat1 @ mat2)`` of matrices (n, k) and (k, m); `input` broadcasts to (n, m)."""
    _check_addmm(input, mat1, mat2)
    return _finish(out, _addmm, input, mat1, mat2, beta, alpha)


def _check_addmm(input: Tensor, mat1: Any, mat2: Any) -> None:
    """mm's own checks come after those of dtypes here, and its messages differ."""
    for matrix, word in ((mat1, "mat1"), (mat2, "mat2")):
        if matrix.ndim != 2:
            raise RuntimeError(f"{word} must be a matrix, got {matrix.ndim}-D tensor")
    for t, word in ((input, "self"), (mat1, "mat1")):
        if not _fits(t._data, mat2._data):
            names = t.dtype.scalar_name, mat2.dtype.scalar_name
            raise RuntimeError("{} and mat2 must have the same dtype, but got {} and {}".format(word, *names))
    (n, k), (m, p) = mat1._data.shape, mat2._data.shape
    if k == m:
        _expanded_to(input, (n, p))
    _check_mm("addmm", mat1, mat2)


def _finish(out: Tensor | None, call: Any, input: Tensor, x: Any, y: Any, beta: Any, alpha: Any) -> Tensor:
    if not input.dtype.is_complex and (beta.__class__ is complex or alpha.__class__ is complex):
        raise RuntimeError(f"value cannot be converted to type {c_type(input)} without overflow")
    if input.dtype.category < 2 and beta.__class__ is not bool:
        beta, alpha = int(beta), int(alpha)
    if out is not None:
        return into(out, call, input, x, y, beta, alpha, own=True)
    return call(input, x, y, beta, alpha)


@checked
def addmv(
    input: Tensor, mat: Tensor, vec: Tensor, *, beta: complex = 1, alpha: complex = 1, out: Tensor | None = None
) -> Tensor:
    """``beta * input + alpha * (mat @ vec)`` of a matrix (n, k) and a vector (k); `input` broadcasts to (n)."""
    _check_mv(mat, vec, input)
    return _finish(out, _addmv, input, mat, vec, beta, alpha)


@checked
def addr(
    input: Tensor, vec1: Tensor, vec2: Tensor, *, beta: complex = 1, alpha: complex = 1, out: Tensor | None = None
) -> Tensor:
    """``beta * input + alpha * outer(vec1, vec2)``; `input` broadcasts to the outer product."""
    for position, (name, t) in enumerate({"input": input, "vec1": vec1, "vec2": vec2}.items(), 1):
        check_tensor("addr", t, name, position)
        if position > 1 and t.ndim != 1:
            raise RuntimeError(f"addr: Expected 1-D argument {name}, but got {t.ndim}-D")
    dtype = result_dtype([(t.dtype, t.ndim) for t in (input, vec1, vec2)])
    for word, factor in (("beta", beta), ("alpha", alpha)):
        if dtype.category < 2 and isinstance(factor, (float, complex)):
            raise RuntimeError(f"For integral input tensors, argument {word} must not be a floating point number.")
        if factor.__class__ is bool and dtype is not dtypes.bool_:
            raise RuntimeError(f"Boolean {word} only supported for Boolean results.")
    _expanded_to(input, (vec1._data.size, vec2._data.size))
    if dtype is dtypes.bool_:
        beta, alpha = bool(beta), bool(alpha)
    input, vec1, vec2 = (t if t.dtype is dtype else t.to(dtype) for t in (input, vec1, vec2))  # type: ignore[attr-defined]
    return _finish(out, _addr, input, vec1, vec2, beta, alpha)


@checked(signatures=(
    "(Tensor input, Tensor batch1, Tensor batch2, *, Number beta = 1, Number alpha = 1, Tensor out = None)",
    "(Tensor input, Tensor batch1, Tensor batch2, torch.dtype out_dtype, *, Number beta = 1, Number alpha = 1, Tensor out = None)",
))
@in_lower_precision
def baddbmm(
    input: Tensor, batch1: Tensor, batch2: Tensor, *, beta: complex = 1, alpha: complex = 1, out: Tensor | None = None
) -> Tensor:
    """``beta * input + alpha * bmm(batch1, batch2)``; `input` broadcasts to the stack of products."""
    size = batch1.size(0), batch1.size(1), batch2.size(2)
    if batch1.ndim == 3 == batch2.ndim:
        _expanded_to(input, size)
    if input.dtype is not batch1.dtype:
        names = [c_type(t) for t in (input, batch1, batch2)]
        raise RuntimeError("Input dtypes must be the same, got: input {}, batch1: {}, batch2: {}".format(*names))
    _check_bmm(batch1, batch2)
    return _finish(out, _baddbmm, input, batch1, batch2, beta, alpha)


@checked
@in_lower_precision
def addbmm(
    input: Tensor, batch1: Tensor, batch2: Tensor, *, beta: complex = 1, alpha: complex = 1, out: Tensor | None = None
) -> Tensor:
    """``beta * input + alpha * bmm(batch1, batch2).sum(0)``; `input` broadcasts to one product."""
    size = batch1.size(1), batch2.size(2)
    if batch1.ndim == 3 == batch2.ndim:
        _expanded_to(input, size)
    _check_bmm(batch1, batch2, accumulating=True)
    if input.dtype is not batch2.dtype:
        names = input.dtype.scalar_name, batch2.dtype.scalar_name
        raise RuntimeError("self and mat2 must have the same dtype, but got {} and {}".format(*names))
    return _finish(out, _addbmm, input, batch1, batch2, beta, alpha)


def linear(input: Tensor, weight: Tensor, bias: Tensor | None = None, *, out: Tensor | None = None) -> Tensor:
    """``input @ weight.T + bias`` over the last dimension of `input`: (..., k), (m, k) and (m) to (..., m).

    A `weight` (k) gives (...). Raises RuntimeError for shapes that do not fit and for two dtypes.
    """
    if out is not None:
        return into(out, linear, input, weight, bias)
    check_tensor("linear", input)
    check_tensor("linear", weight, "weight", 2)
    if ACTIVE[0]:
        input, weight, bias = lowered(input, weight, bias)
    x, w = input._data, weight._data
    if bias is None:
        if w.ndim != 2 or not x.ndim:
            return _odd_linear(input, weight, None)
        if x.ndim == 1:
            return _matmul(input, weight.t())
        if x.shape[-1] != w.shape[1] or not _fits(x, w) or x.dtype.char == "?":
            _check_mm("linear", Shape.of(input, fold(x).shape), Shape.of(weight, w.shape[::-1]))
        rows = _linear_mm(input, weight)
        return rows if x.ndim == 2 else unsafe_view(rows, (*x.shape[:-1], w.shape[0]))
    check_tensor("linear", bias, "bias", 3)
    if w.ndim != 2 or not x.ndim or bias._data.shape != w.shape[:1]:
        return _odd_linear(input, weight, bias)
    b = bias._data
    if x.shape[-1] != w.shape[1] or x.dtype.char == "?" or not (_fits(x, w) and _fits(b, w)):
        _check_addmm(bias, Shape.of(input, fold(x).shape), Shape.of(weight, w.shape[::-1]))
    if x.ndim == 2:
        return _linear(input, weight, bias)
    if not x.flags.c_contiguous:
        return linear(input, weight) + bias
    return view_op(_linear(input, weight, bias), (*x.shape[:-1], w.shape[0]))


def _odd_linear(input: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
    """linear with a vector of weights, or with a bias that has to broadcast."""
    if not input.ndim or not weight.ndim:
        raise RuntimeError(
            f"both arguments to linear need to be at least 1D, but they are {input.ndim}D and {weight.ndim}D"
        )
    if bias is None:
        return _matmul(input, weight.t())
    if input.ndim != 2 and not bias.ndim:
        return _matmul(input, weight.t()) + bias
    out = addmm(bias, fold(input), weight.t())
    return out if input.ndim == 2 else out.view((*input.shape[:-1], weight.shape[0]))


methods(
    __matmul__=_operator, __rmatmul__=_reflected, addbmm=addbmm, addbmm_=inplace(addbmm), addmm=addmm,
    addmm_=inplace(addmm), addmv=addmv, addmv_=inplace(addmv), addr=addr, addr_=inplace(addr), baddbmm=baddbmm,
    baddbmm_=inplace(baddbmm), bmm=bmm, dot=dot, matmul=matmul, mm=mm, mv=mv,
    vdot=vdot,
)  # fmt: skip

addmv_ = inplace(addmv)
