"""torch.multiprocessing: processes that see one memory, and what a failure in one of them raises."""

import multiprocessing
import os
import signal

import pytest

import rushlight as torch
import rushlight.multiprocessing as mp


def add_one(queue, answers):
    tensor = queue.get()
    tensor += 1
    answers.put(tensor.is_shared())


def test_a_tensor_that_goes_through_a_queue_is_one_memory_in_both_processes():
    context = mp.get_context("fork")
    queue, answers = context.Queue(), context.Queue()
    process = context.Process(target=add_one, args=(queue, answers))
    process.start()
    base = torch.zeros(2, 3)
    row = base[1]
    queue.put(row)
    assert answers.get(timeout=30)
    process.join()
    assert base.tolist() == [[0, 0, 0], [1, 1, 1]]
    assert base.is_shared()


def send_back(queue, answers):
    first, second = queue.get()
    first[0] = 5
    answers.put((second.tolist(), type(second).__name__, second.requires_grad))


def test_two_tensors_on_one_memory_arrive_as_such():
    context = mp.get_context("fork")
    queue, answers = context.Queue(), context.Queue()
    process = context.Process(target=send_back, args=(queue, answers))
    process.start()
    p = torch.nn.Parameter(torch.zeros(2))
    queue.put((p.detach(), p))
    assert answers.get(timeout=30) == ([5, 0], "Parameter", True)
    process.join()
    assert p.tolist() == [5, 0]


def test_a_tensor_in_a_graph_is_not_sent():
    reduce = multiprocessing.reduction.ForkingPickler
    with pytest.raises(RuntimeError, match="Cowardly refusing to serialize non-leaf tensor which requires_grad"):
        reduce.dumps(torch.ones(2, requires_grad=True) * 2)


def fill(rank, tensor):
    tensor[rank] = rank + 1


def test_processes_fill_one_tensor():
    tensor = torch.zeros(3).share_memory_()
    assert mp.start_processes(fill, (tensor,), nprocs=3, start_method="fork") is None
    assert tensor.tolist() == [1, 2, 3]


def fail(rank):
    if rank == 1:
        raise ValueError("no such luck")
    signal.pause()


def test_an_error_ends_all_processes_and_is_raised():
    with pytest.raises(mp.ProcessRaisedException, match=r"(?s)Process 1 terminated with.*no such luck") as error:
        mp.start_processes(fail, nprocs=2, start_method="fork")
    assert error.value.error_index == 1


def leave(rank):
    os._exit(3)


def die(rank):
    os.kill(os.getpid(), signal.SIGKILL)


@pytest.mark.parametrize(("function", "words"), [(leave, "exit code 3"), (die, "signal SIGKILL")])
def test_a_process_that_ends_itself_is_an_error(function, words):
    with pytest.raises(mp.ProcessExitedException, match=f"process 0 terminated with {words}"):
        mp.start_processes(function, nprocs=1, start_method="fork")


def test_strategies():
    assert mp.get_sharing_strategy() == "file_descriptor"
    assert mp.get_all_sharing_strategies() == {"file_descriptor", "file_system"}
    mp.set_sharing_strategy("file_descriptor")
    with pytest.raises(NotImplementedError, match="file_system"):
        mp.set_sharing_strategy("file_system")
    with pytest.raises(AssertionError, match="invalid sharing strategy 'bogus'"):
        mp.set_sharing_strategy("bogus")


def test_views_move_to_shared_memory_together():
    base = torch.arange(6.0).reshape(2, 3)
    row, turned = base[1], base.t()
    turned.share_memory_()
    row[0] = 9
    assert base.is_shared() and row.is_shared() and turned[0].tolist() == [0, 9]


@pytest.mark.parametrize("hold", [lambda x: x.detach().numpy(), lambda x: x * x])
def test_memory_that_something_else_holds_does_not_move(hold):
    x = torch.ones(2, requires_grad=True)
    held = hold(x)
    with pytest.raises(NotImplementedError, match="a NumPy array or a graph"):
        x.share_memory_()
    assert not x.is_shared() and held is not None
