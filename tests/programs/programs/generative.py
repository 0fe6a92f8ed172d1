"""Adversarial networks (plain, Wasserstein with a gradient penalty, conditional), diffusion and score matching, an energy."""

import copy
import math

import torch
import torch.nn as nn
import torch.nn.functional as F

torch.manual_seed(1)


def weights_init(m):
    classname = m.__class__.__name__
    if classname.find("Conv") != -1:
        nn.init.normal_(m.weight.data, 0.0, 0.02)
    elif classname.find("BatchNorm") != -1:
        nn.init.normal_(m.weight.data, 1.0, 0.02)
        nn.init.constant_(m.bias.data, 0)


# DCGAN on small pictures
netG = nn.Sequential(
    nn.ConvTranspose2d(8, 16, 4, 1, 0, bias=False), nn.BatchNorm2d(16), nn.ReLU(True),
    nn.ConvTranspose2d(16, 1, 4, 2, 1, bias=False), nn.Tanh(),
)
netD = nn.Sequential(
    nn.Conv2d(1, 8, 4, 2, 1, bias=False), nn.LeakyReLU(0.2, inplace=True),
    nn.Conv2d(8, 16, 3, 1, 1, bias=False), nn.BatchNorm2d(16), nn.LeakyReLU(0.2, inplace=True),
    nn.Conv2d(16, 1, 4, 1, 0, bias=False), nn.Sigmoid(),
)
netG.apply(weights_init)
netD.apply(weights_init)
print(netG, sum(p.numel() for p in netD.parameters()))
criterion = nn.BCELoss()
optimizerD = torch.optim.Adam(netD.parameters(), lr=2e-4, betas=(0.5, 0.999))
optimizerG = torch.optim.Adam(netG.parameters(), lr=2e-4, betas=(0.5, 0.999))
data = torch.rand(8, 1, 8, 8) * 2 - 1
for step in range(3):
    netD.zero_grad()
    label = torch.full((8,), 1.0)
    output = netD(data).view(-1)
    errD_real = criterion(output, label)
    errD_real.backward()
    D_x = output.mean().item()
    noise = torch.randn(8, 8, 1, 1)
    fake = netG(noise)
    label.fill_(0.0)
    output = netD(fake.detach()).view(-1)
    errD_fake = criterion(output, label)
    errD_fake.backward()
    optimizerD.step()
    netG.zero_grad()
    label.fill_(1.0)
    output = netD(fake).view(-1)
    errG = criterion(output, label)
    errG.backward()
    optimizerG.step()
    print(f"[{step}] Loss_D: {(errD_real + errD_fake).item():.4f} Loss_G: {errG.item():.4f} D(x): {D_x:.4f} {output.mean().item():.4f}")

# WGAN-GP: the gradient of a gradient
critic = nn.Sequential(nn.Linear(2, 16), nn.SiLU(), nn.Linear(16, 1))
generator = nn.Sequential(nn.Linear(4, 16), nn.Softplus(), nn.Linear(16, 2))
opt_c = torch.optim.Adam(critic.parameters(), lr=1e-3, betas=(0.0, 0.9))
opt_g = torch.optim.RMSprop(generator.parameters(), lr=1e-3)
for step in range(4):
    real = torch.randn(16, 2) * 0.5 + 1
    for p in critic.parameters():
        p.requires_grad_(True)
    with torch.no_grad():
        fake = generator(torch.randn(16, 4))
    alpha = torch.rand(16, 1).expand_as(real)
    between = (alpha * real + (1 - alpha) * fake).requires_grad_()
    scores = critic(between)
    (slope,) = torch.autograd.grad(scores, between, grad_outputs=torch.ones_like(scores), create_graph=True, retain_graph=True)
    penalty = ((slope.norm(2, dim=1) - 1) ** 2).mean()
    loss_c = critic(fake).mean() - critic(real).mean() + 10 * penalty
    opt_c.zero_grad()
    loss_c.backward()
    opt_c.step()
    for p in critic.parameters():
        p.requires_grad_(False)
    loss_g = -critic(generator(torch.randn(16, 4))).mean()
    opt_g.zero_grad()
    loss_g.backward()
    opt_g.step()
    print(f"wgan {step} {loss_c.item():.4f} {penalty.item():.4f} {loss_g.item():.4f}", [p.grad is None for p in critic.parameters()][:1])


# diffusion
class SinusoidalPositionEmbeddings(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.dim = dim

    def forward(self, time):
        half = self.dim // 2
        embeddings = math.log(10000) / (half - 1)
        embeddings = torch.exp(torch.arange(half, device=time.device) * -embeddings)
        embeddings = time[:, None] * embeddings[None, :]
        return torch.cat((embeddings.sin(), embeddings.cos()), dim=-1)


class Denoiser(nn.Module):
    def __init__(self, hidden=32):
        super().__init__()
        self.time = nn.Sequential(SinusoidalPositionEmbeddings(16), nn.Linear(16, hidden), nn.GELU())
        self.inp, self.mid, self.out = nn.Linear(2, hidden), nn.Linear(hidden, hidden), nn.Linear(hidden, 2)
        self.norm = nn.LayerNorm(hidden)

    def forward(self, x, t):
        h = F.silu(self.inp(x)) + self.time(t)
        return self.out(F.silu(self.norm(self.mid(h)) + h))


timesteps = 50
betas = torch.linspace(1e-4, 0.02, timesteps)
alphas = 1.0 - betas
alphas_cumprod = torch.cumprod(alphas, axis=0)
alphas_cumprod_prev = F.pad(alphas_cumprod[:-1], (1, 0), value=1.0)
posterior_variance = betas * (1.0 - alphas_cumprod_prev) / (1.0 - alphas_cumprod)


def extract(a, t, x_shape):
    out = a.gather(-1, t.cpu())
    return out.reshape(t.shape[0], *((1,) * (len(x_shape) - 1))).to(t.device)


model = Denoiser()
ema = copy.deepcopy(model).requires_grad_(False)
optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3, weight_decay=0.01)
schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=3e-3, total_steps=20)
angle = torch.linspace(0, 2 * math.pi, 32)
circle = torch.stack([angle.cos(), angle.sin()], -1)
for step in range(20):
    t = torch.randint(0, timesteps, (32,)).long()
    noise = torch.randn_like(circle)
    x = extract(alphas_cumprod.sqrt(), t, circle.shape) * circle + extract((1 - alphas_cumprod).sqrt(), t, circle.shape) * noise
    loss = F.smooth_l1_loss(noise, model(x, t))
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    schedule.step()
    with torch.no_grad():
        for slow, fast in zip(ema.parameters(), model.parameters()):
            slow.lerp_(fast, 0.1)
    if step % 5 == 0:
        print(f"diffusion {step} {loss.item():.4f} lr {schedule.get_last_lr()[0]:.6f}")


@torch.no_grad()
def p_sample(model, x, t, t_index):
    mean = extract((1 / alphas).sqrt(), t, x.shape) * (
        x - extract(betas, t, x.shape) * model(x, t) / extract((1.0 - alphas_cumprod).sqrt(), t, x.shape)
    )
    if t_index == 0:
        return mean
    return mean + torch.sqrt(extract(posterior_variance, t, x.shape)) * torch.randn_like(x)


x = torch.randn(4, 2)
for i in reversed(range(timesteps)):
    x = p_sample(ema, x, torch.full((4,), i, dtype=torch.long), i)
print(x, x.requires_grad)

# sliced score matching, and samples of an energy by Langevin dynamics
energy = nn.Sequential(nn.Linear(2, 16), nn.Tanh(), nn.Linear(16, 1))
points = torch.randn(8, 2).requires_grad_()
score = torch.autograd.grad(-energy(points).sum(), points, create_graph=True)[0]
v = torch.randn_like(points)
hvp = torch.autograd.grad((score * v).sum(), points, create_graph=True)[0]
loss = ((v * hvp).sum(-1) + 0.5 * (score * v).sum(-1) ** 2).mean()
loss.backward()
print(loss.item().__round__(4), energy[0].weight.grad.norm())
for _ in range(5):
    points.grad = None
    energy(points).sum().backward()
    with torch.no_grad():
        points -= 0.1 * points.grad
        points += 0.1 * torch.randn_like(points)
print(points[:2], points._version)
