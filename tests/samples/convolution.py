"""Samples of `rushlight.ops.neural.convolution`."""

import numpy as np

from . import Sample, array, quietly

COMPLEX = np.complex128


def _conv(ndim, transposed=False, **options):
    name = f"conv_transpose{ndim}d" if transposed else f"conv{ndim}d"
    return lambda t, x, w, b=None: getattr(t.nn.functional, name)(x, w, b, **options)


def _complex(*shape, seed=0):
    return array(*shape, dtype=COMPLEX, seed=seed)


def _gradient(call, wanted):
    """The gradient of ``call``'s result times itself, recorded, by its input `wanted`."""

    def program(t, x, w):
        tensors = [x, w] if x.requires_grad else [t.zeros_like(x).copy_(x).requires_grad_(), w]
        out = call(t, *tensors)
        return t.autograd.grad((out * out).sum().real, tensors[wanted], create_graph=True)[0]

    return program


X1, W1, B = array(2, 2, 6), array(4, 2, 3, seed=1), array(4, seed=2)
X2, W2 = array(2, 2, 5, 4), array(4, 2, 3, 2, seed=1)
X3, W3 = array(1, 2, 3, 4, 3), array(2, 2, 2, 3, 2, seed=1)

SAMPLES = [
    Sample("convolution", _conv(1), (X1, W1, B)),
    Sample("convolution", _conv(1, padding="same", dilation=2), (X1, array(4, 2, 3)), label="same"),
    Sample("convolution", _conv(1, stride=2, padding=3, dilation=2), (X1, W1)),
    Sample("convolution", _conv(2), (X2, W2, B)),
    Sample("convolution", _conv(2), (X2[0], W2, B), label="unbatched"),
    Sample("convolution", _conv(2), (X2.swapaxes(2, 3), W2, B), label="strided"),
    Sample("convolution", _conv(2), (X2[:0], W2, B), label="empty"),
    Sample("convolution", _conv(2, stride=(2, 1), padding=(1, 2), dilation=(1, 2)), (X2, W2)),
    Sample("convolution", _conv(2, groups=2), (X2, W2[:, :1], B), label="groups"),
    Sample("convolution", _conv(2), (X2, W2[:, :, :1, :1], B), label="1x1"),
    Sample("convolution", _conv(2), (X2.astype(np.int64), W2.astype(np.int64)), label="integers"),
    Sample("convolution", _conv(2), (array(1, 2, 3, 3, dtype=COMPLEX), array(2, 2, 2, 2, dtype=COMPLEX), array(2, dtype=COMPLEX))),
    Sample("convolution", _conv(3), (X3, W3, B[:2])),
    Sample("transposed_convolution", _conv(1, True, stride=2, padding=1, output_padding=1), (X1, W1.swapaxes(0, 1), B)),
    Sample("transposed_convolution", _conv(2, True), (X2, W2.swapaxes(0, 1))),
    Sample("transposed_convolution", _conv(2, True), (X2[1], W2.swapaxes(0, 1), B), label="unbatched"),
    Sample("transposed_convolution", _conv(2, True, groups=2, dilation=2), (X2, W2[:2, :1], B[:2]), label="groups"),
    Sample("transposed_convolution", _conv(2, True, stride=(3, 1), output_padding=(2, 1), dilation=(1, 3)), (X2, W2[:2])),
    Sample("transposed_convolution", _conv(2, True), (array(1, 2, 2, 2, dtype=COMPLEX), array(2, 1, 2, 2, dtype=COMPLEX))),
    Sample("transposed_convolution", _conv(3, True), (X3, W3, B[:2])),
    Sample("convolution_input_gradient", _gradient(_conv(2, stride=2, padding=1), 0), (X2, W2), twice=False),
    Sample("convolution_weight_gradient", _gradient(_conv(2, stride=2, padding=1), 1), (X2, W2), twice=False),
    Sample("transposed_convolution_input_gradient", _gradient(_conv(1, True, stride=2), 0), (X1, W1[:2]), twice=False),
    Sample("convolution_weight_gradient", _gradient(_conv(1, True, stride=2), 1), (X1, W1[:2]), twice=False),
    Sample("conv_tbc", lambda t, x, w, b: t.conv_tbc(x, w, b, 1), (array(4, 2, 3), array(3, 3, 4, seed=1), B)),
    Sample("convolution", lambda t, x, w: t.convolution(x, w, None, [2], [1], [1], False, [0], 1), (X2, W2)),
]  # fmt: skip

#: A little of everything: (dimensions, options, shape of the input, shape of the weight).
EXTREMES = {
    "kernel as large as the input": (2, {}, (1, 2, 3, 2), (2, 2, 3, 2)),
    "kernel larger than the input": (2, {"padding": 2}, (1, 1, 2, 1), (2, 1, 4, 3)),
    "padding larger than the kernel": (1, {"padding": 3}, (1, 2, 2), (2, 2, 2)),
    "stride larger than the kernel": (1, {"stride": 4}, (2, 1, 11), (2, 1, 2)),
    "columns that no window sees": (2, {"stride": 3}, (1, 1, 5, 7), (2, 1, 2, 2)),
    "depthwise": (2, {"groups": 3, "padding": 1}, (2, 3, 3, 3), (6, 1, 2, 2)),
    "same, even": (1, {"padding": "same"}, (2, 2, 5), (2, 2, 4)),
    "same, dilated": (2, {"padding": "same", "dilation": (2, 3)}, (1, 1, 4, 5), (1, 1, 3, 2)),
    "valid": (1, {"padding": "valid", "stride": 2}, (1, 2, 5), (2, 2, 2)),
    "dilation as wide as the input": (1, {"dilation": 4}, (2, 1, 5), (2, 1, 2)),
    "one of all": (3, {}, (1, 1, 1, 1, 1), (1, 1, 1, 1, 1)),
    "no samples": (1, {"stride": 2, "padding": 1}, (0, 2, 5), (4, 2, 3)),
    "no channels": (1, {"stride": 1}, (2, 0, 5), (3, 0, 2)),
    "unbatched 1": (1, {"padding": 1}, (2, 4), (3, 2, 3)),
    "unbatched 3": (3, {"stride": 2}, (1, 3, 3, 4), (2, 1, 2, 1, 2)),
    "groups 3": (3, {"groups": 2, "padding": (0, 1, 0), "stride": (1, 2, 1)}, (1, 2, 2, 3, 2), (4, 1, 2, 2, 1)),
}
TRANSPOSED_EXTREMES = {
    "stride larger than the kernel": (1, {"stride": 4, "output_padding": 3}, (2, 1, 3), (1, 2, 2)),
    "padding that leaves one": (2, {"padding": 1}, (1, 2, 1, 1), (2, 2, 3, 3)),
    "depthwise": (1, {"groups": 3, "stride": 2}, (2, 3, 3), (3, 2, 2)),
    "dilated": (2, {"dilation": (3, 2), "output_padding": (2, 1), "padding": (1, 0)}, (1, 1, 3, 2), (1, 2, 2, 2)),
    "one of all": (3, {}, (1, 1, 1, 1, 1), (1, 1, 1, 1, 1)),
    "no samples": (1, {"stride": 2}, (0, 2, 5), (2, 3, 3)),
    "unbatched 1": (1, {"padding": 1}, (2, 4), (2, 3, 3)),
    "unbatched 3": (3, {"stride": (1, 2, 1)}, (1, 2, 2, 1), (1, 2, 2, 1, 2)),
    "groups 3": (3, {"groups": 2, "stride": 2, "output_padding": 1}, (1, 2, 1, 2, 1), (2, 1, 2, 1, 2)),
}
#: Of complex numbers: torch computes them as three of real ones.
COMPLEXES = (
    "depthwise",
    "same, even",
    "no samples",
    "unbatched 1",
    "columns that no window sees",
    "dilated",
    "groups 3",
)


def _extremes(op, transposed, table):
    for label, (ndim, options, x, w) in table.items():
        bias = w[1] * options.get("groups", 1) if transposed else w[0]
        dtypes = (np.float64, COMPLEX) if label in COMPLEXES else (np.float64,)
        for dtype in dtypes:
            inputs = [array(*x, dtype=dtype), array(*w, dtype=dtype, seed=1), array(bias, dtype=dtype, seed=2)]
            yield Sample(
                op, quietly(_conv(ndim, transposed, **options)), (*inputs[: 2 + (len(options) != 1)],), label=label
            )


ODD, ODD_WEIGHT = array(5, 4, 2, 2).transpose(3, 2, 1, 0)[..., ::-1], array(3, 4, 2, 3).transpose(1, 2, 0, 3)[..., ::-1]

SAMPLES += [
    *_extremes("convolution", False, EXTREMES),
    *_extremes("transposed_convolution", True, TRANSPOSED_EXTREMES),
    Sample("convolution", _conv(2), (ODD.swapaxes(2, 3), ODD_WEIGHT[..., :2], array(8)[::2]), label="not contiguous"),
    Sample("transposed_convolution", _conv(2, True), (ODD, ODD_WEIGHT[:2], array(4)[::2]), label="not contiguous"),
    # The gradients, once more: of groups, of complex numbers, of nothing.
    *[
        Sample(op, _gradient(_conv(1, transposed, **options), wanted), inputs, label=",".join(options), twice=twice)
        for op, transposed, wanted in (
            ("convolution_input_gradient", False, 0),
            ("convolution_weight_gradient", False, 1),
            ("transposed_convolution_input_gradient", True, 0),
            ("convolution_weight_gradient", True, 1),
        )
        for options, twice, inputs in (
            ({"stride": 2, "padding": 1}, True, (array(1, 2, 4), array(2, 1 + (not transposed), 3))),
            ({"groups": 2, "dilation": 2}, False, (array(2, 2, 4), array(2, 1, 2))),
            ({}, False, (_complex(1, 1, 3), _complex(1, 1, 2))),
            ({"padding": 1}, False, (array(0, 2, 3), array(2, 2, 2))),
            ({"padding": 2}, False, (array(4, 2, 2).T[..., ::-1], array(2, 2, 2).T)),
        )
    ],
    *[
        Sample(
            "conv_tbc",
            lambda t, x, w, b, p=pad: t.conv_tbc(x, w, b, p),
            (x, w, array(w.shape[2])),
            parity=x.flags.c_contiguous,
        )
        # (PyTorch's takes no memory but contiguous.)
        for pad, x, w in (
            (0, array(3, 2, 2), array(3, 2, 2)),
            (3, array(1, 2, 2), array(2, 2, 1)),
            (1, array(3, 0, 2), array(2, 2, 3)),
            (1, array(2, 2, 3).T, array(3, 2, 2).T),
        )
    ],
]
