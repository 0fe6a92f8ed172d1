"""SciPy's minimisers on functions of Tensors: exact gradients, and exact products with the Hessian."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from .. import ops
from ..autograd import grad
from ..autograd.grad_mode import enable_grad, no_grad
from ..core.tensor import Tensor

#: Methods of scipy.optimize.minimize by what they are given beyond the value.
PRODUCT = {"newton-cg", "trust-ncg", "trust-krylov", "trust-constr"}
HESSIAN = {"dogleg", "trust-exact"}
GRADIENT = {"cg", "bfgs", "l-bfgs-b", "tnc", "slsqp"} | PRODUCT | HESSIAN


class _Objective:
    """A function of Tensors as a function of one flat float64 array, with its derivatives.

    The graph of the last gradient is kept for the Hessian products at the same point: each costs one backward pass.
    """

    def __init__(self, fun: Callable[..., Any], x0: Sequence[Tensor], args: tuple[Any, ...], second: bool) -> None:
        self.fun, self.like, self.args, self.second = fun, x0, args, second
        self.sizes = [x.numel() for x in x0]  # type: ignore[attr-defined]
        self.at: np.ndarray | None = None

    def tensors(self, flat: np.ndarray) -> list[Tensor]:
        parts = np.split(np.asarray(flat), np.cumsum(self.sizes)[:-1])
        return [ops.from_numpy(np.array(p)).to(x.dtype).reshape(x.shape) for p, x in zip(parts, self.like)]

    def value_and_gradient(self, flat: np.ndarray) -> tuple[float, np.ndarray]:
        self._evaluate(flat)
        return self.value, self.gradient

    def _evaluate(self, flat: np.ndarray) -> None:
        if self.at is not None and np.array_equal(flat, self.at):
            return
        with enable_grad():
            self.x = [x.requires_grad_() for x in self.tensors(flat)]
            loss = self.fun(*self.x, *self.args)
            if not isinstance(loss, Tensor) or loss.numel() != 1:  # type: ignore[attr-defined]
                raise ValueError(f"the function to minimize must return a Tensor with one element, not {_described(loss)}")
            self.g: list[Tensor | None] = [None] * len(self.x)
            if loss.requires_grad:
                self.g = list(grad(loss.reshape(()), self.x, create_graph=self.second, allow_unused=True))  # type: ignore[attr-defined]
        self.value, self.gradient = float(loss.item()), self._flat(self.g)
        self.at = np.array(flat)

    def _flat(self, gradients: Sequence[Tensor | None]) -> np.ndarray:
        parts = [
            np.zeros(n) if g is None else g.detach().numpy().astype(np.float64).ravel()  # type: ignore[attr-defined]
            for g, n in zip(gradients, self.sizes)
        ]
        return np.concatenate(parts) if parts else np.zeros(0)

    def product(self, flat: np.ndarray, vector: np.ndarray) -> np.ndarray:
        """The Hessian at `flat` times `vector`: the derivative of the gradient's product with it (Pearlmutter 1994)."""
        self._evaluate(flat)
        pairs = [(g, v) for g, v in zip(self.g, self.tensors(vector)) if g is not None and g.requires_grad]
        if not pairs:
            return np.zeros(len(flat))
        rows, vectors = zip(*pairs)
        return self._flat(grad(rows, self.x, vectors, retain_graph=True, allow_unused=True))

    def hessian(self, flat: np.ndarray) -> np.ndarray:
        rows = np.stack([self.product(flat, e) for e in np.eye(len(flat))])
        return (rows + rows.T) / 2


def _described(value: Any) -> str:
    return f"a Tensor of shape {list(value.shape)}" if isinstance(value, Tensor) else type(value).__name__


def minimize(
    fun: Callable[..., Tensor], x0: Tensor | Sequence[Tensor], args: tuple[Any, ...] = (), method: str | None = None, *,
    bounds: Any = None, constraints: Any = (), tol: float | None = None, callback: Callable[..., Any] | None = None,
    options: dict[str, Any] | None = None,
) -> Any:  # fmt: skip
    """Minimizes ``fun(x, *args)``, a Tensor with one element, from `x0` on, by `scipy.optimize.minimize`.

    `x0` is a Tensor of any shape, or a sequence of Tensors, which `fun` then takes one by one. The gradient is exact,
    by one backward pass; methods that use second derivatives (Newton-CG, trust-ncg, trust-krylov, trust-constr) get
    exact products of the Hessian with a vector, by a backward pass through it, and dogleg and trust-exact the Hessian.
    Without a `method`, SciPy chooses: BFGS, L-BFGS-B with `bounds`, SLSQP with `constraints`. Those are SciPy's, and
    ``{"type": "eq" | "ineq", "fun": ...}`` with a function of Tensors, whose Jacobian is then exact too. SciPy works
    in float64; give `x0` in float64 to use it.

    Returns SciPy's OptimizeResult with ``x`` as Tensor(s) like `x0`; the derivatives ``jac``, ... stay arrays.

    >>> import rushlight as torch
    >>> def rosenbrock(x):
    ...     return (100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2).sum()
    >>> found = minimize(rosenbrock, torch.zeros(5, dtype=torch.float64), method="trust-ncg")
    >>> found.x.round(decimals=4)
    tensor([1., 1., 1., 1., 1.], dtype=torch.float64)

    Raises:
        TypeError: if `x0` is no Tensor or not of a floating-point dtype.
        ValueError: if `fun` does not return a Tensor with one element.
    """
    from scipy import optimize

    single = isinstance(x0, Tensor)
    start = [x0] if isinstance(x0, Tensor) else list(x0)
    for x in start:
        if not isinstance(x, Tensor) or not x.dtype.is_floating_point:
            kind = x.dtype if isinstance(x, Tensor) else type(x).__name__
            raise TypeError(f"minimize(): x0 must be floating point Tensors, not {kind}")
    name = (method or "").lower()
    objective = _Objective(fun, start, args, name in PRODUCT | HESSIAN)

    def like_x0(flat: np.ndarray) -> Any:
        found = objective.tensors(flat)
        return found[0] if single else found

    derivatives: dict[str, Any] = {"jac": True} if not name or name in GRADIENT else {}
    if name in PRODUCT:
        derivatives["hessp"] = objective.product
    elif name in HESSIAN:
        derivatives["hess"] = objective.hessian
    with no_grad():
        flat = np.concatenate([x.detach().numpy().astype(np.float64).ravel() for x in start]) if start else np.zeros(0)  # type: ignore[attr-defined]
    function = objective.value_and_gradient if derivatives else lambda flat: objective.value_and_gradient(flat)[0]
    watch = None if callback is None else lambda flat, *rest: callback(like_x0(flat))
    result = optimize.minimize(
        function, flat, method=method, bounds=bounds, constraints=_constraints(constraints, objective), tol=tol,
        callback=watch, options=options, **derivatives,
    )  # fmt: skip
    result.x = like_x0(result.x)
    return result


def _constraints(constraints: Any, objective: _Objective) -> Any:
    """Constraints on Tensors as SciPy takes them, with their exact Jacobians; SciPy's own objects stay as they are."""
    if isinstance(constraints, dict):
        constraints = [constraints]
    if not isinstance(constraints, (list, tuple)):
        return constraints
    return [_constraint(c, objective) if isinstance(c, dict) and "jac" not in c else c for c in constraints]


def _constraint(constraint: dict[str, Any], objective: _Objective) -> dict[str, Any]:
    fun, args = constraint["fun"], constraint.get("args", ())

    def outputs(flat: np.ndarray) -> tuple[list[Tensor], Tensor]:
        x = [t.requires_grad_() for t in objective.tensors(flat)]
        return x, fun(*x, *args).reshape(-1)

    def value(flat: np.ndarray) -> np.ndarray:
        with no_grad():
            return outputs(flat)[1].numpy().astype(np.float64)  # type: ignore[attr-defined]

    def jacobian(flat: np.ndarray) -> np.ndarray:
        with enable_grad():
            x, out = outputs(flat)
            rows = [grad(row, x, retain_graph=True, allow_unused=True) if row.requires_grad else [None] * len(x) for row in out]
        return np.stack([objective._flat(row) for row in rows])

    return {"type": constraint["type"], "fun": value, "jac": jacobian}
