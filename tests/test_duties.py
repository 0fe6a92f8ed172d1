"""Every differentiable operation has a sample of every kind that it owes, or a reason why not: see `duties`.

What no sample brings of itself is derived from one that does: complex numbers, no dimensions, no elements, other memory,
a broadcast. Finite differences check the derived sample as they check those that stand in `samples`.
"""

import pytest

import duties
from duties import EXCEPTED
from proofs import adjoint, finite_differences
from rushlight.core.op import OPS

#: Operations of which PyTorch has no derivative.
NO_DERIVATIVE = {
    "bernoulli_like", "binomial", "detach_copy", "dirichlet_grad", "floor_divide", "geqrf", "heaviside",
    "histogramdd", "linalg_ldl_factor_ex", "linalg_ldl_solve", "linear_cross_entropy_backward",
    "remainder_of_number", "sample_dirichlet", "scatter_combined", "set_", "special_zeta_number",
    "standard_gamma_grad", "unique", "unique_consecutive", "unique_dim",
}  # fmt: skip
OWED = [(op.name, kind) for op in duties.differentiable() for kind in duties.owed(op)]


@pytest.mark.parametrize("name, kind", [pair for pair in OWED if pair not in EXCEPTED])
def test_it_has_a_sample(name, kind):
    if kind in duties.recorded()[name]:
        return  # tests/test_every_op.py checks it, or tests/test_kinks.py
    sample = duties.derived(name, kind)
    assert sample, f"no sample of {name} is of the kind {kind!r}, and none follows from those it has"
    finite_differences(sample)
    adjoint(sample)


@pytest.mark.parametrize("name, kind", [pair for pair in EXCEPTED if pair[1] in duties.KINDS], ids=str)
def test_an_exception_is_one(name, kind):
    assert (name, kind) in OWED, "there is no such operation, or it does not owe this"
    assert kind not in duties.recorded()[name], "a sample has come"
    assert not duties.derived(name, kind), "a sample follows from another"


def test_what_has_no_derivative_is_known():
    """Backward through these raises, as in PyTorch. (What PyTorch does instead, `tests/parity` asks.)"""
    assert {op.name for op in OPS.values() if duties.refuses(op)} == NO_DERIVATIVE
