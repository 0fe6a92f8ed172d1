"""One computation on several threads."""

import os
import subprocess
import sys
import threading
import time

import numpy as np
import pytest

from rushlight.arrays import threads


@pytest.fixture
def three_threads(monkeypatch):
    before = threads.get_number()
    threads.set_number(3)
    monkeypatch.setattr(threads, "LATE", 60)  # whatever else runs here, helpers are wanted
    threads._threads.crowded_until = 0.0
    yield
    threads.set_number(before)


def test_every_part_is_done_once(three_threads):
    for count in (0, 1, 2, 3, 50):
        done = []
        threads.share(done.append, count)
        assert sorted(done) == list(range(count))


def test_several_threads_take_part(three_threads):
    together = threading.Barrier(3, timeout=10)
    threads.share(lambda part: together.wait(), 3)


def test_one_thread_is_the_caller():
    before = threads.get_number()
    threads.set_number(1)
    try:
        seen = []
        threads.share(lambda part: seen.append(threading.current_thread()), 4)
    finally:
        threads.set_number(before)
    assert set(seen) == {threading.current_thread()}


@pytest.mark.parametrize("bad", [0, 7, 19])
def test_what_a_part_raises_is_raised_once_all_have_ended(three_threads, bad):
    running = []

    def work(part):
        running.append(part)
        time.sleep(0.001)
        if part == bad:
            raise ZeroDivisionError(part)
        running.remove(part)

    with pytest.raises(ZeroDivisionError, match=str(bad)):
        threads.share(work, 20)
    assert running == [bad]
    done = []
    threads.share(done.append, 5)
    assert len(done) == 5


def test_a_part_may_share_out_parts_of_its_own(three_threads):
    done = []
    threads.share(lambda i: threads.share(lambda j: done.append((i, j)), 4), 4)
    assert sorted(done) == [(i, j) for i in range(4) for j in range(4)]


def test_computations_of_several_threads_at_a_time(three_threads):
    sums = {}

    def compute(key):
        out = np.zeros(64)
        for _ in range(20):
            threads.share(lambda part: np.add(out[part * 8 :][:8], key, out[part * 8 :][:8]), 8)
        sums[key] = out.sum()

    users = [threading.Thread(target=compute, args=(key,)) for key in (1, 2, 3)]
    for user in users:
        user.start()
    for user in users:
        user.join()
    assert sums == {1: 20 * 64, 2: 20 * 128, 3: 20 * 192}


def test_who_has_waited_long_for_others_works_alone_for_a_while(three_threads, monkeypatch):
    monkeypatch.setattr(threads, "LATE", 0.001)
    monkeypatch.setattr(threads, "CROWDED", 60)
    caller, seen = threading.current_thread(), []
    begun = threading.Event()

    def work(part):
        seen.append(threading.current_thread())
        if threading.current_thread() is caller:
            assert begun.wait(10)
        else:
            begun.set()
            time.sleep(0.1)

    threads.share(work, 3)
    assert len(set(seen)) > 1
    seen.clear()
    threads.share(lambda part: seen.append(threading.current_thread()), 10)
    threads._threads.crowded_until = 0.0
    assert set(seen) == {caller}


def test_numpy_error_state_is_the_callers(three_threads):
    together = threading.Barrier(3, timeout=10)
    overflowing = np.full(1000, 1e308)

    def work(part):
        together.wait()
        overflowing * 10

    with np.errstate(over="ignore"):
        threads.share(work, 3)
    with np.errstate(over="raise"), pytest.raises(FloatingPointError):
        threads.share(work, 3)


def test_what_was_computed_on_is_let_go(three_threads):
    import weakref

    class Work:
        def __call__(self, part):
            time.sleep(0.001)

    work = Work()
    alive = weakref.ref(work)
    threads.share(work, 3)
    del work
    for _ in range(1000):
        if alive() is None:
            break
        time.sleep(0.001)  # a helper may be about to return
    assert alive() is None


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_forked_child_has_threads_of_its_own(three_threads):
    threads.share(lambda part: time.sleep(0.001), 3)
    child = os.fork()
    if not child:
        done = []
        threads.share(done.append, 6)
        os._exit(0 if sorted(done) == list(range(6)) else 1)
    assert os.waitpid(child, 0)[1] == 0


def test_blas_keeps_to_one_thread_for_a_while():
    if not threads.shares_products():
        pytest.skip("NumPy's BLAS is no OpenBLAS")
    get, put = threads._blas()
    before = get()
    put(2)
    try:
        with threads.one_blas_thread():
            assert get() == 1
        assert get() == 2
        with pytest.raises(ZeroDivisionError), threads.one_blas_thread():
            raise ZeroDivisionError
        assert get() == 2
    finally:
        put(before)


#: Prints the state of every thread but the program's own, a little after a product: "S" for asleep.
STATES = """
import os, threading, time
import numpy
import rushlight
assert "OPENBLAS_THREAD_TIMEOUT" not in os.environ
x = numpy.ones((512, 512), numpy.float32)
x @ x
time.sleep(0.1)
others = set(os.listdir("/proc/self/task")) - {str(threading.get_native_id())}
print(*[open(f"/proc/self/task/{thread}/stat").read().rpartition(")")[2].split()[0] for thread in others])
"""


@pytest.mark.skipif(not os.path.isdir("/proc/self/task"), reason="needs Linux's /proc")
def test_threads_of_blas_do_not_wait_awake_for_long():
    if threads._blas() is None or not hasattr(threads._library(), "blas_thread_shutdown_"):
        pytest.skip("NumPy's BLAS is no OpenBLAS, or hides how it is told")
    environment = {name: value for name, value in os.environ.items() if "NUM_THREADS" not in name}
    done = subprocess.run([sys.executable, "-c", STATES], env=environment, capture_output=True, text=True, check=True)
    assert set(done.stdout.split()) <= {"S"}


def test_who_has_told_blas_how_long_to_wait_is_left_alone(monkeypatch):
    monkeypatch.setenv("OPENBLAS_THREAD_TIMEOUT", "20")
    assert not threads.rest_soon()
    assert os.environ["OPENBLAS_THREAD_TIMEOUT"] == "20"


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="needs Linux")
def test_helpers_keep_off_the_callers_processor(three_threads):
    allowed = os.sched_getaffinity(0)
    if len(allowed) < 2:
        pytest.skip("there is one processor")
    threads.share(lambda part: time.sleep(0.001), 6)
    for helper in threads._threads.helpers:
        assert os.sched_getaffinity(helper.native_id) == allowed - {threads._threads.kept_off}
    assert os.sched_getaffinity(0) == allowed
