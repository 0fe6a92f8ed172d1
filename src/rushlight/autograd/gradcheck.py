"""gradcheck and gradgradcheck: is what the backward pass computes what finite differences say?

The slow mode compares whole Jacobians. The fast mode compares one number for each pair of input and output: with random
vectors u and v, ``v . (J u)`` by finite differences along u, and ``(J' v) . u`` by one backward pass.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from typing import Any, NamedTuple

from .. import ops
from ..arrays.dtypes import complex128, float64
from ..core import Tensor
from ._jacobians import (
    GradcheckError,
    analytical_jacobians,
    as_tuple,
    checked_analytical_jacobians,
    differentiable,
    numerical_jacobians,
    numerical_jacobians_of_input,
    numerical_jvp,
    tensors_requiring_grad,
)
from ._mismatch import Tolerances, Wording, close, random_direction, random_vector, slow_mode_details, total

__all__ = [
    "GradcheckError",
    "get_analytical_jacobian",
    "get_numerical_jacobian",
    "get_numerical_jacobian_wrt_specific_input",
    "gradcheck",
    "gradgradcheck",
]


def gradcheck(
    func: Callable[..., Any],
    inputs: Any,
    *,
    eps: float = 1e-6,
    atol: float = 1e-5,
    rtol: float = 1e-3,
    raise_exception: bool = True,
    nondet_tol: float = 0.0,
    check_undefined_grad: bool = True,
    check_grad_dtypes: bool = False,
    check_batched_grad: bool = False,
    check_batched_forward_grad: bool = False,
    check_forward_ad: bool = False,
    check_backward_ad: bool = True,
    fast_mode: bool = False,
    masked: bool | None = None,
) -> bool:
    """Check the gradients of `func` against finite differences, for every input that requires a gradient.

    Args:
        func: takes tensors, returns a tensor or a tuple or list of them, and must be deterministic.
        inputs: a tensor or a tuple of arguments. Those that require a gradient should be float64 or complex128 (float32
            is too coarse for the default tolerances) and no two of their elements may share memory. They are
            perturbed in place, and restored.
        eps: the perturbation.
        atol, rtol: the tolerances, as those of ``allclose``.
        raise_exception: if False, a failed check returns False instead of raising :class:`GradcheckError`.
        nondet_tol: how far two backward passes over the same graph may differ.
        check_undefined_grad: check too that the backward pass takes undefined output gradients as zeros.
        check_grad_dtypes: check too that gradients have the dtypes of their inputs.
        check_batched_grad: check too that gradients of a batch of vectors, computed at once, are those of each.
        check_batched_forward_grad: the same of forward mode.
        check_forward_ad: check the derivatives by forward mode too.
        check_backward_ad: if False, nothing that needs the backward pass is checked.
        fast_mode: compare random projections of the Jacobians instead of the Jacobians: much faster where they are
            large, and a little less strict.
        masked: if True, the check with zero output gradients allows for rounding.

    Returns:
        True, if everything is as it should be.

    Raises:
        GradcheckError: if a check fails and `raise_exception` is True.
        ValueError: if no input requires a gradient.
        RuntimeError: if elements of an input overlap in memory (a dimension of stride 0, as ``expand`` makes it).
        AssertionError: if the perturbed function returns other shapes or dtypes, or no check was asked for.

    A complex function of complex inputs is checked as two functions, its real and its imaginary part.

    Example::

        >>> x = torch.randn(3, dtype=torch.float64, requires_grad=True)
        >>> torch.autograd.gradcheck(torch.sin, x)
        True
    """
    if not (check_forward_ad or check_backward_ad):
        raise AssertionError("Expected at least one of check_forward_ad or check_backward_ad to be True")
    if check_batched_grad and not check_backward_ad:
        raise AssertionError("Setting check_batched_grad=True requires check_backward_ad to be True")
    if check_batched_forward_grad and not check_forward_ad:
        raise AssertionError("Setting check_batched_forward_grad=True requires check_forward_ad to be True")
    options = _Options(
        Tolerances(eps, rtol, atol, nondet_tol, check_grad_dtypes), fast_mode, bool(masked), check_undefined_grad,
        check_backward_ad, check_forward_ad, check_batched_grad, check_batched_forward_grad,
    )  # fmt: skip
    try:
        _check(func, as_tuple(inputs), options)
    except GradcheckError:
        if raise_exception:
            raise
        return False
    return True


def gradgradcheck(
    func: Callable[..., Any],
    inputs: Any,
    grad_outputs: Any = None,
    *,
    eps: float = 1e-6,
    atol: float = 1e-5,
    rtol: float = 1e-3,
    gen_non_contig_grad_outputs: bool = False,
    raise_exception: bool = True,
    nondet_tol: float = 0.0,
    check_undefined_grad: bool = True,
    check_grad_dtypes: bool = False,
    check_batched_grad: bool = False,
    check_fwd_over_rev: bool = False,
    check_rev_over_rev: bool = True,
    fast_mode: bool = False,
    masked: bool = False,
) -> bool:
    """Check the second derivatives of `func`: :func:`gradcheck` of its backward pass.

    The function that is checked takes `inputs` and `grad_outputs` and returns the gradients of the inputs.

    Args:
        grad_outputs: a tensor or a tuple of them, one for each differentiable output; by default random, in [-1, 1).
        gen_non_contig_grad_outputs: make the random ones non-contiguous.
        check_fwd_over_rev: check forward mode through the backward pass.
        check_rev_over_rev: check the backward pass through the backward pass.

    The other arguments, and what is returned and raised, are those of :func:`gradcheck`.

    Example::

        >>> x = torch.randn(3, dtype=torch.float64, requires_grad=True)
        >>> torch.autograd.gradgradcheck(torch.sin, x)
        True
    """
    if not (check_fwd_over_rev or check_rev_over_rev):
        raise AssertionError("Expected at least one of check_fwd_over_rev or check_rev_over_rev to be True")
    for name, asked in (("check_undefined_grad", check_undefined_grad), ("check_batched_grad", check_batched_grad)):
        if asked and not check_rev_over_rev:
            raise AssertionError(f"Setting {name}=True requires check_rev_over_rev to be True")
    inputs = as_tuple(inputs)
    if grad_outputs is None:
        outputs = differentiable(func(*inputs))
        grad_outputs = tuple(_random_gradient(output, gen_non_contig_grad_outputs) for output in outputs)
    grad_outputs = as_tuple(grad_outputs)
    return gradcheck(
        _backward_pass(func, inputs, grad_outputs),
        inputs + grad_outputs,
        eps=eps,
        atol=atol,
        rtol=rtol,
        raise_exception=raise_exception,
        nondet_tol=nondet_tol,
        check_undefined_grad=check_undefined_grad,
        check_grad_dtypes=check_grad_dtypes,
        check_batched_grad=check_batched_grad,
        check_forward_ad=check_fwd_over_rev,
        check_backward_ad=check_rev_over_rev,
        fast_mode=fast_mode,
        masked=masked,
    )


class _Options(NamedTuple):
    tolerances: Tolerances
    fast_mode: bool
    masked: bool
    undefined: bool
    backward: bool
    forward: bool
    batched: bool
    batched_forward: bool


def _check(func: Callable, inputs: tuple, options: _Options) -> None:
    _check_inputs(inputs)
    returned = as_tuple(func(*inputs))
    outputs = differentiable(returned)
    if options.backward:
        _check_backward(func, inputs, returned, options)
    if options.forward:
        from ._forward_checks import check_forward

        check_forward(func, inputs, options.tolerances, options.fast_mode, options.undefined)
    if options.batched_forward:
        from ._batched_checks import check_batched_forward

        check_batched_forward(func, inputs)
    if not options.backward:
        return
    if options.batched:
        from ._batched_checks import check_batched_backward

        for i, output in enumerate(outputs):
            check_batched_backward(inputs, output, i)
    if outputs:
        _check_zero_gradients(inputs, outputs, options.masked)
    if options.undefined:
        _check_undefined_gradients(func, inputs)


def _check_backward(func: Callable, inputs: tuple, returned: tuple, options: _Options) -> None:
    compare = _compare_projections if options.fast_mode else _compare_jacobians
    if not any(output.is_complex() for output in returned):
        compare(func, inputs, returned, options.tolerances, Wording())
        return
    complex_outputs = [i for i, output in enumerate(differentiable(returned)) if output.is_complex()]
    for part in ("imaginary", "real"):
        function = _part_of(func, part)
        wording = Wording(f"While considering the {part} part of complex outputs only, ", complex_outputs)
        compare(function, inputs, function(*inputs), options.tolerances, wording)


def _part_of(func: Callable, part: str) -> Callable:
    """`func` with its complex outputs replaced by their real or imaginary part."""
    take = ops.real if part == "real" else ops.imag
    return lambda *args: tuple(take(out) if out.is_complex() else out for out in as_tuple(func(*args)))


def _check_inputs(inputs: tuple) -> None:
    for index, x in enumerate(inputs):
        if not (isinstance(x, Tensor) and x.requires_grad):
            continue
        if x.dtype not in (float64, complex128):
            warnings.warn(
                f"Input #{index} requires gradient and is not a double precision floating point or complex. This check "
                "will likely fail if all the inputs are not of double precision floating point or complex. ",
                stacklevel=4,
            )
        if any(stride == 0 and size > 1 for stride, size in zip(x.stride(), x.shape, strict=True)):
            raise RuntimeError(
                f"The {index}th input has a dimension with stride 0. gradcheck only supports inputs that are "
                "non-overlapping to be able to compute the numerical gradients correctly. You should call "
                ".contiguous on the input before passing it to gradcheck."
            )
    if not any(isinstance(x, Tensor) and x.requires_grad for x in inputs):
        raise ValueError(
            "gradcheck expects at least one input tensor to require gradient, but none of them have requires_grad=True."
        )


# The slow mode.


def _compare_jacobians(
    func: Callable, inputs: tuple, returned: tuple, tolerances: Tolerances, wording: Wording
) -> None:
    outputs = differentiable(returned)
    numerical = numerical_jacobians(func, inputs, returned, tolerances.eps)
    if not outputs:
        if any((jacobian != 0).any() for row in numerical for jacobian in row if jacobian is not None):
            raise GradcheckError("Numerical gradient for function expected to be zero")
        return
    positions = [i for i, output in enumerate(returned) if output.requires_grad]
    for o, (output, position) in enumerate(zip(outputs, positions, strict=True)):
        analytical = checked_analytical_jacobians(inputs, output, tolerances.nondet_tol, tolerances.check_grad_dtypes)
        for i, (a, row) in enumerate(zip(analytical, numerical, strict=True)):
            n = row[position]
            if not close(a, n, tolerances.rtol, tolerances.atol):
                raise GradcheckError(wording.mismatch(a, n, o, i))


# The fast mode.

def _compare_projections(
    func: Callable, inputs: tuple, returned: tuple, tolerances: Tolerances, wording: Wording
) -> None:
    outputs = differentiable(returned)
    targets = [x for x in inputs if isinstance(x, Tensor) and x.requires_grad]
    generator = ops.Generator()  # one of its own: the user's random numbers stay as they were
    us = [random_direction(x, generator) for x in targets]
    vs = [random_vector(output.numel(), output.dtype, generator) for output in outputs]
    jvps = [numerical_jvp(func, inputs, x, u, tolerances.eps) for x, u in zip(targets, us, strict=True)]
    if not outputs:
        flat = [jvp for row in jvps for jvp in row if jvp is not None and jvp.numel()]
        if any(jvp.abs().max() > tolerances.nondet_tol for jvp in flat):
            raise GradcheckError("Numerical gradient for function expected to be zero")
        return
    vjps = [
        checked_analytical_jacobians(inputs, output, tolerances.nondet_tol, tolerances.check_grad_dtypes, v)
        for output, v in zip(outputs, vs, strict=True)
    ]
    positions = [i for i, output in enumerate(returned) if output.requires_grad]
    for i, (u, row) in enumerate(zip(us, jvps, strict=True)):
        for o, (v, position) in enumerate(zip(vs, positions, strict=True)):
            n = (v * row[position]).sum()
            a = _project(vjps[o][i].reshape(-1), u)
            if not close(a, n, tolerances.rtol, tolerances.atol * total(u) * total(v)):
                details = _slow_mode_details(func, inputs, outputs, i, o, tolerances)
                raise GradcheckError(wording.mismatch(a, n, o, i) + details)


def _project(vjp: Tensor, u: Any) -> Tensor:
    """``vjp . u``, its two parts on the two directions if it is complex."""
    if not vjp.is_complex():
        return vjp.dot(u)
    return vjp.real.dot(u[0]) + 1j * vjp.imag.dot(u[1])


def _slow_mode_details(func: Callable, inputs: tuple, outputs: tuple, i: int, o: int, tolerances: Tolerances) -> str:
    """The Jacobians of output `o` with respect to input `i` in full, for the error message."""
    numerical = numerical_jacobians(func, inputs, outputs, tolerances.eps)[i][o]
    analytical = checked_analytical_jacobians(inputs, outputs[o], float("inf"), False)[i]
    return slow_mode_details(numerical, analytical, tolerances)


# Gradients that are zero, and gradients that are not there.


def _check_zero_gradients(inputs: tuple, outputs: tuple, masked: bool) -> None:
    """Output gradients of zero must give input gradients of zero, of the right kind."""
    from . import grad

    targets = list(tensors_requiring_grad(inputs))
    gradients = grad(outputs, targets, [ops.zeros_like(output) for output in outputs], allow_unused=True)
    for gradient, x in zip(gradients, targets, strict=True):
        if gradient is None:
            continue
        if not (ops.allclose(gradient, ops.zeros_like(gradient)) if masked else gradient.eq(0).all()):
            raise GradcheckError("backward not multiplied by grad_output")
        if gradient.dtype != x.dtype:
            raise GradcheckError("grad is incorrect type")
        if gradient.device != x.device:
            raise GradcheckError("grad is incorrect device")
        if gradient.size() != x.size():
            raise GradcheckError("grad is incorrect size")


def _undefined_grad(x: Tensor) -> Tensor:
    """The identity, with a backward pass that hands on no gradient at all instead of a zero one."""
    from .function import Function

    class UndefinedGrad(Function):
        @staticmethod
        def forward(ctx: Any, x: Tensor) -> Tensor:
            return x.view_as(x)

        @staticmethod
        def backward(ctx: Any, gradient: Tensor) -> None:
            return None

    return UndefinedGrad.apply(x)


def _check_undefined_gradients(func: Callable, inputs: tuple) -> None:
    """Undefined output gradients must count as zeros: all of them at once, then one at a time."""
    targets = list(tensors_requiring_grad(inputs))
    outputs = differentiable(func(*inputs))
    _check_undefined(tuple(map(_undefined_grad, outputs)), targets)
    for undefined in range(len(outputs)) if len(outputs) > 1 else ():
        fresh = differentiable(func(*inputs))
        _check_undefined(tuple(_undefined_grad(out) if i == undefined else out for i, out in enumerate(fresh)), targets)


def _check_undefined(outputs: tuple, targets: list[Tensor]) -> None:
    from . import grad

    if not outputs:
        return
    try:
        gradients = grad(outputs, targets, [ops.zeros_like(output) for output in outputs], allow_unused=True)
    except RuntimeError as error:
        _warn_about_undefined()
        raise GradcheckError(
            "Expected backward function to handle undefined output grads. "
            'Please look at "Notes about undefined output gradients" in "tools/autograd/derivatives.yaml"'
        ) from error
    if any(gradient is not None and not gradient.eq(0).all() for gradient in gradients):
        _warn_about_undefined()
        raise GradcheckError(
            "Expected all input grads to be undefined or zero when all output grads are undefined or zero. "
            'Please look at "Notes about undefined output gradients" in "tools/autograd/derivatives.yaml"'
        )


def _warn_about_undefined() -> None:
    warnings.warn(
        "Backwards compatibility: New undefined gradient support checking feature is enabled by default, but it may "
        "break existing callers of this function. If this is true for you, you can call this function with "
        '"check_undefined_grad=False" to disable the feature',
        stacklevel=2,
    )


# The second derivatives.


def _random_gradient(output: Tensor, noncontiguous: bool) -> Tensor:
    """A random leaf like `output`, uniform in [-1, 1), for a complex output in both parts."""
    spread = noncontiguous and output.numel() > 1
    shape = (*output.shape[:-1], 2 * output.shape[-1]) if spread else output.shape
    gradient = ops.empty(shape, dtype=output.dtype)
    (ops.view_as_real(gradient) if gradient.is_complex() else gradient).uniform_(-1, 1)
    # Every other element, the first one not among them, so that a neglected offset shows as well as a neglected stride.
    return (gradient[..., 1::2] if spread else gradient).requires_grad_()


def _backward_pass(func: Callable, inputs: tuple, grad_outputs: tuple) -> Callable:
    """The function from `inputs` and `grad_outputs` to the gradients of those inputs that require one."""

    def gradients(*args: Any) -> tuple:
        from . import grad

        for x, given in zip(args, inputs + grad_outputs):
            if isinstance(x, Tensor) and given.requires_grad:
                x.requires_grad_()  # in forward mode these are detached duals
        outputs = differentiable(func(*args[: len(inputs)]))
        targets = [args[i] for i, x in enumerate(inputs) if isinstance(x, Tensor) and x.requires_grad]
        results = grad(outputs, targets, args[len(inputs) :], create_graph=True, allow_unused=True)
        return tuple(result for result in results if result is not None)

    return gradients


# What torch still exports, with a warning.


def _deprecated(name: str) -> None:
    warnings.warn(
        f"`{name}` was part of PyTorch's private API and not meant to be exposed. We are deprecating it and it will be "
        "removed in a future version of PyTorch. If you have a specific use for this or feature request for this to be "
        "a stable API, please file us an issue at https://github.com/pytorch/pytorch/issues/new",
        FutureWarning,
        stacklevel=3,
    )


def _check_legacy(name: str, grad_out: float, outputs: tuple) -> None:
    if grad_out != 1.0:
        raise ValueError(f"Expected grad_out to be 1.0. {name} no longer supports values of grad_out != 1.0.")
    if any(output.is_complex() for output in outputs):
        raise ValueError(
            f"Expected output to be non-complex. {name} no longer supports functions that return complex outputs."
        )


def get_numerical_jacobian(
    fn: Callable, inputs: Any, target: Any = None, eps: float = 1e-3, grad_out: float = 1.0
) -> tuple:
    """The Jacobians of ``fn(inputs)``, its first output, by finite differences. Deprecated.

    Args:
        fn: takes `inputs` as one tuple.
        target: the tensors to differentiate by, by default `inputs`; `fn` may know them from elsewhere.

    Returns:
        A tensor (target.numel(), output.numel()) for each target that requires a gradient.
    """
    _deprecated("get_numerical_jacobian")
    inputs = as_tuple(inputs)
    outputs = as_tuple(fn(inputs))
    _check_legacy("get_numerical_jacobian", grad_out, outputs)
    targets = tensors_requiring_grad(inputs if target is None else target)
    return tuple(numerical_jacobians_of_input(lambda *xs: fn(xs), inputs, x, outputs, eps)[0] for x in targets)


def get_numerical_jacobian_wrt_specific_input(
    fn: Callable, input_idx: int, inputs: tuple, outputs: tuple, eps: float, input: Tensor | None = None
) -> tuple:
    """The Jacobians of each of `outputs` of ``fn(*inputs)`` with respect to one input, by finite differences."""
    target = inputs[input_idx] if input is None else input
    jacobians = numerical_jacobians_of_input(fn, inputs, target, outputs, eps)
    return tuple(jacobian for jacobian in jacobians if jacobian is not None)


def get_analytical_jacobian(
    inputs: Any, output: Tensor, nondet_tol: float = 0.0, grad_out: float = 1.0
) -> tuple[tuple[Tensor, ...], bool, bool, bool]:
    """The Jacobians of `output` with respect to `inputs`, by the backward pass. Deprecated.

    Returns:
        The Jacobians, whether two passes agreed, and whether the sizes and the dtypes of the gradients were right.
    """
    _deprecated("get_analytical_jacobian")
    _check_legacy("get_analytical_jacobian", grad_out, (output,))
    jacobians, sizes_ok, dtypes_ok, reentrant = analytical_jacobians(inputs, output, nondet_tol)
    return tuple(jacobians), reentrant, sizes_ok, dtypes_ok
