"""Every operation, with what it saves in the keeping of hooks, and in a checkpoint: the same gradients."""

import numpy as np
import pytest

import rushlight as torch
from rushlight.autograd.graph import saved_tensors_hooks
from rushlight.utils.checkpoint import checkpoint
from samples import all_samples

SAMPLES = [s for s in all_samples() if any(a.dtype.kind in "fc" for a in s.inputs)]


def kept():
    """Hooks that keep bytes, and make the tensor anew from them."""

    def pack(x):
        a = x.detach().numpy()
        return a.tobytes(), a.dtype, a.shape, x.dtype

    def unpack(packed):
        data, dtype, shape, wanted = packed
        return torch.from_numpy(np.frombuffer(data, dtype).reshape(shape).copy()).to(wanted)

    return saved_tensors_hooks(pack, unpack)


def run(sample, call):
    """First gradients of the sample's outputs, and the gradients of these."""
    torch.manual_seed(0)
    made = [torch.from_numpy(np.array(a)) for a in sample.inputs]
    inputs = [t.requires_grad_() if a.dtype.kind in "fc" else t for t, a in zip(made, sample.inputs, strict=True)]
    out = call(sample, inputs)
    outputs = [
        o
        for o in (out if isinstance(out, (tuple, list)) else (out,))
        if isinstance(o, torch.Tensor) and o.requires_grad
    ]
    wanted = [t for t in inputs if t.requires_grad]
    if not outputs:
        return [], []
    options = {"allow_unused": True, "materialize_grads": True}
    ones = [torch.ones_like(o) for o in outputs]
    if not sample.twice:
        return torch.autograd.grad(outputs, wanted, ones, **options), []
    first = torch.autograd.grad(outputs, wanted, ones, create_graph=True, **options)
    recorded = [g for g in first if g.requires_grad]
    second = (
        torch.autograd.grad(recorded, wanted, [torch.ones_like(g) for g in recorded], **options) if recorded else []
    )
    return [g.detach() for g in first], second


def packed(sample, inputs):
    with kept():
        return sample.call(torch, *inputs)


def checkpointed(sample, inputs):
    return checkpoint(lambda *given: sample.call(torch, *given), *inputs, use_reentrant=False)


@pytest.mark.parametrize("sample", SAMPLES, ids=str)
def test_the_same_gradients(sample):
    expected = run(sample, lambda sample, inputs: sample.call(torch, *inputs))
    for way in (packed, checkpointed):
        for order, wanted in zip(run(sample, way), expected, strict=True):
            for got, want in zip(order, wanted, strict=True):
                # Equal but for rounding: what was a NumPy scalar comes back as an array.
                np.testing.assert_allclose(got.numpy(), want.numpy(), rtol=1e-5, atol=1e-12, err_msg=way.__name__)
