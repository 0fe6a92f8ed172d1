"""Samples of `rushlight.ops.products.matmul` and `rushlight.ops.products.einsum`."""

import numpy as np

from . import Sample, array

C = np.complex128
A, B, V, W = array(2, 3), array(3, 4), array(3), array(3, seed=1)
STACK, OTHER = array(5, 2, 3), array(5, 3, 4)
INTS = np.array([[1, -2, 3], [4, 5, 6]])


def product(op, *pairs, call=lambda t, x, y: x @ y):
    return [Sample(op, call, pair) for pair in pairs]


def adding(name, x, y, *inputs):
    return [
        Sample(name, lambda t, i, x, y, k=k: getattr(t, name)(i, x, y, **k), (i, x, y))
        for i in inputs
        for k in ({}, {"beta": 0.5, "alpha": -2})
    ]


def einsum(op, equation, *operands):
    return Sample(op, lambda t, *xs: t.einsum(equation, *xs), operands, label=equation)


SAMPLES = [
    *product(
        "mm",
        (A, B),
        (A.T, B[:2]),
        (array(2, 0), array(0, 3)),
        (array(2, 3, dtype=C), array(3, 2, dtype=C)),
        (INTS, INTS.T),
    ),
    *product("mv", (A, V), (INTS, INTS[0]), (array(2, 3, dtype=C), array(3, dtype=C))),
    *product("dot", (V, W), (INTS[0], INTS[1]), (array(3, dtype=C), array(3, dtype=C, seed=1)), (array(0), array(0))),
    *product("vm", (V, B), (array(3, dtype=C), array(3, 2, dtype=C))),
    *product("folded_mm", (STACK, B), (array(2, 2, 1, 3), B), (array(2, 0, 3), B)),
    *product("folded_mv", (STACK, V), (array(2, 2, 1, 3), V), (V, OTHER)),
    *product("bmm_broadcast", (array(2, 1, 2, 3), array(3, 3, 2))),
    *product("bmm", (STACK, OTHER), (array(2, 2, 3, dtype=C), array(2, 3, 2, dtype=C))),
    *product("bmm", (STACK, OTHER), call=lambda t, x, y: t.bmm(x, y)),
    # Folded the other way round, for the sake of the gradient of the matrix.
    *product("folded_mm", (A, OTHER), (array(2, 3), array(2, 1, 3, 2)), (array(0, 0), array(5, 0, 0))),
    *product("vdot", (V, W), (array(3, dtype=C), array(3, dtype=C, seed=1)), call=lambda t, x, y: t.vdot(x, y)),
    *adding("addmm", A, B, array(2, 4), array(4), array(2, 1), array()),
    *adding("addmv", A, V, array(2), array(1), array()),
    *adding("addr", V, array(2), array(3, 2), array(2), array()),
    *adding("baddbmm", STACK, OTHER, array(5, 2, 4), array(4), array(2, 1)),
    *adding("addbmm", STACK, OTHER, array(2, 4), array(4)),
    *[
        Sample("linear", lambda t, x, w, b: t.nn.functional.linear(x, w, b), (x, B.T, array(4)))
        for x in (A, V, STACK, array(2, 1, 2, 3))
    ],
    Sample("linear", lambda t, x, w, b: t.nn.functional.linear(x, w, b), (STACK, B.T, array(4))),
    Sample("linear", lambda t, x, w, b: t.nn.functional.linear(x.mT, w, b), (STACK.swapaxes(-1, -2), B.T, array(4))),
    *[Sample("linear_without_bias", lambda t, x, w: t.nn.functional.linear(x, w), (x, B.T)) for x in (A, STACK)],
    *[Sample("trace", lambda t, x: t.trace(x), (x,)) for x in (A, A.T, array(3, 3, dtype=C), INTS)],
    Sample("trace_backward", lambda t, g: _declared("trace_backward")(g, (3, 2)), (array(),), parity=False),
    einsum("contract", "ij,jk->ik", A, B),
    einsum("contract", "bij,bjk->bki", STACK, OTHER),
    einsum("contract", "...ij,jk->...ik", STACK, B),
    einsum("contract", "ij,kl->i", A, B),
    einsum("contract", "ij,jk,kl->il", A, B, array(4, 2)),
    einsum("contract", "ij,jk->ik", array(2, 1), B),
    einsum("contract", "ii,i->", array(3, 3), V),
    einsum("contract", "ij,jk->ik", array(2, 3, dtype=C), array(3, 2, dtype=C)),
    einsum("contract_products", "i,j->ij", V, array(2)),
    einsum("contract_products", "i,i->i", V, array(1)),
    Sample("contract", lambda t, x, y, w: t.nn.functional.bilinear(x, y, w), (A, array(2, 4), array(5, 3, 4))),
    Sample("mm", lambda t, x, y: t.tensordot(x, y, 1), (A, B)),
    Sample("mm", lambda t, x, y: t.inner(x, y), (A, array(4, 3))),
    Sample("unsafe_view", lambda t, x, y: t.kron(x, y), (A, array(2, 2))),
]


def _declared(op):
    from rushlight.core.op import OPS

    return OPS[op].call
