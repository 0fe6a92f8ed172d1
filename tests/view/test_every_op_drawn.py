"""Every operation can be drawn, with the rule behind every edge, and the gradients on the edges are those of the leaves."""

import importlib
import pkgutil

import numpy as np
import pytest

import rushlight as torch
import rushlight.ops
from rushlight import view
from samples import all_samples

for _module in pkgutil.walk_packages(rushlight.ops.__path__, "rushlight.ops."):
    importlib.import_module(_module.name)  # also the families that are loaded late
#: The first sample of each operation.
SAMPLES = list({s.op: s for s in reversed(all_samples())}.values())


def differentiable(results):
    results = results if isinstance(results, (tuple, list)) else [results]
    return [r for r in results if isinstance(r, torch.Tensor) and r.requires_grad]


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda s: s.op)
def test_drawn(sample):
    inputs = [torch.from_numpy(np.array(a)) for a in sample.inputs]
    inputs = [t.requires_grad_() if t.dtype.is_floating_point or t.dtype.is_complex else t for t in inputs]
    with view.record() as seen:
        results = differentiable(sample.call(torch, *inputs))
        if not results or all(r.is_leaf for r in results):
            return
        torch.autograd.backward(results, [torch.ones_like(r) for r in results])
    graph = seen.graph()
    operation = next(v for v in reversed(graph.vertices) if v.kind == "op")
    for picture in (graph.svg(), graph.dot(), str(graph), graph.html()):
        assert operation.op in picture
    for edge in graph.edges:
        if edge.gradient is not None:
            assert edge.rule is not None and not edge.rule.source.endswith(": ...")
    arrived = [np.asarray(step.after.array) for step in graph.steps if step.kind == "accumulate"]
    for t in inputs:
        if t.grad is not None:
            assert any([np.array_equal(t.grad.numpy(), found, equal_nan=True) for found in arrived])
