"""Distributions under rushlight and under PyTorch: densities, moments, samples of one seed, gradients, words."""

import re
import warnings

import numpy as np
import pytest

import rushlight

from . import distribution_cases as cases
from .expressions import differences

torch = pytest.importorskip("torch")

#: PyTorch compares the concentration with a float32 zero, and fails for other dtypes.
BROKEN_IN_TORCH = {("GeneralizedPareto", "float64")}
#: PyTorch writes to a mask that its own backward needs.
WITHOUT_GRADIENT = {"Wishart"}


def outcome(call, module, distribution):
    """A tensor, a repr, or the type and words of an error."""
    module.manual_seed(1)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            result = call(module, distribution)
        except Exception as error:
            return f"{type(error).__name__}: {error}"
    return result if isinstance(result, module.Tensor) else repr(result).replace("rushlight", "torch")


def assert_same(what, ours, theirs, dtype):
    if isinstance(ours, str) or isinstance(theirs, str):
        assert str(ours) == str(theirs), what
        return
    assert str(ours.dtype) == str(theirs.dtype), what
    assert tuple(ours.shape) == tuple(theirs.shape), what
    single = dtype == "float32" or "float32" in str(ours.dtype)
    rtol, atol = (2e-3, 1e-3) if single else (1e-8, 1e-10)
    np.testing.assert_allclose(cases.array(ours), cases.array(theirs), rtol=rtol, atol=atol, err_msg=what)


def in_value(method, case, dtype):
    """The derivative of log_prob or cdf by the value; the parameters are constants."""

    def call(module, distribution):
        value = cases.values_of(module, case, dtype).requires_grad_()
        return module.autograd.grad(getattr(distribution, method)(value).sum(), value)[0]

    return call


def asked(case, dtype):
    """What is asked of every distribution: a name, and a function of module and distribution."""
    value = lambda m: cases.values_of(m, case, dtype)
    number = lambda m, x: m.tensor(x, dtype=getattr(m, dtype))
    more = lambda d: d.expand((2, *d.batch_shape))
    full = lambda m, d, x: m.full(d.batch_shape + d.event_shape, x, dtype=getattr(m, dtype))
    quantiles = lambda m, d: number(m, [0.01, 0.5, 0.9]).reshape((3,) + (1,) * len(d.batch_shape))
    for name in ("mean", "mode", "variance", "stddev", "support", "batch_shape", "event_shape", "arg_constraints",
                 "has_rsample", "has_enumerate_support"):  # fmt: skip
        yield name, lambda m, d, name=name: getattr(d, name)
    for name in ("logits", "probs", "covariance_matrix", "precision_matrix", "scale_tril", "df", "temperature"):
        yield name, lambda m, d, name=name: getattr(d, name, None)
    yield "repr", lambda m, d: d
    yield "repr of expand", lambda m, d: more(d)
    yield "entropy", lambda m, d: d.entropy()
    yield "perplexity", lambda m, d: d.perplexity()
    yield "log_prob", lambda m, d: d.log_prob(value(m))
    yield "log_prob of expand", lambda m, d: more(d).log_prob(value(m))
    yield "cdf", lambda m, d: d.cdf(value(m))
    yield "icdf", lambda m, d: d.icdf(quantiles(m, d))
    yield "sample", lambda m, d: d.sample()
    yield "samples", lambda m, d: d.sample((2, 3))
    yield "many samples", lambda m, d: d.sample((40,))
    yield "rsample", lambda m, d: d.rsample((5,))
    yield "sample of expand", lambda m, d: more(d).sample()
    yield "enumerate_support", lambda m, d: d.enumerate_support()
    yield "enumerate_support alone", lambda m, d: d.enumerate_support(expand=False)
    yield "value NaN", lambda m, d: d.log_prob(full(m, d, float("nan")))
    yield "value out of bounds", lambda m, d: d.log_prob(full(m, d, -3.5))
    yield "value a number", lambda m, d: d.log_prob(3.0)
    yield "value of a wrong shape", lambda m, d: d.log_prob(m.full((7, 9), -9.5, dtype=getattr(m, dtype)))
    yield "wrong expand", lambda m, d: d.expand((5, 7, 2))
    yield "natural parameters", lambda m, d: d._natural_params[0]
    yield "log normalizer", lambda m, d: d._log_normalizer(*d._natural_params)
    yield "divergence from itself", lambda m, d: m.distributions.kl_divergence(d, d)
    yield "stream", lambda m, d: (d.sample((3,)), m.rand(3, dtype=m.float64), m.randn(3))[1]


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("case", cases.CASES, ids=str)
def test_as_torch(case, dtype):
    for name, call in asked(case, dtype):
        if (case.name, dtype) in BROKEN_IN_TORCH and ("log_prob" in name or name in ("cdf", "value a number")):
            continue
        if "number" in case.label and name in ("log_prob", "log_prob of expand") and case.name == "Bernoulli":
            continue  # float32 logits and float64 values
        (our, our_leaves), (their, their_leaves) = (cases.make(m, case, dtype, True) for m in (rushlight, torch))
        ours, theirs = outcome(call, rushlight, our), outcome(call, torch, their)
        assert_same(name, ours, theirs, dtype)
        if isinstance(ours, str):
            continue
        assert type(ours.grad_fn).__name__ == type(theirs.grad_fn).__name__, name
        if not ours.requires_grad or (case.name in WITHOUT_GRADIENT and name == "rsample"):
            continue
        got, want = (
            outcome_of_gradients(m, y, leaves)
            for m, y, leaves in ((rushlight, ours, our_leaves), (torch, theirs, their_leaves))
        )
        if isinstance(want, str):
            assert got == want, name
            continue
        for g, w in zip(got, want):
            assert (g is None) == (w is None), name
            if g is not None:
                assert_same(f"gradient of {name}", g, w, dtype)


def outcome_of_gradients(module, y, leaves):
    try:
        return module.autograd.grad(y.sum(), leaves, allow_unused=True)
    except Exception as error:
        return f"{type(error).__name__}: {error}"


@pytest.mark.parametrize("method", ["log_prob", "cdf"])
@pytest.mark.parametrize("case", [c for c in cases.CASES if (c.name, "float64") not in BROKEN_IN_TORCH], ids=str)
def test_slopes_in_the_value(case, method):
    call = in_value(method, case, "float64")
    ours, theirs = (outcome(call, m, cases.make(m, case)[0]) for m in (rushlight, torch))
    assert_same(method, ours, theirs, "float64")


def divergence(module, p, q):
    (p, leaves), (q, more) = cases.make(module, p, gradients=True), cases.make(module, q, gradients=True)
    try:
        value = module.distributions.kl_divergence(p, q)
    except Exception as error:
        return f"{type(error).__name__}: {error}", None, None
    return value, type(value.grad_fn).__name__, outcome_of_gradients(module, value, leaves + more)


@pytest.mark.parametrize("p", cases.FAMILIES, ids=str)
def test_divergences(p):
    for q in cases.FAMILIES:
        (ours, node, got), (theirs, their_node, want) = (divergence(m, p, q) for m in (rushlight, torch))
        assert_same(f"{p} {q}", ours, theirs, "float64")
        assert node == their_node
        assert isinstance(got, str) == isinstance(want, str)
        if isinstance(want, str):
            assert got == want
        elif want is not None:
            for g, w in zip(got, want):
                assert (g is None) == (w is None)
                if g is not None:
                    assert_same(f"gradient of {p} {q}", g, w, "float64")


def test_the_same_names():
    assert set(rushlight.distributions.__all__) == set(torch.distributions.__all__)
    ours, theirs = rushlight.distributions.kl._KL_REGISTRY, torch.distributions.kl._KL_REGISTRY
    assert {(p.__name__, q.__name__) for p, q in ours} == {(p.__name__, q.__name__) for p, q in theirs}
    for name in ("constraints", "transforms", "utils", "constraint_registry"):
        module = getattr(torch.distributions, name)
        assert set(getattr(rushlight.distributions, name).__all__) == set(module.__all__)


@pytest.mark.parametrize("program", cases.PROGRAMS, ids=lambda p: p.strip().partition("\n")[0].strip())
def test_programs(program):
    assert not differences(
        torch, "import math\nD = torch.distributions\nc = D.constraints\n" + re.sub(r"\n +", "\n", program)
    )
