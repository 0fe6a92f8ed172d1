"""Convolutions of one, two and three dimensions, and their transposes.

Note [Three products]
    A convolution y = conv(x, w) is bilinear, so that with a gradient g of y there are three products of two:

        y  = conv(x, w)         every window of x, as a column, times the kernels
        gx = transposed(g, w)   every column put back into its window, summed where windows overlap
        gw = of_weight(g, x)    every window of x times its gradient

    The derivatives of each are the other two, whatever the order. A transposed convolution *is* the second. `size`, an
    argument of all three, says how large the last dimensions of the result are, for strides do not tell. `convolving`
    computes them.
"""

from __future__ import annotations

import functools
from typing import Any

import numpy as np

from ...core.declare import op
from ...core.op import parameters
from ...core.tensor import Tensor
from ..products.matmul import c_type
from ..support.arguments import check_bool, check_int, check_tensor, unimplemented
from ..support.casting import ACTIVE, in_lower_precision, lowered
from ..support.options import argument_error, no_such_call, warn_once
from ..support.precision import wide_op
from ..support.rows import summed
from .convolving import convolved, of_weight, transposed
from .padding import constant_pad_nd
from .sliding import Ints, are_ints, ints_of, is_int

__all__ = [
    "conv1d", "conv2d", "conv3d", "conv_tbc", "conv_transpose1d", "conv_transpose2d", "conv_transpose3d", "convolution",
]  # fmt: skip


def _bias_gradient(g: Any) -> Any:
    return summed(g, (0, *range(2, g.ndim)))


# The operations. Gradients are recorded under a node name of their own, so each direction is declared twice.


def _convolution(name: str, node: str, transpose: Any) -> Any:
    return wide_op(name, convolved, node, {
        "x": lambda g, x_shape, weight, stride, padding, dilation, groups: transpose()(
            g, weight, None, x_shape[2:], stride, padding, dilation, groups),
        "weight": lambda g, x, weight_shape, stride, padding, dilation, groups: weight_op(
            g, x, weight_shape[2:], stride, padding, dilation, groups),
        "bias": _bias_gradient,
    }, names=parameters(convolved), saved_as={"x": "input"})  # fmt: skip


def _transposed_convolution(name: str, node: str, convolution: Any) -> Any:
    return op(name, transposed, node, {
        "x": lambda g, x_shape, weight, stride, padding, dilation, groups: convolution()(
            g, weight, None, x_shape[2:], stride, padding, dilation, groups),
        "weight": lambda g, x, weight_shape, stride, padding, dilation, groups: weight_op(
            x, g, weight_shape[2:], stride, padding, dilation, groups),
        "bias": _bias_gradient,
    }, names=parameters(transposed), saved_as={"x": "input"})  # fmt: skip


_GRADIENT = "ConvolutionBackwardBackward0"
convolution_op = _convolution("convolution", "ConvolutionBackward0", lambda: input_gradient)
transposed_op = _transposed_convolution(
    "transposed_convolution", "ConvolutionBackward0", lambda: _transposed_input_gradient
)
input_gradient = _transposed_convolution("convolution_input_gradient", _GRADIENT, lambda: convolution_op)
_transposed_input_gradient = _convolution("transposed_convolution_input_gradient", _GRADIENT, lambda: transposed_op)
weight_op = wide_op("convolution_weight_gradient", of_weight, _GRADIENT, {
    "g": lambda gg, g_shape, x, stride, padding, dilation, groups: convolution_op(
        x, gg, None, g_shape[2:], stride, padding, dilation, groups),
    "x": lambda gg, g, x_shape, stride, padding, dilation, groups: transposed_op(
        g, gg, None, x_shape[2:], stride, padding, dilation, groups),
}, names=parameters(of_weight))  # fmt: skip


def _time_last(x: Any) -> Any:
    """(time, batch, C) as (batch, C, time)."""
    return x.swapaxes(0, 1).swapaxes(1, 2)


def _time_first(x: Any) -> Any:
    return x.swapaxes(1, 2).swapaxes(0, 1)


def _tbc_value(x: Any, weight: Any, bias: Any, size: Ints, pad: Ints) -> Any:
    out = convolved(_time_last(x), weight.swapaxes(0, 2), bias, size, (1,), pad, (1,), 1)
    return np.ascontiguousarray(_time_first(out))


_tbc = wide_op("conv_tbc", _tbc_value, "ConvTbcBackward0", {
    "x": lambda g, x_shape, weight, pad: _time_first(
        transposed_op(_time_last(g), weight.swapaxes(0, 2), None, x_shape[:1], (1,), pad, (1,), 1)),
    "weight": lambda g, x, weight_shape, pad: weight_op(
        _time_last(g), _time_last(x), weight_shape[:1], (1,), pad, (1,), 1).swapaxes(0, 2),
    "bias": lambda g: g.sum((0, 1)),
})  # fmt: skip


# Checks, in torch's words and its order.


def _check_bias_dtype(input: Tensor, bias: Tensor | None) -> None:
    if bias is not None and bias.dtype is not input.dtype:
        types = [c_type(t) for t in (input, bias)]
        raise RuntimeError("Input type ({}) and bias type ({}) should be the same".format(*types))


def _one_each(argument: str, value: Ints, ndim: int) -> Ints:
    if len(value) == ndim:
        return value
    if len(value) == 1:
        return value * ndim
    raise RuntimeError(
        f"expected {argument} to be a single integer value or a list of {ndim} values to match the convolution "
        f"dimensions, but got {argument}={list(value)}"
    )


def _check_numbers(stride: Ints, padding: Ints, dilation: Ints, output_padding: Ints, groups: int) -> None:
    if any([p < 0 for p in padding]):
        raise RuntimeError("negative padding is not supported")
    if any([p < 0 for p in output_padding]):
        raise RuntimeError("negative output_padding is not supported")
    if any([s <= 0 for s in stride]):
        raise RuntimeError("non-positive stride is not supported")
    if any([d <= 0 for d in dilation]):
        raise RuntimeError(f"dilation should be greater than zero, but got {list(dilation)}")
    if groups <= 0:
        raise RuntimeError("non-positive groups is not supported")


def _check_shapes(x: Ints, weight: Ints, bias: Ints | None, padding: Ints, dilation: Ints, transposed: bool, groups: int) -> None:
    """Of tensors whose numbers of dimensions were checked."""
    if len(x) != len(weight):
        raise RuntimeError(
            f"Expected {len(weight)}-dimensional input for {len(weight)}-dimensional weight {list(weight)}, but got "
            f"{len(x)}-dimensional input of size {list(x)} instead"
        )
    if weight[0] < groups:
        raise RuntimeError(
            f"Given groups={groups}, expected weight to be at least {groups} at dimension 0, but got weight of size "
            f"{list(weight)} instead"
        )
    if weight[0] % groups:
        raise RuntimeError(
            f"Given groups={groups}, expected weight to be divisible by {groups} at dimension 0, but got weight of size "
            f"[{list(weight)}] instead"
        )
    given = f"transposed={int(transposed)}" if transposed else f"groups={groups}"
    channels = weight[0] if transposed else weight[1] * groups
    if x[1] != channels:
        raise RuntimeError(
            f"Given {given}, weight of size {list(weight)}, expected input{list(x)} to have {channels} channels, but got "
            f"{x[1]} channels instead"
        )
    filters = weight[1] * groups if transposed else weight[0]
    if bias is not None and bias != (filters,):
        raise RuntimeError(
            f"Given {'transposed=1, ' if transposed else ''}weight of size {list(weight)}, expected bias to be "
            f"1-dimensional with {filters} elements, but got bias of size {list(bias)} instead"
        )
    if transposed:
        return
    reach = [d * (k - 1) + 1 for d, k in zip(dilation, weight[2:])]
    room = [n + 2 * p for n, p in zip(x[2:], padding)]
    if any([k > n for k, n in zip(reach, room)]):
        raise RuntimeError(
            f"Calculated padded input size per channel: ({' x '.join(map(str, room))}). Kernel size: "
            f"({' x '.join(map(str, reach))}). Kernel size can't be greater than actual input size"
        )


_AXES = {1: ("width",), 2: ("height", "width"), 3: ("depth", "height", "width")}


def _named(word: str, values: Ints) -> str:
    return " ".join([f"{word}_{axis}: {value}" for axis, value in zip(_AXES[len(values)], values)])


def _check_kernel(input: Tensor, weight: Tensor, ndim: int, dilation: Ints, transposed: bool) -> None:
    shape = input._data.shape
    if input.dtype is not weight.dtype:
        raise RuntimeError(f"expected scalar type {input.dtype.scalar_name} but found {weight.dtype.scalar_name}")
    if input._data.dtype.kind in "bc":
        kernel = "slow_conv_dilated<>" if max(dilation) > 1 else "compute_columns3d" if ndim == 3 else "slow_conv2d_cpu"
        raise unimplemented(f"slow_conv_transpose{max(ndim, 2)}d_out_cpu" if transposed else kernel, input.dtype)
    if transposed and not weight._data.shape[1] and shape[0]:
        given = list(weight._data.shape if ndim > 1 else (*weight._data.shape[:2], 1, *weight._data.shape[2:]))
        five = "5D (n_output_plane x n_input_plane x kernel_depth x kernel_height x kernel_width) tensor expected for weight"
        raise RuntimeError(f"non-empty {five if ndim == 3 else '2D or 4D weight tensor expected'}, but got: {given}")
    if 0 in weight._data.shape[2:]:
        raise RuntimeError(f"kernel size should be greater than zero, but got {_named('kernel', weight._data.shape[2:])}")
    if 0 in shape[2:] and 0 not in shape[:2]:
        raise RuntimeError(
            f"Only zero batch or zero channel inputs are supported, but got input shape: {list(shape)}"
        )


def _transposed_size(n: Ints, kernel: Ints, stride: Ints, padding: Ints, dilation: Ints, output_padding: Ints) -> Ints:
    if any([o >= max(s, d) for o, s, d in zip(output_padding, stride, dilation)]):
        raise RuntimeError(
            "output padding must be smaller than either stride or dilation, but got "
            f"{_named('output_padding', output_padding)} {_named('stride', stride)} {_named('dilation', dilation)}"
        )
    size = tuple([
        (m - 1) * s - 2 * p + d * (k - 1) + o + 1
        for m, k, s, p, d, o in zip(n, kernel, stride, padding, dilation, output_padding)
    ])
    if any([m < 1 for m in size]):
        raise RuntimeError(
            f"Given input size per channel: ({' x '.join(map(str, n))}). Calculated output size per channel: "
            f"({' x '.join(map(str, size))}). Output size is too small"
        )
    return size


def checked_convolution(input: Tensor, weight: Tensor, bias: Tensor | None, stride: Ints, padding: Ints, dilation: Ints,
              transposed: bool, output_padding: Ints, groups: int) -> Tensor:  # fmt: skip
    """A convolution of a batch, or its transpose, of tensors and integers; their values are checked here."""
    x, w = input._data.shape, weight._data.shape
    if len(w) <= 2:
        raise RuntimeError("weight should have at least three dimensions")
    _check_bias_dtype(input, bias)
    biases = None if bias is None else bias._data.shape
    size, stride, padding, dilation, output_padding = _geometry(
        x, w, biases, stride, padding, dilation, transposed, output_padding, groups
    )
    _check_kernel(input, weight, len(w) - 2, dilation, transposed)
    if size is None:
        size = _transposed_size(x[2:], w[2:], stride, padding, dilation, output_padding)
    if not x[1]:  # torch gives no channels for none, whatever the weight
        weight, bias = weight[:0], None
    function = transposed_op if transposed else convolution_op
    return function(input, weight, bias, size, stride, padding, dilation, groups)


@functools.lru_cache(maxsize=1024)
def _geometry(x: Ints, weight: Ints, bias: Ints | None, stride: Ints, padding: Ints, dilation: Ints,
              transposed: bool, output_padding: Ints, groups: int) -> tuple[Any, Ints, Ints, Ints, Ints]:  # fmt: skip
    """The size of the result (None for a transposed convolution, which is checked further first), stride, padding, dilation
    and output padding, one for each dimension, checked as far as shapes and numbers tell. Programs repeat themselves."""
    ndim = len(weight) - 2
    stride, padding = _one_each("stride", stride, ndim), _one_each("padding", padding, ndim)
    dilation, output_padding = _one_each("dilation", dilation, ndim), _one_each("output_padding", output_padding, ndim)
    _check_numbers(stride, padding, dilation, output_padding, groups)
    _check_shapes(x, weight, bias, padding, dilation, transposed, groups)
    if ndim > 3:
        raise RuntimeError("unsupported ConvNd parameters")
    windows = zip(x[2:], weight[2:], stride, padding, dilation)
    size = None if transposed else tuple([(n + 2 * p - d * (k - 1) - 1) // s + 1 for n, k, s, p, d in windows])
    return size, stride, padding, dilation, output_padding


def _complex_convolution(call: Any, input: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
    """Three real convolutions: (a + bi)(c + di) = (ac - bd) + i((a + b)(c + d) - ac - bd)."""
    if input.dtype is not weight.dtype:
        raise RuntimeError(f"expected scalar type {input.dtype.scalar_name} but found {weight.dtype.scalar_name}")
    x, w, xi, wi = input.real, weight.real, input.imag, weight.imag
    real, imaginary = call(x, w, None if bias is None else bias.real), call(xi, wi, None)
    both = call(x + xi, w + wi, None if bias is None else bias.real + bias.imag)
    return (real - imaginary) + (both - real - imaginary) * 1j


def _batched(name: str, input: Tensor, ndim: int) -> Tensor:
    """The input with a batch dimension."""
    given = input._data.ndim
    if given == ndim + 2:
        return input
    if given != ndim + 1:
        raise RuntimeError(
            f"Expected {ndim + 1}D (unbatched) or {ndim + 2}D (batched) input to {name}, but got input of size: "
            f"{list(input._data.shape)}"
        )
    return input.unsqueeze(0)


def _same(input: Tensor, weight: Tensor, bias: Tensor | None, stride: Ints, dilation: Ints, groups: int) -> Tensor:
    """A convolution whose result is as large as its input. Where the padding is odd, there is one more behind."""
    kernel = weight._data.shape[2:]
    ndim = len(kernel)
    if len(input._data.shape) != ndim + 2:
        x, w = list(input._data.shape), list(weight._data.shape)
        raise RuntimeError(
            f"Expected {ndim + 2}-dimensional input for {ndim + 2}-dimensional weight {w}, but got {len(x)}-dimensional "
            f"input of size {x} instead"
        )
    if any([s != 1 for s in stride]):
        raise RuntimeError("padding='same' is not supported for strided convolutions")
    dilation = _one_each("dilation", dilation, ndim)
    total = [d * (k - 1) for d, k in zip(dilation, kernel)]
    if any([p % 2 for p in total]):
        warn_once(
            "Using padding='same' with even kernel lengths and odd dilation may require a zero-padded copy of the input "
            "be created"
        )
        input = constant_pad_nd(input, [side for p in reversed(total) for side in (0, p % 2)], 0)
    return checked_convolution(input, weight, bias, stride, tuple([p // 2 for p in total]), dilation, False, (0,) * ndim, groups)


_SIGNATURE = (
    "(Tensor input, Tensor weight, Tensor bias = None, tuple of ints stride = 1, {}, tuple of ints dilation = 1, "
    "int groups = 1)"
)
_SIGNATURES = [_SIGNATURE.format(p) for p in ("tuple of ints padding = 0", 'str padding = "valid"')]
_OPTIONS = ("input", "weight", "bias", "stride", "padding", "dilation", "groups")


def _are_convolution_arguments(input: Any, weight: Any, bias: Any, stride: Any, padding: Any, dilation: Any,
                               groups: Any) -> bool:  # fmt: skip
    return (
        isinstance(input, Tensor)
        and isinstance(weight, Tensor)
        and (bias is None or isinstance(bias, Tensor))
        and are_ints(stride)
        and (isinstance(padding, str) or are_ints(padding))
        and are_ints(dilation)
        and is_int(groups)
    )


def _convolve(name: str, ndim: int, input: Tensor, weight: Tensor, bias: Tensor | None, stride: Any, padding: Any,
              dilation: Any, groups: int) -> Tensor:  # fmt: skip
    _check_bias_dtype(input, bias)
    x = _batched(name, input, ndim)
    if weight._data.ndim < 3:
        raise RuntimeError("weight should have at least three dimensions")
    stride, dilation = ints_of(name, "stride", stride, ndim), ints_of(name, "dilation", dilation, ndim)
    if isinstance(padding, str):
        if padding not in ("same", "valid"):
            raise RuntimeError(f"Invalid padding string: '{padding}'")
        same, padding = padding == "same", (0,) * ndim
    else:
        same, padding = False, ints_of(name, "padding", padding, ndim)

    def call(x: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
        if same:
            return _same(x, weight, bias, stride, dilation, groups)
        return checked_convolution(x, weight, bias, stride, padding, dilation, False, (0,) * ndim, groups)

    out = _complex_convolution(call, x, weight, bias) if x._data.dtype.kind == "c" else call(x, weight, bias)
    return out if x is input else out.squeeze(0)


def _front(ndim: int) -> Any:
    name = f"conv{ndim}d"

    def function(*args: Any, **kwargs: Any) -> Tensor:
        given = dict(zip(_OPTIONS, args))
        if len(args) > 7 or given.keys() & kwargs or not kwargs.keys() <= set(_OPTIONS) or len(given) + len(kwargs) < 2:
            raise no_such_call(name, args, kwargs, _SIGNATURES)
        given = {**_DEFAULTS, **given, **kwargs}
        if not _are_convolution_arguments(**given):
            raise no_such_call(name, args, kwargs, _SIGNATURES)
        if ACTIVE[0]:
            given.update(zip(_OPTIONS, lowered(given["input"], given["weight"], given["bias"])))
        return _convolve(name, ndim, **given)

    axes = ", ".join(("D", "H", "W")[3 - ndim :])
    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"""Every window of `input` times the kernels of `weight`, summed: a cross-correlation.

    Arguments are ``(input, weight, bias=None, stride=1, padding=0, dilation=1, groups=1)``: `input` (N, C, {axes}) or
    (C, {axes}), `weight` (O, C / groups, kernel...), `bias` (O); all of one dtype. A padding of ``"same"`` keeps the size
    (for a stride of 1), ``"valid"`` is none. The result is (N, O, ...) with sizes
    ``(n + 2 * padding - dilation * (kernel - 1) - 1) // stride + 1``.

    Raises RuntimeError for shapes, dtypes and numbers that do not fit.

    >>> torch.{name}(torch.ones(1, 1{", 4" * ndim}), torch.ones(1, 1{", 2" * ndim})).shape
    torch.Size([1, 1{", 3" * ndim}])
    """
    return function


_DEFAULTS: dict[str, Any] = {
    "input": None, "weight": None, "bias": None, "stride": 1, "padding": 0, "dilation": 1, "groups": 1,
}  # fmt: skip
conv1d, conv2d, conv3d = _front(1), _front(2), _front(3)


def _transposed_front(ndim: int) -> Any:
    name = f"conv_transpose{ndim}d"

    def function(
        input: Tensor, weight: Tensor, bias: Tensor | None = None, stride: Any = 1, padding: Any = 0,
        output_padding: Any = 0, groups: int = 1, dilation: Any = 1,
    ) -> Tensor:  # fmt: skip
        check_tensor(name, input)
        check_tensor(name, weight, "weight", 2)
        if bias is not None:
            check_tensor(name, bias, "bias", 3)
        numbers = [
            ints_of(name, argument, value, ndim)
            for argument, value in (("stride", stride), ("padding", padding), ("output_padding", output_padding))
        ]
        check_int(name, groups, "groups", None)
        if ACTIVE[0]:
            input, weight, bias = lowered(input, weight, bias)
        spread = ints_of(name, "dilation", dilation, ndim)
        _check_bias_dtype(input, bias)
        x = _batched(name, input, ndim)

        def call(x: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
            return checked_convolution(x, weight, bias, numbers[0], numbers[1], spread, True, numbers[2], groups)

        out = _complex_convolution(call, x, weight, bias) if x._data.dtype.kind == "c" else call(x, weight, bias)
        return out if x is input else out.squeeze(0)

    axes = ", ".join(("D", "H", "W")[3 - ndim :])
    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"""The transpose of `conv{ndim}d`: every element of `input` times the kernels, added where they fall.

    `input` is (N, C, {axes}) or (C, {axes}), `weight` (C, O / groups, kernel...), `bias` (O); all of one dtype. The result is
    (N, O, ...) with sizes ``(n - 1) * stride - 2 * padding + dilation * (kernel - 1) + output_padding + 1``.

    Raises RuntimeError for shapes, dtypes and numbers that do not fit.

    >>> torch.{name}(torch.ones(1, 1{", 3" * ndim}), torch.ones(1, 1{", 2" * ndim})).shape
    torch.Size([1, 1{", 4" * ndim}])
    """
    return function


conv_transpose1d, conv_transpose2d, conv_transpose3d = _transposed_front(1), _transposed_front(2), _transposed_front(3)


def convolution(input: Tensor, weight: Tensor, bias: Tensor | None, stride: Ints, padding: Ints, dilation: Ints,
                transposed: bool, output_padding: Ints, groups: int) -> Tensor:  # fmt: skip
    """`conv1d` to `conv3d` and their transposes of a batch, by the number of dimensions of `weight`.

    Raises RuntimeError for shapes, dtypes and numbers that do not fit.
    """
    check_tensor("convolution", input)
    check_tensor("convolution", weight, "weight", 2)
    if bias is not None:
        check_tensor("convolution", bias, "bias", 3)
    lists = []
    for position, (argument, value) in enumerate(
        (("stride", stride), ("padding", padding), ("dilation", dilation), ("output_padding", output_padding)), 4
    ):
        if not isinstance(value, (tuple, list)) or not are_ints(value):
            raise argument_error("convolution", argument, "tuple of ints", value, position + (position == 7))
        lists.append(tuple(value))
    check_bool("convolution", transposed, "transposed", 7)
    check_int("convolution", groups, "groups", 9)
    strides, paddings, dilations, output_paddings = lists
    return checked_convolution(input, weight, bias, strides, paddings, dilations, transposed, output_paddings, groups)


@in_lower_precision
def conv_tbc(input: Tensor, weight: Tensor, bias: Tensor, pad: int = 0) -> Tensor:
    """A convolution over time, of stride 1: `input` (time, batch, C), `weight` (kernel, C, O) and `bias` (O) to (time + 2 pad -
    kernel + 1, batch, O).

    Raises RuntimeError for shapes that do not fit.

    >>> torch.conv_tbc(torch.ones(3, 1, 1), torch.ones(2, 1, 1), torch.zeros(1)).flatten()
    tensor([2., 2.])
    """
    for position, (name, t) in enumerate((("self", input), ("weight", weight), ("bias", bias)), 1):
        check_tensor("conv_tbc", t, name, position)
    if input.ndim != 3:
        raise RuntimeError("Input must have 3 dims: time, batch, in_channel")
    if weight.ndim != 3:
        raise RuntimeError("Weight tensor must have 3 dims: kernel_width, in_channels, out_channels.")
    if bias.ndim != 1:
        raise RuntimeError("Bias must be 1-D")
    if input.shape[2] != weight.shape[1]:
        raise RuntimeError("Input dim 2 (input channels) is not == dim 1 in the weight tensor")
    if weight.shape[2] != bias.shape[0]:
        raise RuntimeError("Bias size must equal dim 2 in the weight tensor (output channels).")
    check_int("conv_tbc", pad, "pad", 4)
    if pad < 0:
        input, pad = input[-pad : pad or None], 0
    if weight.dtype is not input.dtype:
        names = input.dtype.scalar_name, weight.dtype.scalar_name
        raise RuntimeError("self and mat2 must have the same dtype, but got {} and {}".format(*names))
    if input._data.dtype.kind == "b":
        raise unimplemented("addmm_impl_cpu_", input.dtype)
    size = max(input.shape[0] + 2 * pad - weight.shape[0] + 1, 0)
    return _tbc(input, weight, bias, (size,), (pad,))
