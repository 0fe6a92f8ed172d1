"""Samples of `rushlight.ops.products`."""

import numpy as np

from . import Sample, array, quietly

C = np.complex128
A, B, V, W = array(2, 3), array(3, 4), array(3), array(3, seed=1)
STACK, OTHER = array(5, 2, 3), array(5, 3, 4)
INTS = np.array([[1, -2, 3], [4, 5, 6]])


def product(op, *pairs, call=lambda t, x, y: x @ y):
    return [Sample(op, call, pair) for pair in pairs]


def adding(name, x, y, *inputs, scales=({}, {"beta": 0.5, "alpha": -2}), parity=True):
    return [
        Sample(
            name,
            lambda t, i, x, y, k=k: getattr(t, name)(i, x, y, **k),
            (i, x, y),
            label=",".join(map(str, k.values())),
            parity=parity,
        )
        for i in inputs
        for k in scales
    ]


def z(*shape, seed=0):
    return array(*shape, dtype=C, seed=seed)


#: What is multiplied by zero is not looked at; numbers are complex where tensors are.
NONE = ({"beta": 0}, {"alpha": 0})
COMPLEX = ({}, {"beta": 1 - 2j, "alpha": 0.5j})


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
    *product(
        "mm",
        (z(0, 3), z(3, 2)),
        (z(2, 0), z(0, 2)),
        (z(3, 2).T, z(3, 4)[:, ::2]),
        (array(1, 1), array(1, 1)),
        (A[:, ::-1], B[::-1]),
    ),
    *product("mm", (A, A.T)),
    *product("mv", (array(0, 3), V), (array(2, 0), array(0)), (z(3, 2).T, z(6)[::2]), (A[:, ::-1], array(6)[::2])),
    *product("dot", (z(0), z(0)), (array(6)[::2], array(6)[::-2]), (array(1), array(1)), (z(6)[::2], z(3))),
    *product("vm", (array(0), array(0, 2)), (V, array(3, 0)), (z(6)[::2], z(2, 3).T)),
    *product("mv", (A, V), (INTS, INTS[0]), (array(2, 3, dtype=C), array(3, dtype=C))),
    *product("dot", (V, W), (INTS[0], INTS[1]), (array(3, dtype=C), array(3, dtype=C, seed=1)), (array(0), array(0))),
    *product("vm", (V, B), (array(3, dtype=C), array(3, 2, dtype=C))),
    *product("folded_mm", (STACK, B), (array(2, 2, 1, 3), B), (array(2, 0, 3), B)),
    *product(
        "folded_mm",
        (z(2, 2, 3), z(3, 2)),
        (STACK[:, ::-1], B),
        (array(3, 2, 5).T, B),
        (array(2, 2, 0), array(0, 3)),
        (z(2, 3), z(2, 3, 2)),
    ),
    *product(
        "folded_mv",
        (z(2, 2, 3), z(3)),
        (array(0, 2, 3), V),
        (array(2, 2, 0), array(0)),
        (array(3, 2, 5).T, V),
        (z(3), z(2, 3, 2)),
    ),
    *product(
        "bmm_broadcast",
        (z(2, 1, 1, 2), z(3, 2, 1)),
        (array(0, 1, 2, 3), array(3, 3, 2)),
        (array(2, 1, 2, 0), array(3, 0, 2)),
    ),
    *product("bmm_broadcast", (array(2, 1, 2, 3).swapaxes(2, 3), array(1, 3, 2, 2)[..., ::-1])),
    *product(
        "bmm",
        (array(0, 2, 3), array(0, 3, 2)),
        (array(2, 0, 3), array(2, 3, 2)),
        (array(2, 2, 0), array(2, 0, 3)),
        (z(0, 2, 3), z(0, 3, 2)),
    ),
    *product(
        "bmm",
        (array(3, 2, 5).T, OTHER[::-1]),
        (z(2, 3, 2).swapaxes(1, 2), z(2, 3, 2)[:, ::-1]),
        (array(1, 1, 1), array(1, 1, 1)),
    ),
    *product("folded_mv", (STACK, V), (array(2, 2, 1, 3), V), (V, OTHER)),
    *product("bmm_broadcast", (array(2, 1, 2, 3), array(3, 3, 2))),
    *product("bmm", (STACK, OTHER), (array(2, 2, 3, dtype=C), array(2, 3, 2, dtype=C))),
    *product("bmm", (STACK, OTHER), call=lambda t, x, y: t.bmm(x, y)),
    # Folded the other way round, for the sake of the gradient of the matrix.
    *product("folded_mm", (A, OTHER), (array(2, 3), array(2, 1, 3, 2)), (array(0, 0), array(5, 0, 0))),
    *product("vdot", (V, W), (array(3, dtype=C), array(3, dtype=C, seed=1)), call=lambda t, x, y: t.vdot(x, y)),
    *product("vdot", (z(0), z(0)), (z(6)[::2], z(3)), (array(6)[::-2], V), call=lambda t, x, y: t.vdot(x, y)),
    *adding("addmm", A, B, array(2, 4), array(4), array(2, 1), array()),
    *adding("addmv", A, V, array(2), array(1), array()),
    *adding("addr", V, array(2), array(3, 2), array(2), array()),
    *adding("baddbmm", STACK, OTHER, array(5, 2, 4), array(4), array(2, 1)),
    *adding("addbmm", STACK, OTHER, array(2, 4), array(4)),
    *adding("addmm", z(2, 3), z(3, 2), z(2, 2), z(1, 2), z(), scales=COMPLEX),
    *adding("addmv", z(2, 3), z(3), z(2), z(1), scales=COMPLEX),
    *adding("addr", z(3), z(2), z(3, 2), z(2), scales=COMPLEX),
    *adding("baddbmm", z(2, 2, 3), z(2, 3, 2), z(2, 2, 2), z(2, 1), scales=COMPLEX),
    *adding("addbmm", z(2, 2, 3), z(2, 3, 2), z(2, 2), z(2), scales=COMPLEX),
    *adding("addmm", A, B, array(2, 4), scales=NONE),
    *adding("addmm", A, B, np.array([np.nan, np.inf, 1.0, 0.0]), scales=NONE[:1]),
    *adding("addmv", A, V, array(2), scales=NONE),
    *adding("addr", V, array(2), array(3, 2), scales=NONE),
    *adding("baddbmm", STACK, OTHER, array(5, 2, 4), scales=NONE),
    *adding("addbmm", STACK, OTHER, array(2, 4), scales=NONE),
    *adding("addmm", array(2, 0), array(0, 4), array(2, 4), array(4)),
    *adding("addmm", array(0, 3), B, array(0, 4), array(4)),
    *adding("addmm", array(3, 2).T, array(4, 3).T, array(4, 2).T),
    *adding("addmv", array(2, 0), array(0), array(2)),
    *adding("addmv", array(0, 3), V, array(0)),
    # PyTorch's result has no dimension then, and its gradient fails.
    *adding("addmv", array(2, 0), array(0), array(), parity=False),
    *adding("addmv", array(3, 2).T, array(6)[::2], array(4)[::2]),
    *adding("addr", array(0), array(2), array(0, 2), array(2)),
    *adding("addr", array(6)[::2], array(4)[::-2], array(2, 3).T),
    *adding("baddbmm", array(0, 2, 3), array(0, 3, 4), array(0, 2, 4), array(4)),
    *adding("baddbmm", array(2, 2, 0), array(2, 0, 3), array(2, 2, 3), array()),
    *adding("baddbmm", array(3, 2, 5).T, OTHER[::-1], array(4, 2, 5).T),
    *adding("addbmm", array(0, 2, 3), array(0, 3, 4), array(2, 4), array(4)),
    *adding("addbmm", array(2, 2, 0), array(2, 0, 3), array(2, 3)),
    *adding("addbmm", array(3, 2, 5).T, OTHER[::-1], array(4, 2).T, array()),
    *[
        Sample("linear", lambda t, x, w, b: t.nn.functional.linear(x, w, b), (x, B.T, array(4)))
        for x in (A, V, STACK, array(2, 1, 2, 3))
    ],
    Sample("linear", lambda t, x, w, b: t.nn.functional.linear(x, w, b), (STACK, B.T, array(4))),
    Sample("linear", lambda t, x, w, b: t.nn.functional.linear(x.mT, w, b), (STACK.swapaxes(-1, -2), B.T, array(4))),
    *[
        Sample("linear", lambda t, x, w, b: t.nn.functional.linear(x, w, b), inputs)
        for inputs in (
            (z(2, 3), z(4, 3), z(4)),
            (z(3), z(4, 3), z(4)),
            (z(2, 2, 3), z(4, 3), z(4)),
            (array(0, 3), B.T, array(4)),
            (A, array(0, 3), array(0)),
            (array(2, 0, 3), B.T, array(4)),
            (array(2, 0), array(4, 0), array(4)),
            (A[:, ::-1], B.T[::-1], array(8)[::2]),
            (A, B.T, array(1, 4)),
        )
    ],
    Sample("mm", lambda t, x, w: t.nn.functional.linear(x, w), (A, V), label="one row"),
    *[
        Sample("linear_without_bias", lambda t, x, w: t.nn.functional.linear(x, w), inputs)
        for inputs in (
            (z(2, 3), z(4, 3)),
            (z(2, 2, 3), z(4, 3)),
            (array(0, 3), B.T),
            (A, array(0, 3)),
            (array(2, 0), array(4, 0)),
            (STACK[:, ::-1], B.T[::-1]),
        )
    ],
    *[Sample("linear_without_bias", lambda t, x, w: t.nn.functional.linear(x, w), (x, B.T)) for x in (A, STACK)],
    *[
        Sample("trace", lambda t, x: t.trace(x), (x,))
        for x in (A, A.T, array(3, 3, dtype=C), INTS, array(0, 3), array(3, 0, dtype=C), z(4, 4)[::-2])
    ],
    Sample("trace_backward", lambda t, g: _declared("trace_backward")(g, (2, 2)), (z(),), parity=False),
    Sample("trace_backward", lambda t, g: _declared("trace_backward")(g, (3, 2)), (array(),), parity=False),
    einsum("contract", "ij,jk->ik", A, B),
    einsum("contract", "bij,bjk->bki", STACK, OTHER),
    einsum("contract", "...ij,jk->...ik", STACK, B),
    einsum("contract", "ij,kl->i", A, B),
    einsum("contract", "ij,jk,kl->il", A, B, array(4, 2)),
    einsum("contract", "ij,jk->ik", array(2, 1), B),
    einsum("contract", "ii,i->", array(3, 3), V),
    einsum("contract", "ij,jk->ik", array(2, 3, dtype=C), array(3, 2, dtype=C)),
    einsum("contract", "...ij,jk->...ik", z(2, 1, 2, 3), z(3, 2)),
    einsum("contract", "i...,i...->...", array(3, 1, 2), array(3, 4, 1)),
    einsum("contract", "ij,j->", A, V),
    einsum("contract", "ij,ij->", z(2, 3), z(2, 3, seed=1)),
    einsum("contract", "ij,jk", array(2, 0), array(0, 3)),
    einsum("contract", "bij,bjk->bik", array(0, 2, 3), array(0, 3, 2)),
    einsum("contract", "ij,jk->k", array(0, 3), B),
    einsum("contract", "ij,kj->ik", array(3, 2).T, array(4, 6)[:, ::2]),
    einsum("contract", "iij,jk->ik", array(2, 2, 3), B),
    einsum("contract", "ij,jk,k,il->l", A, B, array(4), array(2, 3)),
    einsum("contract", ",i->", array(), V),
    einsum("contract_products", ",->", array(), array(seed=1)),
    einsum("contract_products", "i,j->ji", z(2), z(3)),
    einsum("contract_products", "ij,ij->ij", A, array(2, 1)),
    einsum("contract_products", "i,ij->ij", array(0), array(0, 3)),
    einsum("contract_products", "ij,jk->kji", array(3, 2).T, B),
    *[
        Sample(op, lambda t, x, e=equation: t.einsum(e, x), (x,), label=equation)
        for op, equation, x in (
            ("permute", "ij->ji", z(2, 3)),
            ("sum_dim", "ij->j", array(0, 3)),
            ("sum_dim", "ii->", array(3, 3)),
            ("permute", "ii->i", array(3, 3)),
            ("permute", "...i->i...", STACK),
        )
    ],
    einsum("contract_products", "i,j->ij", V, array(2)),
    einsum("contract_products", "i,i->i", V, array(1)),
    Sample("contract", lambda t, x, y, w: t.nn.functional.bilinear(x, y, w), (A, array(2, 4), array(5, 3, 4))),
    *[
        Sample("contract", lambda t, x, y, w: t.nn.functional.bilinear(x, y, w), inputs)
        for inputs in (
            (array(0, 3), array(0, 4), array(5, 3, 4)),
            (V, array(4), array(2, 3, 4)),
            (array(3, 2).T, array(2, 8)[:, ::2], array(4, 3, 2).T),
        )
    ],
    # PyTorch's has no derivative for complex numbers, and cannot sum over nothing.
    *[
        Sample("contract", lambda t, x, y, w: t.nn.functional.bilinear(x, y, w), inputs, parity=False)
        for inputs in ((z(2, 2), z(2, 3), z(1, 2, 3)), (A, array(2, 0), array(2, 3, 0)))
    ],
    *[
        Sample("mm", lambda t, x, y, d=d: t.tensordot(x, y, d), inputs, label=str(d))
        for d, inputs in (
            (2, (array(2, 3, 4), array(3, 4, 2))),
            (0, (A, V)),
            (([0], [1]), (z(2, 3), z(3, 2))),
            (([1, 0], [0, 1]), (A, A.T)),
            (1, (array(2, 0), array(0, 3))),
        )
    ],
    *[
        Sample("mm", lambda t, x, y: t.inner(x, y), inputs)
        for inputs in ((z(2, 3), z(4, 3)), (array(2, 0), array(3, 0)), (array(), A), (V, V))
    ],
    *[
        Sample("unsafe_view", lambda t, x, y: t.kron(x, y), inputs)
        for inputs in ((z(2, 1), z(1, 3)), (array(0, 2), A), (array(), A), (STACK, array(2)))
    ],
    *[
        Sample("mul", lambda t, x, y: t.outer(x, y), inputs)
        for inputs in ((z(2), z(3)), (array(0), V), (array(6)[::2], array(4)[::-2]))
    ],
    *[Sample("mm", quietly(lambda t, *xs: t.chain_matmul(*xs)), inputs) for inputs in ((z(2, 3), z(3, 1), z(1, 2)),)],
    Sample("mm", lambda t, x, y: t.tensordot(x, y, 1), (A, B)),
    Sample("mm", lambda t, x, y: t.inner(x, y), (A, array(4, 3))),
    Sample("unsafe_view", lambda t, x, y: t.kron(x, y), (A, array(2, 2))),
]


def _declared(op):
    from rushlight.core.op import OPS

    return OPS[op].call
