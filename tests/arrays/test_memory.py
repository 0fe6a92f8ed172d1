"""Memory that is freed is kept, and given back when asked."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

import rushlight
from rushlight.arrays import memory

SOURCE = Path(rushlight.__file__).parents[1]
TUNING = ("GLIBC_TUNABLES", "MALLOC_TRIM_THRESHOLD_", "MALLOC_MMAP_THRESHOLD_", "MALLOC_TOP_PAD_")

PROGRAM = """
import json, resource
import numpy as np
import rushlight as torch
from rushlight.arrays import memory

def faults():
    return resource.getrusage(resource.RUSAGE_SELF).ru_minflt

def resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * resource.getpagesize()

def step():
    x = torch.ones(8_000_000)
    return float(((x * 2) + x)[0])

step()
before = faults()
for _ in range(5):
    step()
count = faults() - before
full = resident()
memory.give_back()
print(json.dumps({"faults": count, "full": full, "lean": resident(), "kept": memory.keep_freed()}))
"""


def report(**variables):
    environment = {key: value for key, value in os.environ.items() if key not in TUNING} | {"PYTHONPATH": str(SOURCE)}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], env=environment | variables, capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout)


needs_glibc = pytest.mark.skipif(memory._glibc() is None or sys.platform != "linux", reason="needs glibc, as it is")


@needs_glibc
def test_a_step_finds_the_memory_of_the_last():
    found = report()
    assert found["kept"]
    # Three arrays of 32 MB take 7,800 pages a step anew, or 16 huge ones each.
    assert found["faults"] < 200
    assert found["full"] - found["lean"] > 30_000_000


@needs_glibc
def test_who_tuned_malloc_knows_best():
    assert not report(MALLOC_TRIM_THRESHOLD_="100000")["kept"]
    assert not report(GLIBC_TUNABLES="glibc.malloc.mmap_threshold=100000")["kept"]


def test_giving_back_what_there_is_not():
    memory.give_back()
    assert memory.give_back() in (True, False)
