"""Pictures: every form, escaped, and arranged so that nothing lies on anything else."""

import io
import itertools
import json
import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

import rushlight as torch
from rushlight import view
from rushlight.view.layout import layout, spread
from rushlight.view.shapes import Scene, closed_groups
from view.programs import relu_of_a_line, stack

NASTY = "<script>alert(1)</script>&\"'\\n"


def texts(svg):
    return ["".join(e.itertext()) for e in ET.fromstring(svg).iter("{http://www.w3.org/2000/svg}text")]


def test_the_picture_has_every_number():
    found = texts(relu_of_a_line().svg())
    for text in (
        "da/dv = 1.",
        "da/du = 1.",
        "da/db = 1.",
        "da/dw = 3.",
        "da/da = 1.",
        ".grad 3.",
        ".grad 1.",
        "6.",
        "7.",
    ):
        assert text in found


@pytest.mark.parametrize("theme", ["light", "dark", "auto"])
def test_themes(theme):
    svg = relu_of_a_line().svg(theme=theme)
    ET.fromstring(svg)
    assert ("prefers-color-scheme" in svg) == (theme == "auto")


def test_wrong_arguments(tmp_path):
    graph = relu_of_a_line()
    with pytest.raises(ValueError, match="theme"):
        graph.svg(theme="pink")
    with pytest.raises(ValueError, match="language"):
        graph.html(language="fr")
    with pytest.raises(ValueError, match="must end in"):
        graph.save(tmp_path / "graph.pdf")


def test_modules_close_and_open():
    graph = stack()
    closed, opened = graph.svg(expand=1), graph.svg(expand=9)
    assert "Block" in closed and "0.first.weight" not in closed and "0.first.weight" in opened
    assert len(texts(graph.svg(expand=0))) < len(texts(closed)) < len(texts(opened))


def overlaps(a, b):
    return (
        a.x < b.x + b.width - 0.1
        and b.x < a.x + a.width - 0.1
        and a.y < b.y + b.height - 0.1
        and b.y < a.y + a.height - 0.1
    )


@pytest.mark.parametrize("expand", [0, 1, 2, 9, None])
def test_nothing_overlaps_and_everything_stands_in_its_frame(expand):
    graph = stack(3)
    scene = Scene(graph.model, closed_groups(graph.model, expand))
    cards = {key: scene.place(key) for key in scene.cards}
    for (_, a), (_, b) in itertools.combinations(cards.items(), 2):
        assert not overlaps(a, b)
    for key, frame in {**scene.inside, **scene.frames}.items():
        if frame is not None:
            inner, outer = scene.drawing.boxes[key], scene.drawing.boxes[frame]
            assert outer.x <= inner.x and inner.x + inner.width <= outer.x + outer.width
            assert outer.y <= inner.y and inner.y + inner.height <= outer.y + outer.height


def test_edges_lead_down():
    graph = stack(3)
    scene = Scene(graph.model)
    for _, a, b, _ in scene.edges:
        assert scene.place(a).y + scene.place(a).height < scene.place(b).y


def test_layout_of_circles_and_long_chains():
    sizes = dict.fromkeys(range(3000), (50.0, 20.0))
    chain = layout(sizes, {}, {}, [(i, i, i + 1) for i in range(2999)])
    assert chain.width == 50.0
    circle = layout(dict.fromkeys(range(3), (50.0, 20.0)), {}, {}, [(0, 0, 1), (1, 1, 2), (2, 2, 0)])
    assert not any(overlaps(a, b) for a, b in itertools.combinations(circle.boxes.values(), 2))


def test_spread_is_the_nearest_in_order():
    assert spread([0.0, 100.0], [1, 1], [10, 10]) == [0.0, 100.0]
    assert spread([0.0, 0.0], [1, 1], [10, 10]) == [-16.0, 16.0]  # ten wide, twenty-two between
    assert spread([5.0, 0.0, 300.0], [1, 3, 1], [10, 10, 10])[2] == 300.0


def named(text):
    """A graph in which everything that a program can name is called `text`."""

    class Model(torch.nn.Module):
        def forward(self, x):
            return (x * self._parameters[text]).sum()

    Model.__name__ = text
    model = Model()
    model._parameters[text] = torch.nn.Parameter(torch.ones(2))
    with view.record() as seen:
        loss = model(torch.ones(2))
        loss.backward()
    return seen.graph()


def test_text_from_the_program_is_text():
    graph = named(NASTY)
    svg = graph.svg()
    assert "<script" not in svg and any(NASTY.replace("\n", "") in text for text in texts(svg))
    html = graph.html()
    assert "alert(1)</script>" not in html and html.count("<script") == 2
    data = re.search(r'<script type="application/json" id="data">(.*?)</script>', html, re.S)[1]
    assert any(v["name"] == NASTY for v in json.loads(data)["vertices"])
    assert "&lt;script&gt;" in graph.html(title=NASTY).split("</title>")[0]
    dot = graph.dot()
    assert r"\"'\\n" in dot and not re.search(r'(?<!\\)"\'', dot)


def test_control_characters_do_not_break_the_picture():
    ET.fromstring(named("a\x07b\x1b[0m").svg())


def test_text_for_a_terminal():
    text = str(relu_of_a_line())
    assert "u = mul(w, x)" in text and "u (MulBackward0) receives 1., sends da/dw = 3." in text
    assert "w.grad: None -> 3." in text
    lines = str(stack()).splitlines()
    assert "Sequential: Sequential" in lines and "  0: Block" in lines


def test_dot_has_clusters_and_labels():
    dot = stack().dot()
    assert dot.startswith("digraph") and dot.count("subgraph cluster_") == 7 and dot.count("{") == dot.count("}")
    assert 'label="da/dw = 3."' in relu_of_a_line().dot()


def test_files(tmp_path):
    graph = relu_of_a_line()
    for ending, start in ((".svg", "<svg"), (".html", "<!doctype html>"), (".dot", "digraph"), (".txt", "w = leaf")):
        graph.save(tmp_path / f"graph{ending}")
        assert (tmp_path / f"graph{ending}").read_text(encoding="utf-8").startswith(start)


def test_png(tmp_path):
    pytest.importorskip("matplotlib")
    image = pytest.importorskip("PIL.Image")
    graph = relu_of_a_line()
    graph.save(tmp_path / "graph.png")
    with image.open(io.BytesIO((tmp_path / "graph.png").read_bytes())) as picture:
        colours = {c for _, c in picture.convert("RGB").getcolors(10**6)}
    assert (0xC2, 0x41, 0x0C) in colours and (0xEA, 0xF5, 0xEC) in colours  # gradients, leaves


def test_png_without_matplotlib(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(ImportError, match=r"rushlight\[view\]"):
        relu_of_a_line().save(tmp_path / "graph.png")


def test_notebooks():
    graph = relu_of_a_line()
    assert graph._repr_svg_().startswith("<svg") and set(graph._repr_mimebundle_()) == {"image/svg+xml", "text/plain"}
    with view.record() as seen:
        (torch.ones(2, requires_grad=True) * 2).sum().backward()
    assert seen._repr_svg_().startswith("<svg") and "image/svg+xml" in seen._repr_mimebundle_()


def test_the_page_needs_no_network():
    html = relu_of_a_line().html()
    assert "default-src 'none'" in html
    assert not re.search(r"""(src|href)\s*=|@import|url\(|fetch\(|XMLHttpRequest""", html)


def test_examples_in_docstrings():
    import doctest

    from rushlight.view import picture, recording

    for module in (view, picture, recording):
        assert doctest.testmod(module).failed == 0


def test_the_pictures_in_the_docs_are_todays():
    folder = Path(__file__).parents[2] / "docs" / "pictures"
    program = "import sys, draw; [print(graph.svg()) for graph in draw.pictures().values()]"
    environment = {**ENV, "PYTHONPATH": f"{ENV['PYTHONPATH']}{os.pathsep}{folder}", "PYTHONWARNINGS": "ignore"}
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, env=environment)
    pictures = [line for line in done.stdout.splitlines() if line.startswith("<svg")]
    assert [texts(p) for p in pictures] == [
        texts((folder / f"{name}.svg").read_text(encoding="utf-8")) for name in ("relu_forward", "relu", "leaf_tensors")
    ]


# The command.

ENV = {**os.environ, "PYTHONPATH": str(Path(torch.__file__).parents[1]), "PYTHONIOENCODING": "utf-8"}

SCRIPT = "import torch\nw = torch.tensor(2., requires_grad=True)\nu = w * 3\nu.backward()\nprint('done')\n"


def command(*arguments, cwd):
    done = subprocess.run(
        [sys.executable, "-m", "rushlight", "run", *arguments], capture_output=True, text=True, cwd=cwd
    )
    return done.returncode, done.stdout, done.stderr


def test_run_view(tmp_path):
    (tmp_path / "script.py").write_text(SCRIPT)
    assert command("--view", "out.html", "script.py", cwd=tmp_path) == (0, "done\n", "")
    assert "du/dw" in (tmp_path / "out.html").read_text(encoding="utf-8")
    code, out, _ = command("--view", "-", "script.py", "argument", cwd=tmp_path)
    assert code == 0 and out.startswith("done\nw = leaf") and "script.py:3  u = w * 3" in out


def test_run_view_of_a_script_that_fails(tmp_path):
    (tmp_path / "script.py").write_text(SCRIPT + "u.backward()\n")
    code, _, error = command("--view=out.txt", "script.py", cwd=tmp_path)
    assert code == 1 and "backward through the graph a second time" in error
    assert "fails: RuntimeError: Trying to backward" in (tmp_path / "out.txt").read_text()


def test_run_view_of_what_cannot_be_drawn(tmp_path):
    (tmp_path / "script.py").write_text("print('nothing')\n")
    code, out, error = command("--view", "out.svg", "script.py", cwd=tmp_path)
    assert (code, out) == (0, "nothing\n") and "nothing to draw" in error
    (tmp_path / "script.py").write_text(SCRIPT)
    code, out, error = command("--view", "missing/out.svg", "script.py", cwd=tmp_path)
    assert (code, out) == (0, "done\n") and "missing/out.svg" in error
    code, _, error = command("--view", "out.pdf", "script.py", cwd=tmp_path)
    assert code == 2 and "must end in" in error
