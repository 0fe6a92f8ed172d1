"""The modules of convolution and pooling: parameters, results, representations and errors as PyTorch's."""

import pytest

pytest.importorskip("torch")
from parity.nn_cases import check, filled, parametrize, tensors

SIZES = {1: (7,), 2: (7, 6), 3: (4, 5, 6)}


def _shown(t, module, *inputs):
    """What a user sees of a module: its text, its parameters' names, its results."""
    out = module(*inputs)
    return repr(module), list(module.state_dict()), out, getattr(module, "stride", None)


def _conv(n, name, *args, **options):
    def case(t):
        module = filled(getattr(t.nn, f"{name}{n}d")(*args, **options))
        return _shown(t, module, tensors(t, (2, args[0], *SIZES[n])))

    return case


def _pool(n, name, *args, **options):
    def case(t):
        module = getattr(t.nn, f"{name}{n}d")(*args, **options)
        return _shown(t, module, tensors(t, (2, 3, *SIZES[n]))), module.__dict__.get("kernel_size"), len(vars(module))

    return case


CASES = [
    *[_conv(n, "Conv", 2, 4, 3) for n in (1, 2, 3)],
    *[_conv(n, "Conv", 4, 4, 3, 2, 1, 1, 2, False) for n in (1, 2, 3)],
    *[_conv(n, "Conv", 2, 2, 3, padding=2, padding_mode=m) for n in (1, 2, 3) for m in ("reflect", "replicate", "circular")],
    _conv(2, "Conv", 2, 2, (2, 3), padding="same", padding_mode="circular"),
    _conv(2, "Conv", 2, 2, (1, 3), padding="same", dilation=(1, 2)),
    _conv(2, "Conv", 2, 2, [1, 3], padding="valid", stride=(2, 1)),
    *[_conv(n, "ConvTranspose", 2, 4, 3) for n in (1, 2, 3)],
    *[_conv(n, "ConvTranspose", 4, 2, 3, 2, 1, 1, 2, False, 2) for n in (1, 2, 3)],
    *[_pool(n, "MaxPool", 3, 2, 1, ceil_mode=True) for n in (1, 2, 3)],
    *[_pool(n, "MaxPool", 2, return_indices=True) for n in (1, 2, 3)],
    *[_pool(n, "AvgPool", 3, 2, 1, True, False) for n in (1, 2, 3)],
    *[_pool(n, "AvgPool", 2) for n in (1, 2, 3)],
    *[_pool(n, "LPPool", 2, 2) for n in (1, 2, 3)],
    *[_pool(n, "AdaptiveMaxPool", 2, True) for n in (1, 2, 3)],
    *[_pool(n, "AdaptiveAvgPool", 3) for n in (1, 2, 3)],
    *[_pool(n, "FractionalMaxPool", 2, 2) for n in (2, 3)],
    *[_pool(n, "FractionalMaxPool", 2, output_ratio=0.5, return_indices=True) for n in (2, 3)],
    lambda t: _shown(t, t.nn.Unfold(2, padding=1), tensors(t, (1, 2, 3, 4))),
    lambda t: _shown(t, t.nn.Fold((3, 4), 2), tensors(t, (1, 8, 6))),
    *[
        lambda t, n=n: _shown(
            t, getattr(t.nn, f"MaxUnpool{n}d")(2), *getattr(t.nn, f"MaxPool{n}d")(2, return_indices=True)(
                tensors(t, (1, 2, *[4] * n)))
        )
        for n in (1, 2, 3)
    ],
    # The parameters are drawn as torch draws them.
    *[lambda t, n=n: list(getattr(t.nn, f"Conv{n}d")(2, 2, 2).parameters()) for n in (1, 2, 3)],
    *[lambda t, n=n: list(getattr(t.nn, f"ConvTranspose{n}d")(2, 2, 2).parameters()) for n in (1, 2, 3)],
    # output_size of transposed convolutions
    lambda t: filled(t.nn.ConvTranspose2d(1, 1, 3, 2))(tensors(t, (1, 1, 2, 2)), output_size=(6, 5)),
    lambda t: filled(t.nn.ConvTranspose2d(1, 1, 3, 2))(tensors(t, (1, 1, 2, 2)), output_size=[1, 1, 6, 6]),
    lambda t: filled(t.nn.ConvTranspose2d(1, 1, 3, 2))(tensors(t, (1, 2, 2)), output_size=t.Size([5, 5])),
    lambda t: t.nn.ConvTranspose2d(1, 1, 3, 2)(tensors(t, (1, 1, 2, 2)), output_size=(7, 5)),
    lambda t: t.nn.ConvTranspose2d(1, 1, 3, 2)(tensors(t, (1, 1, 2, 2)), output_size=[7]),
    # errors
    lambda t: t.nn.Conv2d(3, 4, 3, groups=2),
    lambda t: t.nn.Conv2d(4, 3, 3, groups=2),
    lambda t: t.nn.Conv2d(4, 3, 3, groups=0),
    lambda t: t.nn.Conv2d(4, 3, 3, padding="same", stride=2),
    lambda t: t.nn.ConvTranspose2d(4, 3, 3, padding_mode="reflect"),
    lambda t: t.nn.FractionalMaxPool2d(2),
    lambda t: t.nn.FractionalMaxPool2d(2, 2, 0.5),
    lambda t: t.nn.FractionalMaxPool2d(2, output_ratio=1.5),
    lambda t: t.nn.FractionalMaxPool3d(0, 2),
    lambda t: t.nn.Conv2d(1, 1, 2)(tensors(t, (1, 2, 3, 3))),
]  # fmt: skip


@parametrize(CASES)
def test_as_torch(case):
    check(case)
