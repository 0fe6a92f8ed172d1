"""Pruning under both packages: masks, parameters, random choices, containers, what is refused."""

import importlib

import pytest

import rushlight
import rushlight.nn.utils.prune

torch = pytest.importorskip("torch")
importlib.import_module("torch.nn.utils.prune")


def seen(module):
    """All that pruning changes of a module (where it fails, PyTorch puts the parameter back at the end)."""
    every = [*sorted(module.named_parameters()), *module.named_buffers()]
    hooks = [type(hook).__name__ for m in module for hook in m._forward_pre_hooks.values()]
    return [(n, v.tolist(), v.requires_grad) for n, v in every], sorted(module.state_dict()), hooks


def both(program):
    """The result of `program` under each, the error's type and words where it raises."""
    results = []
    for package in (rushlight, torch):
        package.manual_seed(0)
        module = package.nn.Sequential(package.nn.Conv2d(2, 3, 2), package.nn.Flatten(), package.nn.Linear(12, 2))
        try:
            found = program(package, package.nn.utils.prune, module)
        except Exception as error:
            found = type(error).__name__, str(error)
        results.append((found, seen(module)))
    return results


def twice(package, prune, m):
    prune.l1_unstructured(m[0], "weight", amount=0.3)
    prune.ln_structured(m[0], "weight", amount=1, n=2, dim=0)
    prune.random_unstructured(m[0], "weight", amount=2)
    (container,) = m[0]._forward_pre_hooks.values()
    out = m(package.ones(1, 2, 3, 3)).sum()
    out.backward()
    return [type(c).__name__ for c in container], len(container), m[0].weight_orig.grad.tolist(), prune.is_pruned(m)


def removed(package, prune, m):
    prune.identity(m[2], "bias")
    prune.custom_from_mask(m[2], "weight", package.arange(24).reshape(2, 12) % 3)
    first = m[2].weight is m[2].weight_orig, prune.is_pruned(m[2])
    prune.remove(m[2], "weight")
    return first, prune.is_pruned(m[2]), m[2].weight.is_leaf


def everywhere(package, prune, m):
    pairs = [(m[0], "weight"), (m[2], "weight"), (m[2], "bias")]
    prune.global_unstructured(pairs, pruning_method=prune.L1Unstructured, amount=0.4)
    prune.global_unstructured(pairs[:2], pruning_method=prune.RandomUnstructured, amount=5)


def resumed(package, prune, m):
    """A pruned model loads its own state."""
    prune.l1_unstructured(m[2], "weight", 0.5)
    state = {k: v.clone() * 2 for k, v in m.state_dict().items()}
    return str(m.load_state_dict(state)), [round(v, 5) for v in m(package.ones(1, 2, 3, 3))[0].tolist()]


PROGRAMS = [
    twice, removed, everywhere, resumed,
    lambda t, p, m: p.random_structured(m[0], "weight", 2, dim=1) is m[0],
    lambda t, p, m: p.random_structured(m[0], "weight", 0.0, 1) and 0,
    lambda t, p, m: p.ln_structured(m[0], "weight", 0.34, float("inf"), dim=-1) and 0,
    lambda t, p, m: p.l1_unstructured(m[2], "bias", 1, importance_scores=t.tensor([1.0, 0.5])) and 0,
    lambda t, p, m: p.L1Unstructured(0.5).prune(t.arange(6.0).reshape(2, 3), t.tensor([[1, 1, 1], [1, 0, 1.0]])).tolist(),
    lambda t, p, m: p.LnStructured(1, 1).prune(t.arange(6.0).reshape(2, 3)).tolist(),
    lambda t, p, m: p.random_unstructured(m[0], "weight", -1), lambda t, p, m: p.random_unstructured(m[0], "weight", "x"),
    lambda t, p, m: p.random_unstructured(m[0], "weight", 1.5), lambda t, p, m: p.l1_unstructured(m[2], "weight", 99),
    lambda t, p, m: p.ln_structured(m[2], "bias", 1, 2, 0), lambda t, p, m: p.random_structured(m[2], "weight", 1, dim=4),
    lambda t, p, m: p.remove(m[0], "weight"), lambda t, p, m: p.identity(m[0], "nothing"),
    lambda t, p, m: p.custom_from_mask(m[2], "weight", t.ones(5)),
    lambda t, p, m: p.global_unstructured(5, p.L1Unstructured, amount=1),
    lambda t, p, m: p.global_unstructured([(m[0], "weight")], p.LnStructured, amount=1, n=2),
    lambda t, p, m: p.global_unstructured([(m[0], "weight")], p.L1Unstructured, importance_scores=3, amount=1),
    lambda t, p, m: p.l1_unstructured(m[2], "weight", 0.3, importance_scores=t.ones(1)),
    lambda t, p, m: p.BasePruningMethod(),
]  # fmt: skip


@pytest.mark.parametrize("number", range(len(PROGRAMS)))
def test_as_torch(number):
    (ours, mine), (theirs, other) = both(PROGRAMS[number])
    assert str(ours).replace("rushlight.", "torch.") == str(theirs)
    assert mine == other
