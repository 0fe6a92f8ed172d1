"""Checkpoints without PyTorch to compare with: what they keep, what they drop, what a debug log shows."""

import gc
import weakref

import numpy as np
import pytest

import rushlight as torch
from rushlight.utils.checkpoint import (
    CheckpointError,
    checkpoint,
    create_selective_checkpoint_contexts,
    set_checkpoint_debug_enabled,
)


class Watched:
    """Refers weakly to the payload of each result it is given."""

    def __init__(self):
        self.seen = []

    def __call__(self, x):
        self.seen.append(weakref.ref(x._data))
        return x

    def alive(self):
        return sum(ref() is not None for ref in self.seen)


@pytest.fixture
def without_collector():
    gc.collect()
    gc.disable()
    yield
    gc.enable()


@pytest.mark.parametrize("reentrant", [False, True])
def test_intermediate_results_are_dropped_and_computed_again(reentrant, without_collector):
    watched = Watched()
    x = torch.ones(100, requires_grad=True)

    def layers(a):
        for _ in range(5):
            a = watched(a.exp().log() + 1)
        return a

    y = checkpoint(layers, x, use_reentrant=reentrant)
    assert len(watched.seen) == 5 and watched.alive() <= 1  # the last is y's own
    y.sum().backward()
    assert len(watched.seen) >= 9
    del y
    assert watched.alive() == 0
    np.testing.assert_allclose(x.grad, np.ones(100), rtol=1e-5)


def test_a_dropped_graph_is_gone_at_once(without_collector):
    watched = Watched()
    x = torch.ones(100, requires_grad=True)
    y = checkpoint(lambda a: watched(checkpoint(lambda b: watched(b.exp()), a, use_reentrant=False)), x, use_reentrant=False)
    assert watched.alive()
    del y
    assert watched.alive() == 0


def test_what_a_partial_backward_did_not_read_is_dropped(without_collector):
    watched = Watched()
    x = torch.ones(100, requires_grad=True)

    def both(a):
        return watched(a.exp()).sin(), watched(a.cos()).exp()

    first, second = checkpoint(both, x, use_reentrant=False)
    first.sum().backward()
    assert watched.alive() == 0
    second.sum().backward()
    np.testing.assert_allclose(x.grad, np.cos(np.e) * np.e - np.exp(np.cos(1)) * np.sin(1), rtol=1e-5)


def test_the_debug_log_names_operations_and_lines():
    calls = iter([True, False])

    def changing(a):
        return a.sin().exp().cos() if next(calls) else a.sin()

    x = torch.ones(2, requires_grad=True)
    with set_checkpoint_debug_enabled(True):
        y = checkpoint(changing, x, use_reentrant=False)
    with pytest.raises(CheckpointError) as error:
        y.sum().backward()
    text = str(error.value)
    assert "CosBackward0   (3 of 3 in original)" in text and "SinBackward0   (1 of 1 in recompute)" in text
    assert f"{__file__}:" in text and ":changing" in text
    assert "A different number of tensors was saved" in str(error.value.__cause__)


def test_selective_checkpointing_is_refused_by_name():
    with pytest.raises(NotImplementedError, match="create_selective_checkpoint_contexts"):
        create_selective_checkpoint_contexts([])
