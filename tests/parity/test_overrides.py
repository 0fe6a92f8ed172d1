"""Subclasses, duck types and modes: who is told of which call, with which arguments, and what comes back, as in PyTorch."""

import copy
import functools
import warnings

import pytest

import rushlight
import rushlight.nn.functional
import rushlight.overrides

torch = pytest.importorskip("torch")

BOTH = (torch, rushlight)


def outcome(call):
    """What a call gives: as text, with the classes, or the error."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            result = call()
        except Exception as error:
            return f"{type(error).__name__}: {error}"
    return described(result)


def described(result):
    if isinstance(result, (tuple, list)) and type(result).__name__ != "Size":
        return type(result).__name__, [described(r) for r in result]
    return type(result).__name__, str(result).replace("rushlight", "torch")


@functools.cache
def told(package):
    """A subclass and a mode that write down of which calls they are told."""
    calls = []

    def note(func, args, kwargs):
        name = package.overrides.resolve_name(func) or func.__name__
        named = func.__name__.removeprefix(name.split(".")[1] + "_")  # "linalg_det"
        calls.append((name, named, len(args), kwargs if kwargs is None else sorted(kwargs)))

    class Told(package.Tensor):
        @classmethod
        def __torch_function__(cls, func, types, args=(), kwargs=None):
            note(func, args, kwargs)
            return super().__torch_function__(func, types, args, kwargs)

    class Mode(package.overrides.TorchFunctionMode):
        def __torch_function__(self, func, types, args=(), kwargs=None):
            note(func, args, kwargs)
            return func(*args, **(kwargs or {}))

    return Told, Mode, calls


OPERATORS = """
x + 2; 2 + x; p + x; x - 2; 2 - x; x * 2; 2 * x; x / 2; 2 / x; x // 2; 2 // x; x % 2; 2 % x; x ** 2; 2 ** x; x @ p; p @ x
x == 2; x != 2; x < 2; 2 < x; x <= 2; x >= 2; x > 2; -x; +x; abs(x); len(x); x[0]; 1.0 in x; bool(x[0, 0]); int(x[0, 0])
float(x[0, 0]); b & b; 1 & b; b | b; b ^ b; b << 1; 1 << b; b >> 1; ~b; x.__iadd__(1); x.__isub__(1); x.__imul__(1)
x.__itruediv__(1); x.__ifloordiv__(1); x.__imod__(3); x.__ipow__(2); b.__iand__(1); b.__ior__(1); b.__ixor__(1)
p.__iadd__(x); x.__setitem__(0, 1.0); repr(x); f"{x}"; reversed(x); complex(x[0, 0])
""".replace("\n", ";").split(";")  # fmt: skip
METHODS = """
x.add(1); x.add(other=1, alpha=2); x.sum(); x.sum(0); x.max(0); x.topk(1); x.split(1); x.norm(); x.unique()
x.requires_grad_(); (x.requires_grad_() * 2).sum().backward(); x.detach(); x.to(torch.float64); x.new_zeros(2); x.size()
x.stride(); x.numel(); x.tolist(); x.numpy(); x.type(); x.T; x.mT; x.shape; x.dtype; x.device; x.ndim; x.grad; x.grad_fn
x.is_leaf; x.requires_grad; x.data; x.layout; x.itemsize; x.nbytes; x.is_cuda; x.real; x._version; setattr(x, "grad", p)
setattr(x, "requires_grad", True); x.as_subclass(torch.Tensor); torch.Tensor._make_subclass(type(x), x); x.unbind()
x.where(x > 1, p); x.clamp_(0, 1); x.unflatten(0, (1, 2)); x.negative(); x.multiply(2); x.arccos(); x.clip(0, 1)
x.absolute_(); x.__deepcopy__({})
""".replace("\n", ";").split(";")  # fmt: skip
FUNCTIONS = """
torch.add(x, 1); torch.add(1, x); torch.add(p, 1, out=x); torch.cat([x, x]); torch.stack((p, x)); torch.einsum("ij->j", x)
torch.split(x, 1); torch.where(x > 1, x, 0); torch.zeros_like(x); torch.rand_like(x).shape; torch.is_tensor(x)
torch.is_floating_point(x); torch.numel(x); torch.allclose(x, x); torch.absolute(x); torch.clip(x, 1); torch.concat([x])
torch.norm(x); torch.tensordot(x, x); torch.unique(x); torch.cdist(x, x); torch.as_tensor(x)
torch.broadcast_tensors(x, p); torch.meshgrid(x[0], x[1], indexing="ij"); torch.sigmoid_(x); torch.linalg.det(x)
torch.linalg.norm(x); torch.fft.fft(x).dtype; torch.special.expit(x); torch.special.logsumexp(x, 0); torch.cosh(x)
F.relu(x); F.relu(x, True); F.linear(x, p); F.dropout(x, 0.0); F.softmax(x, 0); F.cross_entropy(x, torch.tensor([0, 1]))
F.softplus(x); F.mse_loss(x, p); F.layer_norm(x, (2,)); F.pad(x, (1, 1)); F.interpolate(x[None], 4).shape; F.sigmoid(x)
F.hardswish(x); F.one_hot(b); F.scaled_dot_product_attention(x, x, x); F.embedding(b, p); F.max_pool1d(x, 1)
F.leaky_relu(x); F.leaky_relu_(x); F.normalize(x); F.glu(x); torch.nn.init.constant_(x, 1.0); torch.nn.init.zeros_(x)
torch.nn.Linear(2, 2)(x).shape; torch.nn.ReLU()(x); torch.nn.Parameter(x)
torch.autograd.grad((x.requires_grad_() * 2).sum(), x, allow_unused=False)
torch.autograd.backward((x.requires_grad_() * 2).sum())
""".replace("\n", ";").split(";")  # fmt: skip
CALLS = [call.strip() for call in (*OPERATORS, *METHODS, *FUNCTIONS) if call.strip()]


@pytest.mark.parametrize("call", CALLS)
def test_a_subclass_is_told_of_the_same_calls(call):
    seen = []
    for package in BOTH:
        Told, _, calls = told(package)
        names = {
            "torch": package, "F": package.nn.functional, "p": package.ones(2, 2),
            "x": package.tensor([[1.0, 2.0], [3.0, 4.0]]).as_subclass(Told), "b": package.tensor([1, 0]).as_subclass(Told),
        }  # fmt: skip
        calls.clear()
        found = outcome(lambda: eval(call, names))  # noqa: B023
        seen.append((found if "lambda" not in str(found) and "object at" not in str(found) else "", list(calls)))
    assert seen[1] == seen[0]


IN_A_MODE = """
torch.ones(2); torch.zeros(1, dtype=torch.int64); torch.empty(0); torch.arange(3); torch.eye(2); torch.full((2,), 1.0)
torch.tensor([1.0]); torch.as_tensor([1]); torch.rand(2).shape; torch.randn(2).shape; torch.randperm(1)
torch.linspace(0, 1, 3); torch.hann_window(3); x + 1; x.shape; torch.get_default_dtype(); torch.is_grad_enabled()
torch.manual_seed(0) and 1; torch.is_tensor(x); torch.Tensor([1.0]); torch.fft.fftfreq(3); torch.result_type(x, 1)
torch.can_cast(torch.int32, torch.int64); torch.promote_types(torch.int32, torch.int64); F.relu(x); torch.split(x, 1)
torch.broadcast_shapes((1,), (2,)); torch.device("cpu") and 1; F.relu_(x); torch.linalg.norm(x); x.sum(); str(x); x ** 2
torch.Size([1]); torch.optim.SGD([torch.nn.Parameter(x)], lr=0.1) and 1; x.requires_grad_().sum().backward()
F.linear(x, x); torch.no_grad() and 1
""".replace("\n", ";").split(";")  # fmt: skip


@pytest.mark.parametrize("call", [call.strip() for call in IN_A_MODE if call.strip()])
def test_a_mode_is_told_of_the_same_calls(call):
    seen = []
    for package in BOTH:
        _, Mode, calls = told(package)
        names = {"torch": package, "F": package.nn.functional, "x": package.ones(2, 2)}
        calls.clear()
        with Mode():
            found = outcome(lambda: eval(call, names))  # noqa: B023
        if "device" in call:
            calls.clear()
        seen.append((found, [c for c in calls if c[0] != "_set_grad_enabled"]))
    if "SGD" in call:
        return
    assert seen[1] == seen[0]


def kinds(package):
    class One(package.Tensor): ...

    class Two(package.Tensor): ...

    class Under(One): ...

    class Quiet(package.Tensor):
        __torch_function__ = package._C._disabled_torch_function_impl

    one, two, under = (package.ones(2).as_subclass(kind) for kind in (One, Two, Under))
    plain, quiet = package.ones(2), package.ones(2).as_subclass(Quiet)
    F = package.nn.functional
    yield from (
        lambda: one + under, lambda: under + one, lambda: plain + one, lambda: plain.add(one), lambda: one + two,
        lambda: package.add(one, two), lambda: package.einsum("i,i", one, two), lambda: one.split(1), lambda: one + "a",
        lambda: "a" + one, lambda: F.linear(one, two), lambda: package.linalg.norm(one), lambda: quiet + 1, lambda: quiet + one,
        lambda: one.max(0), lambda: package.nn.Parameter(one), lambda: package.nn.Parameter(one) * 2, lambda: one.numpy(),
        lambda: package.stack([plain, one]), lambda: list(one), lambda: One([1, 2]), lambda: One(2, 0), lambda: One(plain),
        lambda: one._base, lambda: one._is_view(), lambda: one.clone().add_(1), lambda: plain.clone().add_(one),
        lambda: package.Tensor._make_subclass(One, plain, True), lambda: plain.as_subclass(int), lambda: plain.as_subclass(3),
        lambda: copy.copy(one), lambda: f"{one.sum():}", lambda: one.sum().item(), lambda: one.data,
        lambda: one.as_subclass(package.Tensor),
        lambda: package.linalg.svd(package.eye(2).as_subclass(One))[1], lambda: package.fft.fft(one).abs(), lambda: one[0],
        lambda: package.func.grad(lambda t: (t * t).sum())(one),
    )  # fmt: skip


def test_classes_of_results_and_errors():
    pairs = [[outcome(call) for call in kinds(package)] for package in BOTH]
    for theirs, ours in zip(*pairs, strict=True):
        assert str(ours).replace("<locals>", "") == str(theirs).replace("<locals>", "")


def through_the_graph(package):
    class Mine(package.Tensor): ...

    p = Mine([1.0, 2.0]).requires_grad_()
    y = p * p
    y.retain_grad()
    said = []
    p.register_hook(lambda g: said.append(type(g).__name__))
    z = y.sum()
    yield type(y.grad_fn).__name__, type(z).__name__, p.is_leaf, y.is_leaf, y._is_view()
    z.backward()
    yield type(p.grad).__name__, p.grad.tolist(), type(y.grad).__name__, y.grad.tolist(), said
    q = Mine([1.0, 2.0]).requires_grad_()
    (g,) = package.autograd.grad((q**3).sum(), q, create_graph=True)
    (h,) = package.autograd.grad(g.sum(), q)
    yield type(g).__name__, g.tolist(), type(h).__name__, h.tolist()
    w = q * 2
    w.add_(1)
    w[0] = 5.0
    yield type(w).__name__, w.tolist(), type(w.grad_fn).__name__, w._version
    w.sum().backward()
    yield q.grad.tolist()

    class Twice(package.autograd.Function):
        @staticmethod
        def forward(ctx, t):
            said.append(type(t).__name__)
            ctx.save_for_backward(t)
            return t * 2

        @staticmethod
        def backward(ctx, g):
            said.append(type(g).__name__)
            return g * 2

    r = Twice.apply(q)
    r.sum().backward()
    yield type(r).__name__, said
    m = package.nn.Sequential(package.nn.Linear(2, 3), package.nn.ReLU(), package.nn.LayerNorm(3))
    out = m(Mine([[1.0, 2.0]]))
    out.sum().backward()
    yield type(out).__name__, type(m[0].weight.grad).__name__
    m.w = package.nn.Parameter(Mine([1.0]))
    m.register_buffer("b", Mine([1.0]))
    m.double()
    yield [type(t).__name__ for t in (*m.parameters(), *m.buffers())], {k: type(v).__name__ for k, v in m.state_dict().items()}


def test_gradients_and_modules():
    assert list(through_the_graph(rushlight)) == list(through_the_graph(torch))


def the_notes_on_extending(package):
    """A class that is no tensor, after the notes on extending torch."""
    handled = {}

    class Scaled:
        def __init__(self, n, value):
            self.n, self.value = n, value

        def __repr__(self):
            return f"Scaled({self.n}, {self.value})"

        @classmethod
        def __torch_function__(cls, func, types, args=(), kwargs=None):
            if func not in handled or not all(issubclass(t, (package.Tensor, Scaled)) for t in types):
                return NotImplemented
            return handled[func](*args, **(kwargs or {}))

    def implements(function):
        def decorator(own):
            functools.update_wrapper(own, function)
            handled[function] = own
            return own

        return decorator

    @implements(package.mean)
    def mean(input):
        return float(input.value) / input.n

    @implements(package.add)
    def add(input, other):
        if isinstance(input, Scaled) and isinstance(other, Scaled):
            return Scaled(input.n, input.value + other.value)
        dense = [a.value * package.eye(a.n) if isinstance(a, Scaled) else a for a in (input, other)]
        return package.add(*dense)

    s, t = Scaled(2, 2), package.tensor([[1, 1], [1, 1]])
    for call in (
        lambda: package.mean(s), lambda: package.add(s, s), lambda: package.add(s, t), lambda: package.add(t, s),
        lambda: package.mul(s, 3), lambda: t + s, lambda: package.nn.functional.relu(s), lambda: package.sum(s),
        lambda: package.cat([s, s]), lambda: package.stft(s, 4), lambda: package.linalg.det(s), lambda: package.fft.fft(s),
        lambda: package.nn.functional.linear(t, s), lambda: t.add(s), lambda: package.Tensor.add(t, s),
    ):  # fmt: skip
        yield outcome(call)


def test_a_class_that_is_no_tensor():
    theirs, ours = (list(the_notes_on_extending(package)) for package in (torch, rushlight))
    assert str(ours) == str(theirs)


def modes(package):
    log = []

    class Named(package.overrides.TorchFunctionMode):
        def __init__(self, name):
            self.name = name

        def __repr__(self):
            return self.name

        def __torch_function__(self, func, types, args=(), kwargs=None):
            log.append((self.name, func.__name__))
            return NotImplemented if self.name == "no" else func(*args, **(kwargs or {}))

    class Mine(package.Tensor): ...

    x = package.ones(2).as_subclass(Mine)
    with Named("outer"), Named("inner"):
        y = x + 1
        with package._C.DisableTorchFunctionSubclass():
            z = x + 1
        with package._C.DisableTorchFunction():
            w = x * 2
        log.append([type(t).__name__ for t in (y, z, w)])
    log.append(package.overrides._get_current_function_mode())
    with Named("no"):
        log.append(outcome(lambda: package.ones(2)))
        log.append(outcome(lambda: x.add(1)))
    with Named("outer") as mode:
        log.append(package.overrides._get_current_function_mode() is mode)
        log.append(package.overrides._get_current_function_mode_stack() == [mode])
    return log


def test_modes_in_modes():
    assert str(modes(rushlight)) == str(modes(torch))


def own_functions(package):
    overrides, log = package.overrides, []

    class Mine(package.Tensor):
        @classmethod
        def __torch_function__(cls, func, types, args=(), kwargs=None):
            log.append((func.__name__, [t.__name__ for t in types], len(args), kwargs))
            return overrides.redispatch_function(func, types, args, kwargs or {})

    def scaled(a, b, c=1):
        if overrides.has_torch_function((a, b)):
            return overrides.handle_torch_function(scaled, (a, b), a, b, c=c)
        return a * b + c

    @overrides.wrap_torch_function(lambda a: (a,))
    def double(a):
        return a * 2

    x, t = package.ones(1).as_subclass(Mine), package.ones(1)
    yield outcome(lambda: scaled(x, t))[0], outcome(lambda: scaled(t, t)), outcome(lambda: double(x))[0], log
    for a in (x, t, 1, None, Mine, package.nn.Parameter(t)):
        yield overrides.is_tensor_like(a), overrides.has_torch_function((a,)), overrides.has_torch_function_unary(a)
    for f in ("add", "shape.__get__", "grad.__set__", "__getitem__", "to"):
        owner = package.Tensor
        for part in f.split("."):
            owner = getattr(owner, part)
        yield overrides.resolve_name(owner), overrides.is_tensor_method_or_property(owner)
    for f in (package.add, package.nn.functional.relu, package.linalg.det, package.split, package.conv2d, len, package.ones):
        yield overrides.resolve_name(f), f in overrides.get_ignored_functions(), overrides.is_tensor_method_or_property(f)


def test_functions_of_ones_own():
    assert str(list(own_functions(rushlight))) == str(list(own_functions(torch)))


def test_overridable_functions_are_torchs():
    """Every function that PyTorch lists, and rushlight has, is listed here, and none else of its namespaces."""
    theirs, ours = (
        {package.overrides.resolve_name(f) for fs in package.overrides.get_overridable_functions().values() for f in fs}
        for package in BOTH
    )
    here = {name for name in theirs if name and has(rushlight, name)}
    assert sorted(here - ours) == ["torch.autocast", "torch.special.digamma"]  # a class here, and psi
    assert sorted(name for name in ours - theirs if has(torch, name) and "._" not in name) == []


def has(package, name):
    owner = package
    for part in name.removeprefix("torch.").split("."):
        owner = getattr(owner, part, None)
    return owner is not None


def in_backward(package):
    """What a program's own functions, which the engine calls, are told."""
    said = []

    class Mine(package.Tensor): ...

    class Log(package.overrides.TorchFunctionMode):
        def __torch_function__(self, func, types, args=(), kwargs=None):
            said.append(func.__name__)
            return func(*args, **(kwargs or {}))

    class Times(package.autograd.Function):
        @staticmethod
        def forward(ctx, a, b):
            ctx.save_for_backward(b)
            return a * b

        @staticmethod
        def backward(ctx, g):
            (b,) = ctx.saved_tensors
            said.append((type(g).__name__, type(b).__name__, type(g * b).__name__))
            return g * b, None

    s, x = package.ones(2).as_subclass(Mine), package.ones(2, requires_grad=True)
    x.register_hook(lambda g: said.append(type(g * s).__name__))
    y = Times.apply(x, s)
    package.autograd.backward(y.as_subclass(package.Tensor).sum())
    Times.apply(x, s).sum().backward()
    w = package.ones(2, requires_grad=True)
    z = (w * 2).sin().sum()
    with Log():
        z.backward(retain_graph=True)
        package.autograd.backward(z)
    return type(y).__name__, said, x.grad.tolist(), type(x.grad).__name__


def test_the_engine_is_hidden_and_a_programs_own_functions_are_not():
    assert in_backward(rushlight) == in_backward(torch)
