"""Samples for `rushlight.ops.creation.conversion` and `rushlight.ops.language.legacy`."""

import warnings

import numpy as np

from . import Sample, array

WHOLE = np.arange(6).reshape(2, 3)


def accumulated(torch, x):
    """The gradient of w, which is a copy of x on the graph."""
    w = torch.ones_like(x, requires_grad=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # create_graph warns of a reference cycle
        (w * x).sum().abs().square().backward(inputs=[w], create_graph=True)
    return w.grad


def as_it_is(w, out, x):
    """The gradient of a conversion: that which arrives, converted back."""
    return (w.astype(x.dtype),)


SAMPLES = [
    Sample("clone", lambda torch, x: x.clone(), (array(2, 3),)),
    Sample("clone", lambda torch, x: torch.clone(x), (array(),), label="0-d"),
    Sample("clone", lambda torch, x: x.t().clone(), (array(2, 3),), label="transposed"),
    Sample("clone", lambda torch, x: x.clone(memory_format=torch.contiguous_format), (array(2, 3).T,), label="ordered"),
    Sample("clone", lambda torch, x: x.t().contiguous() * x.t(), (array(2, 3),), label="contiguous"),
    Sample("clone", lambda torch, x: x.expand(2, 3).clone(), (array(1, 3),), label="expanded"),
    Sample("clone", lambda torch, x: x.clone(), (array(0, 3),), label="empty"),
    Sample("clone", lambda torch, x: x.clone() * x, (array(3, dtype=np.complex128),)),
    Sample("clone", lambda torch, x: x.clone(), (WHOLE,)),
    Sample("_to_copy", lambda torch, x: x.to(torch.float32), (array(2, 3),), smooth=False, gradient=as_it_is),
    Sample("_to_copy", lambda torch, x: x.double(), (array(2, 3, dtype=np.float32),), smooth=False, gradient=as_it_is),
    Sample("_to_copy", lambda torch, x: (x.double() * x).half(), (array(3, dtype=np.float32),), smooth=False,
           gradient=lambda w, out, x: (2 * x * w,)),
    Sample("_to_copy", lambda torch, x: x.to(x.dtype, copy=True), (array(2, 3),), label="same"),
    Sample("_to_copy", lambda torch, x: x.to(torch.complex128), (array(2, 3),)),
    Sample("_to_copy", lambda torch, x: (x * x).to(torch.complex128) * (1 + 2j), (array(2, 3),), label="twice"),
    Sample("_to_copy", lambda torch, x: x.to(torch.float64), (array(),), label="0-d"),
    Sample("_to_copy", lambda torch, x: x.to(torch.int32), (array(2, 3),)),
    Sample("_to_copy", lambda torch, x: x.to(torch.float64), (WHOLE,)),
    Sample("_to_copy", lambda torch, x: x.t().to(torch.complex128), (array(2, 3),), label="transposed"),
    Sample("accumulated", accumulated, (array(2, 3),)),
    Sample("accumulated", accumulated, (array(),), label="0-d"),
    Sample("accumulated", accumulated, (array(2, 3, dtype=np.complex128),)),
    Sample("alias", lambda torch, x: torch.Tensor(x), (array(2, 3),)),
    Sample("alias", lambda torch, x: torch.Tensor(x) * x, (array(),), label="0-d"),
]
