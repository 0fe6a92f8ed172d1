"""Checkpoints: what goes in comes out, what is shared stays shared, and a file that is none, or hostile, does nothing."""

import contextlib
import io
import os
import pickle
import struct
import sys
import zipfile
from collections import Counter, OrderedDict, UserDict

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import rushlight as torch
from rushlight.serialization import (
    add_safe_globals,
    clear_safe_globals,
    get_safe_globals,
    get_unsafe_globals_in_checkpoint,
    safe_globals,
)


def round_trip(obj, **options):
    file = io.BytesIO()
    torch.save(obj, file)
    file.seek(0)
    return torch.load(file, **options)


def archive(pickled, records=(), byteorder=b"little", **options):
    """A checkpoint made by hand."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", **options) as out:
        out.writestr("archive/data.pkl", pickled)
        out.writestr("archive/byteorder", byteorder)
        for name, data in records:
            out.writestr(f"archive/data/{name}", data)
        out.writestr("archive/version", b"3\n")
    file.seek(0)
    return file


def call(module, name, *arguments):
    """The pickle of ``module.name(*arguments)``."""
    return f"c{module}\n{name}\n".encode() + pickle.dumps(arguments, 2)[2:-1] + b"R."


@pytest.mark.parametrize("dtype", ["float32", "float64", "float16", "bfloat16", "int64", "int8", "uint8", "bool", "uint16",
                                   "complex64", "complex128"])  # fmt: skip
@pytest.mark.parametrize("shape", [(), (3,), (2, 3), (0, 2)])
def test_tensors(dtype, shape):
    x = (torch.arange(float(torch.Size(shape).numel())) - 1).abs().reshape(shape).to(getattr(torch, dtype))
    y = round_trip(x)
    assert y.dtype is x.dtype and y.shape == x.shape and y.stride() == x.stride() and torch.equal(x, y)


def test_containers_and_numbers():
    obj = OrderedDict(a=[1, 2.5, "é", None, True], b=(1, (2, 3)), c={"x": {4}}, d=b"bytes", e=10**30, f=Counter("aab"), g=1 + 2j,
                      h=torch.float32, i=torch.Size([2, 3]), j=torch.device("cpu"), k=bytearray(b"ab"), n={1: -0.0})  # fmt: skip
    got = round_trip(obj)
    assert got == obj and type(got) is OrderedDict and str(got) == str(obj)


def test_memory_that_is_shared_stays_shared():
    base = torch.arange(6.0).reshape(2, 3)
    loaded = round_trip([base, base[:, 1:], base.t(), base])
    assert loaded[0] is loaded[3]
    loaded[0][0, 1] = 9
    assert loaded[1][0, 0] == 9 and loaded[2][1, 0] == 9


def test_parameters_and_requires_grad():
    x, p = round_trip([torch.ones(2, requires_grad=True), torch.nn.Parameter(torch.zeros(3), requires_grad=False)])
    assert x.requires_grad and x.is_leaf
    assert isinstance(p, torch.nn.Parameter) and not p.requires_grad


def test_training_goes_on(tmp_path):
    def made():
        torch.manual_seed(0)
        model = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.Tanh(), torch.nn.Linear(4, 1))
        return model, torch.optim.Adam(model.parameters(), lr=0.1)

    def step(model, optimizer):
        optimizer.zero_grad()
        loss = model(torch.ones(2, 3)).pow(2).sum()
        loss.backward()
        optimizer.step()
        return loss.item()

    model, optimizer = made()
    step(model, optimizer)
    torch.save({"model": model.state_dict(), "optimizer": optimizer.state_dict()}, tmp_path / "here.pt")
    expected = [step(model, optimizer) for _ in range(3)]
    for options in ({}, {"mmap": True}, {"map_location": "cpu"}, {"map_location": {"cuda:0": "cpu"}}):
        model, optimizer = made()
        state = torch.load(tmp_path / "here.pt", **options)
        model.load_state_dict(state["model"])
        optimizer.load_state_dict(state["optimizer"])
        assert [step(model, optimizer) for _ in range(3)] == expected


def test_mapped_tensors_do_not_write_to_the_file(tmp_path):
    torch.save(torch.ones(3), tmp_path / "x.pt")
    x = torch.load(tmp_path / "x.pt", mmap=True)
    x += 1
    assert torch.equal(torch.load(tmp_path / "x.pt"), torch.ones(3))
    assert not (np.asarray(x.numpy()).ctypes.data - 64) % 64


def test_big_endian():
    storage = ("storage", "FLOAT", "0", "cpu", 2)
    file = io.BytesIO()
    torch.save(torch.tensor([1.0, 2.0]), file)
    with zipfile.ZipFile(file) as source:
        pickled = source.read("archive/data.pkl")
    assert storage[2].encode() in pickled
    swapped = archive(pickled, [("0", struct.pack(">2f", 1, 2))], byteorder=b"big")
    assert torch.equal(torch.load(swapped), torch.tensor([1.0, 2.0]))


def test_a_failed_save_leaves_the_file(tmp_path):
    path = tmp_path / "x.pt"
    torch.save(torch.ones(2), path)
    with pytest.raises((pickle.PicklingError, AttributeError)):
        torch.save({"f": lambda: 1}, path)
    assert torch.equal(torch.load(path), torch.ones(2))


class Trusted:
    def __init__(self, x):
        self.x = x


def test_safe_globals():
    file = io.BytesIO()
    torch.save(Trusted(torch.ones(2)), file)
    with pytest.raises(pickle.UnpicklingError, match=r"Unsupported global: GLOBAL .*Trusted"):
        torch.load(io.BytesIO(file.getvalue()))
    with safe_globals([Trusted]):
        assert torch.equal(torch.load(io.BytesIO(file.getvalue())).x, torch.ones(2))
    assert get_safe_globals() == []
    add_safe_globals([(Trusted, f"{__name__}.Trusted")])
    assert torch.load(io.BytesIO(file.getvalue())).x.sum() == 2
    clear_safe_globals()
    with pytest.raises(pickle.UnpicklingError):
        torch.load(io.BytesIO(file.getvalue()))


class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.inner = torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.BatchNorm1d(3), torch.nn.LSTM(3, 2))
        self.function, self.note = torch.nn.functional.relu, {1, 2}

    def forward(self, x):
        return self.function(self.inner(x)[0])


@pytest.mark.parametrize("pickle_module", [None, pickle])
def test_whole_objects_from_those_whom_one_trusts(pickle_module):
    net = Net()
    optimizer = torch.optim.Adam(net.parameters())
    net(torch.ones(4, 2)).sum().backward()
    optimizer.step()
    for saved, name in ((optimizer, "torch.optim.adam.Adam"), (net, f"{__name__}.Net")):
        with pytest.raises(pickle.UnpicklingError, match=f"(?s)Re-running .torch.load. with .* global: GLOBAL {name} was not"):
            round_trip(saved)
        file = io.BytesIO()
        torch.save(saved, file)
        assert name in get_unsafe_globals_in_checkpoint(file)
    copy, again = round_trip([net, optimizer], weights_only=False, pickle_module=pickle_module)
    assert type(copy) is Net and copy.note == {1, 2} and copy.function is torch.nn.functional.relu
    assert again.param_groups[0]["params"][0] is copy.inner[0].weight
    assert torch.equal(copy(torch.ones(4, 2)), net(torch.ones(4, 2)))
    for n, o in ((net, optimizer), (copy, again)):
        o.zero_grad()
        n(torch.ones(4, 2)).sum().backward()
        o.step()
    assert all(torch.equal(a, b) for a, b in zip(copy.parameters(), net.parameters()))


def test_a_trusted_file_is_run_and_no_other():
    program = b"\x80\x02cbuiltins\ndict\nc__builtin__\nlist\n\x85R."
    with pytest.raises(pickle.UnpicklingError):
        torch.load(archive(program))
    with pytest.raises(TypeError):  # dict(list): it was called
        torch.load(archive(program), weights_only=False)
    with pytest.raises(NotImplementedError, match=r"the file names torch\.nn\.Nonsense, and rushlight does not have that"):
        torch.load(archive(b"\x80\x02ctorch.nn\nNonsense\n."), weights_only=False)
    with pytest.raises(NotImplementedError, match=r"the file names torch\.no\.such\.Thing, and rushlight does not have that"):
        torch.load(archive(b"\x80\x02ctorch.no.such\nThing\n."), weights_only=False)


def test_what_is_not_supported_says_so():
    with pytest.raises(RuntimeError, match="Can not safely load weights when explicit pickle_module is specified"):
        round_trip({}, weights_only=True, pickle_module=pickle)
    with pytest.warns(UserWarning, match="pickle_load_args only works if `weights_only=False`"):
        round_trip({}, encoding="latin1")
    with pytest.raises(TypeError, match="'nonsense' is an invalid keyword argument"):
        round_trip({}, weights_only=False, nonsense=1)
    with pytest.raises(NotImplementedError, match="zip format"):
        torch.load(io.BytesIO(pickle.dumps({})))
    with pytest.raises(NotImplementedError, match="zip format"):
        torch.save({}, io.BytesIO(), _use_new_zipfile_serialization=False)
    with pytest.raises(EOFError):
        torch.load(io.BytesIO())
    with pytest.raises(pickle.UnpicklingError, match="invalid load key"):
        torch.load(io.BytesIO(b"hello world"))
    with pytest.raises(FileNotFoundError):
        torch.load("no such file")
    with pytest.raises(RuntimeError, match="Parent directory"):
        torch.save({}, "no/such/folder/x.pt")


FLOATS = b"ctorch\nFloatStorage\n"


def tensor_of(count, key, data, size, stride, offset=0, requires_grad=False, storage=FLOATS, location="cpu"):
    pid = b"(X\x07\x00\x00\x00storage" + storage + pickle.dumps((key, location, count), 0)[:0]
    for value in (key, location, count):
        pid += pickle.dumps(value, 2)[2:-1]
    arguments = b"(" + pid + b"tQ" + b"".join(pickle.dumps(v, 2)[2:-1] for v in (offset, size, stride, requires_grad))
    arguments += b"ccollections\nOrderedDict\n)Rt"
    return archive(b"\x80\x02ctorch._utils\n_rebuild_tensor_v2\n" + arguments + b"R.", [("0", data)])


def test_tensor_by_hand():
    x = torch.load(tensor_of(4, "0", struct.pack("<4f", 1, 2, 3, 4), (2, 2), (1, 2)))
    assert torch.equal(x, torch.tensor([[1.0, 3.0], [2.0, 4.0]]))


@pytest.mark.parametrize("hostile", [
    tensor_of(4, "0", b"\0" * 16, (5,), (1,)),
    tensor_of(4, "0", b"\0" * 16, (2,), (1,), offset=3),
    tensor_of(4, "0", b"\0" * 16, (2,), (-1,), offset=1),
    tensor_of(4, "0", b"\0" * 16, (2, 2), (1,)),
    tensor_of(4, "0", b"\0" * 16, (2.0,), (1,)),
    tensor_of(4, "0", b"\0" * 12, (2,), (1,)),
    tensor_of(10**15, "0", b"\0" * 16, (10**15,), (1,)),
    tensor_of(4, "1", b"\0" * 16, (2,), (1,)),
    tensor_of(4, "../../etc/passwd", b"\0" * 16, (2,), (1,)),
    tensor_of(4, "0", b"\0" * 16, (2,), (1,), location="cuda:0"),
    tensor_of(4, "0", b"\0" * 16, (2,), (1,), location="disk"),
    tensor_of(2, "0", b"\0" * 16, (2,), (1,), requires_grad=True, storage=b"ctorch\nLongStorage\n"),
    tensor_of(4, "0", b"\0" * 16, (2,), (1,), storage=b"cos\nsystem\n"),
    archive(b"\x80\x02ctorch\nTensor\n}X\x01\x00\x00\x00aK\x01sb."),  # the state of a class
    archive(b"\x80\x02ctorch._utils\n_rebuild_tensor_v2\n}b."),
    archive(b"\x80\x02ccollections\nOrderedDict\n)\x81(NK\x01e."),
    archive(b"\x80\x02ccollections\nOrderedDict\nK\x01K\x02s."),  # an item for a class
    archive(b"\x80\x02ctorch\nTensor\n)\x81."),
    archive(b"(i__main__\nx\n."), archive(b"\x82\x01."), archive(b"\x80\x04\x8c\x02os\x8c\x06system\x93."),
    archive(call("builtins", "eval", "1/0")), archive(call("os", "system", "exit 1")), archive(call("builtins", "getattr", 1, "a")),
    archive(call("builtins", "bytearray", 10**12)), archive(call("torch", "load", "x")),
    archive(call("_codecs", "encode", "a", "rot13")),
    archive(b""), archive(b"\x80\x02."), archive(b"\x80\x02}"), archive(b"\x80\x02h\x05."),
    archive(b"\x80\x02X\xff\xff\xff\x7fabc."),
    archive(b"\x80\x02K\x01Q."), archive(b"\x80\x02(K\x01K\x02tQ."),
    archive(pickle.dumps({"a": UserDict()}, 2)),
    archive(pickle.dumps({}, 2), compression=zipfile.ZIP_DEFLATED),
])  # fmt: skip
def test_hostile_files_are_refused(hostile, monkeypatch):
    for name in ("system", "popen", "remove"):
        monkeypatch.setattr(os, name, lambda *a: pytest.fail("code from the file was run"))
    before = dict(vars(torch.Tensor))
    with pytest.raises((pickle.UnpicklingError, RuntimeError)):
        hostile.seek(0)
        torch.load(hostile)
    assert dict(vars(torch.Tensor)) == before


CHECKPOINT = io.BytesIO()
torch.save({"w": torch.arange(5.0), "n": [1, "two"], "b": torch.ones(2, dtype=torch.bfloat16)}, CHECKPOINT)
CHECKPOINT = CHECKPOINT.getvalue()
FAILURES = (pickle.UnpicklingError, RuntimeError, EOFError, ValueError)


@pytest.mark.parametrize("length", range(0, len(CHECKPOINT), 97))
def test_truncated(length):
    with pytest.raises(FAILURES):
        torch.load(io.BytesIO(CHECKPOINT[:length]))


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(st.integers(0, len(CHECKPOINT) - 1), st.integers(0, 255)), min_size=1, max_size=6))
def test_corrupt(changes):
    """Some bytes are changed: an error of the kinds that are documented, or a checkpoint."""
    data = bytearray(CHECKPOINT)
    for position, value in changes:
        data[position] = value
    with contextlib.suppress(FAILURES):
        torch.load(io.BytesIO(bytes(data)))


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 255)), min_size=1, max_size=6))
def test_corrupt_pickle(changes):
    """The same, past the archive's checksums."""
    with zipfile.ZipFile(io.BytesIO(CHECKPOINT)) as source:
        data = bytearray(source.read("archive/data.pkl"))
        records = [(name.rpartition("/")[2], source.read(name)) for name in source.namelist() if "/data/" in name]
    for position, value in changes:
        data[position % len(data)] = value
    modules = set(sys.modules)
    with contextlib.suppress(FAILURES):
        torch.load(archive(bytes(data), records))
    assert set(sys.modules) == modules


class TestSafetensors:
    @pytest.fixture(autouse=True)
    def package(self):
        pytest.importorskip("safetensors")

    def test_round_trip(self, tmp_path):
        state = {"a": torch.arange(6.0).reshape(2, 3), "b": torch.tensor([1.5], dtype=torch.bfloat16), "c": torch.tensor(3),
                 "d": torch.tensor([True]), "e": torch.ones(2, 3).t(), "f": torch.zeros(0)}  # fmt: skip
        torch.save(state, tmp_path / "x.safetensors")
        got = torch.load(tmp_path / "x.safetensors")
        assert got.keys() == state.keys()
        assert all(torch.equal(got[k], v) and got[k].dtype is v.dtype for k, v in state.items())

    def test_refusals(self, tmp_path):
        from safetensors import SafetensorError

        x = torch.ones(4)
        with pytest.raises(RuntimeError, match="share memory"):
            torch.save({"a": x, "b": x[:2]}, tmp_path / "x.safetensors")
        with pytest.raises(ValueError, match="invalid"):
            torch.save({"a": 3}, tmp_path / "x.safetensors")
        with pytest.raises(ValueError, match="Expected a dict"):
            torch.save([x], tmp_path / "x.safetensors")
        with pytest.raises(NotImplementedError, match="complex128"):
            torch.save({"a": x.to(torch.complex128)}, tmp_path / "x.safetensors")
        assert not (tmp_path / "x.safetensors").exists()
        (tmp_path / "bad.safetensors").write_bytes(b"\xff" * 20)
        with pytest.raises(SafetensorError):
            torch.load(tmp_path / "bad.safetensors")
