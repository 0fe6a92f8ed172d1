"""Hooks at work: Grad-CAM, guided backpropagation, the order in which hooks run, what their errors leave behind."""

import torch
import torch.nn as nn
import torch.nn.functional as F

torch.manual_seed(11)


class Net(nn.Module):
    def __init__(self, inplace):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(3, 4, 3, padding=1), nn.ReLU(inplace), nn.MaxPool2d(2), nn.Conv2d(4, 6, 3, padding=1), nn.ReLU(inplace)
        )
        self.classifier = nn.Linear(6, 5)

    def forward(self, x):
        return self.classifier(torch.flatten(F.adaptive_avg_pool2d(self.features(x), 1), 1))


class GradCAM:
    def __init__(self, model, layer):
        self.model = model
        self.handles = [layer.register_forward_hook(self.activated), layer.register_full_backward_hook(self.passed)]

    def activated(self, module, args, output):
        self.activation = output.detach()

    def passed(self, module, grad_input, grad_output):
        self.gradient = grad_output[0].detach()
        print(type(module).__name__, [tuple(g.shape) for g in grad_input], [tuple(g.shape) for g in grad_output])

    def __call__(self, x):
        scores = self.model(x)
        self.model.zero_grad()
        scores[range(len(x)), scores.argmax(1)].sum().backward()
        weights = self.gradient.mean(dim=(2, 3), keepdim=True)
        cam = F.interpolate(F.relu((weights * self.activation).sum(1, keepdim=True)), x.shape[2:], mode="bilinear")
        cam -= cam.amin((2, 3), keepdim=True)
        return cam / (cam.amax((2, 3), keepdim=True) + 1e-8)

    def remove(self):
        for handle in self.handles:
            handle.remove()


def state(*tensors):
    for t in tensors:
        print("  ", t.detach(), t._version, t.requires_grad, t.grad_fn, t.grad)


def attempt(call, *tensors):
    try:
        print(call())
    except Exception as error:
        print(f"{type(error).__name__}: {error}")
    state(*tensors)


images = torch.randn(2, 3, 8, 8)
inplace = Net(inplace=True)
cam = GradCAM(inplace, inplace.features[3])
try:
    cam(images)
except RuntimeError as error:  # the in-place relu writes on what the hook made a view of
    print(error)
net = Net(inplace=False)
net.load_state_dict(inplace.state_dict())
cam = GradCAM(net, net.features[3])
print(cam(images)[:, 0, 2])
cam.remove()
print(net.features[3]._forward_hooks, net.features[3]._backward_hooks)

# Guided backpropagation: only what is positive goes down through a relu.
for module in net.modules():
    if isinstance(module, nn.ReLU):
        module.register_full_backward_hook(lambda m, grad_input, grad_output: (grad_input[0].clamp(min=0),))
images.requires_grad_()
net(images)[:, 2].sum().backward()
print(images.grad[0, 0, 3], images.grad.abs().sum())

# Everything that can be hooked, in the order it runs.
log = []
layer = nn.Linear(2, 2)
layer.register_forward_pre_hook(lambda m, args: log.append("pre") or (args[0] * 2,))
layer.register_forward_pre_hook(lambda m, args, kwargs: log.append(("first", kwargs)), with_kwargs=True, prepend=True)
layer.register_forward_hook(lambda m, args, out: log.append("forward") or out + 1)
layer.register_forward_hook(lambda m, args, out: log.append("always"), always_call=True)
layer.register_full_backward_pre_hook(lambda m, g: log.append("backward pre") or (g[0] * 3,))
layer.register_full_backward_hook(lambda m, gi, go: log.append("backward") or (gi[0] + 1,))
x = torch.ones(1, 2, requires_grad=True)
x.register_hook(lambda g: log.append(("x", g.tolist())))
layer.weight.register_hook(lambda g: log.append("weight") or g * 0)
layer.weight.register_post_accumulate_grad_hook(lambda p: log.append(("accumulated", p.grad.sum().item())))
y = layer(x)
y.register_hook(lambda g: log.append("y"))
y.retain_grad()
y.grad_fn.register_hook(lambda gi, go: log.append(("node", len(gi), len(go))))
y.grad_fn.register_prehook(lambda go: log.append("node pre"))
y.sum().backward()
print(log, y.grad, x.grad, layer.weight.grad, sep="\n")

# Hooks that go wrong: what they were asked of stays as it was.
log.clear()
attempt(lambda: layer(torch.ones(1, 3)), layer.weight)
print(log)
for result in (torch.ones(1), 3, torch.ones(2, dtype=torch.float64), torch.ones(2, 1)):
    z = torch.ones(2, requires_grad=True)
    handle = z.register_hook(lambda g, result=result: result)
    attempt(lambda z=z: (z * 2).sum().backward(), z)
    handle.remove()
    (z * 2).sum().backward()
    state(z)


def fails(gradient):
    raise ValueError("in a hook")


a = torch.ones(2, requires_grad=True)
b = a * 3
c = b.exp()
b.register_hook(fails)
attempt(lambda: (b + c).sum().backward(), a, b, c)
attempt(lambda: c.sum().backward(), a, b, c)
node = (a * 2).grad_fn
attempt(lambda: node("a"), a)
attempt(lambda: node(torch.ones(2)), a)
attempt(lambda: node.next_functions[0][0](torch.ones(2)), a)
for bad in (lambda: torch.ones(1).register_hook(print), lambda: torch.ones(2).retain_grad()):
    attempt(bad)
