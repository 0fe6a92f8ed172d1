"""Gaussian processes, a Kalman filter and smoother, linear regression in four ways, and what is no matrix for it."""

import math

import torch

torch.manual_seed(3)
torch.set_default_dtype(torch.float64)
X = torch.linspace(0, 6, 15).unsqueeze(-1)
y = torch.sin(X).squeeze() + 0.1 * torch.randn(15)
Xs = torch.linspace(-1, 7, 5).unsqueeze(-1)
ls, sf, sn = [torch.tensor(v, requires_grad=True) for v in (0.0, 0.0, -2.0)]


def rbf(a, b):
    return sf.exp() ** 2 * torch.exp(-0.5 * torch.cdist(a, b, compute_mode="donot_use_mm_for_euclid_dist").pow(2) / ls.exp() ** 2)


def sqd(a, b):
    return (a[:, None] - b[None]).pow(2).sum(-1)


def k(a, b):
    return sf.exp() ** 2 * torch.exp(-0.5 * sqd(a, b) / ls.exp() ** 2)


def nll():
    L = torch.linalg.cholesky(k(X, X) + sn.exp() ** 2 * torch.eye(15))
    alpha = torch.cholesky_solve(y.unsqueeze(-1), L)
    return 0.5 * y @ alpha.squeeze(-1) + L.diagonal().log().sum() + 7.5 * math.log(2 * math.pi)


opt = torch.optim.LBFGS([ls, sf, sn], lr=0.5, max_iter=5, line_search_fn="strong_wolfe")
for i in range(4):

    def closure():
        opt.zero_grad()
        l = nll()
        l.backward()
        return l

    print(i, f"{opt.step(closure).item():.5f}", *[f"{p.exp().item():.4f}" for p in (ls, sf, sn)])
with torch.no_grad():
    L = torch.linalg.cholesky(k(X, X) + sn.exp() ** 2 * torch.eye(15))
    Ks = k(X, Xs)
    A = torch.linalg.solve_triangular(L, Ks, upper=False)
    mu = Ks.T @ torch.cholesky_solve(y[:, None], L)
    cov = k(Xs, Xs) - A.T @ A
    print(mu.T, cov.diagonal().sqrt())
    mvn = torch.distributions.MultivariateNormal(mu.squeeze(), cov + 1e-8 * torch.eye(5))
    print(mvn.sample((2,)), mvn.log_prob(mu.squeeze()), mvn.entropy(), mvn.scale_tril.tril().equal(mvn.scale_tril))
    print(-torch.distributions.MultivariateNormal(torch.zeros(15), scale_tril=L).log_prob(y), nll())
H = torch.autograd.functional.hessian(
    lambda l, s: (lambda K: 0.5 * y @ torch.linalg.solve(K, y) + 0.5 * torch.logdet(K))(
        s.exp() ** 2 * torch.exp(-0.5 * sqd(X, X) / l.exp() ** 2) + 0.05 * torch.eye(15)
    ),
    (ls.detach(), sf.detach()),
)
print(H)
try:
    torch.linalg.cholesky(-torch.eye(3))
except Exception as e:
    print(type(e).__name__, e)
try:
    torch.linalg.cholesky(torch.stack([torch.eye(2), -torch.eye(2)]))
except Exception as e:
    print(type(e).__name__, e)
print(torch.linalg.cholesky_ex(torch.diag(torch.tensor([1.0, -1.0, 2.0]))))
try:
    torch.distributions.MultivariateNormal(torch.zeros(2), torch.tensor([[1.0, 2.0], [2.0, 1.0]]))
except ValueError as e:
    print(e)
# Kalman filter and RTS smoother, gradients of the likelihood
dt = 0.1
F = torch.tensor([[1.0, dt], [0.0, 1.0]])
Hm = torch.tensor([[1.0, 0.0]])
q, r = torch.tensor(-2.0, requires_grad=True), torch.tensor(-1.0, requires_grad=True)
zs = torch.cumsum(torch.randn(20) * 0.1, 0) + 0.3 * torch.randn(20)


def run():
    x, P, ll = torch.zeros(2), torch.eye(2), 0.0
    Q = q.exp() * torch.tensor([[dt**3 / 3, dt**2 / 2], [dt**2 / 2, dt]])
    R = r.exp().reshape(1, 1)
    out = []
    for z in zs:
        x, P = F @ x, F @ P @ F.mT + Q
        S = Hm @ P @ Hm.T + R
        K = torch.linalg.solve(S, Hm @ P).T
        v = z - Hm @ x
        x = x + K @ v
        P = (torch.eye(2) - K @ Hm) @ P
        ll = ll - 0.5 * (v @ torch.linalg.inv(S) @ v + torch.logdet(2 * math.pi * S))
        out.append((x, P))
    return ll, out


opt = torch.optim.Rprop([q, r], lr=0.1)
for i in range(5):
    opt.zero_grad()
    ll, out = run()
    (-ll).backward()
    opt.step()
    print(f"{ll.item():.5f} {q.item():.4f} {r.item():.4f}")
print(out[-1])
x, P = out[-1]
Q = q.exp() * torch.eye(2) * dt
for xf, Pf in reversed(out[:-1]):
    Pp = F @ Pf @ F.T + Q
    G = torch.linalg.solve(Pp, F @ Pf, left=True).T
    x = xf + G @ (x - F @ xf)
    P = Pf + G @ (P - Pp) @ G.T
print(x, P)
# Bayesian linear regression, ridge path, lstsq
Phi = torch.stack([X.squeeze() ** i for i in range(4)], 1)
sol = torch.linalg.lstsq(Phi, y[:, None])
print(
    sol.solution.T,
    sol.residuals,
    sol.rank,
    sol.singular_values,
    torch.linalg.lstsq(Phi, y[:, None], driver="gelsd").singular_values,
)
U, S, Vh = torch.linalg.svd(Phi, full_matrices=False)
lam = torch.logspace(-3, 3, 4)
print(torch.stack([Vh.T @ (S / (S**2 + l) * (U.T @ y)) for l in lam]))
Qm, Rm = torch.linalg.qr(Phi)
print(
    torch.linalg.solve_triangular(Rm, (Qm.T @ y)[:, None], upper=True).T,
    torch.linalg.pinv(Phi) @ y,
    torch.linalg.matrix_rank(Phi),
    torch.linalg.cond(Phi),
)
w = torch.zeros(4, requires_grad=True)
(Phi @ w - y).pow(2).sum().backward()
print(w.grad, torch.linalg.norm(w.grad), torch.linalg.vector_norm(w.grad, float("inf")))
for f in (
    lambda: torch.linalg.solve(torch.zeros(2, 2), torch.ones(2)),
    lambda: torch.linalg.inv(torch.zeros(2, 2)),
    lambda: torch.linalg.solve(torch.eye(2), torch.ones(3)),
    lambda: torch.linalg.inv(torch.ones(2, 3)),
    lambda: torch.cholesky_solve(torch.ones(3), torch.eye(3)),
    lambda: torch.linalg.lstsq(Phi, torch.ones(3, 1)),
    lambda: torch.linalg.eigh(torch.ones(2, 2, dtype=torch.long)),
    lambda: torch.logdet(torch.tensor([[-1.0]])),
    lambda: torch.linalg.svd(torch.tensor([[float("nan")]])),
    lambda: torch.linalg.solve_triangular(torch.eye(2), torch.ones(2), upper=True),
    lambda: torch.linalg.eig(torch.full((2, 2), float("inf"))),
    lambda: torch.linalg.matrix_power(torch.ones(2, 3), 2),
):
    try:
        print(f())
    except Exception as e:
        print(type(e).__name__, e)
torch.set_default_dtype(torch.float32)
