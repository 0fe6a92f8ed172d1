"""Every sample under rushlight and under PyTorch: values, dtypes, gradients, gradients of gradients, node names."""

import numpy as np
import pytest

import rushlight
from samples import all_samples

torch = pytest.importorskip("torch")
SAMPLES = [s for s in all_samples() if s.parity]
#: Of complex numbers, PyTorch makes these of real ones, so that the last node is another.
COMPOSED = {"convolution_input_gradient", "convolution_weight_gradient", "transposed_convolution_input_gradient"}


def evaluated(module, sample):
    """Everything a program can see of the sample: values, gradients in first and second order, names."""
    inputs = [module.from_numpy(np.array(a)) for a in sample.inputs]
    inputs = [t.requires_grad_() if a.dtype.kind in "fc" else t for t, a in zip(inputs, sample.inputs)]
    out = sample.call(module, *inputs)
    outputs = [o for o in (out if isinstance(out, (tuple, list)) else (out,)) if isinstance(o, module.Tensor)]
    seen = {"values": [o.detach() for o in outputs], "names": [type(o.grad_fn).__name__ for o in outputs]}
    smooth, wanted = [o for o in outputs if o.requires_grad], [t for t in inputs if t.requires_grad]
    if smooth and wanted:
        weights = [module.arange(o.numel()).reshape(o.shape).to(o.dtype) * 0.3 + 1 for o in smooth]
        first = module.autograd.grad(smooth, wanted, weights, create_graph=True, allow_unused=True)
        seen["first"] = [g if g is None else g.detach() for g in first]
        again = [g for g in first if g is not None and g.requires_grad]
        if again and sample.twice:
            second = module.autograd.grad(again, wanted, [module.ones_like(g) for g in again], allow_unused=True)
            # torch gives zeros where there is no dependence in some operations, and None in others.
            seen["second"] = [module.zeros_like(t) if g is None else g for g, t in zip(second, wanted)]
    return seen


@pytest.mark.parametrize("sample", SAMPLES, ids=str)
def test_as_torch(sample):
    ours, theirs = evaluated(rushlight, sample), evaluated(torch, sample)
    if sample.op not in COMPOSED or all(a.dtype.kind != "c" for a in sample.inputs):
        assert ours["names"] == theirs["names"]
    for key in ("values", "first", "second"):
        got, want = ours.get(key, []), theirs.get(key, [])
        if key == "second":
            got, want = got or [], want or []
            if not got or not want:
                assert all(not t.any() for t in (*got, *want))
                continue
        assert len(got) == len(want)
        for g, w in zip(got, want):
            if w is None or g is None:
                assert g is None or not g.any()
                assert w is None or not w.any()
                continue
            assert str(g.dtype) == str(w.dtype)
            assert tuple(g.shape) == tuple(w.shape)
            np.testing.assert_allclose(
                g.resolve_conj().numpy() if hasattr(g, "resolve_conj") else g.numpy(),
                w.numpy(force=True), rtol=1e-5, atol=1e-6 if "32" in str(w.dtype) else 1e-9,
            )  # fmt: skip
