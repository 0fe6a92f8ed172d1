"""Optimizer updates in tensor operations, which are recorded where the steps are to be differentiable."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .. import ops
from ..autograd.grad_mode import set_grad_enabled
from ..core import Tensor
from ._arguments import check_capturable, check_differentiable, loss_of, to_scalar
from .optimizer import Optimizer

State = dict[str, Any]


class TensorOptimizer(Optimizer):
    """Base of the optimizers that move one parameter after the other by a rule in tensor operations.

    A subclass says what the state of a parameter is at first (:meth:`_first_state`), and how a step changes the
    parameter and its state (:meth:`_rule`). The rest is here: whose turn it is, the number of steps, `maximize`, weight
    decay and complex parameters.

    Note [States of recorded steps]
        The rules write to the state in place. A step that is recorded (`differentiable`) may have saved the state that
        it left, for its derivative; so the next one begins with copies::

            step 1    v1 = v0 + g1**2     p1 = p0 - g1 / sqrt(v1)      saves v1
            step 2    v1' = copy of v1, becomes v2 in place            v1 stays
    """

    _if_absent: dict[str, Any] = {"foreach": None, "maximize": False, "capturable": False, "differentiable": False}
    _scalars: tuple[str, ...] = ("step",)
    #: What `capturable` asks to be on an accelerator, in words; and whether that may be XLA. Both without and with
    #: `foreach`.
    _captured = ("params and state_steps", "params and state_steps")
    _on_xla = (True, False)

    def step(self, closure: Callable[[], Any] | None = None) -> Any:
        """Change the parameters, once, by their gradients.

        Args:
            closure: evaluates the model anew, calls ``backward()`` and returns the loss.

        Returns:
            What the closure returned, or None.
        """
        loss = loss_of(closure)
        with set_grad_enabled(self.defaults.get("differentiable", False)):
            for group in self.param_groups:
                params = [p for p in group["params"] if p.grad is not None]
                if params:
                    self._check(group, params)
                for p in params:
                    state = self.state[p]
                    if not state:
                        state.update(self._first_state(group, p))
                    elif group.get("differentiable"):  # see Note [States of recorded steps]
                        state.update((name, value.clone()) for name, value in state.items())
                for p in params:
                    self._move(group, p)
        return loss

    def _check(self, group: State, params: list[Tensor]) -> None:
        """Raise for what is refused only when a step is taken, before anything is changed."""
        foreach = bool(group.get("foreach"))
        check_differentiable(group)
        check_capturable(group, self._captured[foreach], self._on_xla[foreach])

    def _first_state(self, group: State, p: Tensor) -> State:
        """The state of a parameter before its first step."""
        raise NotImplementedError

    def _move(self, group: State, p: Tensor) -> None:
        """One step of one parameter."""
        gradient: Any = -p.grad if group["maximize"] else p.grad  # type: ignore[operator]
        weight_decay = group.get("weight_decay", 0)
        if weight_decay != 0:
            if group.get("decoupled_weight_decay"):
                p.mul_(1 - to_scalar(group["lr"]) * weight_decay)
            else:
                gradient = gradient.add(p, alpha=weight_decay)
        state = self.state[p]
        state["step"] += 1
        if p.is_complex():  # its real and imaginary parts are parameters like any others
            state = {name: ops.view_as_real(x) if x.is_complex() else x for name, x in state.items()}
            p, gradient = ops.view_as_real(p), ops.view_as_real(gradient)
        self._rule(group, p, gradient, state)

    def _rule(self, group: State, p: Tensor, gradient: Tensor, state: State) -> None:
        """Change a real parameter and its state, in place.

        Args:
            gradient: that of the function to be made small, with the weight decay that is coupled to it.
            state: with the number of this step, from 1 on.
        """
        raise NotImplementedError
