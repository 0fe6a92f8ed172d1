"""Samples for `rushlight.ops.neural.per_example`: layers of examples with weights of their own."""

from __future__ import annotations

from typing import Any

from . import Sample, array

X, W = array(2, 2, 4, 5), array(2, 4, 2, 2, seed=1)


def _batch(**options: Any) -> Any:
    return lambda torch, x, w: torch.vmap(lambda x, w: torch.conv1d(x, w, **options))(x, w)


def _linear(torch: Any, x: Any, w: Any, b: Any) -> Any:
    return torch.vmap(torch.nn.functional.linear)(x, w, b)


def _vector(torch: Any, x: Any, y: Any) -> Any:
    return torch.vmap(torch.matmul)(x, y)


def _transposed(torch: Any, x: Any, w: Any) -> Any:
    return torch.vmap(lambda x, w: torch.conv_transpose1d(x, w, stride=2))(x, w)


def _weight_gradient(torch: Any, x: Any, w: Any) -> Any:
    def gradient(x: Any, w: Any) -> Any:
        return torch.func.grad(lambda w: (torch.conv1d(x, w) ** 2).sum())(w)

    return torch.vmap(gradient)(x, w)


# (PyTorch records the regrouping as views of its own.)
SAMPLES = [
    Sample("linear_of_examples", _linear, (array(2, 3, 4), array(2, 5, 4, seed=1), array(2, 5, seed=2)), parity=False),
    Sample("vectors_of_examples", _vector, (array(2, 3), array(2, 3, 4, seed=1)), parity=False),
    Sample("vectors_of_examples", _vector, (array(2, 4), array(2, 4, 3, seed=1)), label="narrow", parity=False),
    Sample("vectors_of_examples", _vector, (array(2, 3, 4), array(2, 4, seed=1)), label="matrices first", parity=False),
    Sample("convolution_of_examples", _batch(), (X, array(2, 3, 4, 2, seed=1)), parity=False),
    Sample("convolution_of_examples", _batch(groups=2, stride=2, padding=1), (X, W), parity=False),
    Sample("transposed_convolution_of_examples", _transposed, (X, array(2, 4, 3, 2, seed=1)), parity=False),
    Sample("weight_gradient_of_examples", _weight_gradient, (X, array(2, 3, 4, 2, seed=1)), parity=False),
]

SAMPLES += [
    Sample(
        "linear_of_examples",
        _linear,
        (array(2, 2, 3, dtype=complex), array(2, 2, 3, dtype=complex, seed=1), array(2, 2, dtype=complex, seed=2)),
        parity=False,
    ),
    Sample("linear_of_examples", _linear, (array(2, 0, 4), array(2, 5, 4, seed=1), array(2, 5, seed=2)), parity=False),
    Sample("vectors_of_examples", _vector, (array(2, 3, dtype=complex), array(2, 3, 2, dtype=complex, seed=1)), parity=False),
    Sample("vectors_of_examples", _vector, (array(0, 3), array(0, 3, 2, seed=1)), parity=False),
    Sample("vectors_of_examples", _vector, (array(2, 0), array(2, 0, 2, seed=1)), label="sums of nothing", parity=False),
    Sample("vectors_of_examples", _vector, (array(3, 2).T, array(4, 3, 2).T), parity=False),
    Sample("linear_of_examples", _linear, (array(4, 3, 2).T, array(4, 5, 2).T, array(5, 2).T), parity=False),
    Sample("convolution_of_examples", _batch(), (array(2, 0, 4, 5), array(2, 3, 4, 2, seed=1)), parity=False),
    Sample(
        "transposed_convolution_of_examples", _transposed, (array(2, 0, 4, 5), array(2, 4, 3, 2, seed=1)), parity=False
    ),
    Sample(
        "weight_gradient_of_examples", _weight_gradient, (array(2, 0, 4, 5), array(2, 3, 4, 2, seed=1)), parity=False
    ),
    *[
        Sample(
            op,
            call,
            (
                array(5, 4, 2, 2).T,
                array(2, 3, 4, 2)[..., ::-1].swapaxes(1, 2) if op[0] == "t" else array(2, 3, 4, 2)[..., ::-1],
            ),
            parity=False,
        )
        for op, call in (
            ("convolution_of_examples", _batch(padding=1)),
            ("transposed_convolution_of_examples", _transposed),
        )
    ],
]
