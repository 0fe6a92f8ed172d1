"""Processors stay awake for a while after a computation, and only for a while."""

import os
import subprocess
import sys
import time

import pytest

from rushlight.arrays import awake

pytestmark = pytest.mark.skipif(not hasattr(os, "SCHED_IDLE"), reason="needs Linux")

#: Prints how many threads of the lowest class there are after a computation, a while later, and after another one.
PROGRAM = """
import os, time
from rushlight.arrays import awake, threads

awake.PAUSE = 0.25

def until(number):
    for _ in range(400):
        if awake._giving_way() == number:
            break
        time.sleep(0.01)
    return awake._giving_way()

threads.set_number(2)
wanted = threads._threads.awake.number
counts = []
for _ in range(2):
    threads.share(lambda part: time.sleep(0.001), 4)
    counts.append(awake._giving_way())
    counts.append(until(0))
print(wanted, *counts)
"""


def counted(**environment):
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], env={**os.environ, **environment}, capture_output=True, text=True, check=True
    )
    return [int(word) for word in done.stdout.split()]


def test_processors_stay_awake_for_a_while():
    if not awake.can_spin():
        pytest.skip("this process may not keep processors awake")
    wanted, first, after, second, end = counted()
    assert first == second == wanted >= 1
    assert after == end == 0


def test_a_passive_program_keeps_none_awake():
    assert counted(OMP_WAIT_POLICY="PASSIVE")[1:] == [0, 0, 0, 0]


def test_who_asks_again_prolongs_it(monkeypatch):
    if not awake.can_spin():
        pytest.skip("this process may not keep processors awake")
    monkeypatch.setattr(awake, "PAUSE", 0.4)
    some = awake.Awake(1)
    some.keep()
    before = list(some._spinning)
    end = time.monotonic() + 2 * awake.PAUSE
    while time.monotonic() < end:
        some.keep()
        assert some._spinning == before
        time.sleep(0.005)
    for _ in range(400):
        if not some.on:
            break
        time.sleep(0.02)
    assert not some.on
    assert not some._spinning


def test_where_no_class_gives_way_nothing_spins(monkeypatch):
    if not awake.can_spin():
        pytest.skip("this process may not keep processors awake")
    monkeypatch.setattr(awake, "_giving_way", lambda: 0)
    some = awake.Awake(1)
    some.keep()
    assert some.on
    assert not some._spinning
    assert some._watcher is None


@pytest.mark.parametrize(
    ("group", "files", "rationed"),
    [
        ("0::/\n", {}, False),
        ("0::/\n", {"cpu.max": "max 100000"}, False),
        ("0::/\n", {"cpu.max": "150000 100000"}, True),
        ("0::/a/b\n", {"a/cpu.max": "150000 100000", "a/b/cpu.max": "max 100000"}, True),
        ("2:cpu,cpuacct:/a\n1:memory:/\n", {"cpu/a/cpu.cfs_quota_us": "-1"}, False),
        ("2:cpu,cpuacct:/a\n1:memory:/\n", {"cpu/a/cpu.cfs_quota_us": "50000"}, True),
        (None, {}, False),
    ],
)
def test_rationed_processors_are_found(group, files, rationed, tmp_path):
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    if group is not None:
        (tmp_path / "cgroup").write_text(group)
    assert awake.rationed(tmp_path / "cgroup", tmp_path) is rationed
