"""Checkpoints cross over: PyTorch's load here, and ours load in PyTorch with weights_only=True."""

import io
from collections import OrderedDict

import pytest

torch = pytest.importorskip("torch")
import rushlight  # noqa: E402


def state(t):
    x = t.arange(6.0).reshape(2, 3)
    return OrderedDict(
        x=x, view=x[:, 1:], transposed=x.t(), scalar=t.tensor(3), empty=t.zeros(0, 3), parameter=t.nn.Parameter(t.ones(2)),
        half=t.tensor([1.5], dtype=t.float16), brain=t.tensor([1.5, -2.25, 3e38], dtype=t.bfloat16), flags=t.tensor([True, False]),
        complex=t.tensor([1 + 2j]), word=t.tensor([7], dtype=t.uint16), leaf=t.tensor([1.0], requires_grad=True), dtype=t.float32,
        size=t.Size([1, 2]), device=t.device("cpu"), plain=[1, 2.5, "é", None, True, (1, 2), {3}, b"ab", 10**30],
    )  # fmt: skip


def shown(values):
    def show(v):
        return str(v).replace("rushlight", "torch"), getattr(v, "stride", int)(), getattr(v, "requires_grad", None)

    return {key: show(value) for key, value in values.items()}


@pytest.mark.parametrize("writer, reader", [(rushlight, torch), (torch, rushlight)], ids=["ours", "theirs"])
@pytest.mark.parametrize("mmap", [False, True])
def test_crosses_over(writer, reader, mmap, tmp_path):
    writer.save(state(writer), tmp_path / "x.pt")
    got = reader.load(tmp_path / "x.pt", weights_only=True, mmap=mmap)
    assert shown(got) == shown(state(writer))
    got["x"][0, 1] = 99
    assert got["view"][0, 0] == 99 and got["transposed"][1, 0] == 99


@pytest.mark.parametrize("writer, reader", [(rushlight, torch), (torch, rushlight)], ids=["ours", "theirs"])
def test_training_goes_on_elsewhere(writer, reader):
    def made(t, seed):
        t.manual_seed(seed)
        model = t.nn.Sequential(t.nn.Linear(3, 4), t.nn.LayerNorm(4), t.nn.Linear(4, 1)).double()
        return model, t.optim.AdamW(model.parameters(), lr=0.1)

    def steps(t, model, optimizer):
        losses = []
        for i in range(4):
            optimizer.zero_grad()
            loss = model(t.arange(6, dtype=t.float64).reshape(2, 3) + i).pow(2).sum()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        return losses

    model, optimizer = made(writer, 0)
    steps(writer, model, optimizer)
    file = io.BytesIO()
    writer.save({"model": model.state_dict(), "optimizer": optimizer.state_dict()}, file)
    file.seek(0)
    other, other_optimizer = made(reader, 1)
    saved = reader.load(file, weights_only=True)
    other.load_state_dict(saved["model"])
    other_optimizer.load_state_dict(saved["optimizer"])
    assert steps(reader, other, other_optimizer) == pytest.approx(steps(writer, model, optimizer), rel=1e-9)


def test_whole_modules_come_over():
    """What PyTorch wrote of its own classes is read as ours, optimizer and scheduler too."""

    def modules(nn):
        return [
            nn.Sequential(nn.Linear(4, 8), nn.LayerNorm(8), nn.ReLU(), nn.Dropout(0.0), nn.Linear(8, 4)), nn.LSTM(4, 2, 2),
            nn.GRU(4, 3, bidirectional=True), nn.TransformerEncoderLayer(4, 2, 8, dropout=0.0, batch_first=True),
            nn.Sequential(nn.Unflatten(1, (1, 4)), nn.Conv1d(1, 2, 3), nn.BatchNorm1d(2), nn.GELU(), nn.Flatten()),
            nn.ModuleDict({"a": nn.PReLU()}).a, nn.Sequential(nn.Embedding(4, 4), nn.GroupNorm(2, 4)),
        ]  # fmt: skip

    torch.manual_seed(0)
    theirs = modules(torch.nn)
    optimizer = torch.optim.Adam([p for module in theirs for p in module.parameters()], lr=0.1)
    scheduler = torch.optim.lr_scheduler.StepLR(optimizer, 1, 0.5)

    def losses(t, modules, optimizer, scheduler):
        found = []
        for _ in range(3):
            optimizer.zero_grad()
            for module in modules:
                embeds = isinstance(module, t.nn.Sequential) and isinstance(module[0], t.nn.Embedding)
                x = t.arange(4) if embeds else t.linspace(-1, 1, 12).reshape(3, 4)
                y = module(x)
                loss = (y[0] if isinstance(y, tuple) else y).pow(2).sum()
                loss.backward()
                found.append(loss.item())
            optimizer.step()
            scheduler.step()
        return [*found, *scheduler.get_last_lr()]

    losses(torch, theirs, optimizer, scheduler)
    file = io.BytesIO()
    torch.save((theirs, optimizer, scheduler), file)
    file.seek(0)
    ours = rushlight.load(file, weights_only=False)
    assert [repr(module) for module in ours[0]] == [repr(module) for module in theirs]
    assert losses(rushlight, *ours) == pytest.approx(losses(torch, theirs, optimizer, scheduler), rel=2e-4)


def test_safetensors(tmp_path):
    theirs = pytest.importorskip("safetensors.torch")
    tensors = {name: x for name, x in state(rushlight).items() if name in ("x", "half", "brain", "flags", "scalar", "empty")}
    rushlight.save(tensors, tmp_path / "x.safetensors")
    got = theirs.load_file(tmp_path / "x.safetensors")
    assert {k: str(v) for k, v in got.items()} == {k: str(v) for k, v in tensors.items()}
    theirs.save_file(got, tmp_path / "y.safetensors")
    assert {k: str(v) for k, v in rushlight.load(tmp_path / "y.safetensors").items()} == {k: str(v) for k, v in tensors.items()}
