"""rushlight's optimizers measured against PyTorch's own description of them.

`optim_db` lists PyTorch's optimizers with the settings to try and those that must be refused. Each trains a small model
under both, step by step. What must agree: the parameters and the state after every step, the param groups, the
state_dict (and what a fresh optimizer does with it), the type of the error on bad settings.

    python -m parity.optim_db Adagrad LBFGS     # what differs (in tests/)
"""

from __future__ import annotations

import inspect
import itertools
import sys
import warnings
from collections.abc import Iterator

import torch
from torch.testing._internal.common_optimizers import OptimizerErrorEnum, optim_db

import rushlight

from .module_db import _each
from .op_db import compared
from .report import report
from .translation import lookup, tensor, translated

STEPS = 8
DTYPES = (torch.float64, torch.float32)
#: Beyond the settings of `optim_db`: how the same computation is spelled.
FLAGS = ({}, {"foreach": True}, {"foreach": False}, {"maximize": True}, {"differentiable": True})
#: State that is undefined in single precision: what L-BFGS divides by how much gradients differ that almost agree. One bit
#: of the parameters more, and PyTorch's own factors change by up to 0.4; the parameters do not.
UNDEFINED = {(torch.float32, "LBFGS"): {"al", "ro", "H_diag", "d"}}
ENTRIES = {entry.optim_cls.__name__: entry for entry in optim_db}


def problems(name: str) -> Iterator[str]:
    """What differs between rushlight and PyTorch for the optimizer `name`, a line each; nothing where all agrees."""
    entry = ENTRIES[name]
    try:
        ours = lookup(f"optim.{name}")
    except AttributeError as error:
        yield str(error)
        return
    got, want = [[str(p.replace(annotation=inspect.Parameter.empty)).replace("rushlight.", "torch.")
                  for p in inspect.signature(cls).parameters.values()] for cls in (ours, entry.optim_cls)]  # fmt: skip
    if got != want:
        yield f"{name} takes {got}, not {want}"
    for dtype, sample, flags in itertools.product(DTYPES, entry.optim_inputs_func(device="cpu"), FLAGS):
        settings = {**sample.kwargs, **flags}
        if not set(settings) <= set(inspect.signature(entry.optim_cls).parameters):
            continue
        try:
            check = _differentiated if "differentiable" in settings else _trained
            for problem in check(entry, ours, settings, dtype):
                yield f"{name} {str(dtype)[6:]} {settings} {problem}"
        except Exception as error:
            yield f"{name} {str(dtype)[6:]} {settings} {type(error).__name__}: {str(error)[:300]}"
    yield from _errors(entry, ours)


class _Training:
    """A model of parameters of several shapes, and one optimizer, under one of the two packages."""

    def __init__(self, module, cls, settings, dtype, matrices: bool, one_group: bool):
        self.module, self.cls, self.settings = module, cls, settings
        shapes = [(3, 4), (4, 2)] if matrices else [(3, 4), (4,), (), (2, 1, 2)]
        module.manual_seed(0)
        self.params = [module.nn.Parameter(module.randn(shape, dtype=module.float64).to(dtype)) for shape in shapes]
        self.targets = [module.randn(shape, dtype=module.float64).to(dtype) for shape in shapes]
        first, *rest = self.params
        groups = [{"params": [first], **({"lr": 0.02} if "lr" not in settings else {})}, {"params": rest}]
        self.optimizer = cls(self.params if one_group else groups, **settings)

    def loss(self):
        parts = [((p - t) ** 2).sum() + (p * p * p * p).sum() / 8 for p, t in zip(self.params, self.targets)]
        return sum(parts[1:], parts[0])

    def closure(self):
        self.optimizer.zero_grad()
        loss = self.loss()
        loss.backward()
        return loss

    def step(self, number: int, closure: bool):
        if closure:
            return self.optimizer.step(self.closure)
        self.closure()
        if number == 2:
            self.params[-1].grad = None  # a parameter that a step skips
        return self.optimizer.step()


def _trained(entry, ours, settings, dtype) -> Iterator[str]:
    matrices = entry.optim_cls.__name__ == "Muon"
    shape = matrices, entry.step_requires_closure
    their = _Training(torch, entry.optim_cls, settings, dtype, *shape)
    our = _Training(rushlight, ours, translated(settings), translated(dtype), *shape)
    for number in range(STEPS):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            results = our.step(number, entry.step_requires_closure), their.step(number, entry.step_requires_closure)
        yield from compared(f"step {number}: loss ", *results, True)
        yield from compared(f"step {number}: ", [p.detach() for p in our.params], [p.detach() for p in their.params], True)
        undefined = UNDEFINED.get((dtype, entry.optim_cls.__name__), set())
        states = [_defined(t.optimizer.state_dict(), undefined) for t in (our, their)]
        yield from _compared_states(f"step {number}: ", *states)
    fresh = [_Training(t.module, t.cls, t.settings, t.params[0].dtype, *shape) for t in (our, their)]
    for training, trained in zip(fresh, (our, their)):
        training.optimizer.load_state_dict(trained.optimizer.state_dict())
        training.step(0, entry.step_requires_closure)
    yield from compared("loaded: ", [p.detach() for p in fresh[0].params], [p.detach() for p in fresh[1].params], True)
    if repr(our.optimizer).replace("rushlight", "torch") != repr(their.optimizer):
        yield f"repr {our.optimizer!r}, not {their.optimizer!r}"


def _differentiated(entry, ours, settings, dtype) -> Iterator[str]:
    """Steps that are recorded: the gradients of the trained parameters with respect to where they began."""
    found = []
    for module, cls, given, kind in ((torch, entry.optim_cls, settings, dtype),
                                     (rushlight, ours, translated(settings), translated(dtype))):  # fmt: skip
        module.manual_seed(0)
        leaves = [module.randn(shape, dtype=module.float64).to(kind).requires_grad_() for shape in ((2, 3), (3,))]
        params = [leaf.clone() for leaf in leaves]
        optimizer = cls(params, **given)
        for number in range(3):
            for p, leaf in zip(params, leaves):
                p.grad = leaf * leaf * (0.1 + number) + 0.3
            optimizer.step()
        loss = sum([(p * p).sum() for p in params])
        try:
            gradients = list(module.autograd.grad(loss, leaves))
        except RuntimeError as error:  # PyTorch's Adam with amsgrad writes over what its own steps saved
            gradients = str(error)[:80]
        found.append([[p.detach() for p in params], gradients])
    (theirs, their_gradients), (mine, my_gradients) = found
    yield from compared("params ", mine, theirs, True)
    if isinstance(my_gradients, str):
        yield f"gradients: {my_gradients}"
    elif not isinstance(their_gradients, str):
        yield from compared("gradients through the steps ", my_gradients, their_gradients, True)


def _defined(state_dict: dict, undefined: set[str]) -> dict:
    state = {i: {key: part for key, part in parts.items() if key not in undefined}
             for i, parts in state_dict["state"].items()}  # fmt: skip
    return {**state_dict, "state": state}


def _compared_states(what: str, got: dict, want: dict) -> Iterator[str]:
    if got.keys() != want.keys():
        yield f"{what}state_dict has {list(got)}, not {list(want)}"
        return
    yield from _compared_trees(f"{what}state_dict ", got, want)


def _compared_trees(what: str, got, want) -> Iterator[str]:
    if isinstance(want, dict):
        if list(got) != list(want):
            yield f"{what}keys {list(got)}, not {list(want)}"
            return
        for key in want:
            yield from _compared_trees(f"{what}{key} ", got[key], want[key])
    elif isinstance(want, (list, tuple)):
        if len(got) != len(want):
            yield f"{what}{len(got)} entries, not {len(want)}"
            return
        for i, (g, w) in enumerate(zip(got, want)):
            yield from _compared_trees(f"{what}[{i}] ", g, w)
    elif want is None or isinstance(want, (str, bool)):
        if got != want:
            yield f"{what}{got!r}, not {want!r}"
    else:
        yield from compared(what, got.detach() if isinstance(got, rushlight.Tensor) else got,
                            want.detach() if isinstance(want, torch.Tensor) else want, True)  # fmt: skip


def _errors(entry, ours) -> Iterator[str]:
    for number, error in enumerate(entry.optim_error_inputs_func(device="cpu", dtype=torch.float32)):
        if error.error_on is not OptimizerErrorEnum.CONSTRUCTION_ERROR:
            continue
        sample = error.optimizer_error_input
        outcomes = []
        for module, cls in ((torch, entry.optim_cls), (rushlight, ours)):
            params = sample.params
            try:
                if params is None:
                    params = [module.nn.Parameter(module.randn(2, 3)), module.nn.Parameter(module.randn(3))]
                elif module is rushlight:
                    params = translated(_each(params, tensor))
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    cls(params, **(translated(sample.kwargs) if module is rushlight else sample.kwargs))
                outcomes.append(None)
            except Exception as raised:
                outcomes.append(raised)
        right, mine = outcomes
        if right is not None and (type(mine) is not type(right) or str(mine) != str(right)):
            yield f"{entry.optim_cls.__name__} error #{number} {sample.desc}: {mine!r}, not {right!r}"


if __name__ == "__main__":
    sys.exit(report(sorted(ENTRIES), problems, sys.argv[1:]))
