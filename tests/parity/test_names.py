"""The public names of PyTorch: each is here, or an exception with its reason; and no exception is here."""

import types
from fnmatch import fnmatchcase
from importlib import import_module

import pytest

import rushlight

from .exceptions import NAMES, REFUSED

torch = pytest.importorskip("torch")
#: Namespaces whose every public name is looked for.
SPACES = [
    "torch", "torch.Tensor", "torch.autograd", "torch.autograd.anomaly_mode", "torch.autograd.forward_ad",
    "torch.autograd.function", "torch.autograd.functional", "torch.autograd.grad_mode", "torch.autograd.gradcheck",
    "torch.autograd.graph", "torch.autograd.profiler", "torch.autograd.variable", "torch.profiler", "torch.fft", "torch.func",
    "torch.distributions", "torch.distributions.constraints", "torch.distributions.transforms", "torch.functional",
    "torch.linalg", "torch.masked", "torch.multiprocessing", "torch.nn", "torch.nn.attention", "torch.nn.functional",
    "torch.nn.grad", "torch.nn.init", "torch.nn.modules", "torch.nn.parallel", "torch.nn.parameter", "torch.nn.utils",
    "torch.nn.utils.parametrizations", "torch.nn.utils.parametrize", "torch.nn.utils.prune", "torch.nn.utils.rnn",
    "torch.optim", "torch.optim.lr_scheduler", "torch.optim.swa_utils", "torch.overrides", "torch.random", "torch.return_types",
    "torch.serialization", "torch.signal.windows", "torch.special", "torch.storage", "torch.testing", "torch.types",
    "torch.utils", "torch.utils.checkpoint", "torch.utils.data", "torch.utils.hooks",
]  # fmt: skip
#: Modules that PyTorch loads when it needs them: whether they are there depends on what ran before.
LATE = {"onnx", "cpp_extension", "file_baton", "serialization"}


def spaces(name):
    if name == "torch.Tensor":
        return torch.Tensor, rushlight.Tensor
    return import_module(name), import_module(name.replace("torch", "rushlight", 1))


def public(name, space):
    """What `__all__` lists where there is one that is whole, else all that there is."""
    whole = name in ("torch", "torch.nn", "torch.optim")
    names = set(dir(space) if whole else getattr(space, "__all__", None) or dir(space)) - LATE
    return {n for n in names if not n.startswith("_") and not leaked(name, getattr(space, n, None))}


def leaked(name, value):
    """A module that is none of this package's: its names are all of them."""
    return isinstance(value, types.ModuleType) and not value.__name__.startswith(name)


@pytest.mark.parametrize("name", SPACES)
def test_every_public_name_is_here_or_an_exception(name):
    theirs, ours = spaces(name)
    exceptions = NAMES.get(name, {})
    lacking = {n for n in public(name, theirs) if not hasattr(ours, n)}
    unexplained = {n for n in lacking if not any(fnmatchcase(n, pattern) for pattern in exceptions)}
    assert not unexplained
    assert not {pattern for pattern in exceptions if not any(fnmatchcase(n, pattern) for n in lacking)}


@pytest.mark.parametrize("name", [f"{space}.{name}" for space, names in REFUSED.items() for name in names])
def test_what_is_refused_says_so(name):
    space, _, function = name.rpartition(".")
    theirs, ours = spaces(space)
    assert callable(getattr(theirs, function))
    with pytest.raises(NotImplementedError, match=function):
        getattr(ours, function)([])
