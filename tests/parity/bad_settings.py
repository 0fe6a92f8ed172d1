"""Bad settings of optimizers, schedulers, modules, initial values, data loaders and distributions: one call each."""

from collections.abc import Callable
from typing import Any

Case = Callable[[Any], Any]


def parameters(torch, count: int = 2) -> list:
    torch.manual_seed(0)
    return [torch.nn.Parameter(torch.randn(2, 3)) for _ in range(count)]


def optimizer(torch, name: str = "SGD", **settings):
    return getattr(torch.optim, name)(parameters(torch), **{"lr": 0.1, **settings})


def scheduler(torch, name: str, *args, **settings):
    return getattr(torch.optim.lr_scheduler, name)(optimizer(torch), *args, **settings)


def normal(torch, *size):
    return torch.distributions.Normal(torch.zeros(size), torch.ones(size))


def after_step(torch, o):
    for group in o.param_groups:
        for p in group["params"]:
            p.grad = torch.ones_like(p)
    o.step()
    return o


SETTINGS: dict[str, list[dict]] = {
    "SGD": [{"lr": -1}, {"momentum": -0.1}, {"weight_decay": -1}, {"nesterov": True},
            {"nesterov": True, "momentum": 0.9, "dampening": 0.1},
            {"bogus": 1}, {"fused": True, "differentiable": True}, {"fused": True, "foreach": True}, {"lr": "x"}, {"lr": None}],
    "Adam": [{"lr": -1}, {"eps": -1}, {"betas": (1.0, 0.9)}, {"betas": (0.9, 1.0)}, {"betas": (-0.1, 0.9)}, {"weight_decay": -1},
             {"betas": 0.9}, {"betas": (0.9,)}, {"fused": True, "foreach": True}, {"fused": True, "differentiable": True}],
    "AdamW": [{"lr": -1}, {"eps": -1}, {"betas": (1.0, 0.9)}, {"weight_decay": -1}],
    "NAdam": [{"lr": -1}, {"eps": -1}, {"betas": (1.0, 0.9)}, {"weight_decay": -1}, {"momentum_decay": -1}],
    "RAdam": [{"lr": -1}, {"eps": -1}, {"betas": (1.0, 0.9)}, {"weight_decay": -1}],
    "Adamax": [{"lr": -1}, {"eps": -1}, {"betas": (1.0, 0.9)}, {"weight_decay": -1}],
    "Adadelta": [{"lr": -1}, {"rho": 1.1}, {"eps": -1}, {"weight_decay": -1}],
    "Adagrad": [{"lr": -1}, {"lr_decay": -1}, {"weight_decay": -1}, {"initial_accumulator_value": -1}, {"eps": -1}],
    "RMSprop": [{"lr": -1}, {"eps": -1}, {"momentum": -1}, {"weight_decay": -1}, {"alpha": -1}],
    "Rprop": [{"lr": -1}, {"etas": (1.1, 1.2)}, {"etas": (0.5, 0.9)}],
    "ASGD": [{"lr": -1}, {"weight_decay": -1}, {"lambd": -1}],
    "Adafactor": [{"lr": -1}, {"beta2_decay": 1}, {"eps": (-1, 1e-3)}, {"eps": (None, -1)}, {"d": 0.5}, {"weight_decay": -1}],
    "LBFGS": [{"lr": -1}, {"line_search_fn": "bogus"}],
    "Muon": [{"lr": -1}, {"momentum": -1}, {"weight_decay": -1}, {"adjust_lr_fn": "bogus"}],
}  # fmt: skip

CASES: dict[str, Case] = {}
for _name, _all in SETTINGS.items():
    for _settings in _all:
        CASES[f"{_name} {_settings}"] = lambda torch, name=_name, settings=_settings: (
            _stepped(torch, name, settings)
        )


def _stepped(torch, name, settings):
    o = getattr(torch.optim, name)(parameters(torch), **settings)
    return after_step(torch, o)


def case(f: Case) -> Case:
    CASES[f.__name__] = f
    return f


def cases(text: str, prefix: str = "") -> None:
    """A case a line: an expression."""
    for line in text.strip().splitlines():
        code = compile(line.strip(), line.strip(), "eval")
        CASES[prefix + line.strip()] = lambda torch, code=code: eval(code, {**globals(), "torch": torch})


cases("""
torch.optim.SGD([], lr=0.1)
torch.optim.SGD(torch.ones(2), lr=0.1)
torch.optim.SGD(torch.nn.Parameter(torch.ones(2)), lr=0.1)
torch.optim.SGD([torch.ones(2, requires_grad=True) * 2], lr=0.1)
torch.optim.SGD(["x"], lr=0.1)
torch.optim.SGD([None], lr=0.1)
torch.optim.SGD(None, lr=0.1)
torch.optim.SGD(5, lr=0.1)
torch.optim.SGD([[torch.ones(2, requires_grad=True)]], lr=0.1)
torch.optim.SGD([{}], lr=0.1)
torch.optim.SGD([{"params": set(parameters(torch))}], lr=0.1)
torch.optim.SGD(parameters(torch, 1) * 2, lr=0.1)
torch.optim.SGD([{"params": p} for p in parameters(torch, 1) * 2], lr=0.1)
torch.optim.SGD([{"params": parameters(torch), "lr": -1}], lr=0.1)
torch.optim.SGD([("a", parameters(torch)[0]), parameters(torch)[0]], lr=0.1)
torch.optim.SGD([parameters(torch)[0], ("a", parameters(torch)[0])], lr=0.1)
torch.optim.SGD([("a", parameters(torch)[0]), ("a", parameters(torch)[0])], lr=0.1)
torch.optim.SGD([("a", 1)], lr=0.1)
torch.optim.SGD(lr=0.1)
torch.optim.Adam(parameters(torch), lr=torch.ones(2))
torch.optim.Adam(parameters(torch), lr=torch.tensor(0.1), foreach=True)
torch.optim.Adam(parameters(torch), lr=torch.tensor(0.1), betas=(torch.tensor(0.9), 0.9), foreach=True)
torch.optim.Adam(parameters(torch), betas=(torch.tensor([0.9, 0.9]), torch.tensor(0.9)))
torch.optim.Adam(parameters(torch), betas=(torch.tensor(0.9), 0.9))
torch.optim.Adam([torch.nn.Parameter(torch.ones(2, dtype=torch.complex64))], fused=True)
torch.optim.LBFGS([{"params": parameters(torch)}, {"params": parameters(torch)}])
torch.optim.LBFGS(parameters(torch)).step()
torch.optim.LBFGS(parameters(torch)).step(None)
torch.optim.Muon([torch.nn.Parameter(torch.ones(3))])
torch.optim.Muon([torch.nn.Parameter(torch.ones(2, 3, 4))])
torch.optim.Rprop(parameters(torch), etas=(0.5,))
optimizer(torch).step(5)
optimizer(torch).step("x")
optimizer(torch).add_param_group([])
optimizer(torch).add_param_group({"params": set()})
optimizer(torch).add_param_group({"params": [torch.ones(2)], "lr": "x"})
optimizer(torch).add_param_group({"params": [1]})
optimizer(torch).add_param_group({})
(lambda o: o.add_param_group({"params": o.param_groups[0]["params"]}))(optimizer(torch))
optimizer(torch).load_state_dict({})
optimizer(torch).load_state_dict({"param_groups": [], "state": {}})
optimizer(torch).load_state_dict(torch.optim.SGD(parameters(torch, 3), lr=1).state_dict())
optimizer(torch).load_state_dict(5)
optimizer(torch).load_state_dict(None)
optimizer(torch).register_step_pre_hook(5)
optimizer(torch).zero_grad(True, True)
torch.optim.Optimizer(parameters(torch), {}).step()
torch.optim.swa_utils.AveragedModel(5)
torch.optim.swa_utils.get_ema_avg_fn(2.0)
torch.optim.swa_utils.get_ema_multi_avg_fn(-1)
torch.optim.swa_utils.SWALR(optimizer(torch), swa_lr=0.1, anneal_strategy="bogus")
torch.optim.swa_utils.SWALR(optimizer(torch), swa_lr=0.1, anneal_epochs=-1)
torch.optim.swa_utils.SWALR(optimizer(torch), swa_lr=0.1, anneal_epochs=1.5)
torch.optim.swa_utils.SWALR(optimizer(torch), swa_lr=[0.1, 0.2])
""")

cases("""
torch.optim.lr_scheduler.StepLR(5, 2)
torch.optim.lr_scheduler.StepLR(None, 2)
torch.optim.lr_scheduler.StepLR(optimizer(torch), 2, last_epoch=3)
scheduler(torch, "StepLR")
scheduler(torch, "StepLR", 0)
scheduler(torch, "StepLR", "x").step()
scheduler(torch, "StepLR", 2, verbose=True)
scheduler(torch, "MultiStepLR", 5)
scheduler(torch, "MultiStepLR", [3, 1])
scheduler(torch, "ConstantLR", factor=2)
scheduler(torch, "ConstantLR", factor=-1)
scheduler(torch, "LinearLR", start_factor=2)
scheduler(torch, "LinearLR", start_factor=0)
scheduler(torch, "LinearLR", end_factor=2)
scheduler(torch, "LinearLR", end_factor=-1)
scheduler(torch, "LinearLR", total_iters=0)
scheduler(torch, "ExponentialLR")
scheduler(torch, "LambdaLR", [lambda e: 1, lambda e: 2])
scheduler(torch, "LambdaLR", 5)
scheduler(torch, "MultiplicativeLR", [lambda e: 1, lambda e: 2])
scheduler(torch, "CosineAnnealingLR", 0)
scheduler(torch, "CosineAnnealingWarmRestarts", 0)
scheduler(torch, "CosineAnnealingWarmRestarts", 1.5)
scheduler(torch, "CosineAnnealingWarmRestarts", 2, 0)
scheduler(torch, "CosineAnnealingWarmRestarts", 2, 1.5)
scheduler(torch, "CosineAnnealingWarmRestarts", 2, 2).step(-1)
scheduler(torch, "CyclicLR", 0.1, 0.2)
scheduler(torch, "CyclicLR", 0.1, 0.2, cycle_momentum=False, mode="bogus")
scheduler(torch, "CyclicLR", 0.1, [0.2, 0.3], cycle_momentum=False)
scheduler(torch, "CyclicLR", [0.1, 0.2], 0.2, cycle_momentum=False)
scheduler(torch, "CyclicLR", 0.1, 0.2, cycle_momentum=True)
scheduler(torch, "OneCycleLR", 0.1)
scheduler(torch, "OneCycleLR", 0.1, total_steps=-1)
scheduler(torch, "OneCycleLR", 0.1, total_steps=1.5)
scheduler(torch, "OneCycleLR", 0.1, epochs=2)
scheduler(torch, "OneCycleLR", 0.1, epochs=-2, steps_per_epoch=2)
scheduler(torch, "OneCycleLR", 0.1, epochs=2, steps_per_epoch=-2)
scheduler(torch, "OneCycleLR", 0.1, total_steps=4, pct_start=2)
scheduler(torch, "OneCycleLR", 0.1, total_steps=4, anneal_strategy="bogus")
scheduler(torch, "OneCycleLR", 0.1, total_steps=4)
scheduler(torch, "OneCycleLR", [0.1, 0.2], total_steps=4, cycle_momentum=False)
scheduler(torch, "ReduceLROnPlateau", "bogus")
scheduler(torch, "ReduceLROnPlateau", factor=1.5)
scheduler(torch, "ReduceLROnPlateau", threshold_mode="bogus")
scheduler(torch, "ReduceLROnPlateau", min_lr=[0.1, 0.2])
scheduler(torch, "ReduceLROnPlateau").step()
scheduler(torch, "ReduceLROnPlateau").step("x")
torch.optim.lr_scheduler.ReduceLROnPlateau(5)
scheduler(torch, "SequentialLR", [], [])
scheduler(torch, "SequentialLR", [5], [])
scheduler(torch, "SequentialLR", [scheduler(torch, "StepLR", 2)], [])
scheduler(torch, "SequentialLR", [scheduler(torch, "StepLR", 2)], [2])
torch.optim.lr_scheduler.ChainedScheduler([])
torch.optim.lr_scheduler.ChainedScheduler([5])
torch.optim.lr_scheduler.ChainedScheduler([scheduler(torch, "StepLR", 2), scheduler(torch, "StepLR", 2)])
torch.optim.lr_scheduler.ChainedScheduler([scheduler(torch, "StepLR", 2)], optimizer(torch))
scheduler(torch, "PolynomialLR", 0).step()
scheduler(torch, "StepLR", 2).load_state_dict(5)
torch.optim.lr_scheduler.LRScheduler(optimizer(torch))
""")

cases("""
torch.nn.Linear(-1, 2)
torch.nn.Linear(2, -1)
torch.nn.Linear("x", 2)
torch.nn.Linear(2)
torch.nn.Linear(2, 3)(torch.ones(4))
torch.nn.Linear(2, 3)(torch.ones(1, 3))
torch.nn.Linear(2, 3)(torch.ones(2, dtype=torch.float64))
torch.nn.Linear(2, 3)(torch.ones(2, dtype=torch.int64))
torch.nn.Linear(2, 3)([1.0, 2.0])
torch.nn.Linear(2, 3)(None)
torch.nn.Linear(2, 3)()
torch.nn.Linear(2, 3)(torch.ones(2), torch.ones(2))
torch.nn.Linear(2, 3, dtype=torch.int64)
torch.nn.Linear(2, 3, dtype="float32")
torch.nn.Linear(2, 3, device="bogus")
torch.nn.Bilinear(0, 2, 3)
torch.nn.Bilinear(2, 2, 3)(torch.ones(2), torch.ones(3))
torch.nn.Conv1d(3, 2, 2, groups=2)
torch.nn.Conv2d(3, 4, 2, groups=3)
torch.nn.Conv2d(4, 4, 2, groups=3)
torch.nn.Conv2d(4, 4, 2, groups=0)
torch.nn.Conv2d(4, 4, 2, groups=-1)
torch.nn.Conv2d(4, 4, 2, padding="bogus")
torch.nn.Conv2d(4, 4, 2, padding="same", stride=2)
torch.nn.Conv2d(4, 4, 2, padding_mode="bogus")
torch.nn.Conv2d(-4, 4, 2)
torch.nn.Conv2d(4, 4, -2)
torch.nn.Conv2d(4, 4, (1, 2, 3))(torch.ones(1, 4, 5, 5))
torch.nn.Conv2d(4, 4, 2)(torch.ones(4))
torch.nn.Conv2d(4, 4, 2)(torch.ones(1, 3, 5, 5))
torch.nn.Conv2d(4, 4, 2)(torch.ones(1, 1, 4, 5, 5))
torch.nn.Conv2d(4, 4, 9)(torch.ones(1, 4, 5, 5))
torch.nn.Conv2d(4, 4, 2)(torch.ones(1, 4, 5, 5, dtype=torch.float64))
torch.nn.Conv2d(4, 4, 2)(torch.ones(1, 4, 5, 5, dtype=torch.int64))
torch.nn.Conv2d(4, 4, 2, stride=0)(torch.ones(1, 4, 5, 5))
torch.nn.Conv2d(4, 4, 2, stride=-1)(torch.ones(1, 4, 5, 5))
torch.nn.Conv2d(4, 4, 2, padding=-1)(torch.ones(1, 4, 5, 5))
torch.nn.Conv2d(4, 4, 2, dilation=0)(torch.ones(1, 4, 5, 5))
torch.nn.Conv1d(4, 4, 2)(torch.ones(1, 3, 5))
torch.nn.Conv1d(4, 4, 2)(torch.ones(5))
torch.nn.Conv3d(4, 4, 2)(torch.ones(1, 3, 5, 5, 5))
torch.nn.Conv3d(4, 4, 2)(torch.ones(5))
torch.nn.ConvTranspose2d(4, 4, 2)(torch.ones(1, 3, 5, 5))
torch.nn.ConvTranspose2d(4, 4, 2)(torch.ones(5))
torch.nn.ConvTranspose2d(4, 4, 2, padding_mode="reflect")
torch.nn.ConvTranspose2d(4, 4, 2, groups=3)
torch.nn.ConvTranspose2d(4, 4, 2)(torch.ones(1, 4, 5, 5), output_size=(1, 1))
torch.nn.ConvTranspose2d(4, 4, 2)(torch.ones(1, 4, 5, 5), output_size=(1,))
torch.nn.ConvTranspose2d(4, 4, 2, output_padding=3)(torch.ones(1, 4, 5, 5))
torch.nn.Dropout(2)
torch.nn.Dropout(-0.1)
torch.nn.Dropout("x")
torch.nn.Dropout2d(2)
torch.nn.AlphaDropout(2)
torch.nn.Dropout()("x")
torch.nn.functional.dropout(torch.ones(2), 2)
torch.nn.functional.dropout2d(torch.ones(2, 2, 2), -1)
torch.nn.functional.alpha_dropout(torch.ones(2), -1)
torch.nn.BatchNorm1d(3)(torch.ones(2, 4))
torch.nn.BatchNorm1d(3)(torch.ones(3))
torch.nn.BatchNorm1d(3)(torch.ones(1, 3))
torch.nn.BatchNorm1d(3)(torch.ones(2, 3, dtype=torch.int64))
torch.nn.BatchNorm1d(3)(torch.ones(2, 3, dtype=torch.float64))
torch.nn.BatchNorm2d(3)(torch.ones(2, 3))
torch.nn.BatchNorm2d(3)(torch.ones(2, 4, 2, 2))
torch.nn.BatchNorm2d(3)(torch.ones(1, 3, 1, 1))
torch.nn.BatchNorm3d(3)(torch.ones(2, 3))
torch.nn.BatchNorm1d(-3)
torch.nn.BatchNorm1d("x")
torch.nn.InstanceNorm1d(3)(torch.ones(3))
torch.nn.InstanceNorm2d(3)(torch.ones(3))
torch.nn.InstanceNorm2d(3, affine=True)(torch.ones(2, 4, 2, 2))
torch.nn.InstanceNorm2d(3)(torch.ones(2, 3, 1, 1))
torch.nn.LayerNorm(3)(torch.ones(2, 4))
torch.nn.LayerNorm([3, 4])(torch.ones(4))
torch.nn.LayerNorm("x")
torch.nn.LayerNorm(3)(torch.ones(2, 3, dtype=torch.float64))
torch.nn.LayerNorm(3)(torch.ones(2, 3, dtype=torch.int64))
torch.nn.RMSNorm(3)(torch.ones(2, 4))
torch.nn.GroupNorm(2, 3)
torch.nn.GroupNorm(0, 3)
torch.nn.GroupNorm(2, 4)(torch.ones(2, 3))
torch.nn.GroupNorm(2, 4)(torch.ones(4))
torch.nn.functional.group_norm(torch.ones(1, 3), 2)
torch.nn.functional.group_norm(torch.ones(1, 2), 2)
torch.nn.functional.group_norm(torch.ones(3), 2)
torch.nn.LocalResponseNorm(2)(torch.ones(3))
torch.nn.Embedding(3, 2)(torch.tensor([3]))
torch.nn.Embedding(3, 2)(torch.tensor([-1]))
torch.nn.Embedding(3, 2)(torch.tensor([1.0]))
torch.nn.Embedding(3, 2)([1])
torch.nn.Embedding(3, 2)(1)
torch.nn.Embedding(3, 2, padding_idx=3)
torch.nn.Embedding(3, 2, padding_idx=-4)
torch.nn.Embedding(-3, 2)
torch.nn.Embedding(3, 2, _weight=torch.ones(2, 2))
torch.nn.Embedding(3, 2, max_norm=1.0)(torch.tensor([7]))
torch.nn.Embedding.from_pretrained(torch.ones(3))
torch.nn.EmbeddingBag(3, 2)(torch.tensor([1, 2]))
torch.nn.EmbeddingBag(3, 2)(torch.tensor([[1, 2]]), torch.tensor([0]))
torch.nn.EmbeddingBag(3, 2)(torch.tensor([1, 2]), torch.tensor([1]))
torch.nn.EmbeddingBag(3, 2)(torch.tensor([1, 2]), torch.tensor([0, 3]))
torch.nn.EmbeddingBag(3, 2)(torch.tensor([1, 5]), torch.tensor([0]))
torch.nn.EmbeddingBag(3, 2, mode="bogus")(torch.tensor([1, 2]), torch.tensor([0]))
torch.nn.EmbeddingBag(3, 2, padding_idx=5)
torch.nn.EmbeddingBag(3, 2)(torch.tensor([[1, 2]]), per_sample_weights=torch.ones(1, 2))
torch.nn.RNN(3, 4, nonlinearity="bogus")
torch.nn.RNN(3, 4, num_layers=0)
torch.nn.RNN(3, 0)
torch.nn.RNN(3, 4, dropout=2)
torch.nn.RNN(3, "x")
torch.nn.RNN(3, 4)(torch.ones(3))
torch.nn.RNN(3, 4)(torch.ones(2, 2))
torch.nn.RNN(3, 4)(torch.ones(2, 2, 2))
torch.nn.RNN(3, 4)(torch.ones(2, 2, 3), torch.ones(1, 2, 3))
torch.nn.RNN(3, 4)(torch.ones(2, 2, 3), torch.ones(2, 4))
torch.nn.RNN(3, 4)(torch.ones(2, 3), torch.ones(1, 2, 4))
torch.nn.RNN(3, 4)(torch.ones(2, 2, 3, dtype=torch.float64))
torch.nn.LSTM(3, 4)(torch.ones(2, 2, 3), torch.ones(1, 2, 4))
torch.nn.LSTM(3, 4)(torch.ones(2, 2, 3), (torch.ones(1, 2, 4), torch.ones(1, 2, 5)))
torch.nn.LSTM(3, 4, proj_size=4)
torch.nn.LSTM(3, 4, proj_size=-1)
torch.nn.GRU(3, 4, proj_size=2)
torch.nn.GRU(3, 4)(torch.ones(2, 2, 3), torch.ones(1, 3, 4))
torch.nn.LSTMCell(3, 4)(torch.ones(2, 4))
torch.nn.LSTMCell(3, 4)(torch.ones(2, 2, 3))
torch.nn.GRUCell(3, 4)(torch.ones(2, 3), torch.ones(3, 4))
torch.nn.RNNCell(3, 4, nonlinearity="bogus")(torch.ones(2, 3))
torch.nn.MultiheadAttention(5, 2)
torch.nn.MultiheadAttention(0, 2)
torch.nn.MultiheadAttention(4, 0)
torch.nn.MultiheadAttention(4, 2)(torch.ones(2, 3), torch.ones(2, 3), torch.ones(2, 3))
torch.nn.MultiheadAttention(4, 2)(torch.ones(4), torch.ones(4), torch.ones(4))
torch.nn.MultiheadAttention(4, 2)(torch.ones(2, 4), torch.ones(2, 4), torch.ones(3, 4))
torch.nn.MultiheadAttention(4, 2)(*[torch.ones(2, 4)] * 3, attn_mask=torch.ones(3, 3))
torch.nn.MultiheadAttention(4, 2)(*[torch.ones(2, 4)] * 3, key_padding_mask=torch.ones(3))
torch.nn.TransformerEncoderLayer(4, 3)
torch.nn.TransformerEncoderLayer(4, 2, activation="bogus")
torch.nn.Transformer(4, 2)(torch.ones(2, 2, 4), torch.ones(2, 3, 4))
torch.nn.Transformer(4, 2)(torch.ones(2, 2, 3), torch.ones(2, 2, 4))
torch.nn.Softmax(5)(torch.ones(2))
torch.nn.Softmax2d()(torch.ones(2))
torch.nn.GLU()(torch.ones(3))
torch.nn.PReLU(3)(torch.ones(2, 2))
torch.nn.Hardtanh(2, 1)
torch.nn.Threshold()
torch.nn.MaxPool2d(2)(torch.ones(2))
torch.nn.MaxPool2d(2, padding=2)(torch.ones(1, 1, 4, 4))
torch.nn.MaxPool2d(5)(torch.ones(1, 1, 4, 4))
torch.nn.MaxPool2d(0)(torch.ones(1, 1, 4, 4))
torch.nn.MaxPool2d(2, stride=-1)(torch.ones(1, 1, 4, 4))
torch.nn.AvgPool2d(2, padding=2)(torch.ones(1, 1, 4, 4))
torch.nn.AvgPool2d(2, divisor_override=0)(torch.ones(1, 1, 4, 4))
torch.nn.AvgPool1d(2)(torch.ones(4))
torch.nn.AdaptiveAvgPool2d((1, 2, 3))(torch.ones(1, 1, 4, 4))
torch.nn.AdaptiveAvgPool2d(2)(torch.ones(4))
torch.nn.AdaptiveMaxPool2d(-2)(torch.ones(1, 4, 4))
torch.nn.MaxUnpool2d(2)(torch.ones(1, 1, 2, 2), torch.full((1, 1, 2, 2), 99))
torch.nn.FractionalMaxPool2d(2)
torch.nn.FractionalMaxPool2d(2, output_size=2, output_ratio=0.5)
torch.nn.FractionalMaxPool2d(2, output_ratio=2)
torch.nn.Unfold(2)(torch.ones(2))
torch.nn.Unfold(9)(torch.ones(1, 1, 2, 2))
torch.nn.Fold((4, 4), 2)(torch.ones(1, 4, 3))
torch.nn.Upsample(size=2, scale_factor=2)(torch.ones(1, 1, 2))
torch.nn.Upsample()(torch.ones(1, 1, 2))
torch.nn.Upsample(scale_factor=2, mode="bogus")(torch.ones(1, 1, 2))
torch.nn.Upsample(scale_factor=2, mode="bilinear")(torch.ones(1, 1, 2))
torch.nn.Upsample(scale_factor=2, mode="nearest", align_corners=True)(torch.ones(1, 1, 2))
torch.nn.PixelShuffle(2)(torch.ones(3, 2, 2))
torch.nn.PixelShuffle(0)(torch.ones(3, 2, 2))
torch.nn.PixelUnshuffle(2)(torch.ones(1, 3, 2))
torch.nn.ChannelShuffle(2)(torch.ones(1, 3, 2))
torch.nn.ReflectionPad2d(3)(torch.ones(1, 2, 2))
torch.nn.ReflectionPad1d(1)(torch.ones(2))
torch.nn.ReplicationPad2d(1)(torch.ones(2))
torch.nn.CircularPad2d(5)(torch.ones(1, 2, 2))
torch.nn.ZeroPad2d(-5)(torch.ones(1, 2, 2))
torch.nn.Flatten(3)(torch.ones(2))
torch.nn.Flatten(2, 1)(torch.ones(2, 2, 2))
torch.nn.Unflatten(1, 5)
torch.nn.Unflatten("x", (1, 2))
torch.nn.Unflatten(1, (2, 2))(torch.ones(2, 3))
torch.nn.CosineSimilarity()(torch.ones(2, 3), torch.ones(2, 4))
torch.nn.PairwiseDistance()(torch.ones(2, 3), torch.ones(2, 4))
""")

cases("""
torch.nn.CrossEntropyLoss(reduction="bogus")(torch.ones(2, 3), torch.tensor([0, 1]))
torch.nn.CrossEntropyLoss(label_smoothing=2)(torch.ones(2, 3), torch.tensor([0, 1]))
torch.nn.CrossEntropyLoss()(torch.ones(2, 3), torch.tensor([0, 1, 2]))
torch.nn.CrossEntropyLoss()(torch.ones(2, 3), torch.tensor([0, 3]))
torch.nn.CrossEntropyLoss()(torch.ones(2, 3), torch.tensor([0, -1]))
torch.nn.CrossEntropyLoss()(torch.ones(2, 3), torch.tensor([0.0, 1.0]))
torch.nn.CrossEntropyLoss()(torch.ones(2, 3), torch.tensor([0, 1], dtype=torch.int32))
torch.nn.CrossEntropyLoss()(torch.ones(2, 3), torch.ones(2, 4))
torch.nn.CrossEntropyLoss()(torch.ones(2, 3), torch.ones(2, 1, dtype=torch.int64))
torch.nn.CrossEntropyLoss()(torch.ones(3), torch.tensor([0, 1]))
torch.nn.CrossEntropyLoss()(torch.tensor(1.0), torch.tensor(0))
torch.nn.CrossEntropyLoss()(torch.ones(2, 3, dtype=torch.int64), torch.tensor([0, 1]))
torch.nn.CrossEntropyLoss(weight=torch.ones(4))(torch.ones(2, 3), torch.tensor([0, 1]))
torch.nn.CrossEntropyLoss(weight=torch.ones(3, dtype=torch.float64))(torch.ones(2, 3), torch.tensor([0, 1]))
torch.nn.CrossEntropyLoss(weight=[1.0, 1.0, 1.0])(torch.ones(2, 3), torch.tensor([0, 1]))
torch.nn.CrossEntropyLoss()(torch.ones(2, 3), [0, 1])
torch.nn.CrossEntropyLoss()(torch.ones(2, 3))
torch.nn.CrossEntropyLoss(ignore_index=0)(torch.ones(2, 3), torch.ones(2, 3))
torch.nn.CrossEntropyLoss()(torch.ones(2, 3, 4), torch.ones(2, 5, dtype=torch.int64))
torch.nn.CrossEntropyLoss()(torch.ones(2, 3, 4, 5), torch.ones(2, 4, 6, dtype=torch.int64))
torch.nn.NLLLoss()(torch.ones(2, 3), torch.tensor([0, 3]))
torch.nn.NLLLoss()(torch.ones(2, 3), torch.tensor([0.0, 1.0]))
torch.nn.NLLLoss()(torch.ones(2, 3), torch.tensor([0, 1, 2]))
torch.nn.NLLLoss()(torch.ones(2, 3, 4), torch.ones(2, 5, dtype=torch.int64))
torch.nn.NLLLoss()(torch.tensor(1.0), torch.tensor(0))
torch.nn.MSELoss()(torch.ones(2, 3), torch.ones(4))
torch.nn.MSELoss(reduction="bogus")(torch.ones(2), torch.ones(2))
torch.nn.MSELoss(reduction=None)(torch.ones(2), torch.ones(2))
torch.nn.MSELoss()(torch.ones(2), 1.0)
torch.nn.MSELoss()(torch.ones(2), None)
torch.nn.MSELoss()(torch.ones(2, dtype=torch.int64), torch.ones(2, dtype=torch.int64))
torch.nn.L1Loss()(torch.ones(2, 3), torch.ones(4))
torch.nn.SmoothL1Loss(beta=-1)(torch.ones(2), torch.ones(2))
torch.nn.HuberLoss(delta=0)(torch.ones(2), torch.ones(2))
torch.nn.BCELoss()(torch.full((2,), 2.0), torch.ones(2))
torch.nn.BCELoss()(torch.full((2,), -0.1), torch.ones(2))
torch.nn.BCELoss()(torch.full((2,), 0.5), torch.full((2,), 2.0))
torch.nn.BCELoss()(torch.full((2,), 0.5), torch.full((2,), -1.0))
torch.nn.BCELoss()(torch.full((2,), 0.5), torch.ones(3))
torch.nn.BCELoss()(torch.full((2,), 0.5), torch.ones(2, dtype=torch.int64))
torch.nn.BCELoss()(torch.full((2,), 0.5), torch.ones(2, dtype=torch.float64))
torch.nn.BCELoss(weight=torch.ones(3))(torch.full((2,), 0.5), torch.ones(2))
torch.nn.BCEWithLogitsLoss()(torch.ones(2), torch.ones(3))
torch.nn.BCEWithLogitsLoss(pos_weight=torch.ones(3))(torch.ones(2), torch.ones(2))
torch.nn.BCEWithLogitsLoss()(torch.ones(2), torch.ones(2, dtype=torch.int64))
torch.nn.KLDivLoss()(torch.ones(2), torch.ones(3))
torch.nn.KLDivLoss(reduction="bogus")(torch.ones(2), torch.ones(2))
torch.nn.PoissonNLLLoss(reduction="bogus")(torch.ones(2), torch.ones(2))
torch.nn.GaussianNLLLoss()(torch.ones(2), torch.ones(2), torch.full((2,), -1.0))
torch.nn.GaussianNLLLoss()(torch.ones(2), torch.ones(2), torch.ones(3))
torch.nn.GaussianNLLLoss(reduction="bogus")(torch.ones(2), torch.ones(2), torch.ones(2))
torch.nn.HingeEmbeddingLoss()(torch.ones(2), torch.ones(3))
torch.nn.CosineEmbeddingLoss()(torch.ones(2, 3), torch.ones(2, 3), torch.ones(3))
torch.nn.CosineEmbeddingLoss()(torch.ones(3), torch.ones(3), torch.ones(1))
torch.nn.MarginRankingLoss()(torch.ones(2), torch.ones(2, 1), torch.ones(2))
torch.nn.MultiMarginLoss()(torch.ones(2, 3), torch.tensor([0, 3]))
torch.nn.MultiMarginLoss(p=3)
torch.nn.MultiMarginLoss(weight=torch.ones(2))(torch.ones(2, 3), torch.tensor([0, 1]))
torch.nn.MultiLabelMarginLoss()(torch.ones(2, 3), torch.ones(2, 2, dtype=torch.int64))
torch.nn.MultiLabelSoftMarginLoss()(torch.ones(2, 3), torch.ones(2, 2))
torch.nn.SoftMarginLoss()(torch.ones(2), torch.ones(3))
torch.nn.TripletMarginLoss()(torch.ones(2, 3), torch.ones(3), torch.ones(2, 3))
torch.nn.TripletMarginLoss(margin=-1)(torch.ones(2, 3), torch.ones(2, 3), torch.ones(2, 3))
torch.nn.TripletMarginWithDistanceLoss(margin=-1)
torch.nn.CTCLoss()(torch.ones(4, 2, 3), torch.ones(2, 2, dtype=torch.int64), (4,), (2, 2))
torch.nn.CTCLoss()(torch.ones(4, 2, 3), torch.ones(2, 2, dtype=torch.int64), (5, 4), (2, 2))
torch.nn.CTCLoss()(torch.ones(4, 2, 3), torch.ones(2, 2, dtype=torch.int64), (4, 4), (2, 3))
torch.nn.CTCLoss(blank=7)(torch.ones(4, 2, 3), torch.ones(2, 2, dtype=torch.int64), (4, 4), (2, 2))
torch.nn.AdaptiveLogSoftmaxWithLoss(4, 5, [3, 2])
torch.nn.AdaptiveLogSoftmaxWithLoss(4, 5, [])
torch.nn.AdaptiveLogSoftmaxWithLoss(4, 5, [2])(torch.ones(2, 4), torch.tensor([0, 5]))
torch.nn.AdaptiveLogSoftmaxWithLoss(4, 5, [2])(torch.ones(2, 3), torch.tensor([0, 1]))
torch.nn.AdaptiveLogSoftmaxWithLoss(4, 5, [2])(torch.ones(2, 4), torch.tensor([0]))
""")

cases("""
torch.nn.Sequential(5)
torch.nn.Sequential(torch.nn.ReLU(), None)
torch.nn.Sequential(torch.nn.ReLU())[3]
torch.nn.Sequential(torch.nn.ReLU())["x"]
torch.nn.Sequential(torch.nn.ReLU()).append(5)
torch.nn.Sequential(torch.nn.ReLU()).insert(5, torch.nn.ReLU())
torch.nn.Sequential(torch.nn.ReLU()).insert(0, 5)
torch.nn.Sequential(torch.nn.ReLU()) + 5
torch.nn.Sequential(torch.nn.ReLU()) * 0
torch.nn.Sequential(torch.nn.ReLU()) * "x"
torch.nn.Sequential(torch.nn.ReLU())(torch.ones(2), 1)
torch.nn.ModuleList([5])
torch.nn.ModuleList(5)
torch.nn.ModuleList([torch.nn.ReLU()])[2]
torch.nn.ModuleList([torch.nn.ReLU()]).extend(5)
torch.nn.ModuleList([torch.nn.ReLU()])(torch.ones(2))
torch.nn.ModuleDict(5)
torch.nn.ModuleDict({"a": 5})
torch.nn.ModuleDict({"a.b": torch.nn.ReLU()})
torch.nn.ModuleDict({"": torch.nn.ReLU()})
torch.nn.ModuleDict({1: torch.nn.ReLU()})
torch.nn.ModuleDict()["x"]
torch.nn.ModuleDict().pop("x")
torch.nn.ModuleDict({"type": torch.nn.ReLU()})
torch.nn.ParameterList([5])
torch.nn.ParameterList(5)
torch.nn.ParameterList([torch.ones(2)])[2]
torch.nn.ParameterDict(5)
torch.nn.ParameterDict()["x"]
torch.nn.Parameter(5)
torch.nn.Parameter("x")
torch.nn.Parameter(torch.ones(2, dtype=torch.int64))
torch.nn.Module()(5)
torch.nn.Module(5)
torch.nn.Module(bogus=5)
torch.nn.Module().bogus
torch.nn.Module().register_parameter("a.b", None)
torch.nn.Module().register_parameter("", None)
torch.nn.Module().register_parameter(1, None)
torch.nn.Module().register_parameter("a", torch.ones(2))
torch.nn.Module().register_parameter("a", 5)
torch.nn.Module().register_parameter("train", None)
torch.nn.Module().register_parameter("a", torch.nn.Parameter(torch.ones(2)) * 2)
torch.nn.Module().register_buffer("a", 5)
torch.nn.Module().register_buffer("a.b", None)
torch.nn.Module().register_buffer("", None)
torch.nn.Module().register_buffer(1, None)
torch.nn.Module().register_buffer("train", None)
torch.nn.Module().register_module("a", 5)
torch.nn.Module().register_module("a.b", None)
torch.nn.Module().register_module("", None)
torch.nn.Module().register_module(1, None)
torch.nn.Module().add_module("train", None)
torch.nn.Module().get_submodule("a.b")
torch.nn.Linear(1, 1).get_submodule("weight")
torch.nn.Linear(1, 1).get_parameter("bogus")
torch.nn.Linear(1, 1).get_parameter("in_features")
torch.nn.Linear(1, 1).get_buffer("weight")
torch.nn.Linear(1, 1).get_buffer("bogus")
torch.nn.Module().set_submodule("", torch.nn.ReLU())
torch.nn.Module().set_submodule("a.b", torch.nn.ReLU())
torch.nn.Module().train(5)
torch.nn.Module().train("x")
torch.nn.Linear(1, 1).to(5)
torch.nn.Linear(1, 1).to("bogus")
torch.nn.Linear(1, 1).to(torch.int64)
torch.nn.Linear(1, 1).to()
torch.nn.Linear(1, 1).type("bogus")
torch.nn.Linear(1, 1).apply(5)
torch.nn.Linear(1, 1).requires_grad_("x")
torch.nn.Linear(1, 1).load_state_dict({})
torch.nn.Linear(1, 1).load_state_dict(5)
torch.nn.Linear(1, 1).load_state_dict({"weight": torch.ones(2, 2), "bias": torch.ones(1)})
torch.nn.Linear(1, 1).load_state_dict({"weight": torch.ones(1, 1), "bias": torch.ones(1), "bogus": 1})
torch.nn.Linear(1, 1).load_state_dict({"weight": 5, "bias": torch.ones(1)})
torch.nn.Sequential(torch.nn.Linear(1, 1)).load_state_dict({"weight": torch.ones(1, 1)})
setattr(torch.nn.Linear(1, 1), "weight", torch.ones(1, 1))
setattr(torch.nn.Linear(1, 1), "weight", 5)
setattr(torch.nn.BatchNorm1d(1), "running_mean", 5)
setattr(torch.nn.Sequential(torch.nn.ReLU()), "0", 5)
delattr(torch.nn.Linear(1, 1), "bogus")
torch.nn.Linear(1, 1).register_forward_hook()
torch.nn.Linear(1, 1).bogus()
torch.nn.Linear(1, 1).half()(torch.ones(1))
torch.nn.LazyLinear(3).weight.shape
torch.nn.LazyConv2d(3, 2)(torch.ones(2))
torch.nn.utils.clip_grad_norm_(5, 1.0)
torch.nn.utils.clip_grad_norm_([torch.ones(2)], "x")
torch.nn.utils.clip_grad_norm_(after_step(torch, optimizer(torch)).param_groups[0]["params"], "x")
torch.nn.utils.clip_grad_value_(5, 1.0)
torch.nn.utils.clip_grad_value_(after_step(torch, optimizer(torch)).param_groups[0]["params"], "x")
torch.nn.utils.clip_grads_with_norm_(5, 1.0, torch.tensor(1.0))
torch.nn.utils.parameters_to_vector([])
torch.nn.utils.parameters_to_vector(5)
torch.nn.utils.vector_to_parameters(5, [])
torch.nn.utils.vector_to_parameters(torch.ones(2), parameters(torch))
torch.nn.utils.parametrize.register_parametrization(torch.nn.Linear(1, 1), "bogus", torch.nn.ReLU())
torch.nn.utils.parametrizations.weight_norm(torch.nn.Linear(1, 1), "bogus")
torch.nn.utils.parametrizations.spectral_norm(torch.nn.Linear(1, 1), n_power_iterations=0)
torch.nn.utils.parametrizations.orthogonal(torch.nn.Linear(1, 1), orthogonal_map="bogus")
torch.nn.utils.weight_norm(torch.nn.Linear(1, 1), "bogus")
torch.nn.utils.remove_weight_norm(torch.nn.Linear(1, 1))
torch.nn.utils.spectral_norm(torch.nn.Linear(1, 1), n_power_iterations=0)
torch.nn.utils.remove_spectral_norm(torch.nn.Linear(1, 1))
torch.nn.utils.prune.l1_unstructured(torch.nn.Linear(1, 1), "weight", 2.0)
torch.nn.utils.prune.l1_unstructured(torch.nn.Linear(1, 1), "weight", 5)
torch.nn.utils.prune.l1_unstructured(torch.nn.Linear(1, 1), "weight", -1)
torch.nn.utils.prune.l1_unstructured(torch.nn.Linear(1, 1), "bogus", 1)
torch.nn.utils.prune.ln_structured(torch.nn.Linear(1, 1), "weight", 1, 2, 5)
torch.nn.utils.prune.remove(torch.nn.Linear(1, 1), "weight")
torch.nn.utils.rnn.pad_sequence(5)
torch.nn.utils.rnn.pad_sequence([])
torch.nn.utils.rnn.pad_sequence([5])
torch.nn.utils.rnn.pack_padded_sequence(torch.ones(3, 2), [1, 3])
torch.nn.utils.rnn.pack_padded_sequence(torch.ones(3, 2), [3, 0])
torch.nn.utils.rnn.pack_padded_sequence(torch.ones(3, 2), [3, 2, 1])
torch.nn.utils.rnn.pack_sequence([torch.ones(1), torch.ones(2)])
torch.nn.utils.rnn.pad_packed_sequence(torch.nn.utils.rnn.pack_sequence([torch.ones(2)]), total_length=1)
torch.nn.utils.fuse_conv_bn_eval(torch.nn.Conv2d(1, 1, 1), torch.nn.BatchNorm2d(1))
torch.nn.utils.stateless.functional_call(torch.nn.Linear(1, 1), {"bogus": 1}, torch.ones(1))
torch.func.functional_call(torch.nn.Linear(1, 1), {"bogus": torch.ones(1)}, torch.ones(1), strict=True)
torch.func.functional_call(torch.nn.Linear(1, 1), 5, torch.ones(1))
torch.func.functional_call(torch.nn.Linear(1, 1), {"weight": torch.ones(2, 2)}, torch.ones(1))
""")

cases("""
torch.nn.init.uniform_(torch.ones(2), 2, 1)
torch.nn.init.normal_(torch.ones(2), 0, -1)
torch.nn.init.trunc_normal_(torch.ones(2), 0, -1)
torch.nn.init.constant_(torch.ones(2), "x")
torch.nn.init.constant_(5, 1)
torch.nn.init.uniform_("x")
torch.nn.init.eye_(torch.ones(2))
torch.nn.init.dirac_(torch.ones(2))
torch.nn.init.dirac_(torch.ones(3, 2, 2), groups=2)
torch.nn.init.xavier_uniform_(torch.ones(2))
torch.nn.init.xavier_normal_(torch.tensor(1.0))
torch.nn.init.kaiming_uniform_(torch.ones(2))
torch.nn.init.kaiming_uniform_(torch.ones(2, 2), mode="bogus")
torch.nn.init.kaiming_uniform_(torch.ones(2, 2), nonlinearity="bogus")
torch.nn.init.kaiming_normal_(torch.ones(2, 2), a="x")
torch.nn.init.kaiming_normal_(torch.ones(0, 2))
torch.nn.init.orthogonal_(torch.ones(2))
torch.nn.init.sparse_(torch.ones(2), 0.1)
torch.nn.init.sparse_(torch.ones(2, 2), 2)
torch.nn.init.calculate_gain("bogus")
torch.nn.init.calculate_gain("leaky_relu", "x")
torch.nn.init.calculate_gain("leaky_relu", True)
torch.nn.init.uniform_(torch.ones(2, dtype=torch.int64))
torch.nn.init.normal_(torch.ones(2, dtype=torch.int64))
""")

cases("""
torch.utils.data.DataLoader([1, 2], batch_size=0)
torch.utils.data.DataLoader([1, 2], batch_size=-1)
torch.utils.data.DataLoader([1, 2], batch_size=1.5)
torch.utils.data.DataLoader([1, 2], batch_size="x")
torch.utils.data.DataLoader([1, 2], batch_size=None, drop_last=True)
torch.utils.data.DataLoader([1, 2], batch_size=None, shuffle=True, sampler=[0])
torch.utils.data.DataLoader([1, 2], shuffle=True, sampler=[0])
torch.utils.data.DataLoader([1, 2], batch_sampler=[[0]], batch_size=2)
torch.utils.data.DataLoader([1, 2], batch_sampler=[[0]], shuffle=True)
torch.utils.data.DataLoader([1, 2], num_workers=-1)
torch.utils.data.DataLoader([1, 2], timeout=-1)
torch.utils.data.DataLoader([1, 2], timeout=5)
torch.utils.data.DataLoader([1, 2], prefetch_factor=2)
torch.utils.data.DataLoader([1, 2], num_workers=1, prefetch_factor=-1)
torch.utils.data.DataLoader([1, 2], persistent_workers=True)
torch.utils.data.DataLoader([1, 2], multiprocessing_context="fork")
torch.utils.data.DataLoader([1, 2], num_workers=1, multiprocessing_context="bogus")
torch.utils.data.DataLoader([1, 2], num_workers=1, multiprocessing_context=5)
torch.utils.data.DataLoader(5)
torch.utils.data.DataLoader([])
torch.utils.data.DataLoader([], shuffle=True)
torch.utils.data.DataLoader(torch.utils.data.IterableDataset(), shuffle=True)
torch.utils.data.DataLoader(torch.utils.data.IterableDataset(), sampler=[0])
torch.utils.data.DataLoader(torch.utils.data.IterableDataset(), batch_sampler=[0])
list(torch.utils.data.DataLoader(torch.utils.data.IterableDataset()))
list(torch.utils.data.DataLoader([1, "x"], batch_size=2))
list(torch.utils.data.DataLoader([None]))
list(torch.utils.data.DataLoader([object()]))
list(torch.utils.data.DataLoader([torch.ones(2), torch.ones(3)], batch_size=2))
list(torch.utils.data.DataLoader([[1], [1, 2]], batch_size=2))
list(torch.utils.data.DataLoader([{"a": 1}, {"b": 1}], batch_size=2))
list(torch.utils.data.DataLoader([1, 2], sampler=[5]))
setattr(torch.utils.data.DataLoader([1, 2]), "batch_size", 3)
len(torch.utils.data.DataLoader(torch.utils.data.IterableDataset()))
torch.utils.data.Dataset()[0]
len(torch.utils.data.Dataset())
torch.utils.data.TensorDataset(torch.ones(2), torch.ones(3))
torch.utils.data.TensorDataset()
torch.utils.data.TensorDataset(5)
torch.utils.data.TensorDataset(torch.ones(2))[5]
torch.utils.data.ConcatDataset([])
torch.utils.data.ConcatDataset([torch.utils.data.IterableDataset()])
torch.utils.data.ConcatDataset([[1], [2]])[-3]
torch.utils.data.ConcatDataset([[1], [2]])[2]
torch.utils.data.ConcatDataset(5)
torch.utils.data.ChainDataset([[1]]).__len__()
list(torch.utils.data.ChainDataset([[1]]))
torch.utils.data.StackDataset()
torch.utils.data.StackDataset([1], [1, 2])
torch.utils.data.StackDataset([1], a=[1])
torch.utils.data.Subset([1, 2], [5])[0]
torch.utils.data.random_split([1, 2], [1])
torch.utils.data.random_split([1, 2], [3])
torch.utils.data.random_split([1, 2], [0.5, 0.6])
torch.utils.data.random_split([1, 2], [1.5, -0.5])
torch.utils.data.RandomSampler([])
torch.utils.data.RandomSampler([1], replacement="x")
torch.utils.data.RandomSampler([1], num_samples=0)
torch.utils.data.RandomSampler([1], num_samples=-1)
torch.utils.data.RandomSampler([1], num_samples=1.5)
torch.utils.data.WeightedRandomSampler([1, 2], 0)
torch.utils.data.WeightedRandomSampler([1, 2], 1.5)
torch.utils.data.WeightedRandomSampler([1, 2], True)
torch.utils.data.WeightedRandomSampler([1, 2], 2, replacement="x")
torch.utils.data.WeightedRandomSampler([[1, 2]], 2)
list(torch.utils.data.WeightedRandomSampler([1.0, -2.0], 2))
list(torch.utils.data.WeightedRandomSampler([1.0], 2, replacement=False))
torch.utils.data.BatchSampler([1], 0, False)
torch.utils.data.BatchSampler([1], 1.5, False)
torch.utils.data.BatchSampler([1], True, False)
torch.utils.data.BatchSampler([1], 1, 5)
torch.utils.data.default_collate([])
torch.utils.data.default_collate([object()])
torch.utils.data.default_collate([torch.ones(1), torch.ones(2)])
""")

cases("""
torch.distributions.Normal(0.0, -1.0)
torch.distributions.Normal(float("nan"), 1.0)
torch.distributions.Normal(torch.zeros(2), torch.ones(3))
torch.distributions.Normal("x", 1.0)
torch.distributions.Normal(0.0)
torch.distributions.Normal(torch.zeros(2), torch.tensor([1.0, -1.0]))
torch.distributions.Normal(0.0, 1.0).log_prob("x")
torch.distributions.Normal(0.0, 1.0).log_prob(1.0)
torch.distributions.Normal(0.0, 1.0).log_prob(torch.tensor(float("nan")))
torch.distributions.Normal(torch.zeros(2), torch.ones(2)).log_prob(torch.ones(3))
torch.distributions.Normal(0.0, 1.0).sample(5)
torch.distributions.Normal(0.0, 1.0).sample("x")
torch.distributions.Normal(0.0, 1.0).expand(5)
torch.distributions.Normal(torch.zeros(2), torch.ones(2)).expand((3,))
torch.distributions.Normal(0.0, 1.0).enumerate_support()
torch.distributions.Normal(0.0, 1.0).icdf(torch.tensor(2.0))
torch.distributions.Bernoulli(2.0)
torch.distributions.Bernoulli(-0.1)
torch.distributions.Bernoulli()
torch.distributions.Bernoulli(0.5, 0.5)
torch.distributions.Bernoulli(0.5).log_prob(torch.tensor(0.5))
torch.distributions.Bernoulli(0.5).rsample()
torch.distributions.Bernoulli("x")
torch.distributions.Beta(0.0, 1.0)
torch.distributions.Beta(1.0, 1.0).log_prob(torch.tensor(2.0))
torch.distributions.Binomial(-1, 0.5)
torch.distributions.Binomial(2, 1.5)
torch.distributions.Binomial(2, 0.5, 0.5)
torch.distributions.Binomial(2, 0.5).log_prob(torch.tensor(3.0))
torch.distributions.Binomial(torch.tensor([1, 2]), 0.5).enumerate_support()
torch.distributions.Categorical()
torch.distributions.Categorical(torch.tensor(0.5))
torch.distributions.Categorical(torch.tensor([-0.5, 1.0]))
torch.distributions.Categorical(torch.tensor([0.5, 0.5]), torch.tensor([0.5, 0.5]))
torch.distributions.Categorical(torch.tensor([0.0, 0.0]))
torch.distributions.Categorical([0.5, 0.5])
torch.distributions.Categorical(torch.tensor([0.5, 0.5])).log_prob(torch.tensor(2))
torch.distributions.Categorical(torch.tensor([0.5, 0.5])).log_prob(torch.tensor(0.5))
torch.distributions.Categorical(logits=torch.tensor(0.5))
torch.distributions.Categorical(logits=torch.tensor([float("nan"), 1.0]))
torch.distributions.Cauchy(0.0, 0.0)
torch.distributions.Chi2(-1.0)
torch.distributions.ContinuousBernoulli(1.5)
torch.distributions.Dirichlet(torch.tensor(1.0))
torch.distributions.Dirichlet(torch.tensor([0.0, 1.0]))
torch.distributions.Dirichlet(torch.ones(2)).log_prob(torch.tensor([0.5, 0.6]))
torch.distributions.Exponential(-1.0)
torch.distributions.Exponential(1.0).log_prob(torch.tensor(-1.0))
torch.distributions.FisherSnedecor(0.0, 1.0)
torch.distributions.Gamma(0.0, 1.0)
torch.distributions.Gamma(1.0, -1.0)
torch.distributions.Gamma(1.0, 1.0).log_prob(torch.tensor(-1.0))
torch.distributions.Geometric(0.0)
torch.distributions.Geometric(2.0)
torch.distributions.Geometric()
torch.distributions.Geometric(0.5).log_prob(torch.tensor(-1.0))
torch.distributions.Gumbel(0.0, -1.0)
torch.distributions.HalfCauchy(-1.0)
torch.distributions.HalfNormal(-1.0)
torch.distributions.HalfNormal(1.0).log_prob(torch.tensor(-1.0))
torch.distributions.InverseGamma(-1.0, 1.0)
torch.distributions.Kumaraswamy(-1.0, 1.0)
torch.distributions.Laplace(0.0, 0.0)
torch.distributions.LKJCholesky(1)
torch.distributions.LKJCholesky(3, -1.0)
torch.distributions.LKJCholesky(3).log_prob(torch.ones(3, 3))
torch.distributions.LogNormal(0.0, -1.0)
torch.distributions.LogNormal(0.0, 1.0).log_prob(torch.tensor(-1.0))
torch.distributions.LowRankMultivariateNormal(torch.zeros(2), torch.ones(3, 1), torch.ones(2))
torch.distributions.LowRankMultivariateNormal(torch.zeros(2), torch.ones(2), torch.ones(2))
torch.distributions.LowRankMultivariateNormal(torch.tensor(0.0), torch.ones(2, 1), torch.ones(2))
torch.distributions.LowRankMultivariateNormal(torch.zeros(2), torch.ones(2, 1), torch.zeros(2))
torch.distributions.MixtureSameFamily(5, 5)
torch.distributions.MixtureSameFamily(torch.distributions.Categorical(torch.ones(2)), 5)
torch.distributions.MixtureSameFamily(torch.distributions.Categorical(torch.ones(2)), normal(torch, 3))
torch.distributions.MixtureSameFamily(torch.distributions.Categorical(torch.ones(2)), torch.distributions.Normal(0.0, 1.0))
torch.distributions.Multinomial(torch.tensor([1, 2]), torch.ones(2))
torch.distributions.Multinomial(2, torch.tensor([-1.0, 1.0]))
torch.distributions.Multinomial(2, torch.ones(2)).log_prob(torch.ones(3))
torch.distributions.Multinomial(2, torch.ones(2)).log_prob(torch.tensor([2.0, 2.0]))
torch.distributions.MultivariateNormal(torch.zeros(2), -torch.eye(2))
torch.distributions.MultivariateNormal(torch.zeros(2), torch.ones(2, 2))
torch.distributions.MultivariateNormal(torch.zeros(2), torch.tensor([[1.0, 2.0], [0.0, 1.0]]))
torch.distributions.MultivariateNormal(torch.zeros(2))
torch.distributions.MultivariateNormal(torch.zeros(2), torch.eye(2), torch.eye(2))
torch.distributions.MultivariateNormal(torch.tensor(0.0), torch.eye(2))
torch.distributions.MultivariateNormal(torch.zeros(2), torch.ones(2))
torch.distributions.MultivariateNormal(torch.zeros(2), scale_tril=-torch.eye(2))
torch.distributions.MultivariateNormal(torch.zeros(2), torch.eye(3))
torch.distributions.NegativeBinomial(-1, 0.5)
torch.distributions.NegativeBinomial(1, 1.5)
torch.distributions.OneHotCategorical(torch.tensor([-1.0, 1.0]))
torch.distributions.OneHotCategorical(torch.ones(2)).log_prob(torch.ones(2))
torch.distributions.Pareto(0.0, 1.0)
torch.distributions.Pareto(1.0, 1.0).log_prob(torch.tensor(0.5))
torch.distributions.Poisson(-1.0)
torch.distributions.Poisson(1.0).log_prob(torch.tensor(-1.0))
torch.distributions.Poisson(1.0).log_prob(torch.tensor(0.5))
torch.distributions.RelaxedBernoulli(torch.tensor(1.0), 2.0)
torch.distributions.RelaxedOneHotCategorical(torch.tensor(1.0), torch.tensor([-1.0, 1.0]))
torch.distributions.StudentT(-1.0)
torch.distributions.Uniform(1.0, 0.0)
torch.distributions.Uniform(1.0, 1.0)
torch.distributions.Uniform(0.0, 1.0).log_prob(torch.tensor(2.0))
torch.distributions.VonMises(0.0, -1.0)
torch.distributions.Weibull(0.0, 1.0)
torch.distributions.Wishart(torch.tensor(0.5), torch.eye(2))
torch.distributions.Wishart(torch.tensor(3.0), -torch.eye(2))
torch.distributions.Wishart(torch.tensor(3.0))
torch.distributions.Independent(5, 1)
torch.distributions.Independent(torch.distributions.Normal(0.0, 1.0), 1)
torch.distributions.Independent(torch.distributions.Normal(torch.zeros(2), 1.0), 2)
torch.distributions.TransformedDistribution(torch.distributions.Normal(0.0, 1.0), 5)
torch.distributions.TransformedDistribution(torch.distributions.Normal(0.0, 1.0), [5])
torch.distributions.TransformedDistribution(normal(torch), torch.distributions.transforms.StickBreakingTransform())
torch.distributions.kl_divergence(torch.distributions.Normal(0.0, 1.0), torch.distributions.Bernoulli(0.5))
torch.distributions.kl_divergence(5, 5)
torch.distributions.kl_divergence(torch.distributions.Normal(torch.zeros(2), 1.0), torch.distributions.Normal(torch.zeros(3), 1.0))
torch.distributions.register_kl(5, 5)
torch.distributions.Distribution().sample()
torch.distributions.Distribution().mean
torch.distributions.Distribution().log_prob(torch.ones(1))
torch.distributions.transforms.ComposeTransform([5])
torch.distributions.transforms.AffineTransform(0.0, 0.0).inv(torch.tensor(1.0))
torch.distributions.transforms.ReshapeTransform((2,), (3,))
torch.distributions.transforms.ReshapeTransform((2,), (2, 1))(torch.ones(3))
torch.distributions.transforms.StackTransform(5)
torch.distributions.transforms.CatTransform([5])
torch.distributions.transforms.ExpTransform(cache_size=5)
torch.distributions.transforms.IndependentTransform(5, 1)
torch.distributions.biject_to(5)
torch.distributions.transform_to(torch.distributions.constraints.integer_interval(0, 2))
""")


@case
def load_state_dict_of_other_groups(torch):
    other = torch.optim.SGD([{"params": [p]} for p in parameters(torch)], lr=0.1)
    optimizer(torch).load_state_dict(other.state_dict())


@case
def sequential_schedulers_of_other_optimizers(torch):
    o = optimizer(torch)
    first = torch.optim.lr_scheduler.StepLR(o, 2)
    torch.optim.lr_scheduler.SequentialLR(o, [first, scheduler(torch, "StepLR", 2)], [1])


@case
def too_many_milestones(torch):
    o = optimizer(torch)
    s = [torch.optim.lr_scheduler.StepLR(o, 2), torch.optim.lr_scheduler.StepLR(o, 2)]
    torch.optim.lr_scheduler.SequentialLR(o, s, [1, 2])


@case
def no_step_that_wraps(torch):
    o = optimizer(torch)
    s = torch.optim.lr_scheduler.ReduceLROnPlateau(o)
    torch.optim.lr_scheduler.SequentialLR(o, [torch.optim.lr_scheduler.StepLR(o, 2), s], [1])


@case
def one_cycle_over(torch):
    o = optimizer(torch)
    s = torch.optim.lr_scheduler.OneCycleLR(o, 0.1, total_steps=2, cycle_momentum=False)
    for _ in range(3):
        o.step()
        s.step()


@case
def clip_grad_norm_of_nonfinite(torch):
    p = parameters(torch, 1)
    p[0].grad = torch.full_like(p[0], float("nan"))
    torch.nn.utils.clip_grad_norm_(p, 1.0, error_if_nonfinite=True)


@case
def spectral_norm_twice(torch):
    m = torch.nn.utils.spectral_norm(torch.nn.Linear(2, 2))
    torch.nn.utils.spectral_norm(m)


@case
def weight_norm_twice(torch):
    m = torch.nn.utils.weight_norm(torch.nn.Linear(2, 2))
    torch.nn.utils.weight_norm(m)


@case
def deepcopy_of_a_weight_in_a_graph(torch):
    import copy

    m = torch.nn.Linear(2, 2)
    m.x = m.weight * 2
    copy.deepcopy(m)


@case
def backward_hook_that_returns_nonsense(torch):
    m = torch.nn.Linear(2, 2)
    m.register_full_backward_hook(lambda module, gi, go: 5)
    m(torch.ones(2, requires_grad=True)).sum().backward()


@case
def two_kinds_of_backward_hooks(torch):
    m = torch.nn.Linear(2, 2)
    m.register_full_backward_hook(lambda module, gi, go: None)
    m.register_backward_hook(lambda module, gi, go: None)


@case
def closure_without_gradient(torch):
    torch.optim.LBFGS(parameters(torch)).step(lambda: torch.ones(()))


@case
def closure_that_returns_nothing(torch):
    torch.optim.LBFGS(parameters(torch)).step(lambda: None)


@case
def attributes_before_init(torch):
    class M(torch.nn.Module):
        def __init__(self):
            self.a = torch.nn.Linear(1, 1)

    M()


@case
def parameter_before_init(torch):
    class M(torch.nn.Module):
        def __init__(self):
            self.a = torch.nn.Parameter(torch.ones(1))

    M()


@case
def buffer_before_init(torch):
    class M(torch.nn.Module):
        def __init__(self):
            self.register_buffer("a", torch.ones(1))

    M()


@case
def called_before_init(torch):
    class M(torch.nn.Module):
        def __init__(self):
            pass

        def forward(self):
            pass

    M()()


@case
def forward_with_wrong_arguments(torch):
    class M(torch.nn.Module):
        def forward(self, x):
            return x

    M()(1, 2)
