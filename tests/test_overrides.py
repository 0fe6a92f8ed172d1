"""Subclasses of Tensor, classes that are no tensors, and modes: when functions ask for them, and what stays as it was."""

import copy
import io
import pickle
import subprocess
import sys
import threading

import numpy as np
import pytest

import rushlight as torch
from rushlight import overrides
from rushlight.nn import functional as F

add_of_before = torch.add


def alone(program):
    """What a program prints in a process of its own."""
    code = "import rushlight as torch\n" + program
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, check=True)
    return done.stdout.split()


class Tagged(torch.Tensor):
    """A tensor with an attribute, which results inherit."""

    def new_empty(self, *args, **kwargs):
        return super().new_empty(*args, **kwargs).as_subclass(Tagged)

    @classmethod
    def __torch_function__(cls, func, types, args=(), kwargs=None):
        result = super().__torch_function__(func, types, args, kwargs)
        if isinstance(result, cls):
            result.tag = next((a.tag for a in args if isinstance(a, cls) and hasattr(a, "tag")), None)
        return result


class Log(overrides.TorchFunctionMode):
    def __init__(self):
        self.names = []

    def __torch_function__(self, func, types, args=(), kwargs=None):
        self.names.append(overrides.resolve_name(func) or func.__name__)
        return func(*args, **(kwargs or {}))


def tagged(*values):
    x = torch.tensor(values).as_subclass(Tagged)
    x.tag = "t"
    return x


def test_without_a_subclass_functions_are_as_they_are_written():
    program = """
x = torch.ones(2, requires_grad=True)
torch.nn.functional.linear(x, torch.nn.Parameter(torch.ones(2, 2))).sum().backward()
import sys
print(hasattr(torch.add, "__wrapped__"), "rushlight._overriding" in sys.modules)
class Mine(torch.Tensor): ...
print("rushlight._overriding" in sys.modules, "scipy" in sys.modules)
"""
    assert alone(program) == ["False", "False", "True", "False"]


def test_functions_stay_the_objects_that_they_were():
    program = """
add, relu, method, shape = torch.add, torch.nn.functional.relu, torch.Tensor.add, torch.Tensor.shape.__get__
class Mine(torch.Tensor): ...
x = torch.ones(2).as_subclass(Mine)
print(add is torch.add, relu is torch.nn.functional.relu, method is torch.Tensor.add, shape == torch.Tensor.shape.__get__)
print(type(add(x, 1)).__name__, type(relu(x)).__name__)
import inspect
print(str(inspect.signature(relu)).startswith("(input"))
"""
    assert alone(program) == ["True"] * 4 + ["Mine", "Mine", "True"]
    assert add_of_before is torch.add


def test_a_class_that_is_no_tensor_is_said_not_to_be_asked():
    program = """
class Duck:
    @classmethod
    def __torch_function__(cls, func, types, args=(), kwargs=None):
        return func.__name__
for function in (torch.mean, torch.sin, torch.numel):
    try:
        function(Duck())
    except TypeError as error:
        print(error.__notes__[0].split()[0])
import rushlight.overrides
print(torch.mean(Duck()), torch.stft(Duck()), torch.cat([torch.ones(1), Duck()]), torch.ones(1) + Duck())
"""
    assert alone(program) == ["Duck"] * 3 + ["mean", "stft", "cat", "add"]


def test_a_program_that_is_run_need_not_import_overrides(tmp_path):
    script = tmp_path / "script.py"
    script.write_text("""
import torch
class Duck:
    @classmethod
    def __torch_function__(cls, func, types, args=(), kwargs=None):
        return func is torch.mean
print(torch.mean(Duck()))
""")
    done = subprocess.run([sys.executable, "-m", "rushlight", "run", script], capture_output=True, text=True, check=True)
    assert done.stdout == "True\n"


def test_results_are_of_the_class_and_keep_what_it_says():
    x = tagged(1.0, 2.0)
    for y in (x + 1, 1 + x, torch.ones(2) * x, x.sum(), x[0], F.softmax(x, 0), torch.stack([x, x])[0], x.clone().add_(1)):
        assert type(y) is Tagged
        assert y.tag in ("t", None)
    values, indices = x.max(0)
    assert type(values) is type(indices) is Tagged
    assert type(x.max(0)) is type(torch.ones(2).max(0))
    assert isinstance(x.tolist(), list)
    assert type(x.numpy()) is np.ndarray


def test_gradients_pass_through_and_are_plain():
    x = torch.Tensor._make_subclass(Tagged, torch.tensor([1.0, 2.0]), True)
    w = torch.ones(2, requires_grad=True)
    (x * x * w).sum().backward()
    assert x.grad.tolist() == [2, 4]
    assert w.grad.tolist() == [1, 4]
    assert type(x.grad) is type(w.grad) is torch.Tensor
    (g,) = torch.autograd.grad((x**3).sum(), x, create_graph=True)
    assert torch.autograd.grad(g.sum(), x)[0].tolist() == [6, 12]


def test_modes_do_not_see_derivative_rules():
    x = torch.ones(2, requires_grad=True)
    y = torch.nn.functional.gelu(x * 2).sum()
    z = torch.logsumexp(x.sin(), 0)
    with Log() as log:
        torch.autograd.grad(y + z, x, create_graph=True)
    assert log.names == ["torch.Tensor.add", "grad"]


def test_a_mode_that_fails_is_left():
    class Fails(overrides.TorchFunctionMode):
        def __torch_function__(self, func, types, args=(), kwargs=None):
            raise ValueError("no")

    with pytest.raises(ValueError, match="no"), Fails():
        torch.ones(1)
    assert torch.ones(1).tolist() == [1]
    assert overrides._get_current_function_mode() is None


def test_modes_belong_to_their_thread():
    seen = []
    with Log() as log:
        thread = threading.Thread(target=lambda: seen.append(torch.ones(2).sum()))
        thread.start()
        thread.join()
    assert log.names == []
    assert seen[0] == 2


def test_families_that_are_loaded_later_ask_too():
    program = """
class Mine(torch.Tensor): ...
x = torch.eye(2).as_subclass(Mine)
print(type(torch.det(x)).__name__, type(x.det()).__name__, type(torch.nn.functional.channel_shuffle(x[None], 1)).__name__)
print(type(torch.special.gammainc(x, x)).__name__, type(torch.diff(x)).__name__, type(x.diff()).__name__)
"""
    assert alone(program) == ["Mine"] * 6


def test_a_method_is_not_the_function():
    assert torch.Tensor.mul is not torch.mul
    assert torch.Tensor.mul.__name__ == "mul"
    assert overrides.resolve_name(torch.Tensor.mul) == "torch.Tensor.mul"
    assert overrides.resolve_name(torch.mul) == "torch.mul"
    assert overrides.resolve_name(len) is None


def test_what_needs_a_dispatcher_is_refused():
    with pytest.raises(NotImplementedError, match=r"Low\.__torch_dispatch__"):
        type("Low", (torch.Tensor,), {"__torch_dispatch__": classmethod(lambda *args: None)})
    with pytest.raises(NotImplementedError, match="_make_wrapper_subclass"):
        torch.Tensor._make_wrapper_subclass(Tagged, (2,))


def test_copies_and_files_keep_class_and_attributes():
    x = tagged(1.0, 2.0)
    for y in (copy.copy(x), copy.deepcopy(x), pickle.loads(pickle.dumps(x))):
        assert type(y) is Tagged
        assert y.tag == "t"
        assert y.tolist() == [1, 2]
    file = io.BytesIO()
    torch.save({"x": x, "p": torch.nn.Parameter(x)}, file)
    file.seek(0)
    with torch.serialization.safe_globals([Tagged]):
        loaded = torch.load(file)
    assert type(loaded["x"]) is type(loaded["p"]) is Tagged
    assert loaded["x"].tag == "t"
    assert isinstance(loaded["p"], torch.nn.Parameter)
    file.seek(0)
    with pytest.raises(pickle.UnpicklingError, match="was not an allowed global by default"):
        torch.load(file)


def test_dummies_take_the_arguments_of_functions():
    dummies = overrides.get_testing_overrides()
    assert dummies[F.relu](1, inplace=True) == -1
    assert dummies[torch.Tensor.shape.__get__](1) == -1
    with pytest.raises(TypeError):
        dummies[F.relu]()
