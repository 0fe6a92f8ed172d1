"""Notebooks, and the scripts that Jupyter exports from them, under `rushlight run`."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import rushlight

ENV = {**os.environ, "PYTHONPATH": str(Path(rushlight.__file__).parents[1])}


@pytest.fixture
def run(tmp_path):
    """Runs a notebook of the given cells (or a file of the given text); gives (exit code, out, err)."""

    def run(*cells, name="book.ipynb", text=None, **changes):
        document = {
            "cells": [{"cell_type": "markdown", "source": ["# Title"]}]
            + [{"cell_type": "code", "source": cell.splitlines(keepends=True), "outputs": []} for cell in cells],
            "metadata": {"language_info": {"name": "python"}},
            "nbformat": 4,
        }
        (tmp_path / name).write_text(json.dumps({**document, **changes}) if text is None else text)
        command = [sys.executable, "-m", "rushlight", "run", name, "argument"]
        done = subprocess.run(command, cwd=tmp_path, env=ENV, capture_output=True, text=True, timeout=60)
        return done.returncode, done.stdout, done.stderr

    return run


def test_cells(run, tmp_path):
    """One namespace; the last expression of a cell is shown unless it is None or ends in a semicolon."""
    code, out, err = run(
        "import sys, torch\nx = [1, 2]\nx",
        "x.append(3)  # None is not shown",
        "for y in x:\n    pass\nx, y",
        "x;  # nor is this",
        "'not the last'\nassert torch.__name__ == 'rushlight'\nsys.argv, __name__, sys.path[0]",
        "",
    )
    assert (code, err) == (0, "")
    shown = (["book.ipynb", "argument"], "__main__", str(tmp_path))
    assert out == f"[1, 2]\n([1, 2, 3], 3)\n{shown!r}\n"


def test_traceback(run):
    """It names the cell and quotes its line; a syntax error is reported when its cell comes."""
    code, _, err = run("def f(x):\n    return 1 / x", "f(0)")
    assert code == 1
    lines = [line for line in err.splitlines() if set(line) - set(" ^~")]
    assert lines == [
        "Traceback (most recent call last):",
        '  File "book.ipynb In[2]", line 1, in <module>',
        "    f(0)",
        '  File "book.ipynb In[1]", line 2, in f',
        "    return 1 / x",
        "ZeroDivisionError: division by zero",
    ]
    code, out, err = run("1", "x = = 2")
    assert (code, out) == (1, "1\n")
    assert err.startswith('  File "book.ipynb In[2]", line 1\n    x = = 2\n') and err.endswith(
        "SyntaxError: invalid syntax\n"
    )


def test_magics(run):
    code, out, err = run(
        "%matplotlib inline\n!pip install torch\nif True:\n    %load_ext autoreload\nx = (7\n  % 4)\nx",
        "%time y = x + 1",
        "%%time\nz = y + 1\nz",
        "%%capture\nprint('hidden')",
        "%timeit y",
        "get_ipython().run_line_magic('time', 'print(y)')",
        "x\n%store x",
    )
    assert code == 1
    lines = out.splitlines()
    assert lines[0] == "3" and lines[2] == "5" and lines[5] == "4"
    assert all(line.startswith("Wall time: ") for line in (lines[1], lines[3], lines[6]))
    assert " per loop " in lines[4] and len(lines) == 7
    *skipped, error = [line for line in err.splitlines() if line.startswith(("rushlight run:", "NotImplementedError"))]
    magics = ("%matplotlib inline", "!pip install torch", "%load_ext autoreload")
    assert skipped == [f"rushlight run: skipped {magic}" for magic in magics]
    assert error == "NotImplementedError: the notebook magic %store is not available under rushlight run"
    assert '"book.ipynb In[7]", line 2' in err and "_notebook.py" not in err


def test_exported_script(run):
    text = "# coding: utf-8\n\n# In[1]:\n\n\nget_ipython().run_line_magic('matplotlib', 'inline')\n1\nprint(2)\n"
    assert run(name="book.py", text=text) == (0, "2\n", "rushlight run: skipped %matplotlib inline\n")
    code, _, err = run(name="script.py", text="get_ipython()")
    assert code == 1 and "NameError: name 'get_ipython' is not defined" in err


@pytest.mark.parametrize(
    "document, message",
    [
        ({"text": "not json"}, "book.ipynb is not a notebook: JSONDecodeError"),
        ({"text": "{}"}, "book.ipynb is not a notebook: KeyError('nbformat')"),
        ({"nbformat": 3}, "book.ipynb is a notebook of format 3; format 4 is needed"),
        ({"metadata": {"language_info": {"name": "julia"}}}, "book.ipynb is a notebook in julia, not in Python"),
    ],
)
def test_not_a_notebook(run, document, message):
    code, out, err = run(**document)
    assert (code, out) == (1, "") and err.startswith(f"rushlight: {message}")


def test_the_tutorial_prints_what_it_shows():
    path = Path(__file__).parents[2] / "examples" / "autograd.ipynb"
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    shown = "".join("".join(output["text"]) for cell in cells for output in cell.get("outputs", ()))
    command = [sys.executable, "-m", "rushlight", "run", path.name]
    done = subprocess.run(command, capture_output=True, text=True, cwd=path.parent, env=ENV)
    assert done.stderr == "" and done.stdout == shown
