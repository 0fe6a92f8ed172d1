"""Samples for rushlight.ops.random.tensors: what is drawn does not depend on the inputs, so their gradients are zero."""

import numpy as np

from . import Sample, array


def seeded(call):
    """The call with the generator started anew, so that it draws the same every time."""

    def run(torch, *inputs):
        torch.manual_seed(5)
        return call(torch, *inputs)

    return run


def inplace(op, call, *inputs, label=""):
    """An in-place sampler, on a tensor that is no leaf."""
    return Sample(op, seeded(lambda torch, x, *rest: call(x * 1, *rest)), inputs, label=label)


def none(w, out, *inputs):
    return tuple(np.zeros_like(a) for a in inputs)


P = np.array([[0.1, 0.2, 0.95], [0.5, 0.7, 0.9]])
M = array(2, 3)

SAMPLES = [
    inplace("uniform", lambda x: x.uniform_(), array(2, 3)),
    inplace("uniform", lambda x: x.uniform_(2, 5), array(40)),
    inplace("uniform", lambda x: x.uniform_(), array()),
    inplace("normal", lambda x: x.normal_(), array(2, 3)),
    inplace("normal", lambda x: x.normal_(1, 2), array(40)),
    inplace("normal", lambda x: x.t().normal_(), array(4, 5), label="transposed"),
    inplace("normal", lambda x: x.normal_(), array(0)),
    inplace("bernoulli_number", lambda x: x.bernoulli_(0.3), array(2, 3)),
    inplace("exponential", lambda x: x.exponential_(2), array(2, 3)),
    inplace("cauchy", lambda x: x.cauchy_(), array(2, 3)),
    inplace("log_normal", lambda x: x.log_normal_(), array(2, 3)),
    inplace("geometric", lambda x: x.geometric_(0.3), array(2, 3)),
    inplace("random_between", lambda x: x.random_(3, 9), array(2, 3)),
    inplace("random_below", lambda x: x.random_(9), array(2, 3)),
    inplace("random", lambda x: x.random_(), array(2, 3)),
    inplace("bernoulli_tensor", lambda x, p: x.bernoulli_(p), array(2, 3), P),
    inplace("bernoulli_tensor", lambda x, p: x.bernoulli_(p), array(2, 3), P[0], label="broadcast"),
    Sample("bernoulli_like", seeded(lambda torch, x: torch.bernoulli(x.detach(), 0.3)), (array(2, 3),)),
    *[
        Sample(op, seeded(call), inputs, smooth=False, gradient=none)
        for op, call, several in (
            ("bernoulli", lambda torch, p: torch.bernoulli(p), ((P,), (P[0, 0].reshape(()),), (P[:, :0],), (P.T,))),
            ("normal_mean", lambda torch, m: torch.normal(m, 2.0), ((M,), (M[0, 0].reshape(()),), (M[:0],), (M.T,))),
            ("normal_std", lambda torch, s: torch.normal(1.0, s), ((P,), (P[0, 0].reshape(()),), (P[:0],), (P.T,))),
            ("normal_both", lambda torch, m, s: torch.normal(m, s),
             ((M, P), (array(20, 1), P[0]), (M[0, 0].reshape(()), P[0, 0].reshape(())), (M[:0], P[:0]), (M.T, P.T))),
        )
        for inputs in several
    ],
]  # fmt: skip
