"""Where operations are not smooth: at kinks, ties, poles and ends, the gradient is one of those near by, or by formula.

PyTorch's choice among them is what `tests/parity` asks for, where PyTorch is.
"""

import numpy as np
import pytest

import duties
from duties import EXCEPTED
from proofs import between, by_formula, gradients, is_between, second_between
from samples import all_samples

SAMPLES = [s for s in all_samples() if not s.smooth and any(a.dtype.kind in "fc" for a in s.inputs)]


@pytest.mark.parametrize("sample", SAMPLES, ids=str)
def test_gradient(sample):
    (by_formula if sample.gradient else between)(sample)


#: Where the second derivative is none of those near by: it has a pole or an end there, and PyTorch has the same.
NO_SECOND = {
    "copysign-d[2],d[2]": "0 / 0 at zero",
    "angle-D[2]": "a pole at zero",
    "renorm-zeros-d[8,3]": "a row of zeros",
    "abs-D[2]": "zero at a pole",
    "linalg_lstsq-gelsd-d[3,3],d[3,2]": "a matrix whose rank changes near by",
    "sum-kl_div,reduction=sum-d[3,4],d[3,4]": "0 / 0 where the target is zero",
    "mean-poisson_nll_loss,log_input=False-d[3],d[3]": "a pole at zero, which an epsilon makes a peak",
    "sinc-d[1]": "0 / 0 at zero",
    "atan2-d[3],d[3]": "0 / 0 at the origin",
    "xlogy-d[4],d[4]": "the edge of the domain",
    "logit-d[4]": "the edge of the domain",
    "linalg_vector_norm-d[3,3]": "0 / 0 at the origin",
    "special_i0e-d[3]": "|x| at zero, whose second derivative is zero there",
    "special_xlog1py-d[4],d[4]": "the edge of the domain",
}
TWICE = [s for s in SAMPLES if s.twice]


@pytest.mark.parametrize("sample", [s for s in TWICE if str(s) not in NO_SECOND], ids=str)
def test_second_order(sample):
    with np.errstate(all="ignore"):
        second_between(sample)


@pytest.mark.parametrize("sample", [s for s in TWICE if str(s) in NO_SECOND], ids=str)
def test_no_second_order(sample):
    with np.errstate(all="ignore"), pytest.raises(AssertionError):
        second_between(sample)


def test_exceptions_of_second_order_are_samples():
    assert NO_SECOND.keys() <= {str(s) for s in TWICE}


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
