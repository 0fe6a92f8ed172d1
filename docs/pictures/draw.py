"""Draws the pictures of this folder again: python docs/pictures/draw.py (page.png is a photograph of the page)."""

import runpy
import sys
from pathlib import Path

import rushlight as torch
from rushlight import view

HERE = Path(__file__).parent
SEEDS = HERE.parents[1] / "tests" / "seeds" / "programs"


def forward():
    """a = relu(w * x + b) before backward, as the graph is recorded."""
    with view.record() as seen:
        b = torch.tensor(1.0, requires_grad=True)
        w = torch.tensor(2.0, requires_grad=True)
        x = torch.tensor(3.0)
        u = w * x
        v = u + b
        a = torch.relu(v)  # noqa: F841
        return seen.graph()


def of_program(path):
    """The graph of a program's last backward."""
    with view.record() as seen:
        runpy.run_path(str(path))
    return seen.graph()


def pictures():
    """The pictures by name."""
    torch.install_as_torch()
    return {
        "relu_forward": forward(),
        "relu": of_program(HERE.parents[1] / "examples" / "relu.py"),
        "leaf_tensors": of_program(SEEDS / "leaf_tensors.py"),
    }


if __name__ == "__main__":
    for name, graph in pictures().items():
        graph.save(HERE / f"{name}.svg")
        print(name, file=sys.stderr)
