"""Normalisation, padding, other sizes, dropout of channels and bags of embeddings, as PyTorch's: layers and errors."""

import pytest

pytest.importorskip("torch")
from parity.nn_cases import check, parametrize


def numbers(t, *shape):
    return (t.arange(t.Size(shape).numel()) * 7 % 11 - 5).reshape(shape) / 4.0


def trained(t, layer, *shape, steps=3):
    """What is left after some batches: results, gradients, buffers, parameters, and the evaluation."""
    layer.double()
    for parameter in layer.parameters():
        parameter.data.add_(numbers(t, *parameter.shape))
    x = numbers(t, *shape).double().requires_grad_()
    outputs = [layer(x * (i + 1)).detach() for i in range(steps)]
    y = layer(x)
    y.backward(numbers(t, *y.shape).double())
    gradients = [p.grad for p in layer.parameters()]
    state = {k: v.detach() for k, v in layer.state_dict().items()}
    return repr(layer), outputs, y, x.grad, gradients, state, layer.eval()(x)


NORMS = [
    lambda t: trained(t, t.nn.BatchNorm1d(3), 4, 3),
    lambda t: trained(t, t.nn.BatchNorm1d(3, eps=0.1, momentum=0.3), 4, 3, 2),
    lambda t: trained(t, t.nn.BatchNorm1d(3, momentum=None), 4, 3, 2),
    lambda t: trained(t, t.nn.BatchNorm2d(3, affine=False), 2, 3, 3, 3),
    lambda t: trained(t, t.nn.BatchNorm2d(3, bias=False), 2, 3, 3, 3),
    lambda t: trained(t, t.nn.BatchNorm2d(3, track_running_stats=False), 2, 3, 2, 2),
    lambda t: trained(t, t.nn.BatchNorm3d(2, dtype=t.float64), 2, 2, 1, 2, 2),
    lambda t: trained(t, t.nn.SyncBatchNorm(3), 2, 3, 2),
    lambda t: trained(t, t.nn.SyncBatchNorm.convert_sync_batchnorm(t.nn.Sequential(t.nn.BatchNorm2d(3))), 2, 3, 2, 2),
    lambda t: trained(t, t.nn.InstanceNorm1d(3), 2, 3, 4),
    lambda t: trained(t, t.nn.InstanceNorm1d(3, affine=True), 3, 4),
    lambda t: trained(t, t.nn.InstanceNorm2d(3, affine=True, track_running_stats=True), 2, 3, 2, 2),
    lambda t: trained(t, t.nn.InstanceNorm3d(2, track_running_stats=True, momentum=0.5), 2, 2, 1, 2, 2),
    lambda t: trained(t, t.nn.InstanceNorm2d(5), 2, 3, 2, 2),
    lambda t: trained(t, t.nn.GroupNorm(2, 4), 2, 4, 3),
    lambda t: trained(t, t.nn.GroupNorm(2, 4, affine=False), 2, 4, 2, 2),
    lambda t: trained(t, t.nn.GroupNorm(1, 4, bias=False), 2, 4),
    lambda t: trained(t, t.nn.LocalResponseNorm(3, 0.3, 0.6, 1.2), 2, 5, 3),
    lambda t: trained(t, t.nn.LocalResponseNorm(2), 2, 5, 3, 2),
    *[lambda t, n=n: t.nn.CrossMapLRN2d(n, 0.5, 0.7, 1.5)(numbers(t, 1, 7, 1, 2)) for n in (1, 2, 3, 5)],
    lambda t: repr(t.nn.CrossMapLRN2d(3)),
]


@parametrize(NORMS)
def test_norms(case):
    check(case)


PADS = [
    lambda t, name=f"{kind}Pad{d}d", d=d, p=p: (
        (layer := getattr(t.nn, name)(p * (2 * d) if isinstance(p, tuple) else p, *extra(name))),
        layer.padding,
        layer(numbers(t, 2, *(3, 4, 5)[-d:]) if d < 3 else numbers(t, 1, 3, 4, 5)),
    )
    for kind in ("Circular", "Constant", "Reflection", "Replication", "Zero")
    for d in (1, 2, 3)
    for p in (1, (2,), 0)
]


def extra(name):
    return (1.5,) if name.startswith("Constant") else ()


@parametrize(PADS)
def test_pads(case):
    check(case)


OTHERS = [
    lambda t: [t.nn.Upsample(scale_factor=s) for s in (2, (2, 3), 1.5)],
    lambda t: [t.nn.Upsample(4), t.nn.Upsample((4, 5), mode="bilinear")],
    lambda t: t.nn.Upsample(scale_factor=(1, 2), mode="bicubic", align_corners=True)(numbers(t, 1, 2, 3, 4)),
    lambda t: t.nn.Upsample(3, mode="area")(numbers(t, 1, 2, 5)),
    lambda t: (t.nn.UpsamplingNearest2d(3), t.nn.UpsamplingNearest2d(scale_factor=2)(numbers(t, 1, 1, 2, 2))),
    lambda t: (t.nn.UpsamplingBilinear2d(3), t.nn.UpsamplingBilinear2d((3, 5))(numbers(t, 1, 1, 2, 2))),
    *[
        lambda t, n=name, s=shape: (getattr(t.nn, n)(0.4), getattr(t.nn, n)(0.4)(t.ones(s)), t.rand(2))
        for name, shape in (
            ("Dropout", (3, 4)),
            ("Dropout1d", (3, 4, 2)),
            ("Dropout1d", (4, 2)),
            ("Dropout2d", (3, 4, 2, 2)),
            ("Dropout2d", (3, 4, 2)),
            ("Dropout2d", (3, 4)),
            ("Dropout3d", (3, 4, 1, 2, 2)),
            ("Dropout3d", (4, 1, 2, 2)),
            ("Dropout3d", (4, 1, 2)),
            ("AlphaDropout", (3, 4)),
            ("FeatureAlphaDropout", (3, 4, 2)),
        )
    ],
    *[
        lambda t, n=name, s=shape: (x := t.ones(s), getattr(t.nn, n)(0.4, inplace=True)(x), x)
        for name, shape in (("Dropout", (3, 4)), ("Dropout1d", (4, 2)), ("Dropout3d", (4, 1, 2, 2)))
    ],
    *[
        lambda t, m=mode: trained_bag(t, t.nn.EmbeddingBag(6, 3, mode=m, padding_idx=-2))
        for mode in ("sum", "mean", "max")
    ],
    lambda t: trained_bag(t, t.nn.EmbeddingBag(6, 3, max_norm=0.5, norm_type=1)),
    lambda t: t.nn.EmbeddingBag(6, 3, include_last_offset=True, mode="sum")(
        t.tensor([1, 2, 4]), t.tensor([0, 1, 3]), t.tensor([0.5, 1.0, 2.0])
    ),
    lambda t: t.nn.EmbeddingBag.from_pretrained(t.eye(3), mode="sum", freeze=False).weight,
    lambda t: repr(t.nn.EmbeddingBag(6, 3, 2.0, 1.0, True, "max")),
]


def trained_bag(t, layer):
    y = layer(t.tensor([0, 4, 2, 2, 5]), t.tensor([0, 2, 2]))
    y.backward(numbers(t, *y.shape))
    return repr(layer), y, layer.weight.grad, layer.weight.detach()


@parametrize(OTHERS)
def test_others(case):
    check(case)


ERRORS = [
    lambda t: t.nn.BatchNorm1d(3)(t.ones(3)),
    lambda t: t.nn.BatchNorm2d(3)(t.ones(2, 3, 4)),
    lambda t: t.nn.BatchNorm3d(3)(t.ones(2, 3, 4)),
    lambda t: t.nn.BatchNorm1d(3)(t.ones(1, 3)),
    lambda t: t.nn.BatchNorm1d(3)(t.ones(2, 4)),
    lambda t: t.nn.BatchNorm1d(3)(t.ones(2, 3).double()),
    lambda t: t.nn.BatchNorm1d(3)(t.ones(2, 3).long()),
    lambda t: t.nn.BatchNorm1d(3, eps=0.0)(t.ones(2, 3)),
    lambda t: t.nn.BatchNorm1d(3, eps=-1.0).eval()(t.ones(2, 3)),
    lambda t: t.nn.SyncBatchNorm(3)(t.ones(3)),
    lambda t: t.nn.SyncBatchNorm(0)(t.ones(2, 0)),
    lambda t: t.nn.BatchNorm1d(3).load_state_dict({"weight": t.ones(2)}),
    lambda t: t.nn.InstanceNorm1d(3)(t.ones(2, 3, 1)),
    lambda t: t.nn.InstanceNorm1d(3, affine=True)(t.ones(2, 4, 2)),
    lambda t: t.nn.InstanceNorm2d(3)(t.ones(2, 3)),
    lambda t: t.nn.GroupNorm(2, 3),
    lambda t: t.nn.GroupNorm(2, 4)(t.ones(4)),
    lambda t: t.nn.GroupNorm(2, 4)(t.ones(2, 6)),
    lambda t: t.nn.GroupNorm(2, 4)(t.ones(2, 5, 3)),
    lambda t: t.nn.LocalResponseNorm(2)(t.ones(2, 2)),
    lambda t: t.nn.CrossMapLRN2d(2)(t.ones(2, 2)),
    lambda t: t.nn.CircularPad1d(1)(t.ones(3)),
    lambda t: t.nn.CircularPad2d(4)(t.ones(1, 3, 3)),
    lambda t: t.nn.ReflectionPad1d(3)(t.ones(2, 3)),
    lambda t: t.nn.ReplicationPad2d(1)(t.ones(2, 3)),
    lambda t: t.nn.functional.pad(t.ones(2, 3), (1,)),
    lambda t: t.nn.functional.pad(t.ones(2, 3), (1, 1, 1, 1, 1, 1)),
    lambda t: t.nn.functional.pad(t.ones(2, 3), (1, 1), "mirror"),
    lambda t: t.nn.functional.pad(t.ones(2, 3), (-4, 0)),
    lambda t: t.nn.functional.pad(t.ones(2, 3), (1, 1), "reflect", 2.0),
    lambda t: t.nn.Dropout2d(1.5),
    lambda t: t.nn.functional.dropout3d(t.ones(2), -0.1),
    lambda t: t.nn.Dropout1d()(t.ones(1, 2, 3, 4)),
    lambda t: t.nn.Upsample(3, mode="linear")(t.ones(1, 1, 3, 3)),
    lambda t: t.nn.Upsample(3, mode="cubic")(t.ones(1, 1, 3, 3)),
    lambda t: t.nn.Upsample(3, align_corners=True)(t.ones(1, 1, 3, 3)),
    lambda t: t.nn.Upsample()(t.ones(1, 1, 3, 3)),
    lambda t: t.nn.Upsample(3, scale_factor=2)(t.ones(1, 1, 3, 3)),
    lambda t: t.nn.Upsample((3, 4, 5))(t.ones(1, 1, 3, 3)),
    lambda t: t.nn.Upsample(0)(t.ones(1, 1, 3, 3)),
    lambda t: t.nn.Upsample(2)(t.ones(1, 1, 3, 3).int()),
    lambda t: t.nn.functional.interpolate(t.ones(1, 1, 3, 3), scale_factor=(2.0,)),
    lambda t: t.nn.functional.interpolate(t.ones(1, 1, 3, 3), (2.0, 3)),
    lambda t: t.nn.functional.interpolate(t.ones(1, 1, 3), 2, mode="linear", antialias=True),
    lambda t: t.nn.functional.interpolate(t.ones(1, 1, 3, 3), 2, recompute_scale_factor=True),
    lambda t: t.nn.functional.interpolate(t.ones(1, 1, 3, 3), 2, mode="lanczos"),
    lambda t: t.nn.functional.grid_sample(t.ones(1, 1, 3, 3), t.ones(1, 2, 2, 3), align_corners=False),
    lambda t: t.nn.functional.grid_sample(t.ones(1, 1, 3, 3), t.ones(2, 2, 2, 2), align_corners=False),
    lambda t: t.nn.functional.grid_sample(t.ones(1, 1, 3, 3), t.ones(1, 2, 2, 2).double(), align_corners=False),
    lambda t: t.nn.functional.grid_sample(t.ones(1, 1, 3, 3), t.ones(1, 2, 2, 2), "linear"),
    lambda t: t.nn.functional.grid_sample(t.ones(1, 1, 3, 3), t.ones(1, 2, 2, 2), padding_mode="wrap"),
    lambda t: t.nn.functional.grid_sample(t.ones(1, 1, 3, 3), t.zeros(1, 2, 2, 2)),
    lambda t: t.nn.functional.affine_grid(t.ones(1, 2, 3), (1, 1, 2)),
    lambda t: t.nn.functional.affine_grid(t.ones(1, 3, 3), (1, 1, 2, 2)),
    lambda t: t.nn.functional.affine_grid(t.ones(1, 2, 3), (1, 1, 1, 2), True),
    lambda t: t.nn.functional.pixel_shuffle(t.ones(1, 3, 2, 2), 2),
    lambda t: t.nn.functional.pixel_unshuffle(t.ones(1, 3, 3, 2), 2),
    lambda t: t.nn.functional.channel_shuffle(t.ones(1, 3, 3, 2), 2),
    lambda t: t.nn.EmbeddingBag(3, 2, padding_idx=3),
    lambda t: t.nn.EmbeddingBag(3, 2)(t.tensor([1, 2])),
    lambda t: t.nn.EmbeddingBag(3, 2)(t.tensor([1, 3]), t.tensor([0])),
    lambda t: t.nn.EmbeddingBag(3, 2)(t.tensor([1, 2]), t.tensor([1])),
    lambda t: t.nn.EmbeddingBag(3, 2)(t.tensor([1, 2]), t.tensor([0, 3])),
    lambda t: t.nn.EmbeddingBag(3, 2)(t.tensor([1, 2]), t.tensor([0]), t.ones(2)),
    lambda t: t.nn.EmbeddingBag(3, 2, mode="max", scale_grad_by_freq=True)(t.tensor([[1, 2]])),
    lambda t: t.nn.EmbeddingBag(3, 2, mode="median")(t.tensor([[1, 2]])),
    *[
        lambda t, q=q, k=k, o=options: t.nn.functional.scaled_dot_product_attention(
            t.ones(q), t.ones(k), t.ones(k), **{n: v(t) if callable(v) else v for n, v in o.items()}
        )
        for q, k, options in (
            ((3,), (3,), {}),
            ((2, 3, 4), (2, 5, 3), {}),
            ((2, 3, 4), (2, 3, 4), {"attn_mask": lambda t: t.ones(3, 3).long()}),
            ((2, 3, 4), (2, 3, 4), {"attn_mask": lambda t: t.ones(3, 3), "is_causal": True}),
            ((1, 4, 3, 2), (1, 3, 3, 2), {"enable_gqa": True}),
            ((2, 3, 4), (2, 3, 4), {"dropout_p": 1.5}),
        )
    ],
]


@parametrize(ERRORS)
def test_errors(case):
    check(case)
