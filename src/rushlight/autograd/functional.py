"""``torch.autograd.functional``: Jacobians, Hessians and their products with vectors, of plain functions of Tensors.

Every function here makes fresh inputs, calls `func` on them once, and differentiates what came out with `autograd.grad`;
nobody's `.grad` is touched. With ``create_graph`` the results can be differentiated again, with ``strict`` an output
that does not depend on an input is an error and not a zero.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .. import ops
from ..arrays.types import contiguous_format
from ..core.tensor import Tensor, memory
from .grad_mode import enable_grad

__all__ = ["hessian", "hvp", "jacobian", "jvp", "vhp", "vjp"]

Tensors = tuple[Any, ...]


# What goes in and what comes out: one Tensor or a tuple of them.


def _as_tuple(x: Any, what: str, caller: str) -> tuple[bool, Tensors]:
    """`x` as a tuple of Tensors, and whether it was one. Raises TypeError for anything else."""
    several = isinstance(x, tuple)
    found = x if several else (x,)
    for i, element in enumerate(found):
        if not isinstance(element, Tensor):
            which = f"value at index {i}" if several else f"given {what}"
            raise TypeError(
                f"The {what} given to {caller} must be either a Tensor or a tuple of Tensors but the {which} has type "
                f"{type(element)}."
            )
    return several, found


def _fresh(inputs: Tensors, create_graph: bool, differentiate: bool) -> Tensors:
    """New Tensors in place of `inputs`, so that the same Tensors captured by the function count as constants.

    Under `create_graph` they stay connected to those that require grad.
    """
    return tuple([
        x.view_as(x) if create_graph and x.requires_grad else x.detach().requires_grad_(differentiate) for x in inputs
    ])  # fmt: skip


def _finished(result: Any, create_graph: bool) -> Any:
    """Tensors, in tuples perhaps, without their history unless it was asked for."""
    if create_graph:
        return result
    return result.detach() if isinstance(result, Tensor) else tuple([_finished(r, create_graph) for r in result])


def _unpacked(result: Tensors, several: bool) -> Any:
    return result if several else result[0]


def _checked_vector(v: Any, like: Tensors, several: bool, create_graph: bool, caller: str) -> Tensors:
    """The vector of a product: Tensors of the shapes of `like`. Raises RuntimeError if they are not."""
    _, v = _as_tuple(v, "v", caller)
    v = _fresh(v, create_graph, differentiate=False)
    if len(v) != len(like):
        if several:
            raise RuntimeError(f"v is a tuple of invalid length: should be {len(like)} but got {len(v)}.")
        raise RuntimeError("The given v should contain a single Tensor.")
    for i, (given, wanted) in enumerate(zip(v, like)):
        if given.shape != wanted.shape:
            where = f"Entry {i} in " if several else ""
            raise RuntimeError(f"{where}v has invalid size: should be {wanted.shape} but got {given.shape}.")
    return v


def _gradients(outputs: Tensors, inputs: Tensors, v: Any = None, **options: Any) -> Tensors:
    """`autograd.grad` of those outputs that have a gradient; None for an input that none of them depends on."""
    from . import grad

    pairs = [
        pair for pair in zip(outputs, v or (None,) * len(outputs)) if pair[0] is not None and pair[0].requires_grad
    ]
    if not pairs:
        return (None,) * len(inputs)
    differentiable, vectors = zip(*pairs)
    return grad(differentiable, inputs, vectors, allow_unused=True, **options)


# What `strict` asks for. Each text is for one place: {i} is the input or output that is at fault.

_NO_OUTPUT_GRADIENT = (
    "Output {i} of the user-provided function does not require gradients. The outputs must be computed in a "
    "differentiable manner from the input when running in strict mode."
)
_INDEPENDENT = (
    "The output of the user-provided function is independent of input {i}. This is not allowed in strict mode."
)
_CONSTANT_GRADIENT = (
    "The gradient with respect to input {i} is independent of the inputs of the user-provided function. This is not "
    "allowed in strict mode."
)
_CONSTANT_JACOBIAN = (
    "While computing the hessian, found that the jacobian of the user-provided function with respect to input {i} is "
    "independent of the input. This is not allowed in strict mode. You should ensure that your function is twice "
    "differentiable and that the jacobian depends on the inputs (this would be violated by a linear function for example)."
)
_INDEPENDENT_ENTRY = (
    "The gradient with respect to the input is independent of entry {i} in the grad_outputs when using the double "
    "backward trick to compute forward mode gradients. This is not allowed in strict mode."
)
_INDEPENDENT_JACOBIAN = (
    "The jacobian of the user-provided function is independent of input {i}. This is not allowed in strict mode."
)
_INDEPENDENT_HESSIAN_ENTRY = (
    "The hessian of the user-provided function is independent of entry {i} in the grad_jacobian. This is not allowed in "
    "strict mode as it prevents from using the double backward trick to replace forward mode AD."
)
_UNDIFFERENTIABLE = (
    "The {what} of the user-provided function is independent of input {i}. This is not allowed in strict mode when "
    "create_graph=True."
)


def _check_differentiable(tensors: Tensors, message: str) -> None:
    for i, x in enumerate(tensors):
        if x is None:
            raise RuntimeError(_INDEPENDENT.format(i=i))
        if not x.requires_grad:
            raise RuntimeError(message.format(i=i))


def _filled(gradients: Tensors, like: Tensors, strict: bool, create_graph: bool, missing: str, what: str) -> Tensors:
    """Zeros in the place of missing gradients; with `strict` a RuntimeError."""
    for i, gradient in enumerate(gradients if strict else ()):
        if gradient is None:
            raise RuntimeError(missing.format(i=i))
        if create_graph and not gradient.requires_grad:
            raise RuntimeError(_UNDIFFERENTIABLE.format(what=what, i=i))
    return tuple([ops.zeros_like(x) if g is None else g for g, x in zip(gradients, like)])


# Products with a vector.


def _called(func: Callable[..., Any], inputs: Tensors, strict: bool, caller: str) -> tuple[bool, Tensors]:
    """The outputs of ``func(*inputs)`` as a tuple, and whether they were one."""
    several, outputs = _as_tuple(func(*inputs), "outputs of the user-provided function", caller)
    if strict:
        _check_differentiable(outputs, _NO_OUTPUT_GRADIENT)
    return several, outputs


def vjp(func: Callable[..., Any], inputs: Any, v: Any = None, create_graph: bool = False, strict: bool = False) -> Any:
    """The outputs of `func` and the vector-Jacobian product ``v @ J``, which has the shapes of `inputs`.

    Args:
        func: takes Tensors, returns a Tensor or a tuple of Tensors.
        inputs: a Tensor or a tuple of Tensors.
        v: of the shapes of the outputs; may be left out for a single output with one element.
        create_graph: record the computation, so that the results can be differentiated.
        strict: raise RuntimeError where an output does not depend on an input, instead of returning zeros.

    Raises TypeError for what is not a Tensor, RuntimeError for a `v` that does not fit.

    >>> import rushlight as torch
    >>> torch.autograd.functional.vjp(lambda x: x ** 2, torch.tensor([1., 2.]), torch.ones(2))
    (tensor([1., 4.]), tensor([2., 4.]))
    """
    with enable_grad():
        several_inputs, inputs = _as_tuple(inputs, "inputs", "vjp")
        inputs = _fresh(inputs, create_graph, differentiate=True)
        several, outputs = _called(func, inputs, strict, "vjp")
        if v is not None:
            v = _checked_vector(v, outputs, several, create_graph, "vjp")
        elif len(outputs) != 1 or outputs[0].numel() != 1:
            raise RuntimeError(
                "The vector v can only be None if the user-provided function returns a single Tensor with a single "
                "element."
            )
    found = _gradients(outputs, inputs, v, create_graph=create_graph)
    product = _filled(found, inputs, strict, create_graph, _INDEPENDENT, "jacobian")
    return (
        _unpacked(_finished(outputs, create_graph), several),
        _unpacked(_finished(product, create_graph), several_inputs),
    )


def _input_vector(v: Any, inputs: Tensors, several: bool, create_graph: bool, caller: str) -> Any:
    if v is not None:
        return _checked_vector(v, inputs, several, create_graph, caller)
    if len(inputs) != 1 or inputs[0].numel() != 1:
        raise RuntimeError(
            "The vector v can only be None if the input to the user-provided function is a single Tensor with a single "
            "element."
        )
    return None


def jvp(func: Callable[..., Any], inputs: Any, v: Any = None, create_graph: bool = False, strict: bool = False) -> Any:
    """The outputs of `func` and the Jacobian-vector product ``J @ v``, which has the shapes of the outputs.

    It runs backward twice: ``u @ J`` is linear in u, and the gradient of its product with `v` by u is ``J @ v``
    (J. Townsend, "A new trick for calculating Jacobian vector products", 2017). Arguments and errors are those of
    `vjp`; `v` has the shapes of `inputs`.

    >>> import rushlight as torch
    >>> torch.autograd.functional.jvp(lambda x: x ** 2, torch.tensor([1., 2.]), torch.ones(2))
    (tensor([1., 4.]), tensor([2., 4.]))
    """
    with enable_grad():
        several_inputs, inputs = _as_tuple(inputs, "inputs", "jvp")
        inputs = _fresh(inputs, create_graph, differentiate=True)
        v = _input_vector(v, inputs, several_inputs, create_graph, "jvp")
        several, outputs = _called(func, inputs, strict, "jvp")
        u = tuple([ops.zeros_like(out, requires_grad=True) for out in outputs])
        pulled = _gradients(outputs, inputs, u, create_graph=True)
        if strict:
            _check_differentiable(pulled, _CONSTANT_GRADIENT)
    found = _gradients(pulled, u, v, create_graph=create_graph)
    product = _filled(found, outputs, strict, create_graph, _INDEPENDENT_ENTRY, "jacobian")
    return _unpacked(_finished(outputs, create_graph), several), _unpacked(_finished(product, create_graph), several)


def _scalar_gradient(
    func: Callable[..., Any], inputs: Any, v: Any, create_graph: bool, strict: bool, caller: str
) -> tuple[bool, Tensors, Any, Tensor, Tensors]:
    """For the products with a Hessian: whether there are several inputs, these, `v`, the value, and its gradient."""
    several, inputs = _as_tuple(inputs, "inputs", caller)
    inputs = _fresh(inputs, create_graph, differentiate=True)
    v = _input_vector(v, inputs, several, create_graph, caller)
    several_outputs, outputs = _called(func, inputs, strict, caller)
    if several_outputs:
        raise RuntimeError(f"The function given to {caller} should return a single Tensor")
    if outputs[0].numel() != 1:
        raise RuntimeError(f"The Tensor returned by the function given to {caller} should contain a single element")
    gradient = _gradients(outputs, inputs, create_graph=True)
    if strict:
        _check_differentiable(gradient, _CONSTANT_JACOBIAN)
    return several, inputs, v, outputs[0], gradient


def vhp(func: Callable[..., Any], inputs: Any, v: Any = None, create_graph: bool = False, strict: bool = False) -> Any:
    """The value of a scalar function and the product ``v @ H`` with its Hessian, by two backward passes.

    Arguments and errors are those of `vjp`; `func` returns a Tensor with one element, `v` has the shapes of `inputs`.

    >>> import rushlight as torch
    >>> torch.autograd.functional.vhp(lambda x: (x ** 3).sum(), torch.tensor([1., 2.]), torch.ones(2))
    (tensor(9.), tensor([ 6., 12.]))
    """
    with enable_grad():
        several, inputs, v, value, gradient = _scalar_gradient(func, inputs, v, create_graph, strict, "vhp")
    found = _gradients(gradient, inputs, v, create_graph=create_graph)
    product = _filled(found, inputs, strict, create_graph, _INDEPENDENT_JACOBIAN, "hessian")
    return _finished(value, create_graph), _unpacked(_finished(product, create_graph), several)


def hvp(func: Callable[..., Any], inputs: Any, v: Any = None, create_graph: bool = False, strict: bool = False) -> Any:
    """The value of a scalar function and the product ``H @ v`` with its Hessian, by three backward passes (see `jvp`).

    Where the function is twice continuously differentiable this equals `vhp`, which is cheaper.

    >>> import rushlight as torch
    >>> torch.autograd.functional.hvp(lambda x: (x ** 3).sum(), torch.tensor([1., 2.]), torch.ones(2))
    (tensor(9.), tensor([ 6., 12.]))
    """
    with enable_grad():
        several, inputs, v, value, gradient = _scalar_gradient(func, inputs, v, create_graph, strict, "hvp")
        u = tuple([ops.zeros_like(x, requires_grad=True) for x in inputs])
        pulled = _gradients(gradient, inputs, u, create_graph=True)
    found = _gradients(pulled, u, v, create_graph=create_graph)
    product = _filled(found, inputs, strict, create_graph, _INDEPENDENT_HESSIAN_ENTRY, "hessian")
    return _finished(value, create_graph), _unpacked(_finished(product, create_graph), several)


# Whole matrices.


def jacobian(
    func: Callable[..., Any], inputs: Any, create_graph: bool = False, strict: bool = False, vectorize: bool = False,
    strategy: str = "reverse-mode", *, return_value: bool = False,
) -> Any:  # fmt: skip
    """The Jacobian of `func`: for each output and each input a Tensor of the output's shape followed by the input's.

    Args:
        func: takes Tensors, returns a Tensor or a tuple of Tensors.
        inputs: a Tensor or a tuple of Tensors.
        create_graph: record the computation, so that the Jacobian can be differentiated.
        strict: raise RuntimeError where an output does not depend on an input, instead of returning zeros.
        vectorize: compute all rows at once; excludes `strict`.
        strategy: "reverse-mode", one backward pass for each row; "forward-mode", a tangent for each column, which takes
            `vectorize`, and excludes `create_graph` and `strict`.
        return_value: return the pair of what `func` returned (without its history, unless under `create_graph`) and
            the Jacobian. `func` is called once either way. (Not in PyTorch.)

    Returns:
        One Tensor; a tuple with one entry for each input, where `inputs` is a tuple; a tuple of those with one entry for
        each output, where `func` returns a tuple.

    >>> import rushlight as torch
    >>> torch.autograd.functional.jacobian(lambda x: x ** 2, torch.tensor([1., 2.]))
    tensor([[2., 0.],
            [0., 4.]])
    """
    if strategy not in ("forward-mode", "reverse-mode"):
        raise AssertionError(
            'Expected strategy to be either "forward-mode" or "reverse-mode". Hint: If your function has more outputs '
            'than inputs, "forward-mode" tends to be more performant. Otherwise, prefer to use "reverse-mode".'
        )
    if strategy == "forward-mode":
        return _by_forward_mode(func, inputs, create_graph, strict, vectorize, return_value)
    with enable_grad():
        several_inputs, inputs = _as_tuple(inputs, "inputs", "jacobian")
        inputs = _fresh(inputs, create_graph, differentiate=True)
        several, outputs = _called(func, inputs, strict, "jacobian")
        if vectorize and strict:
            raise RuntimeError(
                "torch.autograd.functional.jacobian: `strict=True` and `vectorized=True` are not supported together. "
                "Please either set `strict=False` or `vectorize=False`."
            )
        if vectorize:
            rows = _rows_at_once(outputs, inputs, create_graph)
        else:
            rows = [_rows_of(i, out, inputs, create_graph, strict) for i, out in enumerate(outputs)]
        found = _finished(rows, create_graph)
    matrix = _unpacked(tuple([_unpacked(row, several_inputs) for row in found]), several)
    return (_unpacked(_finished(outputs, create_graph), several), matrix) if return_value else matrix


def _refused(option: str, value: bool) -> str:
    return (
        f'torch.autograd.functional.jacobian: `{option}={value}` and `strategy="forward-mode"` are not supported together '
        f'(yet). Please either set `{option}={not value}` or `strategy="reverse-mode"`.'
    )


def _by_forward_mode(
    func: Callable[..., Any], inputs: Any, create_graph: bool, strict: bool, vectorize: bool, return_value: bool
) -> Any:
    """`jacobian` from the tangents of the outputs along each element of the inputs: column by column.

    As PyTorch's, the result has a history where the inputs have one, and comes in lists where both sides are tuples.
    """
    if create_graph:
        raise NotImplementedError(_refused("create_graph", True))
    if strict:
        raise RuntimeError(_refused("strict", True))
    several_inputs, inputs = _as_tuple(inputs, "inputs", "jacobian")
    if not vectorize:
        raise NotImplementedError(
            "Computing Jacobian using forward-AD or forward-over-reverse Hessian isonly implemented for `vectorize=True`."
        )
    from ._batched import batched_jvp

    several = False

    def called(*xs: Tensor) -> Tensors:
        nonlocal several
        several, outputs = _as_tuple(func(*xs), "outputs", "None")
        return outputs

    outputs, pushed = batched_jvp(called, inputs, _basis_of(inputs))
    sizes = [x.numel() for x in inputs]
    rows: Any = [
        [part.permute(*range(1, part.ndim), 0).reshape(out.shape + x.shape) for part, x in zip(columns.split(sizes), inputs)]
        for columns, out in zip(pushed, outputs)
    ]
    matrix = _unpacked(rows if several_inputs else tuple([row[0] for row in rows]), several)
    return (_unpacked(_finished(outputs, False), several), matrix) if return_value else matrix


def _basis_of(tensors: Tensors) -> list[Tensor]:
    """The standard basis of the space of all `tensors` together: a batch of vectors for each of them."""
    sizes = [x.numel() for x in tensors]
    if len(sizes) == 1:
        return [ops.eye(sizes[0], dtype=tensors[0].dtype).reshape(sizes[0], *tensors[0].shape)]
    identities = [ops.eye(sum(sizes), dtype=x.dtype) for x in tensors]
    return [
        part.reshape(sum(sizes), *x.shape) for i, x in enumerate(tensors) for part in [identities[i].split(sizes, 1)[i]]
    ]


def _rows_of(i: int, out: Tensor, inputs: Tensors, create_graph: bool, strict: bool) -> Tensors:
    """The Jacobian of the `i`-th output by each input: one backward pass for each element."""
    rows: list[list[Tensor]] = [[] for _ in inputs]
    if out.requires_grad and out.is_complex() and out.numel():
        raise RuntimeError(f"grad can be implicitly created only for real scalar outputs but got {out.dtype}")
    for place in range(out.numel()):
        unit = ops.zeros(out.shape, dtype=out.dtype)
        memory(unit).reshape(-1)[place] = 1  # nobody has seen it: this is no write that counts
        gradients = _gradients((out,), inputs, (unit,), retain_graph=True, create_graph=create_graph)
        for k, (gradient, x) in enumerate(zip(gradients, inputs)):
            if strict and gradient is None:
                raise RuntimeError(
                    f"Output {i} of the user-provided function is independent of input {k}. This is not allowed in "
                    "strict mode."
                )
            if strict and create_graph and not gradient.requires_grad:
                raise RuntimeError(_UNDIFFERENTIABLE.format(what="jacobian", i=i))
            rows[k].append(ops.zeros_like(x) if gradient is None else gradient)
    stacked = [row[0].clone(memory_format=contiguous_format) if len(row) == 1 else ops.stack(row) for row in rows]
    return tuple([block.view(out.shape + x.shape) for block, x in zip(stacked, inputs)])


def _rows_at_once(outputs: Tensors, inputs: Tensors, create_graph: bool) -> list[Tensors]:
    """What `_rows_of` gives for all outputs, from one call of `grad` on a batch: the rows of the identity."""
    sizes, basis = [out.numel() for out in outputs], _basis_of(outputs)
    found = _gradients(outputs, inputs, basis, create_graph=create_graph, is_grads_batched=True)
    batches = [x.new_zeros(sum(sizes), *x.shape) if g is None else g for g, x in zip(found, inputs)]
    split = [batch.split(sizes) if len(sizes) > 1 else (batch,) for batch in batches]
    return [
        tuple([rows[i].reshape(out.shape + x.shape) for rows, x in zip(split, inputs)]) for i, out in enumerate(outputs)
    ]


def hessian(
    func: Callable[..., Any], inputs: Any, create_graph: bool = False, strict: bool = False, vectorize: bool = False,
    outer_jacobian_strategy: str = "reverse-mode", *, return_value: bool = False,
) -> Any:  # fmt: skip
    """The Hessian of a scalar function: for each pair of inputs a Tensor of the one's shape followed by the other's.

    Arguments are those of `jacobian`; `outer_jacobian_strategy` is the `strategy` of the outer of two Jacobians. Raises
    RuntimeError unless `func` returns one Tensor with one element.

    >>> import rushlight as torch
    >>> torch.autograd.functional.hessian(lambda x: (x ** 3).sum(), torch.tensor([1., 2.]), return_value=True)
    (tensor(9.), tensor([[ 6.,  0.],
            [ 0., 12.]]))
    """
    several, inputs = _as_tuple(inputs, "inputs", "hessian")
    if outer_jacobian_strategy not in ("forward-mode", "reverse-mode"):
        raise AssertionError('Expected strategy to be either "forward-mode" or "reverse-mode".')
    values: list[Tensor] = []

    def scalar(*xs: Tensor) -> Tensor:
        several_outputs, outputs = _called(func, xs, strict, "hessian")
        if several_outputs:
            raise RuntimeError("The function given to hessian should return a single Tensor")
        if outputs[0].numel() != 1:
            raise RuntimeError("The Tensor returned by the function given to hessian should contain a single element")
        values[:] = outputs
        return outputs[0].squeeze() if outputs[0].ndim else outputs[0]

    def gradient(*xs: Tensor) -> Tensors:
        if outer_jacobian_strategy == "forward-mode":
            for x in xs:
                if not x.requires_grad:
                    x.requires_grad = True  # or `jacobian` takes it as constant
        rows = jacobian(scalar, xs, create_graph=True)
        if strict:
            _check_differentiable(rows, _CONSTANT_JACOBIAN)
        return rows

    found = jacobian(
        gradient,
        inputs,
        create_graph=create_graph,
        strict=strict,
        vectorize=vectorize,
        strategy=outer_jacobian_strategy,
    )
    matrix = found if several else found[0][0]
    return (_finished(values[0], create_graph), matrix) if return_value else matrix
