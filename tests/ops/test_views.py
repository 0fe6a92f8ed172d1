"""Views share memory, copies do not; what views are made of; errors in PyTorch's words."""

import numpy as np
import pytest

import rushlight as torch
from rushlight.ops.support import options


def arange(*shape, **settings):
    return (
        torch.arange(float(np.prod(shape))).reshape(shape).clone().requires_grad_(settings.get("requires_grad", False))
    )


VIEWS = {
    "view": lambda x: x.view(6, 4),
    "reshape": lambda x: x.reshape(4, 6),
    "flatten": lambda x: x.flatten(1),
    "unflatten": lambda x: x.unflatten(2, (2, 2)),
    "ravel": lambda x: x.ravel(),
    "transpose": lambda x: x.transpose(0, 2),
    "permute": lambda x: x.permute(2, 0, 1),
    "movedim": lambda x: x.movedim(0, 2),
    "mT": lambda x: x.mT,
    "expand": lambda x: x.unsqueeze(0).expand(1, 2, 3, 4),
    "squeeze": lambda x: x.unsqueeze(1).squeeze(1),
    "narrow": lambda x: x.narrow(1, 0, 2),
    "select": lambda x: x.select(0, 0),
    "diagonal": lambda x: x.diagonal(0, 1, 2),
    "unbind": lambda x: x.unbind(0)[0],
    "split": lambda x: x.split(2, 1)[0],
    "chunk": lambda x: x.chunk(2, 2)[0],
    "tensor_split": lambda x: x.tensor_split(2)[0],
    "unfold": lambda x: x.unfold(2, 2, 2),
    "as_strided": lambda x: x.as_strided((3, 2), (2, 1)),
    "index": lambda x: x[0],
    "slice": lambda x: x[:, 0:2],
    "none": lambda x: x[None],
    "ellipsis": lambda x: x[..., 0],
    "number": lambda x: x[0, 0, 0],
    "alias": lambda x: x[...],
    "dtype": lambda x: x.view(torch.int32).view(torch.float32),
    "detach": lambda x: x.detach(),
}
COPIES = {
    "clone": lambda x: x.clone(),
    "reshape": lambda x: x.transpose(0, 1).reshape(-1),
    "cat": lambda x: torch.cat([x]),
    "stack": lambda x: torch.stack([x]),
    "repeat": lambda x: x.repeat(1, 1, 1),
    "flip": lambda x: x.flip(()),
    "roll": lambda x: x.roll(0),
    "rot90": lambda x: x.rot90(0),
    "tril": lambda x: x.tril(9),
    "diag": lambda x: torch.diag(x[0, :3, :3]),
    "list": lambda x: x[[0, 1]],
    "mask": lambda x: x[x >= 0],
    "index_select": lambda x: x.index_select(0, torch.tensor([0])),
    "gather": lambda x: x.gather(0, torch.zeros(1, 3, 4, dtype=torch.int64)),
    "take": lambda x: x.take(torch.tensor([0])),
}


@pytest.mark.parametrize("name", VIEWS)
def test_views_share_memory_and_version(name):
    x = arange(2, 3, 4)
    view = VIEWS[name](x)
    view.mul_(0).add_(7)
    assert x[0, 0, 0] == 7
    assert x._version == view._version == 2
    assert (view._base is x) == (name not in ("dtype", "detach"))
    x.mul_(2)
    assert (view == 14).all()


@pytest.mark.parametrize("name", COPIES)
def test_copies_do_not(name):
    x = arange(2, 3, 4)
    copy = COPIES[name](x)
    assert copy._base is not x
    copy.mul_(0).add_(7)
    assert x._version == 0
    np.testing.assert_array_equal(x.numpy(), np.arange(24.0).reshape(2, 3, 4))


@pytest.mark.parametrize("name", VIEWS)
def test_views_of_leaves_can_be_written_without_a_graph(name):
    x = arange(2, 3, 4, requires_grad=True)
    with torch.no_grad():
        VIEWS[name](x).fill_(5)
    assert x[0, 0, 0] == 5


def test_views_keep_dtypes():
    for dtype in (torch.bfloat16, torch.float16, torch.bool, torch.uint8, torch.complex64):
        x = torch.zeros(2, 3, 4, dtype=dtype)
        for name, view in VIEWS.items():
            if name not in ("dtype", "diagonal_copy"):
                assert view(x).dtype is dtype
        for name, copy in COPIES.items():
            if name != "mask":
                assert copy(x).dtype is dtype


def test_bfloat16_is_rounded_through_views():
    x = torch.zeros(2, 2, dtype=torch.bfloat16)
    x[0, 0] = 1.001
    x.t()[1].fill_(3.1415926)
    x[[1], [1]] = torch.tensor([1.003], dtype=torch.bfloat16)
    assert x.tolist() == [[1.0, 3.140625], [0.0, 1.0]]


@pytest.mark.parametrize(
    ("call", "node"),
    [
        (lambda x: x.view(-1), "ViewBackward0"),
        (lambda x: x.transpose(0, 1).reshape(3, 1, 2, 4), "ReshapeAliasBackward0"),
        (lambda x: x.transpose(0, 1).reshape(-1), "UnsafeViewBackward0"),
        (lambda x: x.squeeze(), "SqueezeBackward0"),
        (lambda x: x.squeeze(0), "SqueezeBackward1"),
        (lambda x: x.squeeze((0, 1)), "SqueezeBackward2"),
        (lambda x: x.clone().squeeze_(), "SqueezeBackward3"),
        (lambda x: x.clone().transpose_(0, 1), "TransposeBackward1"),
        (lambda x: x[0].t(), "TBackward0"),
        (lambda x: x[0].T, "PermuteBackward0"),
        (lambda x: x[0].H, "TransposeBackward0"),
        (lambda x: x.narrow(0, 0, 1), "SliceBackward0"),
        (lambda x: x.chunk(2)[1], "SplitBackward0"),
        (lambda x: x[:, :], "AliasBackward0"),
        (lambda x: x[:], "SliceBackward0"),
        (lambda x: torch.diag(x[0]), "DiagonalBackward0_copy"),
        (lambda x: torch.atleast_3d(x[0]), "UnsqueezeBackward0"),
        (lambda x: torch.cartesian_prod(x[0, 0], x[0, 0]), "StackBackward0"),
    ],
)
def test_names_of_nodes(call, node):
    assert type(call(arange(2, 3, 4, requires_grad=True)).grad_fn).__name__ == node


def test_only_reversed_matrices_are_quiet():
    torch.ones(2, 3).T  # noqa: B018
    options._warned.clear()
    with pytest.warns(UserWarning, match=r"The use of `x.T` on tensors of dimension other than 2") as caught:
        torch.ones(2).T  # noqa: B018
        torch.ones(2).T  # noqa: B018
    assert [w.filename for w in caught] == [__file__]


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda x: x.view(5), RuntimeError, "shape '[5]' is invalid for input of size 24"),
        (lambda x: x.view(-1, -1), RuntimeError, "only one dimension can be inferred"),
        (lambda x: x.mT.view(24), RuntimeError, "view size is not compatible with input tensor's size and stride"),
        (
            lambda x: x.transpose(0, 5),
            IndexError,
            "Dimension out of range (expected to be in range of [-3, 2], but got 5)",
        ),
        (lambda x: x.transpose("a", 0), TypeError, "transpose(): argument 'dim0' (position 1) must be int, not str"),
        (lambda x: x.permute(0, 1, 1), RuntimeError, "permute(): duplicate dims are not allowed."),
        (
            lambda x: x.expand(3, 3, 4),
            RuntimeError,
            "The expanded size of the tensor (3) must match the existing size (2)",
        ),
        (lambda x: x.t(), RuntimeError, "t() expects a tensor with <= 2 dimensions, but self is 3D"),
        (lambda x: torch.cat([x, x[0]]), RuntimeError, "Tensors must have same number of dimensions: got 3 and 2"),
        (lambda x: torch.stack([x, x[0]]), RuntimeError, "stack expects each tensor to be equal size"),
        (lambda x: x.split(0), RuntimeError, "split_size can only be 0 if dimension size is 0"),
        (lambda x: x.unfold(0, 3, 1), RuntimeError, "maximum size for tensor at dimension 0 is 2 but size is 3"),
        (lambda x: x.as_strided((9, 9), (9, 9)), RuntimeError, "setStorage: sizes [9, 9], strides [9, 9]"),
        (lambda x: x.flip(0, 0), RuntimeError, "dim 0 appears multiple times in the list of dims"),
        (
            lambda x: torch.reshape(3, (1,)),
            TypeError,
            "reshape(): argument 'input' (position 1) must be Tensor, not int",
        ),
    ],
)
def test_errors(call, error, words):
    x = arange(2, 3, 4)
    with pytest.raises(error) as caught:
        call(x)
    assert str(caught.value).startswith(words)
    assert x._version == 0


def test_what_is_turned_or_filled_lies_in_memory_as_it_did():
    x = torch.arange(12.0).reshape(3, 4)
    i = torch.tensor([0])
    for y in (x, x.t()):
        assert y.flip(0).stride() == y.index_fill(0, i, 1.0).stride() == y.rot90(2).stride() == y.stride()
    assert x.rot90().stride() == (1, 4) and x.rot90().tolist() == np.rot90(x.numpy()).tolist()
    assert x.expand(2, 3, 4)[0].flip(1).is_contiguous() and x[:, ::2].flip(0).is_contiguous()


def test_several_places_to_split_at():
    x = torch.arange(24.0).reshape(2, 3, 4)
    assert [part.shape for part in x.hsplit(1, 2)] == [part.shape for part in torch.hsplit(x, [1, 2])] == [(2, 1, 4)] * 3
    assert [part.shape[2] for part in x.dsplit(1, 3)] == [1, 2, 1] and len(x.vsplit(2)) == 2
