"""The programs in examples/: the same losses as under PyTorch, step by step, and what they promise at the end."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("torch")
ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"


def run(*command, **environment):
    # One thread: a machine that is busy with other things would wait for each of many small products of matrices.
    env = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", **environment}
    done = subprocess.run([sys.executable, *command], capture_output=True, text=True, env=env, cwd=EXAMPLES)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("name, options, tolerance", [
    ("gpt", ("--steps", "25"), 1e-4), ("vae", ("--steps", "100"), 1e-4), ("lstm", ("--steps", "12"), 1e-4),
    # Batch normalisation and a large learning rate: what rounding makes of it grows.
    ("digits", ("--epochs", "1"), 1e-2),
])  # fmt: skip
def test_the_same_losses(name, options, tolerance):
    if name in ("vae", "digits"):
        pytest.importorskip("sklearn")
    ours = run("-m", "rushlight", "run", f"{name}.py", *options, "--losses", PYTHONPATH=str(ROOT / "src"))
    theirs = run(f"{name}.py", *options, "--losses")
    ours, theirs = ([float(line) for line in text.split()] for text in (ours, theirs))
    assert len(ours) == len(theirs) > 10
    assert ours == pytest.approx(theirs, rel=tolerance)


@pytest.mark.slow
def test_digits_are_read(tmp_path):
    for package in ("sklearn", "matplotlib"):
        pytest.importorskip(package)
    shown = run("-m", "rushlight", "run", "digits.py", "--plot", str(tmp_path / "loss.png"), PYTHONPATH=str(ROOT / "src"))
    accuracy = float(shown.split("test accuracy ")[1].split("%")[0])
    assert accuracy > 97
    assert (tmp_path / "loss.png").stat().st_size > 1000
