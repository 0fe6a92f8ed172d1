"""Bad input raises, and leaves every tensor as it was: values, version, geometry, place in the graph."""

import numpy as np
import pytest

import rushlight as torch

#: What an in-place operation is called on: owners, views, expanded memory, tensors on the graph that may not be written.
SELVES = {
    "float": lambda: torch.arange(6.0).reshape(2, 3) + 0.5,
    "int": lambda: torch.arange(6).reshape(2, 3) + 1,
    "bool": lambda: torch.ones(2, 3, dtype=torch.bool),
    "complex": lambda: torch.ones(2, 3, dtype=torch.complex64),
    "0-d": lambda: torch.tensor(2.0),
    "leaf": lambda: torch.ones(2, 3, requires_grad=True),
    "result": lambda: torch.ones(2, 3, requires_grad=True) * 1,
    "view of a leaf": lambda: torch.ones(2, 3, requires_grad=True)[:2],
    "one of several views": lambda: (torch.ones(2, 2, 3, requires_grad=True) * 1).unbind()[0],
    "expanded": lambda: torch.ones(3).expand(2, 3),
}
X = torch.ones(2, 3)
#: Some fit some operations; most do not: shapes, dtypes, indices out of range, too many elements.
ARGUMENTS = [
    (), (torch.ones(5),), (torch.ones(4, 2, 3),), (X.to(torch.complex128),), (X.to(torch.float64),), (1.5,), (2j,), ("x",),
    (None,), (7,), (0, 9), (-1.0,), (2.0, 1.0), (X, torch.ones(3, 2)), (torch.ones(2, 4), torch.ones(4, 5)),
    (0, torch.tensor([0, 9]), X), (0, torch.tensor([[0, 9, 0]]), torch.ones(1, 3)), (1, torch.tensor([[0, 9]]), 5.0),
    (torch.tensor([0, 99]), torch.ones(2)), (X.bool(), torch.ones(2)), ((torch.tensor([0, 9]),), torch.tensor(1.0)),
]  # fmt: skip
METHODS = [n for n in dir(torch.Tensor) if n.endswith("_") and not n.startswith("_")]


def state(t):
    return (t.detach().numpy().tolist(), t._version, t.shape, t.stride(), t.dtype, t.requires_grad, t.grad_fn, t.is_leaf)


@pytest.mark.parametrize("name", METHODS)
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_in_place(name):
    for make in SELVES.values():
        for arguments in ARGUMENTS:
            t = make()
            every = [t, *([t._base] if t._base is not None else []), *[a for a in arguments if isinstance(a, torch.Tensor)]]
            before = [state(x) for x in every]
            try:
                getattr(t, name)(*arguments)
            except (RuntimeError, TypeError, ValueError, IndexError, AttributeError):
                assert [state(x) for x in every] == before


#: Functions with one, two, three and four results.
SQUARE = torch.tensor([[2.0, 1.0, 0.0], [1.0, 3.0, 1.0], [0.0, 1.0, 4.0]])
FUNCTIONS = [
    (torch.add, (SQUARE, SQUARE)), (torch.mm, (SQUARE, SQUARE)), (torch.sum, (SQUARE, 0)), (torch.cat, ([SQUARE, SQUARE],)),
    (torch.sort, (SQUARE,)), (torch.topk, (SQUARE, 2)), (torch.max, (SQUARE, 0)), (torch.kthvalue, (SQUARE, 1)),
    (torch.mode, (SQUARE,)), (torch.median, (SQUARE, 0)), (torch.cummax, (SQUARE, 0)), (torch.frexp, (SQUARE,)),
    (torch.aminmax, (SQUARE,)), (torch.split_copy, (SQUARE, 2)), (torch.unbind_copy, (SQUARE,)),
    (torch.linalg.qr, (SQUARE,)), (torch.linalg.eigh, (SQUARE,)), (torch.linalg.slogdet, (SQUARE,)),
    (torch.linalg.svd, (SQUARE,)), (torch.linalg.lu, (SQUARE,)), (torch.linalg.lstsq, (SQUARE, SQUARE)), (torch.lu, (SQUARE,)),
]  # fmt: skip
PLACES = [
    lambda shape, dtype: torch.zeros(shape, dtype=dtype),
    lambda shape, dtype: torch.zeros(1, dtype=dtype).expand(shape or (2,)),
    lambda shape, dtype: torch.zeros(shape, dtype=torch.bool),
    lambda shape, dtype: torch.zeros(shape, requires_grad=True),
    lambda shape, dtype: torch.zeros((5, 5), requires_grad=True) * 1,
]


@pytest.mark.parametrize(("function", "arguments"), FUNCTIONS, ids=[f.__name__ for f, _ in FUNCTIONS])
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_out(function, arguments):
    results = function(*arguments)
    several = isinstance(results, (tuple, list))
    parts = list(results) if several else [results]
    failed = 0
    for places in np.ndindex(*[len(PLACES)] * min(len(parts), 3)):
        places = (*places, *[0] * (len(parts) - len(places)))
        out = [PLACES[i](tuple(p.shape), p.dtype) for i, p in zip(places, parts)]
        before = [state(t) for t in out]
        try:
            function(*arguments, out=tuple(out) if several else out[0])
        except (RuntimeError, TypeError):
            failed += 1
            assert [state(t) for t in out] == before
    assert failed >= 3
