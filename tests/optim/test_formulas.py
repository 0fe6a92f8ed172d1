"""The optimizers written in tensor operations, against their formulas in plain Python, and on problems to solve."""

import copy
import math

import numpy as np
import pytest

import rushlight as torch
from rushlight.optim import (
    ASGD,
    LBFGS,
    Adadelta,
    Adafactor,
    Adagrad,
    Adamax,
    Muon,
    NAdam,
    RAdam,
    RMSprop,
    Rprop,
)

GRADIENTS = [0.7, -0.4, 0.3, 1.5, 1.1, -0.2, 0.9]


def assert_close(x, y):
    np.testing.assert_allclose(x.detach().numpy(), y.numpy(), rtol=1e-4, atol=1e-5)


def train(cls, gradients=GRADIENTS, start=2.0, **options):
    p = torch.tensor([start], dtype=torch.float64, requires_grad=True)
    optimizer = cls([p], **options)
    for g in gradients:
        p.grad = torch.tensor([g], dtype=torch.float64)
        optimizer.step()
    return p.item(), {name: part.item() for name, part in optimizer.state[p].items()}


class TestFormulas:
    def test_adadelta(self):
        p, v, u = 2.0, 0.0, 0.0
        for gradient in GRADIENTS:
            g = -gradient + 0.1 * p
            v = 0.8 * v + 0.2 * g * g
            delta = math.sqrt(u + 0.01) / math.sqrt(v + 0.01) * g
            u = 0.8 * u + 0.2 * delta * delta
            p -= 0.5 * delta
        got, state = train(Adadelta, lr=0.5, rho=0.8, eps=0.01, weight_decay=0.1, maximize=True)
        assert got == pytest.approx(p, rel=1e-13)
        assert state == pytest.approx({"step": 7, "square_avg": v, "acc_delta": u}, rel=1e-13)

    def test_adagrad(self):
        p, total = 2.0, 0.3
        for t, gradient in enumerate(GRADIENTS, 1):
            g = gradient + 0.1 * p
            total += g * g
            p -= 0.5 / (1 + (t - 1) * 0.2) * g / (math.sqrt(total) + 0.01)
        options = {"lr": 0.5, "lr_decay": 0.2, "weight_decay": 0.1, "initial_accumulator_value": 0.3, "eps": 0.01}
        got, state = train(Adagrad, **options)
        assert got == pytest.approx(p, rel=1e-13)
        assert state == pytest.approx({"step": 7, "sum": total}, rel=1e-13)

    def test_adamax(self):
        p, m, u = 2.0, 0.0, 0.0
        for t, gradient in enumerate(GRADIENTS, 1):
            g = gradient + 0.1 * p
            m = 0.8 * m + 0.2 * g
            u = max(0.9 * u, abs(g) + 0.01)
            p -= 0.5 / (1 - 0.8**t) * m / u
        got, state = train(Adamax, lr=0.5, betas=(0.8, 0.9), eps=0.01, weight_decay=0.1)
        assert got == pytest.approx(p, rel=1e-13)
        assert state == pytest.approx({"step": 7, "exp_avg": m, "exp_inf": u}, rel=1e-13)

    def test_asgd(self):
        p, ax, eta, mu = 2.0, 0.0, 0.5, 1.0
        for t, gradient in enumerate(GRADIENTS, 1):
            g = gradient + 0.1 * p
            p -= eta * (0.2 * p + g)
            ax += mu * (p - ax)
            eta = 0.5 / (1 + 0.2 * 0.5 * t) ** 0.75
            mu = 1 / max(1, t - 3)
        got, state = train(ASGD, lr=0.5, lambd=0.2, t0=3, weight_decay=0.1)
        assert got == pytest.approx(p, rel=1e-6)  # eta and mu are float32
        assert state == pytest.approx({"step": 7, "eta": eta, "mu": mu, "ax": ax}, rel=1e-6)

    @pytest.mark.parametrize("decoupled", [False, True])
    def test_nadam(self, decoupled):
        p, m, v, product = 2.0, 0.0, 0.0, 1.0

        def mu(t):
            return 0.8 * (1 - 0.5 * 0.96 ** (t * 0.1))

        for t, gradient in enumerate(GRADIENTS, 1):
            g = gradient if decoupled else gradient + 0.1 * p
            if decoupled:
                p -= 0.5 * 0.1 * p
            m = 0.8 * m + 0.2 * g
            v = 0.9 * v + 0.1 * g * g
            product *= mu(t)
            ahead = mu(t + 1) * m / (1 - product * mu(t + 1)) + (1 - mu(t)) * g / (1 - product)
            p -= 0.5 * ahead / (math.sqrt(v / (1 - 0.9**t)) + 0.01)
        options = {"lr": 0.5, "betas": (0.8, 0.9), "eps": 0.01, "weight_decay": 0.1, "momentum_decay": 0.1}
        got, state = train(NAdam, **options, decoupled_weight_decay=decoupled)
        assert got == pytest.approx(p, rel=1e-6)  # the product is float32
        assert state == pytest.approx({"step": 7, "mu_product": product, "exp_avg": m, "exp_avg_sq": v}, rel=1e-6)

    @pytest.mark.parametrize("decoupled", [False, True])
    def test_radam(self, decoupled):
        p, m, v, rectified = 2.0, 0.0, 0.0, []
        limit = 2 / (1 - 0.9) - 1
        for t, gradient in enumerate(GRADIENTS, 1):
            g = gradient if decoupled else gradient + 0.1 * p
            if decoupled:
                p -= 0.5 * 0.1 * p
            m = 0.8 * m + 0.2 * g
            v = 0.9 * v + 0.1 * g * g
            rho = limit - 2 * t * 0.9**t / (1 - 0.9**t)
            rectified.append(rho > 5)
            change = m / (1 - 0.8**t)
            if rho > 5:
                rect = math.sqrt((rho - 4) * (rho - 2) * limit / ((limit - 4) * (limit - 2) * rho))
                change *= rect * math.sqrt(1 - 0.9**t) / (math.sqrt(v) + 0.01)
            p -= 0.5 * change
        assert set(rectified) == {False, True}
        options = {"lr": 0.5, "betas": (0.8, 0.9), "eps": 0.01, "weight_decay": 0.1}
        got, state = train(RAdam, **options, decoupled_weight_decay=decoupled)
        assert got == pytest.approx(p, rel=1e-13)
        assert state == pytest.approx({"step": 7, "exp_avg": m, "exp_avg_sq": v}, rel=1e-13)

    @pytest.mark.parametrize("centered", [False, True])
    @pytest.mark.parametrize("momentum", [0, 0.5])
    def test_rmsprop(self, centered, momentum):
        p, v, a, buffer = 2.0, 0.0, 0.0, 0.0
        for gradient in GRADIENTS:
            g = gradient + 0.1 * p
            v = 0.8 * v + 0.2 * g * g
            a = 0.8 * a + 0.2 * g
            buffer = momentum * buffer + g / (math.sqrt(v - a * a * centered) + 0.01)
            p -= 0.5 * buffer
        options = {"lr": 0.5, "alpha": 0.8, "eps": 0.01, "weight_decay": 0.1}
        got, state = train(RMSprop, **options, momentum=momentum, centered=centered)
        expected = {"step": 7, "square_avg": v}
        if momentum:
            expected["momentum_buffer"] = buffer
        if centered:
            expected["grad_avg"] = a
        assert got == pytest.approx(p, rel=1e-13)
        assert state == pytest.approx(expected, rel=1e-13)

    def test_rprop(self):
        p, size, previous = 2.0, 0.5, 0.0
        for gradient in GRADIENTS:
            g = gradient
            if g * previous > 0:
                size = min(size * 1.3, 0.6)
            elif g * previous < 0:
                size, g = max(size * 0.4, 0.1), 0.0
            p -= size * (g > 0) - size * (g < 0)
            previous = g
        got, state = train(Rprop, lr=0.5, etas=(0.4, 1.3), step_sizes=(0.1, 0.6))
        assert got == pytest.approx(p, rel=1e-13)
        assert state == pytest.approx({"step": 7, "prev": previous, "step_size": size}, rel=1e-13)

    def test_adafactor_of_a_vector(self):
        p, v, eps = 2.0, 0.0, 1e-3
        for t, g in enumerate(GRADIENTS, 1):
            alpha = max(0.02, abs(p)) * min(0.5, 1 / math.sqrt(t))
            p -= 0.5 * 0.1 * p
            weight = t**-0.8
            v = (1 - weight) * v + weight * g * g
            u = g / max(math.sqrt(v), eps)
            p -= alpha * u / max(1, abs(u) / 1.1)
        got, state = train(Adafactor, lr=0.5, eps=(eps, 0.02), d=1.1, weight_decay=0.1)
        assert got == pytest.approx(p, rel=1e-13)
        assert state == pytest.approx({"step": 7, "variance": v}, rel=1e-13)

    def test_adafactor_of_a_matrix_of_rank_one(self):
        """There, rows and columns say all about the squares: the first update has the size of the sign."""
        row, column = torch.tensor([1.0, -2.0, 0.5]), torch.tensor([3.0, 0.1])
        p = torch.ones(3, 2, requires_grad=True)
        optimizer = Adafactor([p], lr=0.25)
        p.grad = torch.outer(row, column)
        optimizer.step()
        assert_close(p.detach(), 1 - 0.25 * torch.outer(row.sign(), column.sign()))
        assert optimizer.state[p]["row_var"].shape == (3, 1)
        assert optimizer.state[p]["col_var"].shape == (1, 2)

    @pytest.mark.parametrize(("shape", "ratio"), [((6, 3), math.sqrt(2)), ((3, 6), 1)])
    def test_muon_makes_the_update_orthogonal(self, shape, ratio):
        torch.manual_seed(0)
        p = torch.zeros(shape, requires_grad=True)
        optimizer = Muon([p], lr=0.5, weight_decay=0)
        p.grad = torch.randn(shape)
        optimizer.step()
        singular = torch.linalg.svdvals(p.detach()) / 0.5 / ratio
        assert ((singular > 0.5) & (singular < 1.3)).all()  # five iterations come as near as that
        assert (p.detach() * p.grad).sum() < 0


PROBLEM_SOLVERS = [
    (Adadelta, {"eps": 1e-3}),
    (Adafactor, {"lr": 0.05}),
    (Adagrad, {"lr": 0.5}),
    (Adamax, {"lr": 0.1}),
    (ASGD, {"lr": 0.1}),
    (NAdam, {"lr": 0.1}),
    (RAdam, {"lr": 0.1}),
    (RMSprop, {"lr": 0.01}),
    (Rprop, {}),
]


@pytest.mark.parametrize(("cls", "options"), PROBLEM_SOLVERS)
class TestProblems:
    def test_least_squares(self, cls, options):
        torch.manual_seed(0)
        inputs, truth = torch.randn(20, 3), torch.tensor([1.0, -2.0, 0.5])
        p = torch.zeros(3, requires_grad=True)
        optimizer = cls([p], **options)
        for _ in range(500):
            optimizer.zero_grad()
            ((inputs @ (p - truth)) ** 2).mean().backward()
            optimizer.step()
        np.testing.assert_allclose(p.tolist(), truth.tolist(), atol=0.03)

    def test_saved_and_loaded(self, cls, options):
        """Training goes on from a state_dict as if it had not been interrupted."""

        def advance(p, optimizer, steps):
            for _ in range(steps):
                p.grad = torch.cos(p.detach())
                optimizer.step()

        p = torch.tensor([[0.5, 1.0], [2.0, -1.0]], requires_grad=True)
        optimizer = cls([p], **options)
        advance(p, optimizer, 3)
        copied = p.detach().clone().requires_grad_()
        other = cls([copied])
        other.load_state_dict(copy.deepcopy(optimizer.state_dict()))
        advance(p, optimizer, 3)
        advance(copied, other, 3)
        assert copied.tolist() == p.tolist()


def rosenbrock(x):
    return (100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2).sum()


class TestLBFGS:
    def closure(self, p, optimizer, f):
        def evaluate():
            optimizer.zero_grad()
            loss = f(p)
            loss.backward()
            return loss

        return evaluate

    def test_rosenbrock(self):
        p = torch.tensor([-1.2, 1.0, 0.5], dtype=torch.float64, requires_grad=True)
        optimizer = LBFGS([p], line_search_fn="strong_wolfe", max_iter=100)
        first = optimizer.step(self.closure(p, optimizer, rosenbrock))
        assert_close(p.detach(), torch.ones(3, dtype=torch.float64))
        assert first.item() == rosenbrock(torch.tensor([-1.2, 1.0, 0.5], dtype=torch.float64)).item()
        assert 10 < optimizer.state[p]["n_iter"] < 100

    def test_a_quadratic_function_without_line_search(self):
        matrix = torch.tensor([[3.0, 1.0], [1.0, 2.0]], dtype=torch.float64)
        p = torch.tensor([4.0, -7.0], dtype=torch.float64, requires_grad=True)
        optimizer = LBFGS([p])
        optimizer.step(self.closure(p, optimizer, lambda x: x @ matrix @ x / 2 - x.sum()))
        assert_close(matrix @ p.detach(), torch.ones(2, dtype=torch.float64))

    def test_several_parameters_one_without_gradient(self):
        p, q, idle = (torch.full((2,), 3.0, requires_grad=True) for _ in range(3))
        optimizer = LBFGS([p, idle, q])
        optimizer.step(self.closure(p, optimizer, lambda x: (x * x).sum() + ((q - 1) ** 2).sum()))
        assert_close(torch.cat([p, idle, q]).detach(), torch.tensor([0.0, 0, 3, 3, 1, 1]))

    def test_limits(self):
        counts = []
        for options in ({"max_iter": 3}, {"max_eval": 2, "max_iter": 30}, {"history_size": 2, "max_iter": 9}):
            p = torch.tensor([-1.2, 1.0], dtype=torch.float64, requires_grad=True)
            optimizer = LBFGS([p], lr=0.01, **options)
            optimizer.step(self.closure(p, optimizer, rosenbrock))
            state = optimizer.state[p]
            counts.append((state["n_iter"], state["func_evals"], len(state["ro"])))
        assert counts == [(2, 3, 1), (1, 2, 0), (9, 9, 2)]

    def test_nothing_to_do(self):
        p = torch.zeros(2, requires_grad=True)
        optimizer = LBFGS([p])
        optimizer.step(self.closure(p, optimizer, lambda x: (x * x).sum()))
        assert optimizer.state[p] == {"func_evals": 1, "n_iter": 0}

    def test_saved_and_loaded(self):
        p = torch.tensor([-1.2, 1.0], dtype=torch.float64, requires_grad=True)
        optimizer = LBFGS([p], lr=0.1, max_iter=4)
        optimizer.step(self.closure(p, optimizer, rosenbrock))
        q = p.detach().clone().requires_grad_()
        other = LBFGS([q])
        other.load_state_dict(copy.deepcopy(optimizer.state_dict()))
        optimizer.step(self.closure(p, optimizer, rosenbrock))
        other.step(self.closure(q, other, rosenbrock))
        assert q.tolist() == p.tolist()
