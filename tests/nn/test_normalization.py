"""Layers that normalise, pad, resize, drop channels and sum bags: what they are by definition, and what they refuse."""

import numpy as np
import pytest

import rushlight as torch
from rushlight import nn
from rushlight.nn import functional as F


def data(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


def test_batch_norm_by_definition():
    x = data(4, 3, 5)
    layer = nn.BatchNorm1d(3, momentum=0.3)
    out = layer(torch.from_numpy(x)).detach().numpy()
    mean, var = x.mean((0, 2)), x.var((0, 2))
    np.testing.assert_allclose(out, (x - mean[:, None]) / np.sqrt(var[:, None] + 1e-5), rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(layer.running_mean.numpy(), 0.3 * mean, rtol=1e-5)
    np.testing.assert_allclose(layer.running_var.numpy(), 0.7 + 0.3 * var * 20 / 19, rtol=1e-5)
    assert layer.num_batches_tracked == 1
    evaluated = layer.eval()(torch.from_numpy(x)).detach().numpy()
    wanted = (x - 0.3 * mean[:, None]) / np.sqrt((0.7 + 0.3 * var * 20 / 19)[:, None] + 1e-5)
    np.testing.assert_allclose(evaluated, wanted, rtol=1e-4, atol=1e-5)
    assert layer.num_batches_tracked == 1


def test_momentum_none_averages_all_batches():
    layer, batches = nn.BatchNorm1d(2, momentum=None), [data(6, 2, seed=i) for i in range(3)]
    for batch in batches:
        layer(torch.from_numpy(batch))
    np.testing.assert_allclose(
        layer.running_mean.numpy(), np.mean([b.mean(0) for b in batches], 0), rtol=1e-5, atol=1e-6
    )


def test_state_dict_of_batch_norm():
    layer = nn.BatchNorm2d(3)
    assert list(layer.state_dict()) == ["weight", "bias", "running_mean", "running_var", "num_batches_tracked"]
    old = {k: v for k, v in layer.state_dict().items() if k != "num_batches_tracked"}
    assert nn.BatchNorm2d(3).load_state_dict(old) is not None  # a state of version 1 has no count


def test_bad_input_leaves_the_running_statistics():
    layer = nn.BatchNorm1d(3)
    for bad in (torch.ones(2, 4), torch.ones(1, 3), torch.ones(2, 3).double()):
        with pytest.raises((RuntimeError, ValueError)):
            F.batch_norm(bad, layer.running_mean, layer.running_var, layer.weight, layer.bias, True)
    assert layer.running_mean.tolist() == [0, 0, 0] and layer.running_var.tolist() == [1, 1, 1]


def test_group_and_instance_norm_are_batch_norms_of_other_shapes():
    x = torch.from_numpy(data(2, 4, 3))
    rows = F.batch_norm(x.reshape(1, 4, 6), None, None, training=True).reshape(2, 4, 3)
    np.testing.assert_allclose(F.group_norm(x, 2).numpy().reshape(1, 4, 6), rows.numpy().reshape(1, 4, 6), atol=1e-5)
    whole = F.instance_norm(x).numpy()
    np.testing.assert_allclose(whole, F.group_norm(x, 4).numpy(), atol=1e-5)


@pytest.mark.parametrize(("mode", "numpy_mode"), [("reflect", "reflect"), ("replicate", "edge"), ("circular", "wrap")])
def test_pads_as_numpy(mode, numpy_mode):
    x = data(2, 3, 4, 5)
    out = F.pad(torch.from_numpy(x), (2, 3, 1, 2), mode).numpy()
    np.testing.assert_array_equal(out, np.pad(x, ((0, 0), (0, 0), (1, 2), (2, 3)), mode=numpy_mode))


def test_interpolation_keeps_what_it_must():
    x = torch.from_numpy(data(1, 2, 4, 6))
    for mode in ("bilinear", "bicubic"):
        same = F.interpolate(x, (4, 6), mode=mode)
        np.testing.assert_allclose(same.numpy(), x.numpy(), atol=1e-6)
        corners = F.interpolate(x, (9, 9), mode=mode, align_corners=True)[..., ::8, ::8]
        np.testing.assert_allclose(corners.numpy(), x[..., ::3, ::5].numpy(), atol=1e-5)
        flat = F.interpolate(torch.ones(1, 1, 5, 5), (3, 8), mode=mode, antialias=True)
        np.testing.assert_allclose(flat.numpy(), 1, atol=1e-6)
    infinite = torch.tensor([[[float("inf"), 1.0, 2.0]]])
    assert F.interpolate(infinite, 6).tolist() == [[[float("inf")] * 2 + [1.0, 1.0, 2.0, 2.0]]]


def test_the_identity_grid_samples_the_image():
    x = torch.from_numpy(data(1, 2, 4, 6))
    for align in (True, False):
        grid = F.affine_grid(torch.eye(2, 3)[None], (1, 2, 4, 6), align)
        for mode in ("bilinear", "nearest", "bicubic"):
            out = F.grid_sample(x, grid, mode, "border", align)
            np.testing.assert_allclose(out.numpy(), x.numpy(), atol=1e-5)


def test_shuffles_are_undone():
    x = torch.from_numpy(data(2, 8, 3, 3))
    assert (F.pixel_unshuffle(F.pixel_shuffle(x, 2), 2) == x).all()
    assert (F.channel_shuffle(F.channel_shuffle(x, 2), 4) == x).all()


def test_channels_are_dropped_whole():
    torch.manual_seed(0)
    out = nn.Dropout2d(0.5)(torch.ones(8, 8, 3, 3)).numpy().reshape(64, 9)
    assert set(map(tuple, out)) == {(0.0,) * 9, (2.0,) * 9}
    layer = nn.AlphaDropout(0.3)
    out = layer(torch.randn(100000))
    assert abs(out.mean().item()) < 0.02 and abs(out.var().item() - 1) < 0.03


def test_bags_are_sums_of_embeddings():
    bag = nn.EmbeddingBag(5, 3, mode="sum")
    indices = torch.tensor([[0, 1, 1], [4, 2, 0]])
    wanted = F.embedding(indices, bag.weight).sum(1)
    out = bag(indices)
    np.testing.assert_allclose(out.detach().numpy(), wanted.detach().numpy(), atol=1e-6)
    got, right = [torch.autograd.grad(o.pow(2).sum(), bag.weight)[0].numpy() for o in (out, wanted)]
    np.testing.assert_allclose(got, right, atol=1e-5)


def test_indices_of_bags_may_not_change_before_backward():
    indices, weight = torch.tensor([1, 2]), torch.eye(3, requires_grad=True)
    out = F.embedding_bag(indices, weight, torch.tensor([0]))
    indices.fill_(0)
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        out.sum().backward()


def test_frequencies_divide_the_gradient_of_a_bag():
    weight = torch.zeros(4, 1, requires_grad=True)
    out = F.embedding_bag(torch.tensor([1, 1, 1, 2]), weight, torch.tensor([0, 2]), mode="sum", scale_grad_by_freq=True)
    (gradient,) = torch.autograd.grad(out.sum(), weight)
    assert gradient.flatten().tolist() == [0, 1, 1, 0]


def test_sparse_gradients_are_refused_by_name():
    weight = torch.zeros(4, 1, requires_grad=True)
    with pytest.raises(NotImplementedError, match=r"embedding_bag.*sparse"):
        F.embedding_bag(torch.tensor([[1]]), weight, mode="sum", sparse=True)


def test_attention_is_the_same_in_one_operation_and_written_out():
    q, k, v = [torch.from_numpy(data(1, 2, n, 4, seed=n)).requires_grad_() for n in (3, 5, 6)]
    k, v = k[:, :, :5], v[:, :, :5]
    for options in ({}, {"is_causal": True}, {"scale": 0.3}, {"attn_mask": torch.ones(3, 5).tril().bool()}):
        one = F.scaled_dot_product_attention(q, k, v, **options)
        parts = F.scaled_dot_product_attention(q[0], k[0], v[0], **options)
        assert type(one.grad_fn).__name__ == "ScaledDotProductFlashAttentionForCpuBackward0"
        np.testing.assert_allclose(one[0].detach().numpy(), parts.detach().numpy(), atol=1e-6)
        gradients = [torch.autograd.grad(o.pow(2).sum(), (q, k, v)) for o in (one, parts)]
        for a, b in zip(*gradients):
            np.testing.assert_allclose(a.numpy(), b.numpy(), atol=1e-5)


@pytest.mark.parametrize("padding_idx", [None, 3])
def test_gradients_of_large_tables_are_those_of_small_ones(padding_idx):
    weight = torch.zeros(50, 8, dtype=torch.float64, requires_grad=True)
    rng = np.random.default_rng(0)
    indices, g = rng.integers(0, 50, 2000), rng.normal(size=(2000, 8))
    out = F.embedding(torch.from_numpy(indices), weight, padding_idx)
    (gradient,) = torch.autograd.grad(out, weight, torch.from_numpy(g))
    wanted = np.zeros((50, 8))
    np.add.at(wanted, indices, g)
    if padding_idx is not None:
        wanted[padding_idx] = 0
    np.testing.assert_allclose(gradient.numpy(), wanted, rtol=1e-12)
