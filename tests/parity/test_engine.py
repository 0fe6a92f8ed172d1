"""backward, grad, hooks, nodes called by hand and custom Functions with arguments that are odd or wrong: line by line."""

import pytest

from parity.expressions import differences

torch = pytest.importorskip("torch")

BACKWARD = """
x = torch.tensor([1., 2.], requires_grad=True); w = torch.tensor([3., 4.], requires_grad=True)
def f(): global y; y = x * w; return (y * y).sum()
f().backward(gradient=3)
f().backward(3.)
f().backward("a")
f().backward([1])
f().backward((torch.tensor(1.),)), x.grad
f().backward(gradient={})
f().backward(np.ones(()))
[f().backward(retain_graph=flag) for flag in ("a",)]
[f().backward(retain_graph=flag) for flag in ("",)]
[f().backward(retain_graph=flag) for flag in (1.5,)]
[f().backward(retain_graph=flag) for flag in (torch.tensor(1.),)]
[f().backward(retain_graph=flag) for flag in (np.bool_(True),)]
[f().backward(retain_graph=flag) for flag in (0, 1, True, torch.tensor(True), np.int64(1), None)]
f().backward(create_graph=None)
f().backward(create_graph="a")
f().backward(create_graph=True, retain_graph="a")
f().backward(None, None, False, None, None)
f().backward(foo=1)
torch.ones(2).backward(inputs=[torch.ones(2)])
torch.ones(2).backward(torch.ones(2), inputs=[torch.ones(2)])
torch.ones(2).backward(torch.ones(2), create_graph=True)
f().backward(inputs=[torch.ones(2)])
f().backward(inputs=[x, 3])
f().backward(inputs={"a": x}), x.grad
import collections
f().backward(inputs=collections.OrderedDict(a=x))
f().backward(inputs=collections.UserDict(a=x))
x.grad = None; f().backward(inputs=[y]); y.grad, y.retains_grad, x.grad
z = f(); z.backward(inputs=[y], retain_graph=True); z.backward(inputs=[y, x]); y.grad, x.grad
x.grad = None; z = f(); z.backward(inputs=[y], create_graph=True); y.grad, x.grad
torch.autograd.backward({"a": f()})
torch.autograd.backward({f()})
torch.autograd.backward([f(), f()], {"a": None, "b": None})
torch.autograd.backward([f(), f()], [None])
torch.autograd.backward([f(), f()], [None, None, None])
torch.autograd.backward(f(), retain_graph="a")
torch.autograd.backward([f(), 3])
"""

GRAD = """
x = torch.tensor([1., 2.], requires_grad=True); w = torch.tensor([3., 4.], requires_grad=True)
u = torch.ones(2, requires_grad=True)
def f(): global y; y = x * w; return (y * y).sum()
torch.autograd.grad(f(), x, retain_graph="a")
torch.autograd.grad(f(), x, create_graph=None)
torch.autograd.grad(f(), x, allow_unused="a")
torch.autograd.grad(f(), x, materialize_grads="a")
torch.autograd.grad(f(), [x, u], allow_unused=1)
torch.autograd.grad(f(), x, allow_unused=1.5)
import collections
torch.autograd.grad(f(), collections.OrderedDict(a=x, b=w))
torch.autograd.grad(f(), {"a": x, "b": w})
torch.autograd.grad({"a": f()}, x)
torch.autograd.grad(f(), x, [None, None])
torch.autograd.grad(f(), x, {"a": torch.tensor(2.)})
torch.autograd.grad(f(), x, "a", is_grads_batched=True)
torch.autograd.grad(f(), x, [3], is_grads_batched=True)
torch.autograd.grad((f(), torch.ones(2)), x, (torch.ones(3), None), is_grads_batched=True)
torch.autograd.grad(f(), x, torch.ones(3), retain_graph="a", is_grads_batched=True)
E = torch.autograd.graph.GradientEdge; edge = torch.autograd.graph.get_gradient_edge
torch.autograd.grad(E(None, 0), x)
torch.autograd.grad(f(), E(3, 0))
torch.autograd.grad(f(), E(y.grad_fn, "a"))
torch.autograd.grad(E(f().grad_fn, 1), x)
torch.autograd.grad([edge(f()), edge(y)], edge(x), [None, torch.ones(2)])
"""

NOTHING = """
seen = []
def noted(name, result=None): return lambda *a: seen.append((name, a)) or result
x = torch.ones(4, requires_grad=True); a, b = (x * 1).split(2)
_ = a.register_hook(noted("a")), b.register_hook(noted("b")), b.retain_grad()
a.sum().backward(); seen, b.grad, x.grad
a, b = (x * 1).split(2); b.register_hook(noted("b", torch.ones(2))); a.sum().backward()
class Nothing(torch.autograd.Function): forward = staticmethod(lambda ctx, x: x * 2); backward = staticmethod(lambda ctx, g: None)
seen.clear(); x = torch.ones(2, requires_grad=True); y = x * 3; x.register_hook(noted("x")); y.register_hook(noted("y"))
node = y.grad_fn.next_functions[0][0]; _ = node.register_prehook(noted("pre")), node.register_hook(noted("post"))
_ = x.register_post_accumulate_grad_hook(noted("after"))
Nothing.apply(y).sum().backward(retain_graph=True); seen, x.grad
torch.autograd.grad(Nothing.apply(y).sum(), x, allow_unused=True), [name for name, _ in seen]
y = x * 2; y.retain_grad(); (y * y).sum().backward(create_graph=True); y.grad.grad_fn
"""

NODES = """
x = torch.tensor([[1., 2.], [3., 4.]], requires_grad=True); a, b = (x * 1).unbind()
a.grad_fn(None, None)
a.grad_fn(torch.ones(2), None)
a.grad_fn(torch.ones(2))
a.grad_fn(torch.ones(2), 3)
(x * 2).grad_fn(None)
(x @ x).grad_fn(None)
x.exp().grad_fn(torch.ones(2, 2), foo=3)
leaf = x.exp().grad_fn.next_functions[0][0]
leaf(torch.ones(2, 2), torch.ones(2, 2))
leaf()
leaf(3)
leaf("a", foo=3)
leaf(None), x.grad
leaf(torch.ones(2, 2)), x.grad
torch.set_grad_enabled(True), str(torch.autograd.graph.Node).replace("rushlight", "torch")
torch.autograd.set_detect_anomaly(False, "a")
leaf.requires_grad, x.exp().grad_fn.requires_grad
"""

TENSORS = """
x = torch.ones(2, requires_grad=True); y = x * 2; i = torch.ones(2, dtype=torch.int64)
y.data = i
del x.data
(x * 2).requires_grad = True
(x * 2).requires_grad = False
(x * 2).requires_grad_().requires_grad, (x * 2).requires_grad_(True).is_leaf
i.requires_grad = True
i.requires_grad_()
i.requires_grad_(False).requires_grad
x.is_leaf = 3
x.grad_fn = None
x._version = 3
x.shape = 3
x.T = 3
x.retains_grad = True
x._grad, x._grad_fn, y._grad_fn
x._grad = torch.ones(2)
x.grad
x._grad = 3
x.grad_dtype, i.grad_dtype
y.grad_dtype
y.grad_dtype = torch.float64
x.grad_dtype = 3
x.grad_dtype = torch.float32
with torch.inference_mode(): q = torch.ones(2)
q.data.is_inference(), x.data.is_inference()
"""

CUSTOM = """
def make(**methods): return type("Fn", (torch.autograd.Function,), {k: staticmethod(v) for k, v in methods.items()})
x = torch.tensor([1., 2.], requires_grad=True); w = torch.tensor([3., 4.], requires_grad=True)
A = make(forward=lambda ctx, x, y=None, *rest, k=None, **more: x * 2 if y is None else x * y, backward=lambda ctx, *g: (g[0],) * 2)
A.apply(x=x), A.apply(x, y=w), A.apply(y=w, x=x)
torch.autograd.grad(A.apply(x, y=w).sum(), [x, w])
torch.autograd.grad(A.apply(y=w, x=x).sum(), [x, w])
A.apply(y=w)
A.apply(x, x=w)
A.apply(x, k=w)
A.apply(x, z=w)
A.apply()
B = make(forward=lambda ctx, x, a, b=1, c=2: x * 2, backward=lambda ctx, g: print(ctx.needs_input_grad) or (g, None, None, None))
B.apply(x, 1, c=5)
B.apply(x, c=5)
torch.autograd.grad(B.apply(x, b=w, a=3).sum(), x)
counted = lambda ctx, inputs, output: setattr(ctx, "n", len(inputs))
S = make(forward=lambda x, a, b=1: x * 2, setup_context=counted, backward=lambda ctx, g: (g, None, None))
S.apply(x, 1).grad_fn.n, S.apply(x, b=2, a=w).grad_fn.needs_input_grad
S.apply(x, 1, 2, 3)
S.apply(x)
S.apply(x, 1, c=2)
make(forward=lambda x, *, k=1: x, setup_context=lambda ctx, i, o: None).apply(x, k=3)
make(forward=lambda ctx, x, y: x * y, backward=lambda ctx, g: (g, g)).apply(x, 3).sum().backward()
make(forward=lambda ctx, x: x * 2, backward=lambda ctx, g: torch.ones(2, dtype=torch.complex64)).apply(x).sum().backward()
make(forward=lambda ctx, x: x * 2, backward=lambda ctx, g: np.ones(2)).apply(x).sum().backward()
make(forward=lambda ctx, x: ctx.set_materialize_grads(3) or x * 2).apply(x)
D = make(forward=lambda ctx, x: ctx.mark_dirty(x) or x.mul_(2), backward=lambda ctx, g: g * 2)
q = x * 1; r = D.apply(q); r is q, q._version, torch.autograd.grad(r.sum(), x)
with torch.no_grad(): r = D.apply(x)
r is x, r, x, x._version
q = x * 1; a, b = make(forward=lambda ctx, x: (x[0:1], x[1:])).apply(q); a.add_(1)
q = x * 1; make(forward=lambda ctx, x: ctx.mark_dirty(x) or (x.mul_(2), x * 1)).apply(q[0:1])
"""


SAVED = """
F = torch.nn.functional; saved = lambda y: [name for name in dir(y.grad_fn) if name.startswith("_saved_")]
m = torch.arange(6.).reshape(2, 3).requires_grad_(); v = torch.ones(3, requires_grad=True); u = torch.ones(2, requires_grad=True)
saved(u.addmv(m, v)), u.addmv(m, v).grad_fn._saved_vec, saved(m.addr(u, v)), m.addr(u, v).grad_fn._saved_vec1
b = torch.ones(2, 2, 2, requires_grad=True); saved(b.baddbmm(b, b)), torch.addbmm(b[0], b, b).grad_fn._saved_batch1
m[torch.tensor([0, 1])].grad_fn._saved_indices, m[:, torch.tensor([2])].grad_fn._saved_indices
n = F.batch_norm(m, None, None, training=True).grad_fn; n._saved_input, n._saved_result1
n = F.layer_norm(m, (3,), v).grad_fn; n._saved_input, n._saved_result1, n._saved_weight
n = F.group_norm(m[None], 1).grad_fn; n._saved_input, n._saved_result1, n._saved_group
n = F.max_pool2d(b[None], 2, return_indices=True)[0].grad_fn; n._saved_result1
n = F.grid_sample(b[None], torch.zeros(1, 1, 1, 2), align_corners=True).grad_fn
saved(F.grid_sample(b[None], torch.zeros(1, 1, 1, 2)))
n._saved_align_corners, n._saved_interpolation_mode, n._saved_padding_mode
saved(F.pixel_shuffle(torch.ones(1, 4, 1, 1, requires_grad=True), 2)), saved(F.pixel_unshuffle(b[None], 2))
g, = torch.autograd.grad(v.tanh().sum(), v, create_graph=True); saved(g)
g, = torch.autograd.grad(v.sigmoid().sum(), v, create_graph=True); saved(g), g.grad_fn._saved_output
g, = torch.autograd.grad(F.mse_loss(v, v.detach() * 2), v, create_graph=True); g.grad_fn._saved_target, g.grad_fn._saved_grad_output
m.as_strided((2,), (1,), 1).grad_fn._saved_storage_offset, m.norm(3, 1).grad_fn._saved_p
F.avg_pool2d(b, 2).grad_fn._saved_kernel_size, F.embedding(torch.tensor([1]), m).grad_fn._saved_scale_grad_by_freq
n = F.scaled_dot_product_attention(b[None], b[None], b[None]).grad_fn; n._saved_query, n._saved_output.shape, n._saved_attn_mask
"""


@pytest.mark.parametrize("name", ["BACKWARD", "GRAD", "NOTHING", "NODES", "TENSORS", "CUSTOM", "SAVED"])
def test_line_by_line(name):
    assert not differences(torch, globals()[name])
