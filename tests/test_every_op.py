"""Every operation, by its samples: right derivatives in first and second order, nothing mutated, nothing forgotten."""

import importlib
import pkgutil

import numpy as np
import pytest

import rushlight as torch
import rushlight.ops
from rushlight.core.op import OPS
from samples import Sample, all_samples

for _module in pkgutil.walk_packages(rushlight.ops.__path__, "rushlight.ops."):
    importlib.import_module(_module.name)  # also the families that are loaded late
SAMPLES = all_samples()
ids = [str(s) for s in SAMPLES]

#: Operations that a sample reaches under another name, or that only the engine records.
INTERNAL = {"as_strided_view", "write_slice"}


def tensors(sample: Sample) -> list[torch.Tensor]:
    """The sample's inputs as tensors; those of floating or complex type require grad."""
    made = [torch.from_numpy(np.array(a)) for a in sample.inputs]
    return [t.requires_grad_() if a.dtype.kind in "fc" else t for t, a in zip(made, sample.inputs)]


def float_outputs(out):
    outputs = [o for o in (out if isinstance(out, (tuple, list)) else (out,)) if isinstance(o, torch.Tensor)]
    return tuple(o for o in outputs if o.requires_grad)


def test_every_op_has_samples():
    assert not set(OPS) - {s.op for s in SAMPLES} - INTERNAL


@pytest.mark.parametrize("sample", SAMPLES, ids=ids)
def test_first_order(sample):
    inputs = tensors(sample)
    out = float_outputs(sample.call(torch, *inputs))
    if not out:
        return
    before = [np.array(a) for a in sample.inputs]
    wanted = [t for t in inputs if t.requires_grad]
    gradients = torch.autograd.grad(out, wanted, [torch.ones_like(o) for o in out], allow_unused=True)
    for t, g in zip(wanted, gradients):
        assert g is None or (g.shape == t.shape and g.dtype is t.dtype)
    for t, a in zip(inputs, before):
        np.testing.assert_array_equal(t.detach().numpy(), a)
    if sample.smooth and wanted:
        assert torch.autograd.gradcheck(_of_wanted(sample, inputs), wanted, check_undefined_grad=False)


@pytest.mark.parametrize("sample", [s for s in SAMPLES if s.smooth and s.twice], ids=str)
def test_second_order(sample):
    inputs = tensors(sample)
    wanted = [t for t in inputs if t.requires_grad]
    if not wanted or not float_outputs(sample.call(torch, *inputs)):
        return
    assert torch.autograd.gradgradcheck(_of_wanted(sample, inputs), wanted, check_undefined_grad=False)


def _of_wanted(sample, inputs):
    """The sample as a function of its differentiable inputs alone, returning its differentiable outputs."""
    places = [i for i, t in enumerate(inputs) if t.requires_grad]

    def function(*given):
        every = list(inputs)
        for i, t in zip(places, given):
            every[i] = t
        return float_outputs(sample.call(torch, *every))

    return function
