"""Least squares, PCA, Cholesky factors, eigenvalues and their gradients, a Gaussian process, a Kalman filter."""

import torch

torch.manual_seed(0)
torch.set_default_dtype(torch.float64)
X = torch.randn(50, 4) @ torch.diag(torch.tensor([3.0, 2.0, 1.0, 0.1])) + 1
Xc = X - X.mean(0, keepdim=True)
U, S, Vh = torch.linalg.svd(Xc, full_matrices=False)
print(S, U.shape, Vh.shape)
cov = Xc.T @ Xc / (len(X) - 1)
print(torch.allclose(cov, torch.cov(X.T)), (S**2).div(49))
L, V = torch.linalg.eigh(cov)
print(L, (V.T @ V - torch.eye(4)).abs().max() < 1e-12)
Z = Xc @ V @ torch.diag(L.rsqrt())
print(torch.allclose(torch.cov(Z.T), torch.eye(4)))
Lc = torch.linalg.cholesky(cov)
s = torch.randn(2000, 4) @ Lc.T
print(
    (torch.cov(s.T) - cov).abs().max() < 1,
    torch.linalg.solve_triangular(Lc, Xc.T, upper=False).shape,
    torch.cholesky_inverse(Lc).allclose(cov.inverse()),
    torch.logdet(cov),
    torch.slogdet(cov),
)
b = torch.randn(50)
sol = torch.linalg.lstsq(X, b.unsqueeze(1))
print(sol.solution.squeeze(), sol.residuals, sol.rank)
print(
    torch.linalg.qr(X)[1].abs().diag(),
    torch.linalg.matrix_rank(X),
    torch.linalg.cond(cov),
    torch.linalg.det(cov),
    torch.linalg.norm(X),
    torch.linalg.vector_norm(X, 1),
    torch.linalg.matrix_norm(X, 2),
    torch.linalg.matrix_norm(X, "nuc"),
    torch.linalg.matrix_power(cov, 3)[0],
    torch.linalg.eigvals(torch.tensor([[0.0, 1.0], [-1.0, 0.0]])),
    torch.matrix_exp(torch.tensor([[0.0, 1.0], [-1.0, 0.0]])),
    sep="\n",
)
A = torch.randn(4, 4)
A = (A + A.T).requires_grad_()
w, v = torch.linalg.eigh(A)
(w**3).sum().backward()
print(
    torch.allclose(A.grad, 3 * A.detach() @ A.detach()),
    w.grad_fn,
    torch.autograd.gradcheck(lambda a: torch.linalg.eigvalsh(a + a.T), (torch.randn(3, 3, requires_grad=True),)),
    torch.autograd.gradgradcheck(
        lambda a: torch.linalg.inv(a @ a.T + torch.eye(3)), (torch.randn(3, 3, requires_grad=True),)
    ),
)
P = torch.randn(3, 5, 5)
print(
    torch.linalg.inv(P).shape,
    torch.linalg.solve(P, torch.randn(3, 5, 2)).shape,
    torch.linalg.lu(P)[0].shape,
    torch.lu_solve(torch.ones(3, 5, 1), *torch.linalg.lu_factor(P)).shape,
    torch.linalg.pinv(P[:, :, :3]).shape,
)
for e in (
    "torch.linalg.cholesky(-torch.eye(2))",
    "torch.linalg.inv(torch.zeros(2, 2))",
    "torch.linalg.solve(torch.ones(2, 3), torch.ones(2))",
    "torch.linalg.eigh(torch.ones(3))",
    "torch.linalg.det(torch.ones(2, 3))",
):
    try:
        eval(e)
    except Exception as err:
        print(type(err).__name__, err)
# Gaussian process regression with marginal likelihood
torch.manual_seed(1)
xs = torch.linspace(0, 6, 25)
ys = xs.sin() + 0.1 * torch.randn(25)
raw = torch.zeros(3, requires_grad=True)


def kern(a, b, ell, sf):
    return sf**2 * torch.exp(-0.5 * (a[:, None] - b[None]) ** 2 / ell**2)


def nll():
    ell, sf, sn = torch.nn.functional.softplus(raw)
    K = kern(xs, xs, ell, sf) + (sn**2 + 1e-6) * torch.eye(25)
    Lk = torch.linalg.cholesky(K)
    al = torch.cholesky_solve(ys[:, None], Lk)
    return 0.5 * (ys[None] @ al).squeeze() + Lk.diagonal().log().sum() + 12.5 * torch.log(torch.tensor(2 * torch.pi))


opt = torch.optim.Adam([raw], 0.1)
for i in range(30):
    opt.zero_grad()
    l = nll()
    l.backward()
    opt.step()
    if i % 10 == 0:
        print("GP", i, f"{l.item():.6f}")
lb = torch.optim.LBFGS([raw], max_iter=20, line_search_fn="strong_wolfe")


def closure():
    lb.zero_grad()
    l = nll()
    l.backward()
    return l


lb.step(closure)
print("LBFGS", f"{nll().item():.6f}", torch.nn.functional.softplus(raw))
xt = torch.tensor([1.5, 3.0])
ell, sf, sn = torch.nn.functional.softplus(raw).detach()
K = kern(xs, xs, ell, sf) + sn**2 * torch.eye(25)
ks = kern(xt, xs, ell, sf)
print(ks @ torch.linalg.solve(K, ys), (kern(xt, xt, ell, sf) - ks @ torch.linalg.solve(K, ks.T)).diag().sqrt())
mvn = torch.distributions.MultivariateNormal(torch.zeros(25), K)
print(mvn.log_prob(ys), mvn.entropy(), mvn)
# Kalman filter
F_, H_, Q, R = (
    torch.tensor([[1.0, 1.0], [0.0, 1.0]]),
    torch.tensor([[1.0, 0.0]]),
    0.01 * torch.eye(2),
    torch.tensor([[0.5]]),
)
m, P = torch.zeros(2), torch.eye(2)
obs = torch.arange(10.0) * 0.5 + torch.randn(10) * 0.7
ll = torch.zeros(())
for z in obs:
    m, P = F_ @ m, F_ @ P @ F_.T + Q
    S = H_ @ P @ H_.T + R
    K = P @ H_.T @ S.inverse()
    r = z - H_ @ m
    ll = ll - 0.5 * (r @ S.inverse() @ r + S.logdet() + torch.log(torch.tensor(2 * torch.pi)))
    m, P = m + K @ r, (torch.eye(2) - K @ H_) @ P
print(m, P, ll)
torch.set_default_dtype(torch.float32)
