"""Mixed precision as PyTorch has it: the dtype of every operation, whole trainings, scalers."""

import warnings

import pytest

import rushlight
import rushlight.nn.functional

torch = pytest.importorskip("torch")

from .expressions import differences  # noqa: E402

_CALLS = """
    torch.mm(m, m); torch.bmm(b, b); m @ m; b @ m; v @ v; m @ v; torch.addmm(m, m, m); torch.baddbmm(b, b, b)
    torch.addbmm(m, b, b); torch.einsum("ij,jk", m, m); torch.tensordot(m, m, 1); torch.linalg.vecdot(m, m)
    torch.linalg.multi_dot([m, m]); torch.linalg.matrix_power(m, 2); F.linear(m, m); F.linear(m, m, v)
    F.conv1d(b, b); F.conv2d(b[None], b[None]); F.conv_transpose1d(b, b); F.prelu(m, v[:1])
    F.scaled_dot_product_attention(b, b, b); torch.cdist(m, m); torch.linalg.cholesky(m @ m.T + 9 * e)
    torch.quantile(v, 0.5); torch.trace(m); torch.prod(v); torch.fft.fft(v); torch.fft.rfft2(m); torch.fft.irfft(v)
    torch.linalg.svdvals(m); torch.linalg.cond(m); torch.polar(v, v); F.mse_loss(m, m); F.l1_loss(m, m)
    F.smooth_l1_loss(m, m); F.huber_loss(m, m); F.cross_entropy(m, i); F.nll_loss(m, i); F.kl_div(m, m)
    F.binary_cross_entropy(m.sigmoid(), m.sigmoid()); F.binary_cross_entropy_with_logits(m, m); F.soft_margin_loss(m, m)
    F.poisson_nll_loss(m, m); F.cosine_embedding_loss(m, m, v.sign()); F.hinge_embedding_loss(m, m.sign())
    F.triplet_margin_loss(m, m, m + 1); F.margin_ranking_loss(v, v, v.sign()); F.multi_margin_loss(m, i)
    F.max_pool3d(c, 1); F.avg_pool3d(c, 1); F.adaptive_avg_pool3d(c, 1); F.grid_sample(b[None], g)
    m + e; m * e; torch.cat([m, e]); torch.stack([m, e]); torch.softmax(m, 0); torch.log_softmax(m, 0); F.gelu(m)
    F.layer_norm(m, (3,)); m.sum(); m.mean(); m.exp(); m.pow(2); F.relu(m); F.batch_norm(m, None, None, training=True)
    F.embedding(i, m); torch.cumsum(m, 0); torch.matmul(m.double(), m.double())
"""

_TRAINING = """
def main(torch):
    F = torch.nn.functional
    torch.manual_seed(0)
    net = torch.nn.Sequential(
        torch.nn.Conv2d(1, 4, 3), torch.nn.BatchNorm2d(4), torch.nn.ReLU(), torch.nn.Flatten(), torch.nn.Linear(64, 3))
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    scaler = torch.amp.GradScaler("cpu", init_scale=256.0, growth_interval=2)
    x, y = torch.randn(8, 1, 6, 6), torch.randint(0, 3, (8,))
    shown = []
    for step in range(5):
        optimizer.zero_grad()
        with torch.autocast("cpu", dtype=torch.bfloat16):
            out = net(x)
            loss = F.cross_entropy(out, y)
        scaler.scale(loss).backward()
        if step == 3:
            net[0].weight.grad[0, 0, 0, 0] = float("inf")
        scaler.unscale_(optimizer)
        before = net[4].weight.detach().clone()
        scaler.step(optimizer)
        scaler.update()
        moved = not torch.equal(before, net[4].weight)
        shown.append((out.dtype, loss.dtype, round(loss.item(), 1), net[0].weight.grad.dtype, moved, scaler.get_scale()))
    return [str(s) for s in shown], scaler.state_dict()
"""


def _names(lib, dtype):
    make = {"dtype": getattr(lib, dtype)}
    lib.manual_seed(0)
    m, b = lib.tensor([[0.5, -1.0, 2.0], [1.5, 0.25, -0.5], [1.0, 1.0, 3.0]], **make), lib.ones(3, 3, 3, **make)
    v, c, g = lib.tensor([1.0, -2.0, 0.5], **make), lib.ones(1, 1, 2, 2, 2, **make), lib.zeros(1, 2, 2, 2, **make)
    return {"torch": lib, "F": lib.nn.functional, "m": m, "b": b, "v": v, "c": c, "g": g, "i": lib.tensor([0, 2, 1]),
            "e": lib.eye(3)}  # fmt: skip


def _dtype(lib, call, kind, lower):
    with lib.autocast("cpu", dtype=getattr(lib, lower)):
        try:
            return str(eval(call, _names(lib, kind)).dtype)
        except Exception as error:
            return type(error).__name__


@pytest.mark.parametrize("lower", ["bfloat16", "float16"])
@pytest.mark.parametrize("kind", ["float32", "bfloat16", "float16"])
def test_operations_choose_their_dtype(kind, lower):
    calls = [call.strip() for call in _CALLS.replace("\n", ";").split(";") if call.strip()]
    if {kind, lower} == {"bfloat16", "float16"}:  # PyTorch refuses these; here they promote as they do everywhere
        calls = [call for call in calls if "cat(" not in call and "stack(" not in call]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = {c: (_dtype(rushlight, c, kind, lower), _dtype(torch, c, kind, lower)) for c in calls}
    assert {c: pair for c, pair in found.items() if pair[0] != pair[1]} == {}


def test_a_training_with_a_scaler():
    outcomes = []
    for lib in (rushlight, torch):
        names = {}
        exec(_TRAINING, names)
        outcomes.append(names["main"](lib))
    assert outcomes[0] == outcomes[1]


def test_modules_choose_their_dtype():
    def dtypes(lib):
        lib.manual_seed(0)
        nn, x, found = lib.nn, lib.ones(5, 2, 4), []
        with lib.autocast("cpu", dtype=lib.bfloat16):
            for layer in (nn.LSTM(4, 4), nn.GRU(4, 4), nn.RNN(4, 4), nn.MultiheadAttention(4, 2)):
                out = layer(x, x, x) if isinstance(layer, nn.MultiheadAttention) else layer(x)
                found.append(str(out[0].dtype))
            found += [str(nn.GRUCell(4, 4)(x[0]).dtype), str(nn.RNNCell(4, 4)(x[0]).dtype)]
            found.append(str(nn.TransformerEncoderLayer(4, 2, 8)(x).dtype))
        return found

    assert dtypes(rushlight) == dtypes(torch)


def test_errors_and_states():
    program = """
        torch.autocast(3)
        torch.autocast("foo")
        torch.autocast("opencl")
        torch.autocast("cpu")(3)
        torch.amp.GradScaler("cpu", growth_factor=1.0)
        torch.amp.GradScaler("cpu", backoff_factor=1.0)
        torch.is_autocast_enabled("cpu"), torch.get_autocast_dtype("cpu"), torch.is_autocast_cache_enabled()
        a = torch.autocast("cpu", dtype=torch.float16); a.__enter__()
        torch.is_autocast_enabled("cpu"), torch.get_autocast_dtype("cpu")
        a.__exit__(None, None, None)
        torch.is_autocast_enabled("cpu"), torch.get_autocast_dtype("cpu")
        s = torch.amp.GradScaler("cpu")
        s.get_scale(), s.state_dict(), s.is_enabled()
        o = torch.optim.SGD([torch.nn.Parameter(torch.ones(2))], lr=0.1)
        s.step(o)
        s.update()
        s.unscale_(o)
        s.scale([torch.ones(1), (torch.ones(2),)])
        s.scale(3)
        s.step(o)
        s.update()
        o.param_groups[0]["params"][0].grad = torch.ones(2) * 65536; s.unscale_(o)
        s.unscale_(o)
        s.step(o)
        s.step(o)
        s.unscale_(o)
        o.param_groups[0]["params"][0]
        s.update()
        s.update(2.0)
        s.get_scale()
        s.update(torch.ones(2))
        s.step(o, closure=3)
        s.load_state_dict({})
        t = torch.amp.GradScaler("cuda")
        t.is_enabled(), t.get_scale(), t.state_dict(), t.scale(3)
        torch.amp.custom_fwd(device_type=3)
        torch.autocast("cpu", dtype=torch.float32)._enabled
    """
    assert not differences(torch, program)


def test_warnings():
    def warned(lib):
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            lib.autocast("cuda")
            lib.autocast("cpu", dtype=lib.float64)
            lib.amp.GradScaler()
            lib.cuda.amp.autocast()
            lib.cuda.amp.GradScaler()
            lib.cpu.amp.autocast()
            lib.cpu.amp.GradScaler()
        return [(w.category, str(w.message)) for w in caught]

    assert warned(rushlight) == warned(torch)


def test_a_decorated_function():
    def outcome(lib):
        class Scale(lib.autograd.Function):
            @staticmethod
            @lib.amp.custom_fwd(device_type="cpu", cast_inputs=lib.float32)
            def forward(ctx, x):
                ctx.seen = lib.is_autocast_enabled("cpu")
                return x @ x

            @staticmethod
            @lib.amp.custom_bwd(device_type="cpu")
            def backward(ctx, g):
                return g * 2

        x = lib.ones(2, 2, dtype=lib.bfloat16, requires_grad=True)
        with lib.autocast("cpu"):
            y = Scale.apply(x)
        y.sum().backward()
        return str(y.dtype), str(x.grad)

    assert outcome(rushlight) == outcome(torch)
