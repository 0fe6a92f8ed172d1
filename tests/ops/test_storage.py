"""Storages, tensors set to other memory, diagonals filled in place, and out= in shared memory."""

import math

import pytest

import rushlight as torch
from rushlight.ops.language import storage as storages

pytestmark = pytest.mark.filterwarnings("ignore:TypedStorage is deprecated")


def test_a_storage_is_the_memory_of_all_views():
    x = torch.arange(6, dtype=torch.float32).reshape(2, 3)
    storage = x[1].untyped_storage()
    assert storage == x.untyped_storage()
    assert (storage.nbytes(), len(storage), storage.element_size()) == (24, 24, 1)
    storage.fill_(0)
    assert not x.any()
    x.t().storage()[4] = 2.5
    assert x.tolist() == [[0, 0, 0], [0, 2.5, 0]]
    assert x.storage().tolist() == [0, 0, 0, 0, 2.5, 0]
    copy = storage.clone()
    x.zero_()
    storage.copy_(copy)
    assert x[1, 1] == 2.5
    assert copy != storage


def test_storages_of_transposed_memory_keep_its_order():
    x = torch.arange(4, dtype=torch.uint8).reshape(2, 2).t().clone()
    assert x.stride() == (1, 2)
    assert x.untyped_storage().tolist() == x.storage().tolist() == [0, 1, 2, 3]


def test_bytes_of_bfloat16_are_read_only():
    x = torch.ones(2, dtype=torch.bfloat16)
    assert x.untyped_storage().tolist() == [128, 63, 128, 63]
    with pytest.raises(NotImplementedError, match="bfloat16"):
        x.untyped_storage().fill_(0)


def test_storage_of_its_own():
    storage = torch.UntypedStorage([1, 2, 3, 4])
    assert torch.is_storage(storage)
    x = torch.empty(0, dtype=torch.int16).set_(storage)
    assert x.tolist() == [513, 1027]
    storage[0] = 0
    assert x[0] == 512
    assert storage[1:3].tolist() == [2, 3]


class TestSet:
    def test_shares_the_memory_of_its_source(self):
        x, y = torch.zeros(3), torch.ones(2, 2)
        assert x.set_(y) is x
        assert x.is_set_to(y) and x._version == 1
        y[0, 0] = 5
        assert x.tolist() == [[5, 1], [1, 1]]
        x.set_(y, 1, (2,), (2,))
        assert x.tolist() == [1, 1] and x.storage_offset() == 1 and not x.is_set_to(y)
        assert x.set_().tolist() == []

    def test_refuses(self):
        x = torch.zeros(3)
        with pytest.raises(RuntimeError, match="Could not set tensor of type double to a tensor of type float"):
            x.set_(torch.ones(2, dtype=torch.float64))
        with pytest.raises(NotImplementedError, match="beyond the end of the memory"):
            x.set_(torch.ones(4), 1, (2, 2))
        with pytest.raises(RuntimeError, match="a leaf Variable that requires grad"):
            torch.ones(1, requires_grad=True).set_(x)
        with pytest.raises(TypeError, match="invalid combination of arguments"):
            x.set_(3)
        assert x.tolist() == [0, 0, 0] and x._version == 0


class TestFillDiagonal:
    def test_fills(self):
        assert torch.zeros(2, 3).fill_diagonal_(1).tolist() == [[1, 0, 0], [0, 1, 0]]
        assert torch.zeros(3, 3, 3).fill_diagonal_(2).sum() == 6
        assert torch.zeros(7, 3).fill_diagonal_(1, wrap=True).nonzero().tolist() == [[0, 0], [1, 1], [2, 2], [4, 0], [5, 1], [6, 2]]
        assert torch.zeros(4, 2).t().fill_diagonal_(3).tolist() == [[3, 0, 0, 0], [0, 3, 0, 0]]

    def test_has_a_gradient(self):
        x = torch.ones(2, 2, requires_grad=True)
        y = (x * 3).fill_diagonal_(7)
        y.sum().backward()
        assert x.grad.tolist() == [[0, 3], [3, 0]]

    def test_refuses(self):
        with pytest.raises(RuntimeError, match="dimensions must larger than 1"):
            torch.zeros(3).fill_diagonal_(1)
        with pytest.raises(RuntimeError, match="all dimensions of input must be of equal length"):
            torch.zeros(2, 3, 3).fill_diagonal_(1)


class TestOut:
    def test_no_element_may_be_written_twice(self):
        out = torch.zeros(1).expand(3)
        with pytest.raises(RuntimeError, match="more than one element of the written-to tensor"):
            torch.add(torch.ones(3), 1, out=out)
        assert out[0] == 0

    def test_memory_may_be_shared_wholly_and_not_in_part(self):
        x = torch.arange(4.0)
        torch.add(x, x, out=x)
        assert x.tolist() == [0, 2, 4, 6]
        with pytest.raises(RuntimeError, match="some elements of the input tensor and the written-to tensor"):
            torch.add(x[1:], 1, out=x[:-1])
        with pytest.raises(RuntimeError, match="some elements of the input tensor and the written-to tensor"):
            torch.gather(x, 0, torch.tensor([0, 1, 2, 3]), out=x)
        with pytest.raises(RuntimeError, match="some elements of the input tensor and the written-to tensor"):
            torch.cat([x, x], out=torch.empty(0).set_(x))
        assert x.tolist() == [0, 2, 4, 6]

    def test_dtype_of_operations_that_write_no_other(self):
        x, index = torch.arange(4.0), torch.tensor([0, 1])
        out = torch.empty(2, dtype=torch.float64)
        with pytest.raises(RuntimeError, match="Expected out tensor to have dtype float, but got double instead"):
            torch.gather(x, 0, index, out=out)
        with pytest.raises(RuntimeError, match=r"index_select\(\): self and result must have the same scalar type"):
            torch.index_select(x, 0, index, out=out)
        with pytest.raises(RuntimeError, match=r"got self\.dtype = Float and out\.dtype = Double"):
            torch.take(x, index, out=out)
        with pytest.raises(RuntimeError, match="don't support automatic differentiation"):
            torch.scatter(x.requires_grad_(), 0, index, 1.0, out=torch.empty(4))

    def test_is_resized_within_its_memory(self):
        base = torch.zeros(6)
        out = base[2:3]
        with pytest.warns(UserWarning, match="An output with one or more elements was resized"):
            torch.add(torch.ones(3), 1, out=out)
        assert out.shape == (3,) and base.tolist() == [0, 0, 2, 2, 2, 0]
        grown = torch.empty(0)
        torch.add(torch.ones(9), 1, out=grown)
        assert grown.tolist() == [2] * 9


def test_an_operation_has_one_declaration():
    from rushlight.core.declare import op

    with pytest.raises(ValueError, match="operation 'add' is declared twice"):
        op("add", lambda x: x)


class TestRuntime:
    def test_threads(self):
        before = torch.get_num_threads()
        torch.set_num_threads(3)
        assert torch.get_num_threads() == 3
        torch.set_num_threads(before)
        with pytest.raises(RuntimeError, match="set_num_threads expects a positive integer"):
            torch.set_num_threads(0)

    def test_deterministic_algorithms(self):
        torch.use_deterministic_algorithms(True, warn_only=True)
        assert torch.are_deterministic_algorithms_enabled() and torch.get_deterministic_debug_mode() == 1
        torch.set_deterministic_debug_mode("default")
        assert not torch.are_deterministic_algorithms_enabled()
        with pytest.raises(RuntimeError, match="expected 0, 1, or 2, but got 3"):
            torch.set_deterministic_debug_mode(3)

    def test_precision(self):
        torch.set_float32_matmul_precision("medium")
        assert torch.get_float32_matmul_precision() == "medium"
        with pytest.warns(UserWarning, match="is not one of 'highest', 'high', or 'medium'"):
            torch.set_float32_matmul_precision("low")
        torch.set_float32_matmul_precision("highest")

    def test_anomaly_mode(self):
        torch.set_anomaly_enabled(True, check_nan=False)
        assert torch.is_anomaly_enabled() and not torch.is_anomaly_check_nan_enabled()
        torch.set_anomaly_enabled(False)
        assert not torch.is_anomaly_enabled()

    def test_names_of_types(self):
        assert torch.typename(torch.zeros(1)) == "torch.FloatTensor"
        assert (torch.typename(3), torch.typename("")) == ("int", "str")
        assert torch.typename(torch.nn.Linear(1, 1)) == "torch.nn.modules.linear.Linear"

    def test_layouts_and_devices(self):
        x = torch.zeros(2, 3).t()
        assert x.dim_order() == (1, 0) and torch.get_device(x) == -1 and not x.is_distributed()
        assert x.to_dense().data_ptr() == x.data_ptr()
        with pytest.raises(RuntimeError, match="values expected sparse tensor layout but got Strided"):
            x.values()

    def test_detached(self):
        x = torch.ones(2, requires_grad=True)
        assert not torch.detach(x).requires_grad
        y = x * 2
        assert torch.detach_(y) is y and y.is_leaf


def test_constants():
    assert (torch.pi, torch.e, torch.inf, torch.newaxis) == (math.pi, math.e, math.inf, None)
    assert math.isnan(torch.nan)


def test_storages_of_elements_warn_once(monkeypatch):
    monkeypatch.setattr(storages, "_warned", [])
    with pytest.warns(UserWarning, match=r"^TypedStorage is deprecated.* instead of tensor.storage\(\)$") as caught:
        torch.ones(2).storage()
        torch.ones(2).storage()
        torch.FloatStorage(2)
    assert len(caught) == 1 and caught[0].filename == __file__


def test_storages_convert_copy_and_say_what_they_are():
    x = torch.tensor([0.0, 1.5])
    storage = x.storage()
    assert storage.type() == "torch.FloatStorage" and x.storage_type() is torch.FloatStorage
    assert storage.pickle_storage_type() == "FloatStorage"
    assert [(s.dtype, s.tolist()) for s in (storage.long(), storage.double(), storage.bool(), storage.bfloat16())] == [
        (torch.int64, [0, 1]), (torch.float64, [0.0, 1.5]), (torch.bool, [False, True]), (torch.bfloat16, [0.0, 1.5]),
    ]  # fmt: skip
    assert storage.float().data_ptr() != storage.data_ptr() and storage.cpu() is storage
    storage.copy_(torch.LongStorage([3, 4]))
    assert x.tolist() == [3.0, 4.0]
    assert torch.tensor([7], dtype=torch.uint8).untyped_storage().float().tolist() == [7.0]
    assert torch.TypedStorage([1, 2], dtype=torch.int64).tolist() == [1, 2]
    assert repr(torch.empty(0).untyped_storage()) == " \n[torch.storage.UntypedStorage(device=cpu) of size 0]"
    with pytest.raises(IndexError, match=r"^index 2 out of range for storage of size 2$"):
        storage[2]
    with pytest.raises(RuntimeError, match=r"^can't index a <class 'torch.storage.TypedStorage'> with <class 'str'>$"):
        storage["a"]
    with pytest.raises(NotImplementedError, match="resize_"):
        storage.resize_(8)
