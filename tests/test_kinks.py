"""Where operations are not smooth: at kinks, ties, poles and ends, the gradient is one of those near by, or by formula.

PyTorch's choice among them is what `tests/parity` asks for, where PyTorch is.
"""

import numpy as np
import pytest

import duties
from duties import EXCEPTED
from proofs import between, by_formula, gradients, is_between
from samples import all_samples

SAMPLES = [s for s in all_samples() if not s.smooth and any(a.dtype.kind in "fc" for a in s.inputs)]


@pytest.mark.parametrize("sample", SAMPLES, ids=str)
def test_gradient(sample):
    (by_formula if sample.gradient else between)(sample)


POINTS = [(op.name, kind) for op in duties.differentiable() for kind in duties.boundaries(op)]


@pytest.mark.parametrize("name, kind", [pair for pair in POINTS if pair not in EXCEPTED])
def test_gradient_at_a_boundary(name, kind):
    """Zeros, ties and infinities, derived from samples of the operation."""
    sample = duties.at_boundary(name, kind)
    assert sample, f"no sample of {name} can be had at {kind}"
    at_boundary(sample)


def at_boundary(sample):
    with np.errstate(all="ignore"):
        found = gradients(sample, sample.inputs)
        try:
            is_between(sample, found, 16)
        except AssertionError:
            is_between(sample, found, 200)  # many ties: it takes many points until each was the greatest once


@pytest.mark.parametrize("name, kind", [pair for pair in EXCEPTED if pair[1] in duties.BOUNDARIES], ids=str)
def test_an_exception_is_one(name, kind):
    assert (name, kind) in POINTS
    sample = duties.at_boundary(name, kind)
    if sample:
        with pytest.raises((AssertionError, *duties.REFUSALS)):
            at_boundary(sample)
