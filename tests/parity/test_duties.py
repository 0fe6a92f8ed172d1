"""What takes "real numbers only" here does so in PyTorch: of samples with complex numbers instead, it takes none that are
refused here. (What both take, made of several operations, gives this one the real parts.)
"""

import warnings

import numpy as np
import pytest

import duties
import rushlight
from duties import EXCEPTED

torch = pytest.importorskip("torch")
REAL = [name for (name, kind), reason in EXCEPTED.items() if kind == "complex128" and reason == "real numbers only"]


@pytest.mark.parametrize("name", REAL)
def test_real_in_pytorch_too(name):
    for sample in duties.own_samples()[name]:
        if not sample.parity or not any(a.dtype == np.float64 for a in sample.inputs) or not all(a.size for a in sample.inputs):
            continue
        inputs = next(duties.variants(sample, "complex128"))
        if accepted(torch, sample.call, inputs):
            assert accepted(rushlight, sample.call, inputs), f"PyTorch takes {sample} of complex numbers"


def accepted(torch, call, inputs):
    """Whether `torch` takes these numbers, and a gradient comes back to one that is complex."""
    tensors = [torch.from_numpy(np.array(a)) for a in inputs]
    tensors = [t.requires_grad_() if t.is_floating_point() or t.is_complex() else t for t in tensors]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            torch.manual_seed(0)
            out = call(torch, *tensors)
            outs = [o for o in (out if isinstance(out, (tuple, list)) else (out,)) if isinstance(o, torch.Tensor)]
            outs = [o for o in outs if o.requires_grad]
            found = torch.autograd.grad(outs, tensors, [torch.ones_like(o) for o in outs], allow_unused=True) if outs else ()
    except (RuntimeError, TypeError, NotImplementedError, IndexError, ValueError):
        return False
    return any(g is not None and g.is_complex() for g in found)
