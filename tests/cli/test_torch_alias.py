"""`import torch` under `rushlight run` and after `rushlight.install_as_torch()`.

All in processes of their own: this one may have PyTorch in it.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import rushlight

PRELUDE = "import rushlight\nrushlight.install_as_torch()\n"


@pytest.fixture
def python(tmp_path):
    """Runs code in a new process with a fake PyTorch on its path that nothing may reach; (exit code, out, err)."""
    fake = tmp_path / "site" / "torch"
    fake.mkdir(parents=True)
    (fake / "__init__.py").write_text("from . import _C")
    for name in ("_C", "only_in_pytorch"):
        (fake / f"{name}.py").write_text("print('PyTorch was reached')")
    paths = (Path(rushlight.__file__).parents[1], fake.parent)
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, paths))}

    def run(code, *options):
        script = tmp_path / "program.py"
        script.write_text(code)
        command = [sys.executable, *options, str(script)]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)
        return done.returncode, done.stdout, done.stderr

    return run


UNDER_RUN = ("-m", "rushlight", "run")

SAME_MODULES = """
import sys, threading
import torch, rushlight
import torch as t
from torch import nn
import torch.nn.functional as F
import torch.nn.modules.linear
from torch.autograd.function import once_differentiable
from torch.autograd import Function, gradcheck
import rushlight.autograd.function

assert torch is t is rushlight is sys.modules["torch"]
assert nn is rushlight.nn is sys.modules["torch.nn"] is sys.modules["rushlight.nn"]
assert F is rushlight.nn.functional and torch.nn.modules.linear.Linear is nn.Linear
assert once_differentiable is rushlight.autograd.function.once_differentiable

# A function keeps its place before the submodule of its name.
from torch.autograd.gradcheck import gradcheck as in_module
assert torch.autograd.gradcheck is gradcheck is in_module

# Nothing about the modules themselves has changed.
for name, module in list(sys.modules.items()):
    if name.partition(".")[0] == "torch":
        own = "rushlight" + name[len("torch"):]
        assert module is sys.modules[own] and module.__name__ == module.__spec__.name == own, name
        assert module.__spec__.loader is module.__loader__ and not module.__spec__._initializing, name

# In a thread that imports first.
def in_thread():
    import torch.optim
    found.append(torch.optim)
found = []
thread = threading.Thread(target=in_thread)
thread.start()
thread.join()
assert found == [rushlight.optim]
print("done")
"""


@pytest.mark.parametrize("options", [UNDER_RUN, ()], ids=["run", "install_as_torch"])
def test_same_modules(python, options):
    code, out, err = python(SAME_MODULES if options else PRELUDE * 2 + SAME_MODULES, *options)
    assert (code, out, err) == (0, "done\n", "")


MISSING = """
import importlib.util

def error(statement):
    try:
        exec(statement)
    except (ImportError, AttributeError) as e:
        print(type(e).__name__, e, getattr(e, "__notes__", ""))

import torch
error("import torch.only_in_pytorch")
error("import torch._inductor")
error("import torch.only_in_pytorch.below")
error("import torch.nn.functional.below")
error("torch.only_in_pytorch")
error("torch.nn.nothing")
error("torch.nn.functional.nothing")
error("torch.autograd.nothing")
error("torch.optim.nothing")
error("torch.linalg.nothing")
error("torch.utils.data.nothing")
error("importlib.util.find_spec('torch.only_in_pytorch')")
try:
    from torch import only_in_pytorch
except ImportError as e:
    assert str(e).startswith("cannot import name 'only_in_pytorch' from 'rushlight' ("), e
assert importlib.util.find_spec("torch.nn") is not None
"""

NOTE = "['torch is rushlight here, and rushlight does not have torch.{}.']"


def test_missing_names(python):
    code, out, err = python(MISSING, *UNDER_RUN)
    assert (code, err) == (0, "")
    assert out.splitlines() == [
        "ModuleNotFoundError No module named 'torch.only_in_pytorch' " + NOTE.format("only_in_pytorch"),
        "ModuleNotFoundError No module named 'torch._inductor' " + NOTE.format("_inductor"),
        "ModuleNotFoundError No module named 'torch.only_in_pytorch' " + NOTE.format("only_in_pytorch"),
        "ModuleNotFoundError No module named 'torch.nn.functional.below'; 'torch.nn.functional' is not a package ",
        "AttributeError module 'torch' has no attribute 'only_in_pytorch' " + NOTE.format("only_in_pytorch"),
        *[
            f"AttributeError module 'torch.{module}' has no attribute 'nothing' " + NOTE.format(f"{module}.nothing")
            for module in ("nn", "nn.functional", "autograd", "optim", "linalg", "utils.data")
        ],
        "ModuleNotFoundError No module named 'torch.only_in_pytorch' " + NOTE.format("only_in_pytorch"),
    ]


@pytest.mark.parametrize(
    "line, message",
    [
        ("import torch.only_in_pytorch", "ModuleNotFoundError: No module named 'torch.only_in_pytorch'"),
        ("rushlight.only_in_pytorch", "AttributeError: module 'torch' has no attribute 'only_in_pytorch'"),
    ],
)
def test_traceback_of_a_missing_name(python, tmp_path, line, message):
    """The program's frame alone, and what rushlight has to say."""
    code, _, err = python(f"import rushlight\n{line}\n", *UNDER_RUN)
    assert code == 1
    assert [text for text in err.splitlines() if set(text) - set(" ^~")] == [
        "Traceback (most recent call last):",
        f'  File "{tmp_path}/program.py", line 2, in <module>',
        f"    {line}",
        message,
        "torch is rushlight here, and rushlight does not have torch.only_in_pytorch.",
    ]


def test_real_torch_already_imported(python, tmp_path):
    code, _, err = python("import torch\n" + PRELUDE)
    assert code == 1
    assert err.splitlines()[-1] == (
        f"ImportError: PyTorch is already imported in this process, from {tmp_path}/site/torch/__init__.py: "
        "call rushlight.install_as_torch() before the first import of torch"
    )


SPAWN = """
import multiprocessing
import torch

def work(x):
    import torch.nn.functional
    return torch.__name__, torch.nn.functional.__name__, x

if __name__ == "__main__":
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        print(pool.map(work, [1]))
"""


def test_spawned_processes(python):
    code, out, err = python(SPAWN, *UNDER_RUN)
    assert (code, out, err) == (0, "[('rushlight', 'rushlight.nn.functional', 1)]\n", "")


CLASSES = """
import pickle
import torch
from torch import nn
from torch.utils.data import TensorDataset

class Net(nn.Module):
    pass

x = torch.ones(1, requires_grad=True)
for value in (x, nn.Parameter(x), nn.Linear(1, 1), torch.optim.SGD([x], 0.1), TensorDataset(x), x * x, Net()):
    print(type(value), type(getattr(value, "grad_fn", None)))
    if not isinstance(value, torch.Tensor):
        assert type(pickle.loads(pickle.dumps(value))) is type(value)
print(torch.nn, torch.nn.Module.forward.__module__, torch.linalg.inv.__module__)
"""


@pytest.mark.parametrize("options", [UNDER_RUN, ()], ids=["run", "install_as_torch"])
def test_classes_are_from_torch(python, options):
    code, out, err = python(CLASSES if options else "import rushlight.nn\n" + PRELUDE + CLASSES, *options)
    assert (code, err) == (0, "")
    assert [line.replace(" <class 'NoneType'>", "") for line in out.splitlines()[:-1]] == [
        "<class 'torch.Tensor'>",
        "<class 'torch.nn.parameter.Parameter'>",
        "<class 'torch.nn.modules.linear.Linear'>",
        "<class 'torch.optim.sgd.SGD'>",
        "<class 'torch.utils.data.dataset.TensorDataset'>",
        "<class 'torch.Tensor'> <class 'MulBackward0'>",
        "<class '__main__.Net'>",
    ]
    # What programs do not print keeps the name under which it is found in every process.
    assert out.splitlines()[-1].startswith("<module 'rushlight.nn' from") and "rushlight.ops" in out.splitlines()[-1]
