"""Policy gradients, actor-critic with entropy, PPO's clipped surrogate, Q-learning with replay and a target network."""

import copy
import random
from collections import deque, namedtuple

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch import optim
from torch.distributions import Categorical, Normal

torch.manual_seed(0)
random.seed(0)


class Corridor:
    """Walk right to the end; every step costs."""

    def __init__(self, length=6):
        self.length = length

    def reset(self):
        self.at, self.steps = 0, 0
        return self.observe()

    def observe(self):
        return F.one_hot(torch.tensor(self.at), self.length).float()

    def step(self, action):
        self.at = max(0, min(self.length - 1, self.at + (1 if action == 1 else -1)))
        self.steps += 1
        done = self.at == self.length - 1 or self.steps >= 20
        return self.observe(), (1.0 if self.at == self.length - 1 else -0.1), done, {}


env = Corridor()


# REINFORCE
class Policy(nn.Module):
    def __init__(self):
        super().__init__()
        self.affine1 = nn.Linear(6, 16)
        self.dropout = nn.Dropout(p=0.1)
        self.affine2 = nn.Linear(16, 2)
        self.saved_log_probs, self.rewards = [], []

    def forward(self, x):
        x = F.relu(self.dropout(self.affine1(x)))
        return F.softmax(self.affine2(x), dim=1)


policy = Policy()
optimizer = optim.Adam(policy.parameters(), lr=1e-2)
eps = torch.finfo(torch.float32).eps
for episode in range(12):
    state, total, done = env.reset(), 0.0, False
    while not done:
        probs = policy(state.unsqueeze(0))
        m = Categorical(probs)
        action = m.sample()
        policy.saved_log_probs.append(m.log_prob(action))
        state, reward, done, _ = env.step(action.item())
        policy.rewards.append(reward)
        total += reward
    R, returns = 0, deque()
    for r in policy.rewards[::-1]:
        R = r + 0.99 * R
        returns.appendleft(R)
    returns = torch.tensor(returns)
    returns = (returns - returns.mean()) / (returns.std() + eps)
    loss = torch.cat([-lp * R for lp, R in zip(policy.saved_log_probs, returns)]).sum()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    print(f"episode {episode} reward {total:.1f} loss {loss.item():.3f} steps {len(policy.rewards)}")
    del policy.rewards[:], policy.saved_log_probs[:]

# actor-critic, generalised advantages, PPO
SavedAction = namedtuple("SavedAction", ["log_prob", "value", "entropy"])


class ActorCritic(nn.Module):
    def __init__(self):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(6, 16), nn.Tanh())
        self.actor, self.critic = nn.Linear(16, 2), nn.Linear(16, 1)
        for layer in (self.actor, self.critic):
            nn.init.orthogonal_(layer.weight, 0.01)
            nn.init.zeros_(layer.bias)

    def forward(self, x):
        h = self.body(x)
        return Categorical(logits=self.actor(h)), self.critic(h).squeeze(-1)


net = ActorCritic()
optimizer = optim.RMSprop(net.parameters(), lr=7e-3, alpha=0.99, eps=1e-5)
for update in range(4):
    saved, rewards, states, actions = [], [], [], []
    state, done = env.reset(), False
    while not done:
        dist, value = net(state)
        action = dist.sample()
        states.append(state)
        actions.append(action)
        saved.append(SavedAction(dist.log_prob(action), value, dist.entropy()))
        state, reward, done, _ = env.step(int(action))
        rewards.append(reward)
    values = torch.stack([s.value for s in saved])
    advantages, gae = torch.zeros(len(rewards)), 0.0
    with torch.no_grad():
        after = torch.cat([values[1:], torch.zeros(1)])
        for t in reversed(range(len(rewards))):
            delta = rewards[t] + 0.99 * after[t] - values[t]
            gae = delta + 0.99 * 0.95 * gae
            advantages[t] = gae
    returns = advantages + values.detach()
    log_probs = torch.stack([s.log_prob for s in saved])
    entropy = torch.stack([s.entropy for s in saved]).mean()
    loss = -(log_probs * advantages).mean() + 0.5 * F.smooth_l1_loss(values, returns) - 0.01 * entropy
    optimizer.zero_grad()
    loss.backward()
    norm = nn.utils.clip_grad_norm_(net.parameters(), 0.5)
    optimizer.step()
    print(f"a2c {update} loss {loss.item():.4f} entropy {entropy.item():.4f} norm {norm.item():.4f}")
    states, actions, old = torch.stack(states), torch.stack(actions), log_probs.detach()
    for epoch in range(2):
        dist, values = net(states)
        ratio = (dist.log_prob(actions) - old).exp()
        surrogate = torch.min(ratio * advantages, ratio.clamp(0.8, 1.2) * advantages)
        loss = -surrogate.mean() + 0.5 * (values - returns).pow(2).mean()
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        clipped = ((ratio - 1).abs() > 0.2).float().mean()
        print(f"  ppo loss {loss.item():.4f} clipped {clipped.item():.2f} kl {(old - dist.log_prob(actions)).mean().item():.3f}")

# a Gaussian policy squashed by tanh, as in soft actor-critic: reparametrised
mu, log_std = nn.Parameter(torch.zeros(3)), nn.Parameter(torch.zeros(3))
dist = Normal(mu, log_std.exp())
u = dist.rsample((5,))
a = torch.tanh(u)
log_prob = (dist.log_prob(u) - torch.log(1 - a.pow(2) + 1e-6)).sum(-1)
(0.2 * log_prob - a.sum(-1)).mean().backward()
print(mu.grad, log_std.grad)

# Q-learning
Transition = namedtuple("Transition", ("state", "action", "next_state", "reward"))


class ReplayMemory:
    def __init__(self, capacity):
        self.memory = deque([], maxlen=capacity)

    def push(self, *args):
        self.memory.append(Transition(*args))

    def sample(self, batch_size):
        return random.sample(self.memory, batch_size)

    def __len__(self):
        return len(self.memory)


q_net = nn.Sequential(nn.Linear(6, 16), nn.ReLU(), nn.Linear(16, 2))
target = copy.deepcopy(q_net)
optimizer = optim.AdamW(q_net.parameters(), lr=1e-3, amsgrad=True)
memory = ReplayMemory(100)
for episode in range(5):
    state, done, loss = env.reset().unsqueeze(0), False, None
    while not done:
        if random.random() > 0.5:
            with torch.no_grad():
                action = q_net(state).max(1).indices.view(1, 1)
        else:
            action = torch.tensor([[random.randrange(2)]], dtype=torch.long)
        observation, reward, done, _ = env.step(action.item())
        next_state = None if done else observation.unsqueeze(0)
        memory.push(state, action, next_state, torch.tensor([reward]))
        state = next_state
        if len(memory) < 8:
            continue
        batch = Transition(*zip(*memory.sample(8)))
        mask = torch.tensor(tuple(map(lambda s: s is not None, batch.next_state)), dtype=torch.bool)
        following = torch.cat([s for s in batch.next_state if s is not None])
        values = q_net(torch.cat(batch.state)).gather(1, torch.cat(batch.action))
        after = torch.zeros(8)
        with torch.no_grad():
            after[mask] = target(following).max(1).values
        loss = nn.SmoothL1Loss()(values, (after * 0.99 + torch.cat(batch.reward)).unsqueeze(1))
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_value_(q_net.parameters(), 100)
        optimizer.step()
        mine, theirs = q_net.state_dict(), target.state_dict()
        for key in mine:
            theirs[key] = mine[key] * 0.05 + theirs[key] * 0.95
        target.load_state_dict(theirs)
    print(f"dqn {episode} steps {env.steps} loss {loss.item():.4f}" if loss is not None else f"dqn {episode}")
print(q_net(torch.eye(6)).argmax(1), target[2].bias)
