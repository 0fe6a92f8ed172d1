"""How results lie in memory where arguments do not lie row by row: what a ``view`` after them needs."""

import pytest

torch = pytest.importorskip("torch")

import rushlight  # noqa: E402

CALLS = {
    "log_softmax": lambda t, x: x.log_softmax(-1), "softmax": lambda t, x: x.softmax(-1), "cumsum": lambda t, x: x.cumsum(1),
    "cumprod": lambda t, x: x.cumprod(0), "logcumsumexp": lambda t, x: x.logcumsumexp(1),
    "cummax": lambda t, x: x.cummax(1)[0], "cummin": lambda t, x: x.cummin(1)[1], "roll": lambda t, x: x.roll(1, 0),
    "tril": lambda t, x: x.tril(), "sum": lambda t, x: x.sum(0), "mean": lambda t, x: x.mean(2),
    "max": lambda t, x: x.max(1)[0], "amax": lambda t, x: x.amax(0), "prod": lambda t, x: x.prod(1),
    "std": lambda t, x: x.std(1), "norm": lambda t, x: x.norm(dim=1), "logsumexp": lambda t, x: x.logsumexp(1),
    "any": lambda t, x: (x > 0.5).any(1), "masked_fill": lambda t, x: x.masked_fill(x > 0.5, 0),
    "cat": lambda t, x: t.cat([x, x], 1), "stack": lambda t, x: t.stack([x, x], 1), "vstack": lambda t, x: t.vstack([x, x]),
    "one_hot": lambda t, x: t.nn.functional.one_hot(x.long(), 3), "renorm": lambda t, x: x.renorm(2, 0, 1.0),
    "bernoulli": lambda t, x: t.bernoulli(x * 0), "var_mean": lambda t, x: t.var_mean(x, 1)[0],
    "trapezoid": lambda t, x: t.trapezoid(x, dim=1), "cosine": lambda t, x: t.cosine_similarity(x, x, dim=1),
    "exp": lambda t, x: x.exp(), "twice": lambda t, x: x * 2, "clone": lambda t, x: x.clone(), "double": lambda t, x: x.double(),
    "long": lambda t, x: x.long(), "half": lambda t, x: x.half(), "bool": lambda t, x: x.bool(),
    "where": lambda t, x: t.where(x > 0.5, x, 0.0), "gather": lambda t, x: x.gather(1, t.zeros(x.shape, dtype=t.int64)),
    "index_select": lambda t, x: x.index_select(1, t.tensor([0, 1])), "zeros_like": lambda t, x: t.zeros_like(x),
    "layer_norm": lambda t, x: t.nn.functional.layer_norm(x, x.shape[-1:]), "repeat": lambda t, x: x.repeat(1, 2, 1),
}  # fmt: skip
VIEWS = {
    "the first two exchanged": lambda x: x.transpose(0, 1), "the last two exchanged": lambda x: x.transpose(1, 2),
    "the last one first": lambda x: x.permute(2, 0, 1), "every second": lambda x: x[:, ::2],
    "expanded": lambda x: x[:, :1].expand(3, 4, 5),
}  # fmt: skip


def results(t, call, view):
    base = t.arange(60.0).reshape(3, 4, 5) / 60 + 0.1
    return call(t, view(base))


@pytest.mark.parametrize("view", VIEWS)
@pytest.mark.parametrize("call", CALLS)
def test_results_lie_as_in_pytorch(call, view):
    theirs = results(torch, CALLS[call], VIEWS[view])
    ours = results(rushlight, CALLS[call], VIEWS[view])
    assert tuple(ours.stride()) == theirs.stride()


@pytest.mark.parametrize("shape", [(2, 3, 4, 5), (2, 3, 4, 5, 6)])
def test_channels_stay_last_where_all_that_is_joined_has_them_last(shape):
    last = [0, *range(2, len(shape)), 1]
    back = [0, len(shape) - 1, *range(1, len(shape) - 1)]

    def joined(t):
        x = t.zeros(shape).permute(last).contiguous().permute(back)
        return tuple(t.cat([x, x], 1).stride()), tuple(t.cat([x, x.contiguous()], 1).stride())

    assert joined(rushlight) == joined(torch)
