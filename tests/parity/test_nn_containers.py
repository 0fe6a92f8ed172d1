"""The containers of modules and parameters against PyTorch."""

from __future__ import annotations

from collections import OrderedDict

import pytest

torch = pytest.importorskip("torch")
pytest.register_assert_rewrite("parity.nn_cases")
from parity.nn_cases import check, parametrize  # noqa: E402


def layers(t, n=4):
    return [t.nn.Linear(i + 1, 1) for i in range(n)]


def seq(t, n=4):
    return t.nn.Sequential(*layers(t, n))


def listed(t, n=4):
    return t.nn.ModuleList(layers(t, n))


def named(t):
    return t.nn.Sequential(OrderedDict(a=t.nn.ReLU(), b=t.nn.Tanh(), c=t.nn.GELU()))


def changed(container, change):
    """The container after `change`, and what that returned unless it is the container itself."""
    result = change(container)
    return container, None if result is container else result, list(container._modules)


def delete(container, index):
    del container[index]


def assign(container, index, value):
    container[index] = value


SEQUENTIAL = [
    lambda t: [named(t)[0], named(t)[-1], named(t)[1:], named(t)[::2], len(named(t)), list(named(t))],
    lambda t: named(t).b,
    lambda t: seq(t)[4],
    lambda t: seq(t)[-5],
    lambda t: seq(t)["a"],
    lambda t: named(t)[1.5],
    lambda t: changed(named(t), lambda m: assign(m, 1, t.nn.ELU())),
    lambda t: changed(seq(t), lambda m: assign(m, 1, 3)),
    lambda t: changed(seq(t), lambda m: assign(m, 9, t.nn.ELU())),
    lambda t: changed(named(t), lambda m: delete(m, 1)),
    lambda t: changed(seq(t), lambda m: delete(m, slice(0, 3, 2))),
    lambda t: changed(seq(t), lambda m: delete(m, 4)),
    lambda t: changed(seq(t), lambda m: m.pop(1)),
    lambda t: changed(seq(t), lambda m: m.pop(slice(1, 3))),
    lambda t: changed(seq(t), lambda m: m.append(t.nn.ReLU())),
    lambda t: changed(seq(t), lambda m: m.append(3)),
    lambda t: changed(seq(t), lambda m: m.insert(1, t.nn.ReLU())),
    lambda t: changed(seq(t), lambda m: m.insert(-1, t.nn.ReLU())),
    lambda t: changed(seq(t), lambda m: m.insert(4, t.nn.ReLU())),
    lambda t: changed(seq(t), lambda m: m.insert(5, t.nn.ReLU())),
    lambda t: changed(seq(t), lambda m: m.insert(1, 3)),
    lambda t: changed(seq(t), lambda m: m.extend([t.nn.ReLU(), t.nn.Tanh()])),
    lambda t: changed(seq(t, 2), lambda m: m + seq(t, 1)),
    lambda t: changed(seq(t, 2), lambda m: m.__iadd__(seq(t, 1))),
    lambda t: changed(seq(t, 2), lambda m: m * 2),
    lambda t: changed(seq(t, 2), lambda m: 2 * m),
    lambda t: changed(seq(t, 2), lambda m: m.__imul__(3)),
    lambda t: seq(t) + 3,
    lambda t: seq(t) * 0,
    lambda t: seq(t) * 1.5,
    lambda t: seq(t).__imul__(-1),
    lambda t: seq(t).__imul__("a"),
    lambda t: t.nn.Sequential(3),
    lambda t: t.nn.Sequential({"a": t.nn.ReLU()}),
    lambda t: t.nn.Sequential(OrderedDict({"a.b": t.nn.ReLU()})),
    lambda t: [name for name in dir(seq(t)) if name[0].isdigit()],
    lambda t: t.nn.Sequential()(3),
]


@parametrize(SEQUENTIAL)
def test_sequential(case):
    check(case)


LISTS = [
    lambda t: [listed(t)[0], listed(t)[-1], listed(t)[1:3], len(listed(t)), list(listed(t))],
    lambda t: listed(t)[4],
    lambda t: listed(t)(3),
    lambda t: changed(listed(t), lambda m: assign(m, -1, t.nn.ELU())),
    lambda t: changed(listed(t), lambda m: delete(m, -1)),
    lambda t: changed(listed(t), lambda m: delete(m, slice(1, 3))),
    lambda t: changed(listed(t), lambda m: m.pop(0)),
    lambda t: changed(listed(t), lambda m: m.append(t.nn.ReLU())),
    lambda t: changed(listed(t), lambda m: m.insert(0, t.nn.ReLU())),
    lambda t: changed(listed(t), lambda m: m.extend(t.nn.ReLU() for _ in range(2))),
    lambda t: changed(listed(t), lambda m: m.extend(3)),
    lambda t: changed(listed(t, 1), lambda m: m + [t.nn.ReLU()]),
    lambda t: changed(listed(t, 1), lambda m: m.__iadd__([t.nn.ReLU()])),
    lambda t: t.nn.ModuleList([3]),
    lambda t: t.nn.ModuleList(3),
]


@parametrize(LISTS)
def test_module_list(case):
    check(case)


def dictionary(t):
    return t.nn.ModuleDict({"a": t.nn.ReLU(), "b": t.nn.Tanh()})


DICTS = [
    lambda t: [dictionary(t)["a"], len(dictionary(t)), list(dictionary(t)), "a" in dictionary(t), "c" in dictionary(t)],
    lambda t: [list(dictionary(t).keys()), list(dictionary(t).values()), list(dictionary(t).items())],
    lambda t: dictionary(t)["c"],
    lambda t: dictionary(t)(1),
    lambda t: changed(dictionary(t), lambda m: assign(m, "a", t.nn.ELU())),
    lambda t: changed(dictionary(t), lambda m: assign(m, "c", 3)),
    lambda t: changed(dictionary(t), lambda m: assign(m, "keys", t.nn.ELU())),
    lambda t: changed(dictionary(t), lambda m: assign(m, 3, t.nn.ELU())),
    lambda t: changed(dictionary(t), lambda m: delete(m, "a")),
    lambda t: changed(dictionary(t), lambda m: delete(m, "c")),
    lambda t: changed(dictionary(t), lambda m: m.pop("a")),
    lambda t: changed(dictionary(t), lambda m: m.pop("c")),
    lambda t: changed(dictionary(t), lambda m: m.clear()),
    lambda t: changed(dictionary(t), lambda m: m.update([("c", t.nn.ELU()), ["a", t.nn.ELU()]])),
    lambda t: changed(dictionary(t), lambda m: m.update(dictionary(t))),
    lambda t: changed(dictionary(t), lambda m: m.update(3)),
    lambda t: changed(dictionary(t), lambda m: m.update([3])),
    lambda t: changed(dictionary(t), lambda m: m.update([(1, 2, 3)])),
]


@parametrize(DICTS)
def test_module_dict(case):
    check(case)


def plist(t):
    return t.nn.ParameterList([t.ones(1), t.zeros(2), 3])


def pdict(t):
    return t.nn.ParameterDict(OrderedDict(b=t.ones(1), a=t.zeros(2), c="text"))


def altered(container, change):
    result = change(container)
    return container, None if result is container else result, list(container._parameters)


PARAMETERS = [
    lambda t: [plist(t)[0], plist(t)[-1], plist(t)[1:], len(plist(t)), list(plist(t))],
    lambda t: [plist(t)[0].requires_grad, [n for n, _ in plist(t).named_parameters()]],
    lambda t: plist(t)[3],
    lambda t: altered(plist(t), lambda m: assign(m, 0, t.zeros(3))),
    lambda t: altered(plist(t), lambda m: assign(m, 2, t.zeros(3))),
    lambda t: altered(plist(t), lambda m: assign(m, 0, "text")),
    lambda t: altered(plist(t), lambda m: assign(m, 5, 1)),
    lambda t: altered(plist(t), lambda m: m.append(t.ones(2))),
    lambda t: altered(plist(t), lambda m: m.extend([1, t.ones(2)])),
    lambda t: altered(plist(t), lambda m: m.extend(t.ones(2))),
    lambda t: altered(plist(t), lambda m: m.extend(3)),
    lambda t: altered(plist(t), lambda m: m.__iadd__([1])),
    lambda t: [name for name in dir(plist(t)) if name[0].isdigit()],
    lambda t: [pdict(t)["a"], len(pdict(t)), list(pdict(t)), list(reversed(pdict(t))), "a" in pdict(t), 3 in pdict(t)],
    lambda t: [list(pdict(t).keys()), list(pdict(t).values()), list(pdict(t).items()), pdict(t).get("q", 5)],
    lambda t: t.nn.ParameterDict({"b": t.ones(1), "a": t.ones(2)}),
    lambda t: pdict(t)["q"],
    lambda t: pdict(t)[3],
    lambda t: altered(pdict(t), lambda m: assign(m, "a", t.ones(1))),
    lambda t: altered(pdict(t), lambda m: delete(m, "a")),
    lambda t: altered(pdict(t), lambda m: delete(m, "q")),
    lambda t: altered(pdict(t), lambda m: m.pop("c")),
    lambda t: altered(pdict(t), lambda m: m.popitem()),
    lambda t: altered(t.nn.ParameterDict(), lambda m: m.popitem()),
    lambda t: altered(pdict(t), lambda m: m.clear()),
    lambda t: altered(pdict(t), lambda m: m.copy()),
    lambda t: altered(pdict(t), lambda m: [m.setdefault("a", 3), m.setdefault("q", t.ones(3))]),
    lambda t: altered(pdict(t), lambda m: m.fromkeys(["x", "y"], 3)),
    lambda t: altered(pdict(t), lambda m: m.update([("q", 1)])),
    lambda t: altered(pdict(t), lambda m: m.update(3)),
    lambda t: altered(pdict(t), lambda m: m.update([3])),
    lambda t: altered(pdict(t), lambda m: m.update([(1, 2, 3)])),
    lambda t: altered(pdict(t), lambda m: m | t.nn.ParameterDict({"a": t.ones(4), "q": 1})),
    lambda t: altered(pdict(t), lambda m: m.__ior__({"a": t.ones(4), "q": 1})),
    lambda t: altered(pdict(t), lambda m: m.__ror__(t.nn.ParameterDict({"a": t.ones(4), "q": 1}))),
]


@parametrize(PARAMETERS)
def test_parameter_containers(case):
    check(case)


def clipped(t, *args, **kwargs):
    params = [t.nn.Parameter(t.ones(2)), t.nn.Parameter(t.ones(3)), t.nn.Parameter(t.ones(1))]
    params[0].grad, params[1].grad = t.tensor([3.0, 0.0]), t.tensor([0.0, -4.0, 0.0])
    norm = t.nn.utils.clip_grad_norm_(params, *args, **kwargs)
    return norm, [p.grad for p in params]


def clipped_by_value(t):
    p = t.nn.Parameter(t.ones(3))
    p.grad = t.tensor([-3.0, 0.5, 3.0])
    return t.nn.utils.clip_grad_value_(p, 2), p.grad


def non_finite(t):
    p = t.nn.Parameter(t.ones(1))
    p.grad = t.tensor([float("nan")])
    return t.nn.utils.clip_grad_norm_(p, 1.0, error_if_nonfinite=True)


def as_vector(t):
    params = list(t.nn.Linear(2, 2).parameters())
    vector = t.nn.utils.parameters_to_vector(params)
    t.nn.utils.vector_to_parameters(t.arange(6.0), params)
    return vector, params


UTILS = [
    lambda t: clipped(t, 1.0),
    lambda t: clipped(t, 10.0),
    lambda t: clipped(t, 1, "inf"),
    lambda t: clipped(t, 1.0, 1),
    lambda t: clipped(t, 1.0, foreach=False),
    clipped_by_value,
    non_finite,
    lambda t: t.nn.utils.clip_grad_norm_([], 1.0),
    lambda t: t.nn.utils.clip_grad_norm_((p for p in ()), 1.0),
    lambda t: t.nn.utils.clip_grad_norm(t.ones(1), 1.0),
    lambda t: t.nn.utils.get_total_norm([t.tensor([3.0]), t.tensor([[4.0]])]),
    as_vector,
    lambda t: t.nn.utils.vector_to_parameters(3, []),
    lambda t: t.nn.utils.vector_to_parameters(t.ones(1), t.nn.Linear(2, 2).parameters()),
]


@parametrize(UTILS)
def test_utils(case):
    check(case)
