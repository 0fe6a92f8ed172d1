"""Anything of PyTorch's (tensors, dtypes, functions, programs) as its counterpart under rushlight."""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import importlib
import types

import torch

import rushlight

#: Where PyTorch keeps its public functions: an object found here by identity is known by this path.
NAMESPACES = (
    "", "Tensor", "nn.functional", "linalg", "special", "fft", "nn.init", "masked", "_VF", "signal.windows", "nn", "nn.utils",
    "autograd", "random", "testing", "optim", "optim.lr_scheduler", "nn.utils.parametrize", "nn.utils.rnn", "nn.utils.stateless",
    "nn.modules.linear",
)  # fmt: skip
SPARSE = (torch.sparse_coo, torch.sparse_csr, torch.sparse_csc, torch.sparse_bsr, torch.sparse_bsc, torch._mkldnn)


class Untranslatable(Exception):
    """Something that has no counterpart here by decision (a sparse layout, a device)."""


def lookup(path: str):
    """The object of rushlight at a dotted path; AttributeError names what is missing."""
    found = rushlight
    for i, name in enumerate(path.split(".")):
        try:
            found = getattr(found, name)
        except AttributeError:
            try:
                found = importlib.import_module("rushlight." + ".".join(path.split(".")[: i + 1]))
            except ImportError:
                raise AttributeError(f"rushlight has no {path}") from None
    return found


@functools.cache
def _paths() -> dict[int, str]:
    """PyTorch's functions and classes by identity."""
    paths: dict[int, str] = {}
    for namespace in NAMESPACES:
        owner = torch
        for name in filter(None, namespace.split(".")):
            owner = getattr(owner, name)
        for name in sorted(dir(owner), key=lambda name: name.startswith("_")):
            value = getattr(owner, name, None)
            if callable(value):
                paths.setdefault(id(value), f"{namespace}.{name}".lstrip("."))
    for owner, prefix in ((torch._C._nn, "nn.functional."), (torch._C._linalg, "linalg."), (torch._C._special, "special.")):
        for name in dir(owner):
            paths.setdefault(id(getattr(owner, name)), prefix + name.removeprefix(prefix.replace(".", "_")))
    return paths


class _Globals(dict):
    """The globals of a function of PyTorch's tests, each translated where it is used."""

    def __init__(self, source: dict):
        super().__init__(__builtins__=__builtins__)
        self.source = source

    def __missing__(self, name: str):
        if name not in self.source:
            raise KeyError(name)
        self[name] = value = translated(self.source[name])
        return value


def translated(value):
    """`value` under rushlight. Tensors are copied with their strides; leaves that require grad still do."""
    if isinstance(value, torch.nn.Parameter):
        return rushlight.nn.Parameter(tensor(value).detach(), value.requires_grad)
    if isinstance(value, torch.Tensor):
        return tensor(value)
    if isinstance(value, torch.nn.Module):
        return module(value)
    if isinstance(value, torch.Size):
        return rushlight.Size(value)
    if isinstance(value, (torch.dtype, torch.memory_format, torch.layout)):
        if value in SPARSE:
            raise Untranslatable(str(value))
        return getattr(rushlight, str(value).removeprefix("torch."))
    if isinstance(value, torch.device):
        return rushlight.device(str(value))
    if isinstance(value, torch.Generator):
        return rushlight.Generator().manual_seed(value.initial_seed())
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return type(value)(*map(translated, value))
    if isinstance(value, (list, tuple)):
        return type(value)(map(translated, value))
    if isinstance(value, dict):
        return {key: translated(item) for key, item in value.items()}
    if dataclasses.is_dataclass(value) and id(type(value)) in _paths():
        return function(type(value))(**{f.name: translated(getattr(value, f.name)) for f in dataclasses.fields(value)})
    if isinstance(value, functools.partial):
        return functools.partial(translated(value.func), *translated(value.args), **translated(value.keywords))
    if value is torch:
        return rushlight
    if isinstance(value, types.ModuleType):
        return lookup(value.__name__.removeprefix("torch.")) if value.__name__.startswith("torch.") else value
    return function(value) if callable(value) else value


def function(value):
    """A function or class of PyTorch's by its path; a function of its tests as the same program on rushlight."""
    if id(value) in _paths():
        return lookup(_paths()[id(value)])
    if isinstance(value, (torch._ops.OpOverload, torch._ops.OpOverloadPacket)):
        name = str(value).split("::")[-1].removeprefix("aten.").split(".")[0]
        return getattr(rushlight.ops.aten, name, None) or lookup(name)
    module = getattr(value, "__module__", None) or ""
    if getattr(value, "__name__", "") == "freeze_rng_state":  # every run here sets its own seed
        return contextlib.nullcontext
    if isinstance(value, types.FunctionType) and (module.startswith("torch") or module == "__main__"):
        cells = tuple(types.CellType(translated(cell.cell_contents)) for cell in value.__closure__ or ())
        defaults = translated(value.__defaults__)
        copy = types.FunctionType(value.__code__, _Globals(value.__globals__), value.__name__, defaults, cells)
        copy.__kwdefaults__ = translated(value.__kwdefaults__)
        return copy
    return value


def module(m: torch.nn.Module) -> rushlight.nn.Module:
    """A module of the same class with the same attributes, parameters and modules."""
    ours = object.__new__(lookup(_paths()[id(type(m))]))
    vars(ours).update(translated(vars(m)))
    return ours


#: The memory of tensors translated so far, by PyTorch's; only inside of `sharing`.
_memories: dict | None = None


@contextlib.contextmanager
def sharing():
    """Within, what shares memory under PyTorch shares it as translated, and the same tensor is the same twice."""
    global _memories
    _memories = {}
    try:
        yield
    finally:
        _memories = None


def tensor(t: torch.Tensor) -> rushlight.Tensor:
    """A copy with the same sizes, strides and offset."""
    if _memories is None:
        return _copied(t)
    if id(t) not in _memories:
        _memories[id(t)] = _copied(t), t
    return _memories[id(t)][0]


def _copied(t: torch.Tensor) -> rushlight.Tensor:
    if t.layout is not torch.strided or t.device.type != "cpu" or t.is_quantized or t.is_nested:
        raise Untranslatable(f"a tensor of layout {t.layout} on {t.device}")
    if t._is_zerotensor():
        return rushlight.zeros(tuple(t.shape), dtype=translated(t.dtype), requires_grad=t.requires_grad)
    plain = t.detach().resolve_conj().resolve_neg()
    dtype = translated(t.dtype)
    size = plain.untyped_storage().nbytes() // plain.element_size()
    flat = torch.empty(0, dtype=t.dtype).set_(plain.untyped_storage(), 0, (size,), (1,))
    place = flat.data_ptr(), t.dtype
    ours = None if _memories is None else _memories.get(place)
    if ours is None:
        through = {torch.bfloat16: torch.float32, torch.float16: torch.float32}.get(t.dtype, t.dtype)
        ours = rushlight.from_numpy(flat.to(through, copy=True).numpy()).to(dtype)
        if _memories is not None:
            _memories[place] = ours
    ours = ours.as_strided(tuple(plain.shape), plain.stride(), plain.storage_offset()).detach()
    return ours.requires_grad_() if t.requires_grad else ours
