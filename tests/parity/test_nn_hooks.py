"""Hooks of modules against PyTorch: their order, what they see, what they may change, what they warn of."""

from __future__ import annotations

from collections import namedtuple

import pytest

torch = pytest.importorskip("torch")
pytest.register_assert_rewrite("parity.nn_cases")
from parity.nn_cases import check, filled, net, parametrize, shown, tensors  # noqa: E402

MANY = ("forward_pre_hook", "forward_hook", "full_backward_pre_hook", "full_backward_hook")


def noted(log, name):
    """A hook that writes down what it is given, without the module."""
    return lambda module, *values: log.append((name, type(module).__name__, shown(list(values))))


def order(t):
    log, m = [], net(t)
    for kind in MANY:
        for where in ("first", "second"):
            getattr(m, f"register_{kind}")(noted(log, where + kind))
        getattr(m, f"register_{kind}")(noted(log, "prepended" + kind), prepend=True)
        getattr(m.first, f"register_{kind}")(noted(log, "inner" + kind))
    m(tensors(t, (2, 3)).requires_grad_()).sum().backward()
    return log


def of_all_modules(t):
    log, m = [], net(t)
    hooks = t.nn.modules.module
    handles = [getattr(hooks, f"register_module_{kind}")(noted(log, "all" + kind)) for kind in MANY]
    handles += [getattr(m, f"register_{kind}")(noted(log, "own" + kind)) for kind in MANY]
    try:
        m(tensors(t, (2, 3)).requires_grad_()).sum().backward()
        with pytest.raises(RuntimeError, match="both regular backward hooks and full") as error:
            hooks.register_module_backward_hook(noted(log, "legacy"))
        log.append(str(error.value))
    finally:
        for handle in handles:
            handle.remove()
        log.append("removed")
        m(tensors(t, (2, 3)).requires_grad_()).sum().backward()
        hooks._global_is_full_backward_hook = None
        getattr(hooks, "module_hooks", hooks)._global_is_full_backward_hook = None
    return log


def replacing(t):
    m = filled(t.nn.Linear(3, 2))
    m.register_forward_pre_hook(lambda module, args: args[0] * 2)
    m.register_forward_hook(lambda module, args, output: output + 1)
    m.register_full_backward_pre_hook(lambda module, grads: tuple(g * 3 for g in grads))
    m.register_full_backward_hook(lambda module, ins, outs: (ins[0] * 10,))
    x = tensors(t, (2, 3)).requires_grad_()
    y = m(x)
    y.sum().backward()
    return y, x.grad, m.weight.grad


def removing(t):
    m, log = net(t), []
    handles = [m.register_forward_hook(noted(log, i)) for i in range(3)]
    handles[1].remove()
    handles[1].remove()
    with handles[2]:
        m(tensors(t, (1, 3)))
    m(tensors(t, (1, 3)))
    return [entry[0] for entry in log], len(m._forward_hooks)


def keyword(t):
    class Scaled(t.nn.Module):
        def forward(self, x, scale=1):
            return x * scale

    m, log = Scaled(), []
    m.register_forward_pre_hook(lambda module, args, kwargs: (args, {"scale": kwargs["scale"] + 1}), with_kwargs=True)
    m.register_forward_hook(noted(log, "hook"), with_kwargs=True)
    m.register_forward_hook(noted(log, "plain"))
    handle = t.nn.modules.module.register_module_forward_hook(noted(log, "all"), with_kwargs=True)
    try:
        return m(tensors(t, (2,)), scale=2), log
    finally:
        handle.remove()


def keyword_returns_wrongly(t):
    m = net(t)
    m.register_forward_pre_hook(lambda module, args, kwargs: 3, with_kwargs=True)
    m(tensors(t, (1, 3)))


def always(t):
    class Fails(t.nn.Module):
        def forward(self, x):
            raise ValueError("no")

    m, log = Fails(), []
    m.register_forward_hook(noted(log, "plain"))
    m.register_forward_hook(noted(log, "kwargs"), with_kwargs=True, always_call=True)
    m.register_forward_hook(lambda *a: 7, always_call=True)
    m.register_forward_hook(noted(log, "always"), always_call=True)
    m.register_forward_hook(lambda *a: 1 / 0, always_call=True)
    handle = t.nn.modules.module.register_module_forward_hook(noted(log, "all"), always_call=True)
    try:
        m(3)
    except ValueError as error:
        return str(error), log
    finally:
        handle.remove()


def always_after_a_failing_hook(t):
    m, log = t.nn.ReLU(), []
    m.register_forward_hook(noted(log, "before"), always_call=True)
    m.register_forward_hook(lambda *a: 1 / 0)
    m.register_forward_hook(noted(log, "after"), always_call=True)
    try:
        m(t.ones(1))
    except ZeroDivisionError:
        return log


def without_grad_inputs(t):
    log, m = [], net(t)
    m.register_full_backward_hook(noted(log, "hook"))
    m(tensors(t, (2, 3))).sum().backward()
    return log


def wrong_returns(t, kind, returned):
    m = net(t)
    getattr(m, f"register_{kind}")(lambda *a: returned)
    m(tensors(t, (2, 3)).requires_grad_()).sum().backward()


def no_input_grad_but_returned(t):
    m = net(t)
    m.register_full_backward_hook(lambda *a: a[1] and (t.ones(2, 3),))
    m(tensors(t, (2, 3))).sum().backward()


def several_inputs(t):
    class Pair(t.nn.Module):
        def forward(self, x, n, y):
            return namedtuple("Out", "a b")(x * n, y * 2) if n == 2 else (x * n, "text", y)

    log, m = [], Pair()
    m.register_full_backward_hook(noted(log, "hook"))
    x, y = (x.requires_grad_() for x in tensors(t, (2,), (3,)))
    for n in (2, 3):
        out = m(x, n, y)
        (out[0].sum() + out[-1].sum()).backward()
    return log, type(m(x, 2, y)).__name__, x.grad, y.grad


def of_a_dict(t):
    class Named(t.nn.Module):
        def forward(self, x):
            return {"out": x * 2}

    log, m = [], Named()
    m.register_full_backward_hook(noted(log, "hook"))
    m(tensors(t, (2,)).requires_grad_())["out"].sum().backward()
    return log


def twice(t):
    log, m = [], net(t)
    m.register_full_backward_hook(noted(log, "hook"))
    x = tensors(t, (2, 3)).requires_grad_()
    (grad,) = t.autograd.grad(m(x).sum(), x, create_graph=True)
    grad.sum().backward()
    return len(log), m.first.weight.grad


def legacy(t, make):
    log, m = [], make(t)
    m.register_backward_hook(lambda module, ins, outs: log.append([len(ins), shown(outs)]))
    out = m(tensors(t, (2, 3)).requires_grad_())
    while not isinstance(out, t.Tensor):
        out = next(iter(out.values())) if isinstance(out, dict) else out[0]
    out.sum().backward()
    return log


def module_of(forward):
    def make(t):
        class Made(t.nn.Module):
            def forward(self, x):
                return forward(x)

        return Made()

    return make


def mixed_kinds(t):
    m = net(t)
    m.register_full_backward_hook(print)
    m.register_backward_hook(print)


def mixed_kinds_the_other_way(t):
    m = net(t)
    m.register_backward_hook(print)
    m.register_full_backward_hook(print)


def registration(t):
    log, hooks = [], t.nn.modules.module
    handles = [
        hooks.register_module_buffer_registration_hook(lambda m, name, b: log.append((name, shown(b)))),
        hooks.register_module_module_registration_hook(lambda m, name, c: t.nn.Identity() if name == "last" else None),
        hooks.register_module_parameter_registration_hook(lambda m, name, p: log.append((name, p.shape))),
    ]
    try:
        return net(t), log
    finally:
        for handle in handles:
            handle.remove()


@parametrize(
    [order, of_all_modules, replacing, removing, keyword, keyword_returns_wrongly, always, always_after_a_failing_hook]
    + [without_grad_inputs, no_input_grad_but_returned, several_inputs, of_a_dict, twice]
    + [mixed_kinds, mixed_kinds_the_other_way, registration]
)
def test_hooks(case):
    check(case)


@parametrize(
    [
        lambda t: wrong_returns(t, "full_backward_hook", (1, 2)),
        lambda t: wrong_returns(t, "full_backward_pre_hook", (1, 2)),
        lambda t: legacy(t, net),
        lambda t: legacy(t, module_of(lambda x: x * 2)),
        lambda t: legacy(t, module_of(lambda x: (x * 2, x * 3))),
        lambda t: legacy(t, module_of(lambda x: {"a": x * 2})),
        lambda t: legacy(t, module_of(lambda x: ({"a": x * 2},))),
        lambda t: legacy(t, module_of(lambda x: (x * 2).tanh())),
        lambda t: legacy(t, module_of(lambda x: x.unbind(0))),
    ]
)
def test_wrong_returns_and_the_deprecated_kind(case):
    check(case)
