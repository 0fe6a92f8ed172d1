"""Arguments of other types raise in torch's words, as functions and as methods; NumPy's keywords are understood."""

import pytest

import rushlight as torch

X = torch.arange(6.0).reshape(2, 3)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: torch.topk(X, 1, 0, "x"), "topk(): argument 'largest' (position 4) must be bool, not str"),
        (lambda: X.topk(1, 0, "x"), "topk(): argument 'largest' (position 3) must be bool, not str"),
        (lambda: X.topk(1, largest=None), "topk(): argument 'largest' must be bool, not NoneType"),
        (lambda: torch.cumsum([1.0], 0), "cumsum(): argument 'input' (position 1) must be Tensor, not list"),
        (lambda: X.gather(1.5, X.long()), "gather(): argument 'dim' (position 1) must be int, not float"),
        (lambda: torch.addmv(X, X, X, alpha="x"), "addmv(): argument 'alpha' must be Number, not str"),
        (lambda: X.cumsum(0, dtype="float32"), "cumsum(): argument 'dtype' must be torch.dtype, not str"),
        (lambda: torch.nn.functional.one_hot(X.long(), 1.5),
         "one_hot(): argument 'num_classes' (position 2) must be int, not float"),
        (lambda: torch.nn.functional.layer_norm(X, (3,), [1.0]),
         "layer_norm(): argument 'weight' (position 3) must be Tensor, not list"),
    ],
)  # fmt: skip
def test_words(call, words):
    with pytest.raises(TypeError) as raised:
        call()
    assert str(raised.value) == words


def test_of_several_signatures():
    with pytest.raises(TypeError) as raised:
        torch.sort(X, 0, "x")
    assert str(raised.value) == (
        "sort() received an invalid combination of arguments - got (Tensor, int, str), but expected one of:\n"
        " * (Tensor input, *, bool stable, int dim = -1, bool descending = False, tuple of Tensors out = None)\n"
        " * (Tensor input, int dim = -1, bool descending = False, *, tuple of Tensors out = None)\n"
    )


@pytest.mark.parametrize(
    "call",
    [
        lambda **k: torch.stack([X, X], **k), lambda **k: X.unsqueeze(**k), lambda **k: X.select(index=1, **k),
        lambda **k: X.narrow(start=0, length=1, **k), lambda **k: X.cumprod(**k), lambda **k: X.softmax(**k),
        lambda **k: torch.sort(X, **k)[0], lambda **k: X.topk(1, **k)[0], lambda **k: torch.linalg.norm(X, **k),
        lambda **k: X.gather(index=torch.zeros(2, 2).long(), **k), lambda **k: torch.chunk(X, 2, **k)[0],
        lambda **k: X.index_select(index=torch.tensor([1]), **k), lambda **k: torch.cat([X, X], **k), lambda **k: X.sum(**k),
    ],
)  # fmt: skip
def test_numpys_keywords(call):
    assert call(axis=1).tolist() == call(dim=1).tolist()


def test_numbers_and_indices_pass_in_any_form():
    assert X.topk(torch.tensor(1)).values.tolist() == X.topk(1).values.tolist()
    assert torch.histc(X, 2, torch.tensor(0.0), 6).tolist() == [3, 3]
    assert X.nanmean(axis=0, keepdims=True).shape == (1, 3)
