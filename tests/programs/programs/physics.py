"""Derivatives of networks by their inputs: physics-informed, Hamiltonian and Lagrangian networks, a neural ODE."""

import math
import torch
import torch.nn as nn

torch.manual_seed(0)
# PINN: u'' + pi^2 u = 0 ... with boundary conditions
net = nn.Sequential(nn.Linear(1, 20), nn.Tanh(), nn.Linear(20, 20), nn.Tanh(), nn.Linear(20, 1))
for m in net.modules():
    if isinstance(m, nn.Linear):
        nn.init.xavier_normal_(m.weight)
        nn.init.zeros_(m.bias)
opt = torch.optim.Adam(net.parameters(), lr=2e-3)
xb = torch.tensor([[0.0], [0.5]])
ub = torch.tensor([[0.0], [1.0]])
for it in range(60):
    x = torch.rand(64, 1, requires_grad=True)
    u = net(x)
    u_x = torch.autograd.grad(u, x, torch.ones_like(u), create_graph=True)[0]
    u_xx = torch.autograd.grad(u_x, x, grad_outputs=torch.ones_like(u_x), create_graph=True)[0]
    res = u_xx + math.pi**2 * u
    loss = (res**2).mean() / 100 + ((net(xb) - ub) ** 2).mean()
    opt.zero_grad()
    loss.backward()
    opt.step()
    if it % 20 == 0:
        print(f"PINN {it} {loss.item():.5f}", u_xx.grad_fn)
opt = torch.optim.LBFGS(net.parameters(), max_iter=10, history_size=10, line_search_fn="strong_wolfe")
x = torch.linspace(0, 1, 30).unsqueeze(1).requires_grad_()


def closure():
    opt.zero_grad()
    u = net(x)
    (u_x,) = torch.autograd.grad(u.sum(), x, create_graph=True)
    (u_xx,) = torch.autograd.grad(u_x.sum(), x, create_graph=True)
    l = (u_xx + math.pi**2 * u).pow(2).mean() / 100 + (net(xb) - ub).pow(2).mean()
    l.backward()
    return l


print("LBFGS %.3f" % opt.step(closure).item(), closure().item() < 0.5)
# 2-d Poisson by mixed partials: Laplacian
f = lambda p: torch.sin(p[:, 0]) * torch.exp(p[:, 1])
p = torch.rand(5, 2, dtype=torch.float64, requires_grad=True)
(g,) = torch.autograd.grad(f(p).sum(), p, create_graph=True)
lap = sum(torch.autograd.grad(g[:, i].sum(), p, create_graph=True)[0][:, i] for i in range(2))
print(lap.abs().max().item() < 1e-12, torch.autograd.gradcheck(f, (p,)), torch.autograd.gradgradcheck(f, (p,)))
# neural ODE by RK4, backprop through the solver
torch.manual_seed(1)
A = torch.tensor([[-0.1, 2.0], [-2.0, -0.1]])
y0 = torch.tensor([[2.0, 0.0]])
ts = torch.linspace(0, 2, 20)


def rk4(f, y, ts):
    ys = [y]
    for a, b in zip(ts[:-1], ts[1:]):
        h = b - a
        k1 = f(y)
        k2 = f(y + h / 2 * k1)
        k3 = f(y + h / 2 * k2)
        k4 = f(y + h * k3)
        y = y + h / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
        ys.append(y)
    return torch.stack(ys)


with torch.no_grad():
    target = rk4(lambda y: y @ A.T, y0, ts)
print(target.shape, target[-1])


class ODEFunc(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(2, 16), nn.Tanh(), nn.Linear(16, 2))

    def forward(self, y):
        return self.net(y)


func = ODEFunc()
opt = torch.optim.RMSprop(func.parameters(), lr=1e-2)
for it in range(15):
    opt.zero_grad()
    loss = (rk4(func, y0, ts) - target).abs().mean()
    loss.backward()
    opt.step()
    if it % 5 == 0:
        print(f"ODE {it} {loss.item():.4f}")
# Hamiltonian network
torch.manual_seed(2)
H = nn.Sequential(nn.Linear(2, 24), nn.Softplus(), nn.Linear(24, 1, bias=False))
J = torch.tensor([[0.0, 1.0], [-1.0, 0.0]])


def field(z):
    z = z if z.requires_grad else z.requires_grad_()
    return torch.autograd.grad(H(z).sum(), z, create_graph=True)[0] @ J.t()


z = torch.randn(128, 2)
dz = z @ J.t()
opt = torch.optim.Adam(H.parameters(), 1e-2)
for it in range(40):
    loss = (field(z.clone()) - dz).pow(2).mean()
    opt.zero_grad()
    loss.backward()
    opt.step()
    if it % 10 == 0:
        print(f"HNN {it} {loss.item():.5f}")
# Lagrangian double pendulum-like: solve with hessian
L = lambda q, v: 0.5 * (1 + q[0].cos() ** 2) * v[0] ** 2 + 0.5 * v[1] ** 2 + q[0] * v[0] * v[1] - (q**2).sum()
q, v = torch.tensor([0.3, 0.4]), torch.tensor([1.0, -0.5])
Hvv = torch.autograd.functional.hessian(lambda v: L(q, v), v)
gq = torch.autograd.functional.jacobian(lambda q: L(q, v), q)
Jqv = torch.autograd.functional.jacobian(
    lambda q: torch.autograd.functional.jacobian(lambda v: L(q, v), v, create_graph=True), q
)
print(torch.linalg.solve(Hvv, gq - Jqv @ v))
