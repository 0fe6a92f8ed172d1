"""L-BFGS."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from .. import ops
from ..autograd.grad_mode import enable_grad, no_grad
from ..core import Tensor
from ._arguments import check_not_negative, check_one_element, to_scalar
from ._strong_wolfe import Trial, strong_wolfe
from .optimizer import Optimizer

__all__ = ["LBFGS"]

#: What a step hands on to the next, under these names in the state.
_REMEMBERED = ("d", "t", "old_dirs", "old_stps", "ro", "H_diag", "prev_flat_grad", "prev_loss")


class LBFGS(Optimizer):
    """L-BFGS, a quasi-Newton method: the last changes of the gradient stand for the inverse of the Hessian matrix.

    Each iteration moves all parameters, as one vector x with gradient g, along ``d = -H g``. H g comes from the last
    `history_size` pairs (s, y) of a change of x and the change of g that went with it, by the two-loop recursion::

        q = g
        for s, y, newest first:   a = s'q / y's;   q -= a * y
        r = (s'y / y'y of the newest) * q
        for s, y, oldest first:   b = y'r / y's;   r += (a - b) * s
        d = -r

    Then ``x += t * d``, with t = lr, or as the line search finds it. (Nocedal and Wright, "Numerical Optimization", 2nd
    edition, algorithms 7.4 and 3.5. The line search is that of https://www.cs.ubc.ca/~schmidtm/Software/minFunc.html.)

    It keeps ``2 * history_size + 2`` vectors of the size of all parameters, and takes one parameter group.

    Args:
        params: tensors, or pairs (name, tensor); see :class:`Optimizer`.
        lr: the step size t, a number or a tensor of one element. With line search, where the search begins.
        max_iter: the largest number of iterations in a step.
        max_eval: the largest number of evaluations in a step; by default ``max_iter * 5 // 4``.
        tolerance_grad: stop where no element of the gradient is larger.
        tolerance_change: stop where the parameters, or the loss, change by less.
        history_size: the number of pairs (s, y).
        line_search_fn: None, or "strong_wolfe".

    The state lies with the first parameter: the numbers "n_iter" and "func_evals", and what the next step goes on with.

    Raises:
        ValueError: for hyperparameters out of range, and for several parameter groups.
        RuntimeError: for another line search, when a step is taken.

    Example::

        >>> optimizer = torch.optim.LBFGS(model.parameters(), line_search_fn="strong_wolfe")
        >>> def closure():
        ...     optimizer.zero_grad()
        ...     loss = loss_fn(model(input), target)
        ...     loss.backward()
        ...     return loss
        >>> loss = optimizer.step(closure)
    """

    def __init__(
        self,
        params: Iterable[Any],
        lr: float | Tensor = 1,
        max_iter: int = 20,
        max_eval: int | None = None,
        tolerance_grad: float = 1e-7,
        tolerance_change: float = 1e-9,
        history_size: int = 100,
        line_search_fn: str | None = None,
    ) -> None:
        check_one_element(lr)
        check_not_negative(lr=lr)
        defaults = {
            "lr": lr,
            "max_iter": max_iter,
            "max_eval": max_iter * 5 // 4 if max_eval is None else max_eval,
            "tolerance_grad": tolerance_grad,
            "tolerance_change": tolerance_change,
            "history_size": history_size,
            "line_search_fn": line_search_fn,
        }
        super().__init__(params, defaults)
        if len(self.param_groups) != 1:
            raise ValueError("LBFGS doesn't support per-parameter options (parameter groups)")

    @no_grad()
    def step(self, closure: Callable[[], Any]) -> Any:  # type: ignore[override]
        """Take up to `max_iter` iterations.

        Args:
            closure: evaluates the model anew, calls ``backward()`` and returns the loss.

        Returns:
            What the closure returned the first time.
        """
        if len(self.param_groups) != 1:
            raise AssertionError(f"Expected exactly one param_group, but got {len(self.param_groups)}")
        group = self.param_groups[0]
        problem = _Problem(group["params"], closure)
        state = self.state[group["params"][0]]
        state.setdefault("func_evals", 0)
        state.setdefault("n_iter", 0)
        first_loss = problem.evaluate()
        state["func_evals"] += 1
        if problem.stationary(group["tolerance_grad"]):
            return first_loss
        memory = {name: state.get(name) for name in _REMEMBERED}
        before = state["func_evals"] - 1
        for iteration in range(1, group["max_iter"] + 1):
            state["n_iter"] += 1
            _set_direction(memory, state, problem.gradient, group["history_size"])
            memory["prev_flat_grad"], memory["prev_loss"] = problem.gradient, problem.loss
            memory["t"] = t = _first_size(problem.gradient, state["n_iter"]) * to_scalar(group["lr"])
            slope = problem.gradient.dot(memory["d"])
            if slope > -group["tolerance_change"]:  # no descent left
                break
            if group["line_search_fn"] is not None:
                left = group["max_eval"] - (state["func_evals"] - before)
                t, evaluations = problem.search(group["line_search_fn"], memory["d"], t, slope, left)
                memory["t"] = t
                state["func_evals"] += evaluations
            else:
                problem.move(memory["d"], t)
                if iteration != group["max_iter"]:
                    problem.evaluate()
                    state["func_evals"] += 1
            if iteration == group["max_iter"] or state["func_evals"] - before >= group["max_eval"]:
                break
            if problem.stationary(group["tolerance_grad"]):
                break
            if memory["d"].mul(t).abs().max() <= group["tolerance_change"]:
                break
            if abs(problem.loss - memory["prev_loss"]) < group["tolerance_change"]:
                break
        state.update(memory)
        return first_loss


class _Problem:
    """The parameters as one vector: the loss and the gradient where they are, and how they move."""

    loss: float
    gradient: Tensor

    def __init__(self, params: list[Tensor], closure: Callable[[], Any]) -> None:
        self._params = params
        self._closure = closure

    def evaluate(self) -> Any:
        with enable_grad():
            result = self._closure()
        self.loss = float(result)
        self.gradient = ops.cat([_row(ops.zeros_like(p) if p.grad is None else p.grad) for p in self._params])
        return result

    def stationary(self, tolerance: float) -> bool:
        return bool(self.gradient.abs().max() <= tolerance)

    def move(self, d: Tensor, t: Any) -> None:
        """Add ``t * d`` to the parameters."""
        start = 0
        for p in self._params:
            part = ops.view_as_real(p) if p.is_complex() else p
            part.add_(d[start : start + part.numel()].view_as(part), alpha=t)
            start += part.numel()

    def search(self, method: str, d: Tensor, t: Any, slope: Tensor, most: int) -> tuple[Any, int]:
        """Go along `d` as far as the line search says; returns how far that was, and the number of evaluations."""
        if method != "strong_wolfe":
            raise RuntimeError("only 'strong_wolfe' is supported")
        start = [p.clone() for p in self._params]

        def trial(t: Any) -> Trial:
            self.move(d, t)
            self.evaluate()
            for p, value in zip(self._params, start, strict=True):
                p.copy_(value)
            return Trial(t, self.loss, self.gradient, self.gradient.dot(d))

        best, evaluations = strong_wolfe(trial, Trial(0, self.loss, self.gradient, slope), t, d.abs().max(), most)
        self.loss, self.gradient = best.loss, best.gradient
        self.move(d, best.t)
        return best.t, evaluations


def _row(x: Tensor) -> Tensor:
    return (ops.view_as_real(x) if x.is_complex() else x).reshape(-1)


def _first_size(gradient: Tensor, iteration: int) -> Any:
    """The step size to begin with, in units of the learning rate: at first the direction knows no scale."""
    return min(1.0, 1.0 / gradient.abs().sum()) if iteration == 1 else 1


def _set_direction(memory: dict[str, Any], state: dict[str, Any], gradient: Tensor, history_size: int) -> None:
    """Take up the newest pair (s, y) and compute the direction d from all of them."""
    if state["n_iter"] == 1:
        memory.update(d=-gradient, old_dirs=[], old_stps=[], ro=[], H_diag=1)
        return
    changes, steps, ro = memory["old_dirs"], memory["old_stps"], memory["ro"]
    y = gradient - memory["prev_flat_grad"]
    s = memory["d"] * memory["t"]
    ys = y.dot(s)
    if ys > 1e-10:  # the curvature is positive, so H stays positive definite
        for past, new in ((changes, y), (steps, s), (ro, 1.0 / ys)):
            if len(past) == history_size:
                past.pop(0)
            past.append(new)
        memory["H_diag"] = ys / y.dot(y)
    a = state.setdefault("al", [None] * history_size)
    q = -gradient
    for i in reversed(range(len(steps))):
        a[i] = steps[i].dot(q) * ro[i]
        q.add_(changes[i], alpha=-a[i])
    memory["d"] = d = q * memory["H_diag"]
    for i in range(len(steps)):
        d.add_(steps[i], alpha=a[i] - changes[i].dot(d) * ro[i])
