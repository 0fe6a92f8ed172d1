"""Copies of views, out=, masks, segments, storages and diagonals against PyTorch, line by line."""

import pytest

from .expressions import differences

torch = pytest.importorskip("torch")

COPIES = """
x = torch.arange(12.).reshape(3, 4).requires_grad_()
[torch.t_copy(x).grad_fn.name(), torch.permute_copy(x, (1, 0)).stride(), torch.squeeze_copy(x, (0, 1)).grad_fn.name()]
torch.narrow_copy(x, 0, 0, 9)
torch.narrow_copy(x, 2, 0, 0)
torch.narrow_copy(torch.tensor(1.), 0, 0, 1)
torch.slice_copy(x, 0, 1, 2, 0)
torch.slice_copy(torch.tensor(1.))
torch.select_copy(x, 0, 7)
torch.t_copy(torch.zeros(1, 1, 1))
torch.t_copy(3)
torch.view_copy(x.t(), (2, 6))
torch.view_copy(x, torch.int32).dtype
torch.detach_copy(x).sum().backward()
torch.unbind_copy(torch.ones(0, 2))
torch.unsafe_split(x, 2)[1].grad_fn.name()
torch.as_strided_scatter(x, torch.zeros(3), (2,), (1,), 0)
torch.as_strided_scatter(x, torch.zeros(2), (2,), (0,), 0)
torch.as_strided_scatter(x, torch.ones(2, dtype=torch.int64), (2,), (5,), 1)
torch.as_strided_scatter(x.detach().t(), torch.ones(2), (2,), (5,), 1)
"""

OUT = """
x = torch.arange(6.).reshape(2, 3)
i = torch.tensor([[0, 1, 1], [1, 0, 1]])
v = torch.tensor([0, 1])
d = torch.empty(0, dtype=torch.float64)
n = torch.empty(0, dtype=torch.int64)
torch.gather(x, 0, i, out=d)
torch.index_select(x, 0, v, out=d)
torch.masked_select(x, x > 1, out=n)
torch.take(x, v, out=d)
torch.take_along_dim(x, i, 1, out=d)
torch.index_add(x, 0, v, x, out=n)
torch.index_copy(x, 0, v, x, out=d)
torch.scatter(x, 0, i, 1., out=d)
torch.scatter_reduce(x, 0, i, x, "sum", out=d)
torch.cat([x, x], out=n)
torch.cat([x, x], out=d)
torch.diag(x, out=d)
torch.tril(x, out=n)
torch.nonzero(x, out=d)
torch.t_copy(x, out=d)
torch.add(x, 1, out=torch.zeros(1).expand(2, 3))
torch.add(x[:, 1:], 1, out=x[:, :2])
y = torch.arange(4.)
torch.add(y[1:], 1, out=y[:-1])
torch.gather(y, 0, v, out=y)
torch.cat([y, y], out=y)
y
"""

SEGMENTS = """
d = torch.arange(6.).reshape(3, 2).requires_grad_()
torch.segment_reduce(d, 'mean', lengths=torch.tensor([2, 0, 1]))
torch.segment_reduce(d, 'min', offsets=torch.tensor([0, 2, 3]), initial=1.)
torch.segment_reduce(d, 'foo', lengths=torch.tensor([2, 1]))
torch.segment_reduce(d, 'sum', lengths=torch.tensor([2, 2]))
torch.segment_reduce(d, 'sum', lengths=torch.tensor([2., 1]))
torch.segment_reduce(d, 'sum', lengths=torch.tensor([[2], [1], [2]]), axis=1, unsafe=True)
torch.segment_reduce(d, 'sum', offsets=torch.tensor([1, 3]))
torch.segment_reduce(d.long(), 'sum', lengths=torch.tensor([2, 1]))
x, s, i = torch.zeros(3, 2), torch.arange(6.).reshape(3, 2), torch.tensor([0, 2, 0])
torch.index_reduce(x, 0, i, s, 'amax', include_self=False)
torch.index_reduce(x, 0, i, s, 'sum')
torch.index_reduce(x, 0, i.float(), s, 'prod')
torch.index_reduce(x, 0, i[:2], s, 'prod')
torch.index_reduce(x, 0, i, s.double(), 'prod')
torch.index_reduce(x, 0, i[None], s, 'prod')
torch.index_reduce(x, 0, i, s, 3)
torch.index_reduce(x.bool(), 0, i, s.bool(), 'mean')
"""

STORAGES = """
x = torch.ones(2)
x.storage()
x.untyped_storage().fill_(0)
x.untyped_storage()[1:3]
torch.zeros(3).set_(torch.ones(4).untyped_storage(), 1, (2,))
torch.zeros(3).set_(torch.ones(4), 1, (2,), (1,))
torch.zeros(3).set_(torch.ones(2, dtype=torch.double))
torch.zeros(3, requires_grad=True).set_(torch.ones(2))
torch.zeros(7, 3).fill_diagonal_(1, wrap=True)
torch.zeros(3).fill_diagonal_(1)
torch.zeros(2, 3, 3).fill_diagonal_(1)
torch.zeros(3, 3).fill_diagonal_('a')
torch.zeros(3, 3, dtype=torch.long).fill_diagonal_(2.7)
torch.zeros(3, 3, requires_grad=True).fill_diagonal_(2)
[torch.typename(torch.zeros(1)), torch.typename(3)]
torch.set_deterministic_debug_mode(9)
torch.use_deterministic_algorithms(3)
torch.set_num_threads(1.5)
torch.ones(2).coalesce()
"""


@pytest.mark.parametrize("program", [COPIES, OUT, SEGMENTS, STORAGES], ids=["copies", "out", "segments", "storages"])
def test_line_by_line(program):
    assert not differences(torch, program)
