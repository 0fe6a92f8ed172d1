"""`rushlight run` does what `python` does: the same output, traceback and exit code."""

import os
import re
import signal
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import rushlight
from rushlight._version import __version__

ENV = {
    **os.environ,
    "PYTHONPATH": str(Path(rushlight.__file__).parents[1]),
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONWARNINGS": "default",
}


def run(folder, *command, stdin=""):
    """(exit code, stdout, stderr) of a Python command line run in `folder`."""
    done = subprocess.run(
        [sys.executable, *command], cwd=folder, env=ENV, input=stdin, capture_output=True, text=True, timeout=60
    )
    return done.returncode, done.stdout, done.stderr


def rushlight_run(folder, *arguments, stdin=""):
    return run(folder, "-m", "rushlight", "run", *arguments, stdin=stdin)


REPORT = """
import sys, pickle, warnings
class Local: pass
print(__name__, globals().get("__file__"), __package__, __spec__ and __spec__.name, type(__builtins__), __doc__)
print(sys.argv, sys.path[0], sys.modules["__main__"].Local is Local, type(pickle.loads(pickle.dumps(Local()))))
warnings.warn("old", DeprecationWarning)
"""

EXITS = """
import sys, threading
def last(): print("thread done")
thread = threading.Thread(target=lambda: (threading.main_thread().join(), last()))
thread.start()
sys.stdout.write("no newline ")
def ends():
    {}
ends()
"""


@pytest.fixture
def programs(tmp_path):
    """A folder of small programs."""
    files = {
        "report.py": '"""Docs."""' + REPORT,
        "report/__init__.py": "x = 1",
        "report/__main__.py": REPORT + "from . import x\nprint(x)",
        "folder/__main__.py": REPORT,
        "syntax.py": "print('never')\nx = = 1\n",
        "module_error.py": "import syntax\n",
        "package_error/__init__.py": "1 / 0\n",
        "hook.py": "import sys\nsys.excepthook = lambda k, e, t: print('hook', k, t.tb_lineno)\n1 / 0\n",
        "chained.py": "try:\n    1 / 0\nexcept ZeroDivisionError as e:\n    raise KeyError('k') from e\n",
        "latin.py": b"# coding: latin-1\nprint(ascii('\xe9'))\n",
        "code.py": EXITS.format("sys.exit(3)"),
        "message.py": EXITS.format("sys.exit('a message')"),
        "interrupt.py": EXITS.format("raise KeyboardInterrupt"),
    }
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with zipfile.ZipFile(tmp_path / "zipped.zip", "w") as archive:
        archive.writestr("__main__.py", REPORT)
    return tmp_path


@pytest.mark.parametrize(
    "arguments",
    [
        ["report.py", "-m", "--help", "--", "-x y"],
        ["../" + "{name}/report.py"],
        ["-m", "report", "-v", "--", "1"],
        ["-mreport"],
        ["folder", "1"],
        ["zipped.zip"],
        ["-c", REPORT + "raise ValueError", "-c", "2"],
        ["-", "3"],
        ["latin.py"],
        ["hook.py"],
        ["chained.py"],
        ["syntax.py"],
        ["module_error.py"],
        ["-m", "package_error.x"],
        ["-m", "missing"],
        ["-m", "missing.x"],
        ["missing.py"],
        ["."],
        ["code.py"],
        ["message.py"],
        ["interrupt.py"],
    ],
    ids=" ".join,
)
def test_as_python(programs, arguments):
    arguments = [argument.format(name=programs.name) for argument in arguments]
    stdin = REPORT + "f(\n" if arguments[0] == "-" else ""
    code, out, err = run(programs, *arguments, stdin=stdin)
    err = err.replace(f"{sys.executable}: ", "rushlight: ")
    # Under -m and on a folder or zip file, Python shows its own runner, runpy, and says "<frozen" of itself.
    err = re.sub(r'  File "<frozen [^\n]*\n', "", err)
    ours = rushlight_run(programs, *arguments, stdin=stdin)
    assert ours == (code, out, err)


def test_interrupt_ends_by_signal(programs):
    """As Python ends: a shell that runs a loop of scripts sees the signal and stops."""
    assert rushlight_run(programs, "interrupt.py")[0] == -signal.SIGINT


def test_usage():
    code, out, _ = run(".", "-m", "rushlight", "--version")
    assert (code, out) == (0, f"rushlight {__version__}\n")
    code, out, _ = rushlight_run(".", "--help")
    assert code == 0 and out.startswith("usage: rushlight run [-h] [--view FILE] (script.py | ")
    code, _, err = rushlight_run(".")
    assert code == 2 and err.endswith("rushlight run: error: one of the arguments -m -c path is required\n")


ANOMALY = """
import torch
def root(x):
    return torch.sqrt(x)
with torch.autograd.set_detect_anomaly(True):
    root(-torch.ones(1, requires_grad=True)).backward()
"""


def test_anomalies_quote_the_program_alone(tmp_path):
    (tmp_path / "anomaly.py").write_text(ANOMALY)
    code, _, err = rushlight_run(tmp_path, "anomaly.py")
    quoted = re.search(r"forward call that caused the error:\n(.*?)\n\n", err, re.DOTALL)
    assert code == 1 and quoted is not None
    assert re.findall(r'File "(.*?)", line (\d+)', quoted[1]) == [
        (str(tmp_path / "anomaly.py"), "6"), (str(tmp_path / "anomaly.py"), "4"),
    ]  # fmt: skip
