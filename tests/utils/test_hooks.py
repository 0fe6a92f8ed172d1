"""Handles take hooks off; module hooks see the gradients at the module's border."""

import copy
import gc
import pickle
import weakref
from collections import OrderedDict, namedtuple

import pytest

import rushlight as torch
from rushlight.utils.hooks import BackwardHook, RemovableHandle, unserializable_hook, warn_if_has_hooks


class Hooks(OrderedDict):
    """An OrderedDict that pickles by reference to this module."""


def registered(hooks, hook="hook", **options):
    handle = RemovableHandle(hooks, **options)
    hooks[handle.id] = hook
    return handle


class TestRemovableHandle:
    def test_remove(self):
        hooks = OrderedDict()
        first, second = registered(hooks, "first"), registered(hooks, "second")
        first.remove()
        assert list(hooks.values()) == ["second"]
        first.remove()
        second.remove()
        assert not hooks

    def test_ids_rise(self):
        hooks = OrderedDict()
        assert registered(hooks).id < registered(hooks).id

    def test_context_manager(self):
        hooks = OrderedDict()
        with registered(hooks) as handle:
            assert handle.id in hooks
        assert not hooks

    @pytest.mark.parametrize("as_list", [False, True])
    def test_extra_dictionaries(self, as_list):
        hooks, extra = OrderedDict(), OrderedDict()
        handle = registered(hooks, extra_dict=[extra] if as_list else extra)
        extra[handle.id] = True
        handle.remove()
        assert not hooks
        assert not extra

    def test_keeps_nothing_alive(self):
        hooks = OrderedDict()
        handle, alive = registered(hooks), weakref.ref(hooks)
        gc.disable()
        try:
            del hooks
            assert alive() is None
        finally:
            gc.enable()
        handle.remove()

    def test_pickled_with_its_hooks(self):
        hooks = Hooks()
        extra = Hooks()
        handle = registered(hooks, extra_dict=extra)
        extra[handle.id] = True
        for hooks2, extra2, handle2 in (
            pickle.loads(pickle.dumps((hooks, extra, handle))),
            copy.deepcopy((hooks, extra, handle)),
        ):
            handle2.remove()
            assert not hooks2
            assert not extra2
        assert hooks
        assert extra

    def test_pickled_without_its_hooks(self):
        handle = registered(OrderedDict())
        restored = pickle.loads(pickle.dumps(handle))
        assert restored.id == handle.id
        restored.remove()

    def test_a_restored_handle_blocks_its_id(self):
        handle = registered(OrderedDict())
        hooks, _, extras = handle.__getstate__()
        restored = RemovableHandle.__new__(RemovableHandle)
        restored.__setstate__((hooks, handle.id + 100, extras))
        assert registered(OrderedDict()).id > handle.id + 100

    def test_of_a_tensor(self):
        x = torch.ones(2, requires_grad=True)
        handle = x.register_hook(lambda gradient: gradient * 2)
        assert isinstance(handle, RemovableHandle)
        x.sum().backward()
        handle.remove()
        x.sum().backward()
        assert x.grad.tolist() == [3.0, 3.0]


class TestWarnIfHasHooks:
    def test_warns_of_each_hook(self):
        x = torch.ones(1, requires_grad=True)
        x.register_hook(print)
        with pytest.warns(
            UserWarning, match="backward hook <built-in function print> on tensor will not be serialized"
        ):
            warn_if_has_hooks(x)

    def test_silent_without_hooks_and_for_marked_ones(self):
        x = torch.ones(1, requires_grad=True)
        warn_if_has_hooks(x)
        x.register_hook(unserializable_hook(lambda gradient: None))
        warn_if_has_hooks(x)


class Recorder:
    """User hooks of a module, and the module itself; keeps what they were called with."""

    def __init__(self, grad_input=None, grad_output=None):
        self.calls = []
        self.grad_input = grad_input
        self.grad_output = grad_output

    def hook(self, module, grad_input, grad_output):
        self.calls.append((module, lists(grad_input), lists(grad_output)))
        return self.grad_input and self.grad_input(grad_input)

    def pre_hook(self, module, grad_output):
        return self.grad_output and self.grad_output(grad_output)

    def around(self, function, *args):
        border = BackwardHook("module", [self.hook], [self.pre_hook])
        return border.setup_output_hook(function(*border.setup_input_hook(args)))


def lists(gradients):
    return [None if gradient is None else gradient.tolist() for gradient in gradients]


@pytest.fixture
def x():
    return torch.tensor([1.0, 2.0], requires_grad=True)


class TestBackwardHook:
    def test_sees_the_gradients_at_the_border(self, x):
        recorder = Recorder()
        recorder.around(lambda x: x * 3, x * 5).backward(torch.tensor([1.0, 10.0]))
        assert recorder.calls == [("module", [[3.0, 30.0]], [[1.0, 10.0]])]
        assert x.grad.tolist() == [15.0, 150.0]

    def test_none_for_what_is_no_tensor(self, x):
        recorder = Recorder()
        recorder.around(lambda n, x: (n, x * n), 3, x)[1].sum().backward()
        assert recorder.calls == [("module", [None, [3.0, 3.0]], [None, [1.0, 1.0]])]

    def test_named_tuple_stays_one(self, x):
        result = Recorder().around(lambda x: namedtuple("Result", "value label")(x * 3, "three"), x)
        assert (type(result).__name__, result.label) == ("Result", "three")
        assert result.value.grad_fn.name() == "BackwardHookFunctionBackward"

    def test_input_without_gradient(self, x):
        recorder = Recorder()
        recorder.around(lambda a, b: a * b, x, torch.tensor([3.0, 4.0])).sum().backward()
        assert recorder.calls == [("module", [[3.0, 4.0], [0.0, 0.0]], [[1.0, 1.0]])]

    def test_hooks_replace_gradients(self, x):
        recorder = Recorder(lambda grads: tuple(g + 1 for g in grads), lambda grads: tuple(g * 10 for g in grads))
        recorder.around(lambda x: x * 3, x).sum().backward()
        assert recorder.calls == [("module", [[30.0, 30.0]], [[10.0, 10.0]])]
        assert x.grad.tolist() == [31.0, 31.0]

    def test_wrong_number_of_gradients(self, x):
        output = Recorder(grad_input=lambda grads: grads * 2).around(lambda x: x * 3, x)
        with pytest.raises(RuntimeError, match="invalid number of grad_input, got 2, but expected 1"):
            output.sum().backward()
        output = Recorder(grad_output=lambda grads: grads * 2).around(lambda x: x * 3, x)
        with pytest.raises(RuntimeError, match="invalid number of grad_output, got 2, but expected 1"):
            output.sum().backward()

    def test_no_input_requires_a_gradient(self, x):
        recorder = Recorder()
        output = recorder.around(lambda n: x * n, 3)
        with pytest.warns(UserWarning, match="Full backward hook is firing"):
            output.sum().backward()
        assert recorder.calls == [("module", [None], [[1.0, 1.0]])]
        output = Recorder(grad_input=lambda grads: (torch.ones(2),)).around(lambda n: x * n, 3)
        with (
            pytest.warns(UserWarning, match="Full backward hook is firing"),
            pytest.raises(RuntimeError, match="should always return None"),
        ):
            output.sum().backward()

    def test_nothing_is_recorded_without_grad_mode(self, x):
        recorder = Recorder()
        with torch.no_grad():
            assert recorder.around(lambda x: x * 3, x).grad_fn is None

    def test_double_backward(self, x):
        recorder = Recorder()
        output = recorder.around(lambda x: x**3, x)
        (gradient,) = torch.autograd.grad(output.sum(), x, create_graph=True)
        gradient.sum().backward()
        assert x.grad.tolist() == [6.0, 12.0]
        assert len(recorder.calls) == 1

    def test_leaves_no_cycle(self, x):
        gc.disable()
        try:
            output = Recorder().around(lambda x: x * 3, x)
            node = weakref.ref(output.grad_fn)
            del output
            assert node() is None
        finally:
            gc.enable()
