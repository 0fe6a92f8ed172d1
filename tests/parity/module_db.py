"""rushlight's modules measured against PyTorch's own description of them.

`module_db` lists PyTorch's modules with arguments for their constructors and inputs for their forward, and with those
that must raise. Each is built and run under both, in training and in evaluation. What must agree: signatures, reprs,
attributes, parameters and buffers with their initial values (from the same random stream), outputs, gradients and
gradients of gradients, what a forward leaves in the buffers, copies of all kinds, the type of the error on bad input.

    python -m parity.module_db Linear Conv2d     # what differs, sample by sample (in tests/)
"""

from __future__ import annotations

import copy
import inspect
import itertools
import pickle
import re
import sys
from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch.testing._internal.common_modules import FunctionInput, ModuleErrorEnum, ModuleInfo, module_db

import rushlight

from .more_modules import MORE
from .op_db import _gradients, _run, compared, tensors
from .report import report
from .translation import Untranslatable, lookup, tensor, translated

DTYPES = (torch.float64, torch.float32)
#: Samples of a module that are run: spread over all of them where there are more.
MOST = 60

#: Modules whose float32 gradients hang on small differences of large logarithms: torch's are as far from the exact ones as
#: ours. They are compared in float64 alone.
COARSE = {"CTCLoss"}

ENTRIES: dict[str, ModuleInfo] = {info.module_cls.__name__: info for info in [*MORE, *module_db]}


def problems(name: str) -> Iterator[str]:
    """What differs between rushlight and PyTorch for the module `name`, a line each; nothing where all agrees."""
    info = ENTRIES[name]
    try:
        ours = lookup(f"nn.{name}")
    except AttributeError as error:
        yield str(error)
        return
    yield from _signatures(name, ours, info.module_cls)
    for dtype, training in itertools.product(DTYPES, (True, False)):
        if dtype in info.dtypes:
            yield from _in_dtype(info, ours, dtype, training)
    yield from _errors(info, ours)


def _signatures(name: str, ours: type, theirs: type) -> Iterator[str]:
    for method in ("__init__", "forward"):
        got, want = _signature(getattr(ours, method)), _signature(getattr(theirs, method))
        if got != want:
            yield f"{name}.{method} takes {got}, not {want}"


def _signature(function: Callable[..., Any]) -> list[str]:
    """The parameters, with their defaults, as a user may give them."""
    return [re.sub(" at 0x[0-9a-f]+", "", str(p.replace(annotation=inspect.Parameter.empty)).replace("rushlight.", "torch."))
            for p in inspect.signature(function).parameters.values()]  # fmt: skip


def _in_dtype(info: ModuleInfo, ours: type, dtype: torch.dtype, training: bool) -> Iterator[str]:
    torch.manual_seed(0)
    samples = info.module_inputs_func(info, device="cpu", dtype=dtype, requires_grad=True, training=training)
    for number in range(0, len(samples), -(-len(samples) // MOST)):
        sample = samples[number]
        where = f"{info.name[3:]} {str(dtype)[6:]} {'train' if training else 'eval'} #{number}"
        what = f"[{described(sample.constructor_input)} | {described(sample.forward_input)}]"
        try:
            for problem in _sample(info, ours, sample, dtype, training):
                yield f"{where} {problem}  {what}"
        except Untranslatable:
            continue
        except Exception as error:
            yield f"{where} {type(error).__name__}: {str(error)[:300]}  {what}"


def described(given: FunctionInput | None) -> str:
    def show(value):
        if isinstance(value, torch.nn.Module):
            return type(value).__name__
        if isinstance(value, torch.Tensor):
            return f"{str(value.dtype)[6:]}{list(value.shape)}"
        if isinstance(value, (list, tuple)):
            return "(" + ", ".join(map(show, value)) + ")"
        return repr(value)

    if given is None:
        return ""
    return ", ".join([*map(show, given.args), *[f"{k}={show(v)}" for k, v in given.kwargs.items()]])[:200]


def _given(given: FunctionInput | None) -> tuple[tuple[Any, ...], dict[str, Any]]:
    return (tuple(given.args), dict(given.kwargs)) if given is not None else ((), {})


def _sample(info: ModuleInfo, ours: type, sample, dtype: torch.dtype, training: bool) -> Iterator[str]:
    arguments, keywords = _given(sample.constructor_input)
    built = (_run(rushlight, ours, *translated(arguments), **translated(keywords)),
             _run(torch, info.module_cls, *arguments, **keywords))  # fmt: skip
    yield from _compared_modules("built: ", *built)
    got, want = built[0].to(translated(dtype)).train(training), built[1].to(dtype).train(training)
    given = _given(sample.forward_input)
    our_inputs, our_options = translated(_each(given, tensor))
    inputs, options = _each(given, lambda t: t.detach().requires_grad_(t.requires_grad))
    outputs = _run(rushlight, got, *our_inputs, **our_options), _run(torch, want, *inputs, **options)
    yield from compared("output ", outputs[0], _owned(outputs[1], tensors((inputs, options), torch)), True)
    yield from _compared_modules("after forward: ", got, want)
    leaves = [
        [t for t in [*tensors((given, named), module), *net.parameters()] if t.requires_grad]
        for module, net, given, named in ((rushlight, got, our_inputs, our_options), (torch, want, inputs, options))
    ]
    if dtype == torch.float64 or info.module_cls.__name__ not in COARSE:
        yield from _gradients(_Orders(info.supports_gradgrad and dtype == torch.float64), *outputs, *leaves)
    yield from _copies(ours, translated((arguments, keywords)), got, our_inputs, our_options)


def _each(tree, made: Callable[[torch.Tensor], Any], seen: dict[int, Any] | None = None):
    """The tree with ``made(t)`` for each tensor, the same for one that is given twice."""
    seen = {} if seen is None else seen
    if isinstance(tree, torch.Tensor):
        if id(tree) not in seen:
            seen[id(tree)] = made(tree)
        return seen[id(tree)]
    if isinstance(tree, (list, tuple)):
        return type(tree)([_each(item, made, seen) for item in tree])
    return {key: _each(item, made, seen) for key, item in tree.items()} if isinstance(tree, dict) else tree


def _owned(outputs, inputs):
    """Views of what only the module knew (a product that it reshaped) are no views to its caller."""
    if isinstance(outputs, (list, tuple)):
        parts = [_owned(out, inputs) for out in outputs]
        return type(outputs)(*parts) if hasattr(outputs, "_fields") else type(outputs)(parts)
    if not isinstance(outputs, torch.Tensor) or not outputs._is_view():
        return outputs
    return outputs if any(outputs._base is t or outputs._base is t._base for t in inputs) else outputs.detach().clone()


class _Orders:
    """What `op_db` asks an entry for when it compares gradients."""

    name = "a module"

    def __init__(self, supports_gradgrad: bool):
        self.supports_gradgrad = supports_gradgrad


def _compared_modules(what: str, got, want) -> Iterator[str]:
    """Everything that can be read from two modules."""
    if repr(got) != repr(want):
        yield f"{what}repr {got!r}, not {want!r}"
    for kind in ("parameters", "buffers"):
        yield from _compared_named(f"{what}{kind[:-1]} ", *[list(getattr(m, f"named_{kind}")()) for m in (got, want)])
    yield from _compared_named(f"{what}state_dict ", *[list(m.state_dict().items()) for m in (got, want)])
    mine, others = ({k: v for k, v in vars(m).items() if not k.startswith("_")} for m in (got, want))
    if set(mine) != set(others):
        yield f"{what}attributes {sorted(set(mine) - set(others))} too many, {sorted(set(others) - set(mine))} missing"
    for name in set(mine) & set(others):
        if isinstance(others[name], (str, type(None))):
            if mine[name] != others[name]:
                yield f"{what}attribute {name} is {mine[name]!r}, not {others[name]!r}"
        else:
            yield from compared(f"{what}attribute {name}: ", mine[name], others[name], True)


def _compared_named(what: str, got, want) -> Iterator[str]:
    names = [[name for name, _ in pairs] for pairs in (got, want)]
    if names[0] != names[1]:
        yield f"{what}names {names[0]}, not {names[1]}"
        return
    for (name, g), (_, w) in zip(got, want):
        if type(g).__name__ != type(w).__name__ or g.requires_grad != w.requires_grad:
            yield f"{what}{name} is a {type(g).__name__}, requires_grad={g.requires_grad}, not a {type(w).__name__}"
        elif not torch.nn.parameter.is_lazy(w):
            yield from compared(f"{what}{name} ", g.detach(), w.detach(), True)


def _copies(ours: type, arguments, got, inputs, options) -> Iterator[str]:
    """A copy, a pickle and a fresh module with the state of `got` compute what it computes."""
    want = _run(rushlight, got, *inputs, **options)
    rushlight.manual_seed(1)
    fresh = ours(*arguments[0], **arguments[1]).train(got.training)
    dtypes = {p.dtype for p in itertools.chain(got.parameters(), got.buffers()) if p.dtype.is_floating_point}
    fresh = fresh.to(*dtypes) if len(dtypes) == 1 else fresh
    copies = {"copy": copy.deepcopy(got), "pickle": pickle.loads(pickle.dumps(got)), "state_dict": fresh}
    if str(fresh.load_state_dict(got.state_dict())) != "<All keys matched successfully>":
        yield "load_state_dict does not match"
    for how, other in copies.items():
        for g, w in zip(tensors(_run(rushlight, other, *inputs, **options), rushlight), tensors(want, rushlight)):
            if not rushlight.allclose(g, w, equal_nan=True):
                yield f"{how}: another output"


def _errors(info: ModuleInfo, ours: type) -> Iterator[str]:
    """Bad arguments and bad inputs raise the same type of error."""
    if info.module_error_inputs_func is None:
        return
    for number, error in enumerate(info.module_error_inputs_func(
            info, device="cpu", dtype=torch.float64, requires_grad=False, training=True)):  # fmt: skip
        sample = error.module_error_input
        constructor, given = _given(sample.constructor_input), _given(sample.forward_input)
        stage = "constructor" if error.error_on is ModuleErrorEnum.CONSTRUCTION_ERROR else "forward"
        where = f"{info.name[3:]} {stage} error #{number}"
        what = f"[{described(sample.constructor_input)} | {described(sample.forward_input)}]"
        right = _raised(torch, info.module_cls, constructor, given, torch.float64)
        raised = _raised(rushlight, ours, translated(constructor), translated(given), rushlight.float64)
        if right is None:
            continue
        if raised is None or raised[0] != stage:
            yield f"{where} did not raise {type(right[1]).__name__}: {right[1]}  {what}"
        elif not isinstance(raised[1], (error.error_type, type(right[1]))):
            yield f"{where} raised {type(raised[1]).__name__}: {raised[1]}, not {type(right[1]).__name__}  {what}"


def _raised(lib, cls, constructor, given, dtype) -> tuple[str, Exception] | None:
    stage = "constructor"
    try:
        net = _run(lib, cls, *constructor[0], **constructor[1]).to(dtype)
        stage = "forward"
        _run(lib, net, *given[0], **given[1])
    except Exception as error:
        return stage, error
    return None


if __name__ == "__main__":
    sys.exit(report(sorted(ENTRIES), problems, sys.argv[1:]))
