"""The recorded outputs of the seed programs are what the installed PyTorch prints."""

import runpy
import subprocess
import sys
from pathlib import Path

import pytest

torch = pytest.importorskip("torch")

RECORD = Path(__file__).parents[1] / "seeds" / "record.py"
record = runpy.run_path(str(RECORD))


@pytest.fixture(scope="module")
def recorded(tmp_path_factory):
    """A folder of new recordings; made in a process that has not computed yet, as `record.py` needs it."""
    folder = tmp_path_factory.mktemp("recorded")
    done = subprocess.run([sys.executable, RECORD, folder], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    return folder


@pytest.mark.parametrize("program", record["PROGRAMS"], ids=lambda program: program.stem)
def test_recording(program, recorded):
    new = {path.name: path.read_text("utf-8") for path in recorded.glob(f"{program.stem}.*")}
    old = {path.name: path.read_text("utf-8") for path in record["folder"](program).glob(f"{program.stem}.*")}
    assert new == old and f"{program.stem}.out" in new
