"""What is known of a graph: values, names, gradients on edges, steps; and of graphs that are not as they should be."""

import gc
import weakref

import numpy as np
import pytest

import rushlight as torch
from rushlight import view
from rushlight.core.backward import GUARDS
from rushlight.core.op import OBSERVERS
from rushlight.nn.modules.module_hooks import _global_forward_hooks, _global_forward_pre_hooks
from view.programs import Fails, relu_of_a_line, stack


def gradients(graph):
    return {edge.label: edge.gradient.text for edge in graph.edges if edge.gradient is not None and edge.label}


def test_the_seeds_graph():
    graph = relu_of_a_line()
    assert {v.name: (v.kind, v.value.text) for v in graph.vertices} == {
        "w": ("leaf", "2."), "x": ("constant", "3."), "b": ("leaf", "1."),
        "u": ("op", "6."), "v": ("op", "7."), "a": ("op", "7."),
    }  # fmt: skip
    assert gradients(graph) == {"da/dv": "1.", "da/du": "1.", "da/db": "1.", "da/dw": "3."}
    assert graph["u"].call == "mul(w, x)"
    assert graph["u"].place.text == "u = w * x" and graph["u"].place.expression == "w * x"
    assert graph["u"].place.file == relu_of_a_line.__code__.co_filename
    assert graph["u"].saved == [("other", "3.")]  # freed by now, but seen
    assert (graph["w"].gradient.text, graph["b"].gradient.text, graph["x"].gradient) == ("3.", "1.", None)
    assert graph["a"].seed.text == "1." and graph["a"].is_root
    assert graph["a"].node == "ReluBackward0" and graph["a"].backward_seconds > 0 and graph["a"].seconds > 0


def test_the_steps_are_the_engines():
    graph = relu_of_a_line()
    names = [(graph.vertices[s.vertex].name, s.kind) for s in graph.steps]
    assert names == [("a", "run"), ("v", "run"), ("u", "run"), ("b", "accumulate"), ("w", "accumulate")]
    sent = [[(graph.edges[e].label, g.text) for e, g in s.sent] for s in graph.steps]
    assert sent == [[("da/dv", "1.")], [("da/du", "1."), ("da/db", "1.")], [("da/dw", "3.")], [], []]
    assert graph.steps[-1].before is None and graph.steps[-1].after.text == "3."


def test_the_rule_is_the_sources_own():
    graph = relu_of_a_line()
    rule = next(e.rule for e in graph.edges if e.label == "da/dw")
    assert rule.source == "lambda g, y: g * y"
    assert rule.numbers == [("g", "1."), ("y", "3.")]
    assert "arithmetic.py:" in rule.where


def test_the_rule_of_a_custom_function_is_its_backward():
    class Square(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return x**2

        @staticmethod
        def backward(ctx, g):
            (x,) = ctx.saved_tensors
            return 2 * x * g

    x = torch.tensor(3.0, requires_grad=True)
    with view.record() as seen:
        y = Square.apply(x)
        y.backward()
    (edge,) = seen.graph().edges
    assert "return 2 * x * g" in edge.rule.source
    assert edge.rule.numbers == [("grad_output", "1."), ("saved_tensors[0]", "3.")]
    assert seen.graph()["y"].op == "Square" and edge.gradient.text == "6."


def test_a_shared_subexpression_is_drawn_once_and_its_gradients_add_up():
    x = torch.tensor(3.0, requires_grad=True)
    with view.record() as seen:
        s = x * x
        y = s * 2 + s
        y.backward()
    graph = seen.graph()
    assert [v.name for v in graph.vertices].count("s") == 1
    assert [e.gradient.text for e in graph.edges if graph.vertices[e.source].name == "s"] == ["2.", "1."]
    assert all(e.partial for e in graph.edges if graph.vertices[e.source].name == "s")
    assert graph["s"].gradient.text == "3." and graph["x"].gradient.text == "18."


def test_a_second_backward_accumulates():
    x = torch.tensor(3.0, requires_grad=True)
    with view.record() as seen:
        y = x * x
        y.backward(retain_graph=True)
        y.backward()
    last = seen.graph().steps[-1]
    assert (last.run, last.before.text, last.arrived[0].text, last.after.text) == (2, "6.", "6.", "12.")


def test_another_graph_takes_the_place_of_the_first():
    with view.record() as seen:
        for n in range(3):
            x = torch.tensor(float(n), requires_grad=True)
            (x * x).backward()
    assert len(seen.flow.sweeps) == 1
    assert seen.graph()["x"].gradient.text == "4."


def test_double_backward():
    x = torch.tensor(2.0, requires_grad=True)
    with view.record() as seen:
        y = x**3
        (g,) = torch.autograd.grad(y, x, create_graph=True)
        h = g * g
        h.backward()
    graph = seen.graph()
    assert {v.made_by for v in graph.vertices} == {None, "PowBackward0"}
    assert graph["g"].value.text == "12." and graph["x"].gradient.text == "288."


def test_grad_of_a_tensor_in_the_middle_is_returned():
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    with view.record() as seen:
        y = x**2
        z = y.sum()
        torch.autograd.grad(z, y)
    graph = seen.graph()
    assert [(graph.vertices[s.vertex].name, s.kind) for s in graph.steps] == [("z", "run"), ("y", "capture")]
    assert graph["y"].gradient.text == "[1., 1.]" and graph["x"].gradient is None


def test_before_backward_and_after_it_the_same_graph_shows_more():
    w, x = torch.tensor(2.0, requires_grad=True), torch.tensor(3.0)
    u = w * x
    graph = view.graph(u)
    assert "was freed" not in str(graph) and "du/dw" not in graph.svg()
    u.backward()
    assert "du/dw = 3." in graph.svg()
    assert graph["w"].gradient.text == "3." and len(graph.steps) == 2


def test_drawing_twice_gives_the_same():
    graph = relu_of_a_line()
    assert graph.svg() == graph.svg() and graph.html() == graph.html() and str(graph) == str(graph)


def test_a_freed_graph_says_what_to_do():
    w = torch.tensor(2.0, requires_grad=True)
    u = w.exp() * w
    u.backward()
    graph = view.graph(u)
    assert any("retain_graph=True" in hint for hint in graph.model.hints)
    assert (
        "retain_graph=True" in graph.svg() and "retain_graph=True" in graph.html() and "retain_graph=True" in str(graph)
    )
    assert graph["u"].saved == [("saved tensors", "freed")] and graph["w"].gradient is not None


def test_a_graph_without_a_record_shows_what_was_saved():
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    c = torch.tensor([3.0, 4.0])
    y = (x * c).exp()
    graph = view.graph(y)
    assert graph["c"].kind == "constant" and graph["c"].value.text == "[3., 4.]"
    assert graph["y"].value is not None  # exp keeps its result
    assert any("view.record()" in hint for hint in graph.model.hints)


def test_a_failed_backward_leaves_its_error_on_the_node():
    with view.record() as seen:
        p = torch.ones(2, requires_grad=True)
        q = p.exp()
        r = Fails.apply(q)
        s = (r * p).sum()
        with pytest.raises(ValueError, match="way"):
            s.backward()
    graph = seen.graph()
    assert graph["r"].error == "ValueError: no <way> & back" and graph["q"].error is None
    assert graph.steps[-1].error and not any(s.kind == "accumulate" for s in graph.steps)  # no .grad was written
    assert "no &lt;way&gt; &amp; back" in graph.svg() and "<way>" not in graph.svg() + graph.html()
    assert "fails: ValueError" in str(graph)


def test_a_backward_that_a_hook_stops():
    def hook(gradient):
        raise RuntimeError("stop")

    x = torch.ones(2, requires_grad=True)
    with view.record() as seen:
        y = x * 2
        y.register_hook(hook)
        z = y.sum()
        with pytest.raises(RuntimeError, match="stop"):
            z.backward()
    assert "hook" in seen.graph()["y"].error


def test_a_live_graph_of_a_backward_that_failed():
    r = Fails.apply(torch.ones(2, requires_grad=True))
    s = r.sum()
    graph = view.graph(s)
    with pytest.raises(ValueError, match="way"):
        s.backward()
    assert "view.record()" in graph["r"].error


def test_during_backward():
    pictures = []
    x = torch.ones(2, requires_grad=True)
    with view.record() as seen:
        y = x * 2
        y.register_hook(lambda gradient: pictures.append(seen.graph().model))
        y.sum().backward()
    (model,) = pictures
    assert [s.kind for s in model.steps] == ["run"] and not any(v.error for v in model.vertices)


def test_functions_and_modules_can_be_called():
    w = torch.tensor([1.0, 2.0], requires_grad=True)
    graph = view.graph(lambda x: {"loss": [(w * x).sum()]}, torch.tensor([3.0, 4.0]))
    assert [v.op for v in graph.vertices] == ["leaf", "mul", "constant", "sum"] and graph.vertices[-1].is_root
    layer = torch.nn.Linear(2, 1)
    graph = view.graph(layer, torch.ones(1, 2))
    assert graph["weight"].kind == "leaf" and graph.groups[0].kind == "Linear"


def test_modules_are_groups_and_parameters_go_by_their_paths():
    graph = stack()
    assert [(g.name, g.kind) for g in graph.groups if g.depth == 1] == [("0", "Block"), ("1", "Block")]
    assert graph["1.second.bias"].value.shape == (3,)
    assert [g.name for g in graph.groups if g.depth == 2] == ["0.first", "0.second", "1.first", "1.second"]


def test_results_of_views_in_place_and_several():
    x = torch.arange(4.0).requires_grad_()
    with view.record() as seen:
        y = x.clone()
        y[0] = 5.0
        a, b = y.chunk(2)
        y2 = torch.cat([b, a]).mul_(2)
        y2.sum().backward()
    graph = seen.graph()
    assert graph["x"].gradient.text == "[0., 2., 2., 2.]"
    assert next(v for v in graph.vertices if v.op == "split").values[1].text == "[2., 3.]"
    assert graph.svg() and graph.html() and str(graph) and graph.dot()


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.complex64, torch.float64], ids=str)
def test_other_dtypes(dtype):
    x = torch.ones(50, dtype=dtype, requires_grad=True)
    with view.record() as seen:
        y = (x * x).sum().abs()
        y.backward()
    graph = seen.graph()
    assert graph["x"].value.dtype == str(dtype).removeprefix("torch.")
    assert graph.svg() and graph.html()


def test_large_values_are_summarised():
    x = torch.linspace(-1, 1, 1000, requires_grad=True)
    with view.record() as seen:
        y = (x * 2).log().nansum()
        y.backward()
    graph = seen.graph()
    value = next(v.value for v in graph.vertices if v.op == "log")
    assert value.statistics["other"] == 500 and "500 nan or inf" in value.text and sum(value.histogram()) == 500
    assert graph["x"].value.statistics["mean"] == pytest.approx(0, abs=1e-6)


def test_what_is_written_later_does_not_change_the_picture():
    w = torch.tensor([2.0, 3.0], requires_grad=True)
    with view.record() as seen:
        y = (w * w).sum()
        y.backward()
        with torch.no_grad():
            w -= w.grad
            w.grad.zero_()
    graph = seen.graph()
    rule = next(e.rule for e in graph.edges if e.gradient.text == "[2., 3.]")
    assert rule.numbers[1] == ("y", "[2., 3.]")


def test_nothing_is_left_behind():
    def counts():
        return (
            len(OBSERVERS),
            len(GUARDS),
            len(_global_forward_hooks),
            len(_global_forward_pre_hooks),
            len(view.record.active),
        )

    before = counts()
    with pytest.raises(ZeroDivisionError), view.record():
        raise ZeroDivisionError
    assert counts() == before
    x = torch.ones(2, requires_grad=True)
    y = x * 2
    assert y.grad_fn.extras is None  # nothing is noted when nobody asked


def test_a_dropped_graph_is_gone_at_once():
    def run():
        constant = torch.ones(2)
        with view.record() as seen:
            x = torch.ones(2, requires_grad=True)
            y = (x * constant).exp()
            y.sum().backward()
        seen.graph().html()
        return weakref.ref(constant)

    gc.collect()
    gc.disable()
    try:
        assert run()() is None
    finally:
        gc.enable()


def test_results_are_the_same_with_a_record():
    def run():
        torch.manual_seed(1)
        model = torch.nn.Sequential(
            torch.nn.Linear(4, 8), torch.nn.GELU(), torch.nn.LayerNorm(8), torch.nn.Linear(8, 2)
        )
        optimizer = torch.optim.Adam(model.parameters())
        for _ in range(3):
            optimizer.zero_grad()
            model(torch.randn(5, 4)).square().mean().backward()
            optimizer.step()
        return [p.detach().numpy() for p in model.parameters()]

    plain = run()
    with view.record():
        recorded = run()
    for a, b in zip(plain, recorded, strict=True):
        np.testing.assert_array_equal(a, b)


def test_checkpoints_run_backward_inside_of_backward():
    from rushlight.utils.checkpoint import checkpoint

    x = torch.ones(3, requires_grad=True)
    with view.record() as seen:
        y = checkpoint(lambda x: x.exp().sin(), x, use_reentrant=True).sum()
        y.backward()
    assert seen.graph()["x"].gradient is not None


def test_forward_over_reverse_shows_the_programs_own_backward():
    from rushlight.autograd import forward_ad

    x = torch.tensor([1.0, 2.0], requires_grad=True)
    with view.record() as seen, forward_ad.dual_level():
        dual = forward_ad.make_dual(x, torch.ones(2))
        y = (dual * dual).sum()
        y.backward()
    graph = seen.graph()
    assert [v.op for v in graph.vertices if v.kind == "op"] == ["view", "mul", "sum"] and graph[
        "x"
    ].gradient.text == "[2., 4.]"


def test_batches_show_as_a_whole():
    w = torch.ones(2, requires_grad=True)
    with view.record() as seen:
        torch.func.vmap(lambda a: (a * w).sum())(torch.ones(3, 2)).sum().backward()
    assert seen.graph()["w"].gradient.text == "[3., 3.]"


def test_refusals():
    with pytest.raises(RuntimeError, match="does not require grad"):
        view.graph(torch.ones(2))
    with pytest.raises(TypeError, match="expects a Tensor"):
        view.graph(3)
    with pytest.raises(TypeError, match="arguments only"):
        view.graph(torch.ones(2, requires_grad=True) * 2, 3)
    with view.record() as seen:
        pass
    with pytest.raises(RuntimeError, match="nothing to draw"):
        seen.graph()
    with pytest.raises(KeyError):
        relu_of_a_line()["nobody"]


def test_very_large_graphs_are_cut(monkeypatch):
    monkeypatch.setattr("rushlight.view.picture.LIMIT", 10)
    x = torch.ones(1, requires_grad=True)
    with view.record() as seen:
        y = x
        for _ in range(50):
            y = y * 2
    graph = seen.graph()
    assert len(graph.vertices) == 11 and graph.vertices[0].kind == "more"
    assert "40 older ones are left out" in str(graph) and graph.svg()
