"""Time single operations, forward and forward with backward: `python -m benchmarks.operations [NAME ...]`.

Both sides run in this one process, on one thread each, in turn; of many rounds the least time counts. The columns say how
many times PyTorch's time rushlight takes: below 1 rushlight is faster. Arguments keep the rows whose name has one of them.
"""

import os

os.environ.update(dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1"))

import argparse
import sys
import time
from pathlib import Path

#: Each row: its name, the shapes of its float32 inputs, which get gradients, and the operation on them. What else it needs
#: stands in front, made once: `int_` draws integers below a bound.
ROWS = []


def row(name, *shapes, extra=lambda torch, int_: ()):
    """Decorates ``operation(torch, *inputs, *extra)``."""
    return lambda operation: ROWS.append((name, shapes, extra, operation)) or operation


def _conv(name, x, w, **options):
    row(name, x, w, w[:1])(lambda t, x, w, b: getattr(t.nn.functional, f"conv{len(x.shape) - 2}d")(x, w, b, **options))


_conv("conv2d 64x1x28x28 16 5x5", (64, 1, 28, 28), (16, 1, 5, 5))
_conv("conv2d 64x16x12x12 32 5x5", (64, 16, 12, 12), (32, 16, 5, 5))
_conv("conv2d 8x64x56x56 3x3", (8, 64, 56, 56), (64, 64, 3, 3), padding=1)
_conv("conv2d 8x64x56x56 3x3 by 2", (8, 64, 56, 56), (128, 64, 3, 3), padding=1, stride=2)
_conv("conv2d 8x256x14x14 1x1", (8, 256, 14, 14), (256, 256, 1, 1))
_conv("conv2d depthwise 8x128x28x28", (8, 128, 28, 28), (128, 1, 3, 3), padding=1, groups=128)
_conv("conv2d grouped 8x128x28x28", (8, 128, 28, 28), (128, 16, 3, 3), padding=1, groups=8)
_conv("conv1d 16x32x512 64 5", (16, 32, 512), (64, 32, 5), padding=2)
row("conv_transpose2d 8x64x14x14 32 4x4", (8, 64, 14, 14), (64, 32, 4, 4), (32,))(
    lambda t, x, w, b: t.nn.functional.conv_transpose2d(x, w, b, stride=2, padding=1)
)

for _size in ((64, 16, 24, 24), (8, 64, 56, 56)):
    _name = "x".join(map(str, _size))
    row(f"max_pool2d {_name}", _size)(lambda t, x: t.nn.functional.max_pool2d(x, 2))
    row(f"avg_pool2d {_name}", _size)(lambda t, x: t.nn.functional.avg_pool2d(x, 2))
row("max_pool2d 8x64x56x56 3x3 by 2", (8, 64, 56, 56))(lambda t, x: t.nn.functional.max_pool2d(x, 3, 2, 1))
row("adaptive_avg_pool2d 8x64x56x56", (8, 64, 56, 56))(lambda t, x: t.nn.functional.adaptive_avg_pool2d(x, 7))

for _size in ((32, 64, 28, 28), (128, 256)):
    row(f"batch_norm {'x'.join(map(str, _size))}", _size, _size[1:2], _size[1:2])(
        lambda t, x, w, b: t.nn.functional.batch_norm(x, None, None, w, b, True)
    )
row("group_norm 32x64x28x28", (32, 64, 28, 28), (64,), (64,))(lambda t, x, w, b: t.nn.functional.group_norm(x, 8, w, b))
row("instance_norm 32x64x28x28", (32, 64, 28, 28))(lambda t, x: t.nn.functional.instance_norm(x))
for _size in ((8, 64, 128), (32, 512, 768)):
    row(f"layer_norm {'x'.join(map(str, _size))}", _size, _size[2:], _size[2:])(
        lambda t, x, w, b: t.nn.functional.layer_norm(x, w.shape, w, b)
    )
row("rms_norm 32x64x768", (32, 64, 768), (768,))(lambda t, x, w: t.nn.functional.rms_norm(x, w.shape, w))

for _size in ((128, 10), (8, 4, 64, 64), (512, 10000)):
    _name = "x".join(map(str, _size))
    row(f"softmax {_name}", _size)(lambda t, x: x.softmax(-1))
    row(f"log_softmax {_name}", _size)(lambda t, x: x.log_softmax(-1))
for _size in ((128, 10), (512, 10000)):
    row(f"cross_entropy {'x'.join(map(str, _size))}", _size, extra=lambda t, int_, n=_size: [int_(n[1], n[0])])(
        lambda t, x, y: t.nn.functional.cross_entropy(x, y)
    )
row("logsumexp 512x1000", (512, 1000))(lambda t, x: x.logsumexp(-1))

for _length in (64, 256):
    row(f"attention 8x8x{_length}x32", *[(8, 8, _length, 32)] * 3)(
        lambda t, q, k, v: t.nn.functional.scaled_dot_product_attention(q, k, v)
    )
row("attention 8x8x256x32 causal", *[(8, 8, 256, 32)] * 3)(
    lambda t, q, k, v: t.nn.functional.scaled_dot_product_attention(q, k, v, is_causal=True)
)
for _cell, _gates in (("lstm", 4), ("gru", 3), ("rnn_tanh", 1)):
    row(f"{_cell} 32x50x128", (50, 32, 128), (128 * _gates, 128), (128 * _gates, 128), (128 * _gates,), (128 * _gates,),
        extra=lambda t, int_, cell=_cell: [cell, t.zeros(1, 32, 128)])(
        lambda t, x, wi, wh, bi, bh, cell, h: getattr(t, cell)(
            x, (h, h) if cell == "lstm" else h, [wi, wh, bi, bh], True, 1, 0.0, True, False, False)[0]
    )  # fmt: skip
row("lstm_cell 32x128", (32, 128), (512, 128), (512, 128), (512,), (512,), extra=lambda t, int_: [t.zeros(32, 128)])(
    lambda t, x, wi, wh, bi, bh, h: t.lstm_cell(x, (h, h), wi, wh, bi, bh)[0]
)
row("gru_cell 32x128", (32, 128), (384, 128), (384, 128), (384,), (384,), extra=lambda t, int_: [t.zeros(32, 128)])(
    lambda t, x, wi, wh, bi, bh, h: t.gru_cell(x, h, wi, wh, bi, bh)
)

row("embedding 50000x64 1000", (50000, 64), extra=lambda t, int_: [int_(50000, 1000)])(
    lambda t, w, i: t.nn.functional.embedding(i, w)
)
row("embedding 1000x64 32x128", (1000, 64), extra=lambda t, int_: [int_(1000, 32, 128)])(
    lambda t, w, i: t.nn.functional.embedding(i, w)
)
row("x[index] 50000x64 1000", (50000, 64), extra=lambda t, int_: [int_(50000, 1000)])(lambda t, x, i: x[i])
row("x[i, j] 1000x1000 10000", (1000, 1000), extra=lambda t, int_: [int_(1000, 10000), int_(1000, 10000)])(
    lambda t, x, i, j: x[i, j]
)
row("index_select 1000x64 4096", (1000, 64), extra=lambda t, int_: [int_(1000, 4096)])(
    lambda t, x, i: x.index_select(0, i)
)
row("index_add 1000x64 4096", (1000, 64), (4096, 64), extra=lambda t, int_: [int_(1000, 4096)])(
    lambda t, x, y, i: x.index_add(0, i, y)
)
row("gather 512x1000 512x100", (512, 1000), extra=lambda t, int_: [int_(1000, 512, 100)])(lambda t, x, i: x.gather(1, i))
row("gather 512x1000 512x1", (512, 1000), extra=lambda t, int_: [int_(1000, 512, 1)])(lambda t, x, i: x.gather(1, i))
row("scatter_add 1000x64", (1000, 64), (4096, 64), extra=lambda t, int_: [int_(1000, 4096, 64)])(
    lambda t, x, y, i: x.scatter_add(0, i, y)
)
row("take 100000 10000", (100000,), extra=lambda t, int_: [int_(100000, 10000)])(lambda t, x, i: x.take(i))
row("embedding_bag 1000x64 128x20", (1000, 64), extra=lambda t, int_: [int_(1000, 128, 20)])(
    lambda t, w, i: t.nn.functional.embedding_bag(i, w)
)

row("bmm 64x64x64", (64, 64, 64), (64, 64, 64))(lambda t, x, y: x.bmm(y))
row("bmm 256x16x16", (256, 16, 16), (256, 16, 16))(lambda t, x, y: x.bmm(y))
row("matmul 8x8x64x32 T", (8, 8, 64, 32), (8, 8, 64, 32))(lambda t, x, y: x @ y.mT)
row("linear 8x64x128 512", (8, 64, 128), (512, 128), (512,))(lambda t, x, w, b: t.nn.functional.linear(x, w, b))
row("einsum bhid,bhjd", (8, 8, 64, 32), (8, 8, 64, 32))(lambda t, x, y: t.einsum("bhid,bhjd->bhij", x, y))
row("einsum bij,bjk", (32, 64, 64), (32, 64, 64))(lambda t, x, y: t.einsum("bij,bjk->bik", x, y))
row("einsum i,j,ij", (256,), (256,), (256, 256))(lambda t, x, y, m: t.einsum("i,j,ij->", x, y, m))

row("grid_sample 8x16x32x32", (8, 16, 32, 32), (8, 32, 32, 2))(
    lambda t, x, grid: t.nn.functional.grid_sample(x, grid.tanh(), align_corners=False)
)
row("interpolate nearest 8x16x32x32", (8, 16, 32, 32))(lambda t, x: t.nn.functional.interpolate(x, scale_factor=2))
row("interpolate bilinear 8x16x32x32", (8, 16, 32, 32))(
    lambda t, x: t.nn.functional.interpolate(x, scale_factor=2, mode="bilinear")
)
row("interpolate bicubic 8x16x32x32", (8, 16, 32, 32))(
    lambda t, x: t.nn.functional.interpolate(x, scale_factor=2, mode="bicubic")
)
row("pad reflect 8x16x32x32", (8, 16, 32, 32))(lambda t, x: t.nn.functional.pad(x, (1, 1, 1, 1), "reflect"))
row("unfold 8x16x32x32 3", (8, 16, 32, 32))(lambda t, x: t.nn.functional.unfold(x, 3))

row("dropout 1M", (1000, 1000))(lambda t, x: t.nn.functional.dropout(x, 0.1))
row("dropout 8x64x128", (8, 64, 128))(lambda t, x: t.nn.functional.dropout(x, 0.1))
row("gelu 8x64x512", (8, 64, 512))(lambda t, x: t.nn.functional.gelu(x))
row("cumsum 1000x1000", (1000, 1000))(lambda t, x: x.cumsum(-1))
row("cumsum 1000x1000 dim 0", (1000, 1000))(lambda t, x: x.cumsum(0))
row("sort 1000x1000", (1000, 1000))(lambda t, x: x.sort(-1)[0])
row("topk 512x10000 5", (512, 10000))(lambda t, x: x.topk(5)[0])
row("topk 64x1000 50", (64, 1000))(lambda t, x: x.topk(50)[0])
row("argmax 512x10000", extra=lambda t, int_: [t.ones(512, 10000)])(lambda t, x: x.argmax(-1))

row("randn 1M")(lambda t: t.randn(1000000))
row("randn 1000")(lambda t: t.randn(1000))
row("rand 1M")(lambda t: t.rand(1000000))
row("randint 1M")(lambda t: t.randint(10, (1000000,)))
row("randperm 100000")(lambda t: t.randperm(100000))
row("bernoulli 1M", extra=lambda t, int_: [t.ones(1000000)])(lambda t, x: t.bernoulli(x * 0.5))
row("multinomial 64x1000", extra=lambda t, int_: [t.ones(64, 1000)])(lambda t, x: t.multinomial(x, 10))


def setup(torch, shapes, extra):
    """The same inputs on either side."""
    import numpy as np

    rng = np.random.default_rng(0)
    inputs = [torch.tensor(rng.normal(size=shape).astype(np.float32), requires_grad=True) for shape in shapes]
    more = list(extra(torch, lambda bound, *shape: torch.tensor(rng.integers(bound, size=shape))))
    return inputs, more


def steps_of(torch, shapes, extra, operation):
    """The forward pass without a graph, and that with one and a backward pass, if there is anything to differentiate."""
    inputs, more = setup(torch, shapes, extra)

    def forward():
        with torch.no_grad():
            return operation(torch, *inputs, *more)

    if not inputs:
        return [forward]
    g = torch.ones_like(forward())
    return [forward, lambda: torch.autograd.grad(operation(torch, *inputs, *more), inputs, g)]


def best_of_each(steps, seconds):
    """The least time of each step, run in turn."""
    best = [float("inf")] * len(steps)
    end, rounds = time.perf_counter() + seconds, 0
    while rounds < 3 or time.perf_counter() < end:
        for i, step in enumerate(steps):
            start = time.perf_counter()
            step()
            best[i] = min(best[i], time.perf_counter() - start)
        rounds += 1
    return best


def main():
    parser = argparse.ArgumentParser(prog="python -m benchmarks.operations", description=__doc__.partition(":")[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help="rows whose name has this in it (default: all)")
    parser.add_argument("--seconds", type=float, default=1, help="for each pair of times (default: 1)")
    options = parser.parse_args()
    sys.path.insert(0, str(Path(__file__).parents[1] / "src"))
    import torch

    import rushlight

    torch.set_num_threads(1)
    columns = "{:36}" + "{:>11}{:>11}{:>8}" * 2
    print(columns.format("milliseconds", "forward", "torch's", "ratio", "and back", "torch's", "ratio"))
    for name, shapes, extra, operation in ROWS:
        if options.names and not any(part in name for part in options.names):
            continue
        figures = []
        for pair in zip(*[steps_of(side, shapes, extra, operation) for side in (rushlight, torch)]):
            ours, theirs = best_of_each(pair, options.seconds)
            figures += [f"{ours * 1e3:.3f}", f"{theirs * 1e3:.3f}", f"{ours / theirs:.2f}"]
        print(columns.format(name, *figures, *[""] * (6 - len(figures))).rstrip(), flush=True)


if __name__ == "__main__":
    main()
