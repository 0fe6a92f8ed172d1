"""SGD, Adam and AdamW: the formulas, and that no layout in memory and no dtype makes a difference to them."""

import math
import warnings

import numpy as np
import pytest

import rushlight as torch
from rushlight.optim import ASGD, SGD, Adadelta, Adagrad, Adam, Adamax, AdamW, NAdam, RAdam, RMSprop, Rprop

ALL = [
    (SGD, {"lr": 0.1}),
    (SGD, {"lr": 0.1, "momentum": 0.9, "nesterov": True, "weight_decay": 0.1}),
    (Adam, {"lr": 0.1, "amsgrad": True, "weight_decay": 0.1}),
    (AdamW, {"lr": 0.1, "maximize": True}),
]
#: Those written in tensor operations.
OTHERS = [
    (Adadelta, {"weight_decay": 0.1}),
    (Adagrad, {"lr": 0.1, "lr_decay": 0.1}),
    (Adamax, {"lr": 0.1, "maximize": True}),
    (ASGD, {"lr": 0.1, "t0": 1, "lambd": 0}),
    (NAdam, {"lr": 0.1, "weight_decay": 0.1, "decoupled_weight_decay": True}),
    (RAdam, {"lr": 0.1, "betas": (0.9, 0.6)}),
    (RMSprop, {"lr": 0.1, "momentum": 0.5, "centered": True}),
    (Rprop, {"lr": 0.1}),
]
every_optimizer = pytest.mark.parametrize(
    ("cls", "options"), [*ALL, *OTHERS], ids=lambda x: getattr(x, "__name__", str(x))
)


def start(seed, shape=(3, 4), dtype=torch.float32):
    return torch.tensor(np.random.default_rng(seed).standard_normal(shape)).to(dtype)


def train(cls, options, params, steps=4, gradient=lambda p, step: torch.cos(p.detach() * (step + 1))):
    optimizer = cls(params, **options)
    for step in range(steps):
        for p in params:
            p.grad = gradient(p, step)
        optimizer.step()
    return optimizer


class TestFormulas:
    def test_sgd(self):
        p, buffer, value = torch.tensor([2.0], dtype=torch.float64, requires_grad=True), None, 2.0
        options = {"lr": 0.1, "momentum": 0.9, "dampening": 0.25, "weight_decay": 0.5}
        optimizer = train(SGD, options, [p], 3, lambda p, step: torch.full((1,), step + 1.0, dtype=torch.float64))
        for step in range(3):
            g = step + 1.0 + 0.5 * value
            buffer = g if buffer is None else 0.9 * buffer + 0.75 * g
            value -= 0.1 * buffer
        assert p.item() == pytest.approx(value, rel=1e-14)
        assert optimizer.state[p]["momentum_buffer"].item() == pytest.approx(buffer, rel=1e-14)

    def test_nesterov(self):
        p = torch.tensor([2.0], dtype=torch.float64, requires_grad=True)
        train(SGD, {"lr": 0.1, "momentum": 0.5, "nesterov": True}, [p], 1, lambda p, step: torch.ones_like(p.detach()))
        assert p.item() == pytest.approx(2 - 0.1 * 1.5)

    @pytest.mark.parametrize("cls", [Adam, AdamW])
    @pytest.mark.parametrize("amsgrad", [False, True])
    def test_adam(self, cls, amsgrad):
        p, value, m, v, largest = torch.tensor([2.0], dtype=torch.float64, requires_grad=True), 2.0, 0.0, 0.0, 0.0
        options = {"lr": 0.1, "betas": (0.8, 0.9), "eps": 0.01, "weight_decay": 0.5, "amsgrad": amsgrad}
        train(cls, options, [p], 3, lambda p, step: torch.full((1,), 3.0 - step, dtype=torch.float64))
        for step in range(3):
            g = 3.0 - step
            if cls is AdamW:
                value -= 0.1 * 0.5 * value
            else:
                g += 0.5 * value
            m, v = 0.8 * m + 0.2 * g, 0.9 * v + 0.1 * g * g
            largest = max(largest, v) if amsgrad else v
            m_hat, v_hat = m / (1 - 0.8 ** (step + 1)), largest / (1 - 0.9 ** (step + 1))
            value -= 0.1 * m_hat / (math.sqrt(v_hat) + 0.01)
        assert p.item() == pytest.approx(value, rel=1e-13)


@every_optimizer
class TestLayouts:
    def test_many_parameters_as_one(self, cls, options):
        """Several parameters, updated together, move as each of them does alone."""
        shapes = [(3, 4), (), (1,), (70, 70), (5,)]
        together = [start(i, shape).requires_grad_() for i, shape in enumerate(shapes)]
        alone = [p.detach().clone().requires_grad_() for p in together]
        train(cls, options, together)
        for p, q in zip(together, alone, strict=True):
            train(cls, options, [q])
            assert p.tolist() == q.tolist()

    def test_transposed(self, cls, options):
        p, q = start(0).t().requires_grad_(), start(0).t().contiguous().requires_grad_()
        train(cls, options, [p, q])
        np.testing.assert_allclose(p.tolist(), q.tolist(), rtol=1e-6)

    def test_part_of_a_larger_tensor(self, cls, options):
        whole = start(0)
        p, q = whole.detach()[1].requires_grad_(), whole[1].clone().requires_grad_()
        train(cls, options, [p, q])
        assert p.tolist() == q.tolist() == whole[1].tolist()
        assert whole[0].tolist() == start(0)[0].tolist()

    def test_parameters_that_share_memory(self, cls, options):
        """They are updated one after the other."""
        p, q = (start(0).requires_grad_() for _ in range(2))
        tied = p.detach().requires_grad_()
        apart = [q.detach().clone().requires_grad_() for _ in range(2)]
        one, other = cls([p, tied], **options), [cls([x], **options) for x in apart]
        for step in range(3):
            p.grad, tied.grad = (torch.full((3, 4), step + 1.0 + i) for i in range(2))
            one.step()
            for i, (x, optimizer) in enumerate(zip(apart, other, strict=True)):
                x.grad = torch.full((3, 4), step + 1.0 + i)
                optimizer.step()
                apart[1 - i].data.copy_(x.data)
        assert p.tolist() == tied.tolist() == apart[0].tolist()

    def test_large_parameter_in_blocks(self, cls, options):
        p = start(0, (70000,)).requires_grad_()
        parts = [p.detach()[i : i + 10000].clone().requires_grad_() for i in range(0, 70000, 10000)]
        train(cls, options, [p])
        train(cls, options, parts)
        assert p.tolist() == torch.cat(parts).tolist()

    @pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float64])
    def test_other_dtypes(self, cls, options, dtype):
        p, q = start(0, dtype=dtype).requires_grad_(), start(0, dtype=dtype).to(torch.float32).requires_grad_()
        optimizer = train(cls, options, [p, q])
        assert p.dtype is dtype
        assert all(part.dtype is dtype for part in optimizer.state[p].values() if part.dim() > 0)
        precision = 1e-5 if dtype is torch.float64 else 0.05
        np.testing.assert_allclose(p.tolist(), q.tolist(), rtol=precision, atol=precision)

    def test_payload_replaced_between_steps(self, cls, options):
        """After ``p.data = ...`` the new values are trained, with the state as it was."""
        params, copies = ([start(i).requires_grad_() for i in range(2)] for _ in range(2))
        optimizers = [cls(params, **options), cls(copies, **options)]
        for step in range(4):
            params[0].data = params[0].data.clone()
            for optimizer, ps in zip(optimizers, (params, copies), strict=True):
                for p in ps:
                    p.grad = torch.cos(p.detach() * (step + 1))
                optimizer.step()
        assert [p.tolist() for p in params] == [p.tolist() for p in copies]

    def test_state_cleared_between_steps(self, cls, options):
        p, q = start(0).requires_grad_(), start(1).requires_grad_()
        optimizer = train(cls, options, [p, q])
        fresh = [x.detach().clone().requires_grad_() for x in (p, q)]
        optimizer.state.clear()
        for x in (p, q):
            x.grad = torch.ones_like(x)
        optimizer.step()
        train(cls, options, fresh, 1, lambda p, step: torch.ones_like(p.detach()))
        assert [p.tolist(), q.tolist()] == [x.tolist() for x in fresh]

    def test_a_parameter_without_gradient_stays(self, cls, options):
        p, q = start(0).requires_grad_(), start(1).requires_grad_()
        optimizer = train(cls, options, [p, q], 2)
        before = q.tolist()
        p.grad, q.grad = torch.ones_like(p), None
        optimizer.step()
        assert q.tolist() == before
        assert p.tolist() != start(0).tolist()

    def test_a_graph_that_saved_a_parameter_knows(self, cls, options):
        p, q = start(0).requires_grad_(), start(1).requires_grad_()
        optimizer = train(cls, options, [p, q])
        loss = (p * q).sum()
        optimizer.step()
        with pytest.raises(RuntimeError, match="modified by an inplace operation"):
            loss.backward()

    def test_overflow_is_silent(self, cls, options):
        p = torch.tensor([1e30, 1.0], requires_grad=True)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            train(cls, options, [p], 3, lambda p, step: torch.tensor([3e38, float("nan")]))
        assert cls is Rprop or not torch.isfinite(p.detach()[1])  # the sign of NaN is 0

    def test_graph_is_not_recorded(self, cls, options):
        p = start(0).requires_grad_()
        optimizer = train(cls, options, [p])
        assert p.is_leaf
        assert all(not part.requires_grad for part in optimizer.state[p].values())


@pytest.mark.parametrize(("cls", "options"), ALL)
def test_state_changed_in_place_counts(cls, options):
    p, q = start(0).requires_grad_(), start(1).requires_grad_()
    optimizer = train(cls, options, [p, q])
    parts = [part for part in optimizer.state[p].values() if part.shape == p.shape]
    for part in parts:
        part.zero_()
    p.grad = q.grad = torch.zeros_like(p)
    before = p.tolist()
    optimizer.param_groups[0]["weight_decay"] = 0
    optimizer.step()
    assert all(part.tolist() == torch.zeros(3, 4).tolist() for part in parts)
    assert p.tolist() == before


class TestDifferentiable:
    # Not with momentum: its buffer starts as a detached copy of the first gradient, as PyTorch's does.

    @pytest.mark.parametrize(("cls", "options"), [(SGD, {"lr": 0.1, "weight_decay": 0.1}), *ALL[2:], *OTHERS])
    def test_derivative_by_the_start(self, cls, options):
        def trained(x):
            p = x.clone()
            optimizer = cls([p], differentiable=True, **options)
            for _ in range(2):
                (p.grad,) = torch.autograd.grad((p.clone() ** 3).sum(), p, create_graph=True)
                optimizer.step()
            return p

        assert torch.autograd.gradcheck(trained, torch.tensor([0.5, -2.0], dtype=torch.float64, requires_grad=True))

    @pytest.mark.parametrize(
        ("cls", "options"),
        [(SGD, {"weight_decay": 0.1}), (Adam, {}), (AdamW, {}), (NAdam, {}), (RAdam, {"betas": (0.9, 0.6)})],
    )
    def test_derivative_by_the_learning_rate(self, cls, options):
        def trained(lr):
            p = torch.tensor([0.5, -2.0], dtype=torch.float64, requires_grad=True).clone()
            optimizer = cls([p], lr=lr, differentiable=True, **options)
            for _ in range(2):
                (p.grad,) = torch.autograd.grad((p.clone() ** 3).sum(), p, create_graph=True)
                optimizer.step()
            return p

        assert torch.autograd.gradcheck(trained, torch.tensor(0.1, dtype=torch.float64, requires_grad=True))
