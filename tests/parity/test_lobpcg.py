"""torch.lobpcg: its eigenvalues, its vectors up to their sign, its gradients, its errors, and what it draws."""

import pytest

import rushlight

torch = pytest.importorskip("torch")


def symmetric(module, *batch, size=9):
    module.manual_seed(3)
    a = module.randn(*batch, size, size, dtype=module.float64)
    return a @ a.mT + size * module.eye(size, dtype=module.float64)


def both(call):
    return [call(rushlight), call(torch)]


@pytest.mark.parametrize("largest", [None, True, False])
@pytest.mark.parametrize("batch", [(), (2,), (2, 1)])
@pytest.mark.parametrize("with_b", [False, True])
def test_pairs(batch, largest, with_b):
    def pairs(module):
        a = symmetric(module, *batch)
        b = symmetric(module, *batch).flip(-1).flip(-2) if with_b else None
        values, vectors = module.lobpcg(a, 2, b, largest=largest)
        return values.tolist(), vectors.abs().tolist(), module.randn(2).tolist()

    got, want = both(pairs)
    assert rushlight.allclose(rushlight.tensor(got[0]), rushlight.tensor(want[0]), rtol=1e-6)
    assert rushlight.allclose(rushlight.tensor(got[1]), rushlight.tensor(want[1]), atol=1e-4)
    assert got[2] == want[2]


@pytest.mark.parametrize("largest", [True, False])
def test_gradients(largest):
    def gradient(module):
        a = symmetric(module).requires_grad_()
        values, vectors = module.lobpcg(a, 2, largest=largest)
        weight = module.arange(18.0, dtype=module.float64).reshape(9, 2)
        ((vectors * vectors * weight).sum() + values.pow(2).sum()).backward()
        return a.grad.tolist()

    got, want = both(gradient)
    assert rushlight.allclose(rushlight.tensor(got), rushlight.tensor(want), rtol=1e-3, atol=1e-4)


def test_derivatives_by_both_matrices():
    a, b = symmetric(rushlight).requires_grad_(), symmetric(rushlight, size=9).flip(-1).detach()
    b = (b @ b.mT).requires_grad_()

    def squares(a, b):
        values, vectors = rushlight.lobpcg(a, 2, b)
        return values, vectors * vectors

    assert rushlight.autograd.gradcheck(squares, (a, b), atol=1e-4)


@pytest.mark.parametrize("call", [
    lambda module: module.lobpcg(module.ones(3, 4)),
    lambda module: module.lobpcg(module.eye(5), 2),
    lambda module: module.lobpcg(module.eye(6), 2, module.eye(5)),
    lambda module: module.lobpcg(module.eye(6), X=module.ones(5, 2)),
])  # fmt: skip
def test_errors(call):
    answers = []
    for module in (rushlight, torch):
        with pytest.raises(Exception) as error:
            call(module)
        answers.append((error.type, str(error.value)))
    assert answers[0] == answers[1]


def test_a_tracker_is_refused():
    with pytest.raises(NotImplementedError, match="tracker"):
        rushlight.lobpcg(rushlight.eye(6), tracker=print)
