"""Initial values: PyTorch's numbers for the same seed."""

import math

import pytest

import rushlight as torch
from rushlight import nn
from rushlight.nn import init

#: What PyTorch 2.13 puts into a 2 x 3 tensor after manual_seed(0).
RECIPES = {
    "uniform": (
        lambda w: init.uniform_(w, -1, 1),
        [[-0.007487, 0.536444, -0.823045], [-0.735939, -0.385154, 0.268157]],
    ),
    "normal": (lambda w: init.normal_(w, 1, 0.5), [[1.770498, 0.853286, -0.089395], [1.284216, 0.457739, 0.300702]]),
    "trunc_normal": (
        lambda w: init.trunc_normal_(w, 0, 1, -0.5, 0.5),
        [[0.403347, -0.293429, 0.370394], [-0.403344, -0.020879, 0.182036]],
    ),
    "trunc_normal of a tail": (
        lambda w: init.trunc_normal_(w, 0, 1, 1.5, 2.5),
        [[1.522326, 1.668859, 1.588477], [1.63203, 1.807423, 1.873417]],
    ),
    "xavier_uniform": (init.xavier_uniform_, [[-0.008201, 0.587645, -0.901601], [-0.806181, -0.421915, 0.293752]]),
    "xavier_normal": (init.xavier_normal_, [[0.974612, -0.185581, -1.377987], [0.359508, -0.685912, -0.884549]]),
    "kaiming_uniform": (init.kaiming_uniform_, [[-0.010588, 0.758646, -1.163962], [-1.040775, -0.54469, 0.379232]]),
    "kaiming_normal": (
        lambda w: init.kaiming_normal_(w, mode="fan_out", nonlinearity="relu"),
        [[1.540996, -0.293429, -2.178789], [0.568431, -1.084522, -1.398595]],
    ),
    "orthogonal": (init.orthogonal_, [[0.573981, -0.109295, -0.811542], [-0.345415, -0.930883, -0.118936]]),
    "sparse": (lambda w: init.sparse_(w, 0.5), [[0.0, -0.002934, 0.0], [0.005684, 0.0, -0.013986]]),
}


@pytest.mark.parametrize("name", RECIPES)
def test_recipes(name):
    fill, expected = RECIPES[name]
    torch.manual_seed(0)
    weight = nn.Parameter(torch.zeros(2, 3))
    assert fill(weight) is weight
    assert weight.is_leaf and weight.grad is None
    for row, wanted in zip(weight.tolist(), expected, strict=True):
        assert row == pytest.approx(wanted, abs=1e-6)


def test_layers_begin_with_torchs_numbers():
    torch.manual_seed(0)
    layer = nn.Linear(3, 2)
    weight = [-0.004323, 0.309716, -0.475185, -0.424895, -0.222369, 0.154821]
    assert layer.weight.flatten().tolist() == pytest.approx(weight, abs=1e-6)
    assert layer.bias.tolist() == pytest.approx([-0.011439, 0.457775], abs=1e-6)
    torch.manual_seed(0)
    table = [1.540996, -0.293429, 0, 0, -1.084522, -1.398595]
    assert nn.Embedding(3, 2, padding_idx=1).weight.flatten().tolist() == pytest.approx(table, abs=1e-6)


def test_fixed_values():
    assert init.constant_(torch.empty(2), 0.5).tolist() == [0.5, 0.5]
    assert init.ones_(torch.empty(2)).tolist() == [1, 1]
    assert init.zeros_(torch.empty(2)).tolist() == [0, 0]
    assert init.eye_(torch.empty(2, 3)).tolist() == [[1, 0, 0], [0, 1, 0]]
    assert init.dirac_(torch.empty(4, 2, 3), groups=2)[:, :, 1].tolist() == [[1, 0], [0, 1]] * 2


@pytest.mark.parametrize("shape", [(5, 5), (3, 7), (7, 3), (4, 2, 3)])
def test_orthogonal_rows_or_columns(shape):
    w = init.orthogonal_(torch.empty(shape, dtype=torch.float64), gain=2).reshape(shape[0], -1)
    gram = w @ w.T if w.shape[0] <= w.shape[1] else w.T @ w
    assert torch.allclose(gram, 4 * torch.eye(len(gram), dtype=torch.float64))


def test_gain():
    assert init.calculate_gain("relu") == math.sqrt(2)
    assert init.calculate_gain("leaky_relu", 1) == 1
    with pytest.raises(ValueError, match="Unsupported nonlinearity nope"):
        init.calculate_gain("nope")


def test_bad_input_changes_nothing():
    vector, matrix = torch.ones(3), torch.ones(3, 2)
    for fill in (init.eye_, init.orthogonal_, init.xavier_normal_, init.kaiming_uniform_, init.dirac_):
        with pytest.raises(ValueError):
            fill(vector)
    with pytest.raises(ValueError, match="Mode fan_on not supported"):
        init.kaiming_normal_(matrix, mode="fan_on")
    assert vector.tolist() == [1] * 3 and matrix.tolist() == [[1, 1]] * 3


def test_old_names_warn():
    with pytest.warns(FutureWarning, match=r"`nn.init.normal` is now deprecated in favor of `nn.init.normal_`."):
        assert init.normal(torch.zeros(2)).shape == (2,)
    with pytest.warns(UserWarning, match="Initializing zero-element tensors is a no-op"):
        init.kaiming_uniform_(torch.empty(0, 2))
