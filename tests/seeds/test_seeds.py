"""The seed programs print what PyTorch prints: unmodified under `rushlight run`, and with `import rushlight`."""

import os
import re
import runpy
import subprocess
import sys
import warnings
from pathlib import Path

import pytest

import rushlight

record = runpy.run_path(str(Path(__file__).with_name("record.py")))
PROGRAMS: list[Path] = record["PROGRAMS"]
golden, normalise = record["golden"], record["normalise"]

every_program = pytest.mark.parametrize("program", PROGRAMS, ids=lambda program: program.stem)


def rushlight_run(program):
    """The normalised (stdout, stderr) of `rushlight run program`."""
    environment = {**os.environ, "PYTHONPATH": str(Path(rushlight.__file__).parents[1]), "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run(
        [sys.executable, "-m", "rushlight", "run", program],
        env=environment,
        capture_output=True,
        encoding="utf-8",
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    return normalise(done.stdout, program), normalise(done.stderr, program)


@every_program
def test_rushlight_run(program):
    assert rushlight_run(program) == golden(program)


def test_notebook():
    """The cells as they stand in the notebook show what the script made of them prints."""
    script = next(program for program in PROGRAMS if program.stem == "grad_fn_by_hand")
    out, err = golden(script)
    err = err.replace("grad_fn_by_hand.py:19:", "grad_fn_by_hand.ipynb In[3]:1:")
    assert rushlight_run(script.with_suffix(".ipynb")) == (out, err)


def test_example():
    """The example of the README trains to the same numbers as the seed program that it is made from."""
    script = next(program for program in PROGRAMS if program.stem == "legendre")
    out, err = rushlight_run(Path(__file__).parents[2] / "examples" / "legendre.py")
    assert (out.replace("Result:", "结果:"), err) == golden(script)


def with_rushlight(source):
    """`source` importing rushlight where it imports torch, on the same lines."""
    source = re.sub(r"^import torch$", "import rushlight as torch", source, flags=re.MULTILINE)
    return re.sub(r"^(import|from) torch\b", r"\1 rushlight", source, flags=re.MULTILINE)


@every_program
def test_import_rushlight_as_torch(program, capsys):
    source = with_rushlight(program.read_text("utf-8"))
    code = compile(source, str(program), "exec", dont_inherit=True)
    always = rushlight.is_warn_always_enabled()
    rushlight.set_warn_always(True)  # what is given once a process may have been given to an earlier test
    try:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("default")
            warnings.filterwarnings("ignore", category=RuntimeWarning, module=r"rushlight\.")  # as rushlight itself does
            exec(code, {"__name__": "__main__"})
    finally:
        rushlight.set_warn_always(always)
    err = "".join(warnings.formatwarning(w.message, w.category, w.filename, w.lineno) for w in caught)
    assert (normalise(capsys.readouterr().out, program), normalise(err, program)) == golden(program)
