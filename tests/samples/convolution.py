"""Samples of `rushlight.ops.neural.convolution`."""

import numpy as np

from . import Sample, array

COMPLEX = np.complex128


def _conv(ndim, transposed=False, **options):
    name = f"conv_transpose{ndim}d" if transposed else f"conv{ndim}d"
    return lambda t, x, w, b=None: getattr(t.nn.functional, name)(x, w, b, **options)


def _gradient(call, wanted):
    """The gradient of ``call``'s result times itself, recorded, by its input `wanted`."""

    def program(t, x, w):
        tensors = [x, w] if x.requires_grad else [t.zeros_like(x).copy_(x).requires_grad_(), w]
        out = call(t, *tensors)
        return t.autograd.grad((out * out).sum(), tensors[wanted], create_graph=True)[0]

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
