"""`python -m benchmarks` runs its programs, and they do what they are to measure."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def python(*arguments):
    """(exit code, stdout, stderr) of Python in the root of the checkout."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    command = [sys.executable, *map(str, arguments)]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300)
    return done.returncode, done.stdout, done.stderr


def test_report(tmp_path):
    """The table and the JSON of a run; whatever else is installed, rushlight's column is filled."""
    path = tmp_path / "report.json"
    code, out, err = python("-m", "benchmarks", "--quick", "--only", "import", "scalar", "--json", path)
    assert (code, err) == (0, "")
    report = json.loads(path.read_text())
    imported, scalar = report["rows"]
    assert [imported["name"], scalar["name"]] == ["import", "scalar"]
    assert 0 < imported["rushlight"]["numpy_seconds"] < imported["rushlight"]["import_seconds"]
    assert 0 < scalar["rushlight"]["seconds"] < 0.1
    assert scalar["rushlight"]["peak_bytes"] is None or scalar["rushlight"]["peak_bytes"] > 10e6
    assert scalar["rushlight"]["values"] == pytest.approx([9.6] * 3)
    assert report["installed_bytes"]["rushlight"] > 20e6
    lines = out.splitlines()
    assert lines[1].startswith("import ") and lines[2].startswith("scalar ") and "import numpy" in lines[-2]
    assert ("torch" in scalar) == ("torch" in report["installed_bytes"]) == ("ratio" in scalar)


def test_by_hand(tmp_path):
    """What is written by hand, and the bare sketch, compute what the program computes."""
    path = tmp_path / "report.json"
    rows = ["custom_functions", "double_backward", "elementwise_10k", "matmul", "mlp_sgd", "rnn", "scalar"]
    code, out, err = python("-m", "benchmarks", "--quick", "--by-hand", "--only", *rows, "--json", path)
    assert (code, err) == (0, "")
    assert out.count("by hand in NumPy: ") == len(rows) and out.count("on a bare sketch: ") == 4
    assert all(row["numpy_agrees"] and row.get("sketch_agrees", True) for row in json.loads(path.read_text())["rows"])


def test_unknown_row():
    code, _, err = python("-m", "benchmarks", "--only", "nonsense")
    assert code == 2 and "invalid choice: 'nonsense'" in err


# The rest is too much for a test to time, and trains under the seeds' tests anyway.
QUICK = ("custom_functions", "double_backward", "elementwise_10k", "mlp_adam", "mlp_sgd", "no_grad", "rnn")
CHECK = """
import rushlight
from importlib import import_module
rushlight.install_as_torch()
for name in {names}:
    step = import_module("benchmarks.programs." + name).setup()
    print(name, *(float(step()) for _ in range(3)))
"""


def test_programs():
    """Every step does the same work: what does not train returns the same value; what trains returns a falling loss."""
    code, out, err = python("-c", CHECK.format(names=QUICK))
    assert code == 0, err
    for line in out.splitlines():
        name, *values = line.split()
        first, second, third = map(float, values)
        if name.startswith("mlp"):
            assert first > second > third > 0, line
        else:
            assert first == second == third != 0, line
    assert len(out.splitlines()) == len(QUICK)
