"""Three minimisers that work on a whole batch of people at once, each person on its own.

Nobody waits for the others and nobody is held back by them: damping, step length and convergence are per person, and
whoever has converged leaves the batch, so that the last iterations are paid only for the few who need them.

- `levenberg_marquardt` for sums of squares (Nocedal & Wright, Numerical Optimization, 2nd ed., section 10.3; the
  damping follows Nielsen 1999). The fastest by far here, and the default.
- `lbfgs` with a line search for the strong Wolfe conditions (algorithms 7.4, 3.5 and 3.6): any smooth energy.
- `adam` (Kingma & Ba 2015): for teaching; what the networks of the course are trained with.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from vhlib.exercises import exercise
from vhlib.priors import Quadratic


@runtime_checkable
class Objective(Protocol):
    """An energy of each person's parameters."""

    def energy(self, x: Float[Tensor, "B P"], people: Int[Tensor, "B"]) -> Float[Tensor, "B"]:
        """The energy of each row of ``x``; ``people[i]`` says whose parameters row ``i`` is."""
        ...


@runtime_checkable
class LeastSquares(Objective, Protocol):
    """An energy that also knows its Gauss-Newton model."""

    def quadratic(self, x: Float[Tensor, "B P"], people: Int[Tensor, "B"]) -> Quadratic:
        """Energy, gradient and Gauss-Newton curvature at ``x``."""
        ...


@dataclass(frozen=True)
class Solution:
    """Where a minimiser stopped."""

    x: Float[Tensor, "B P"]
    """The best parameters found."""
    energy: Float[Tensor, "B"]
    """Their energy."""
    iterations: Int[Tensor, "B"]
    """Steps each person took."""
    converged: Bool[Tensor, "B"]
    """False where the last allowed iteration was still making progress."""
    trace: tuple[Float[Tensor, "T B P"], Float[Tensor, "T B"]] | None
    """Every iterate and its energy, the start included; who is done stands still. None unless asked for."""


Minimiser = Callable[..., Solution]
"""``minimiser(objective, start, trace=False) -> Solution``, as the three below with their options bound."""


def levenberg_marquardt(
    objective: LeastSquares,
    start: Float[Tensor, "B P"],
    *,
    iterations: int = 100,
    tolerance: float = 1e-4,
    damping: float = 1e-3,
    longest: float = 1.0,
    trace: bool = False,
) -> Solution:
    """Damped Gauss-Newton steps: (H + λ diag H) δ = -g, with λ per person.

    Args:
        objective: a sum of squares.
        start: where each person begins.
        iterations: at most this many steps, rejected ones included.
        tolerance: a person is done when a step lowers the energy by less than this fraction of it.
        damping: λ of the first step.
        longest: by how much a step may change a parameter; longer ones are shortened. Without it, a direction that the
            observations hardly determine would be followed to infinity, and joints turned round many times.
        trace: keep every iterate.
    """
    run = _Run(start, trace)
    x, people, now = start, run.people, objective.quadratic(start, run.people)
    lam, growth = torch.full_like(now.energy, damping), torch.full_like(now.energy, 2.0)
    run.record(x, now.energy, people)
    for iteration in range(1, iterations + 1):
        step, predicted = _short_step(now, lam, longest)
        trial = objective.quadratic(x + step, people)
        gained = now.energy - trial.energy
        better = gained > 0  # false for NaN and for infinity, which some energies are out of their domain
        gain = torch.where(better, gained / predicted, 0.0)
        done = torch.where(better, gained <= tolerance * now.energy, (predicted <= 1e-2 * tolerance * now.energy))
        lam = torch.where(better, lam * (1 - (2 * gain - 1) ** 3).clamp(1 / 3, 2), lam * growth)
        growth = torch.where(better, 2.0, 2 * growth)
        done |= lam > 1e12  # no step along the gradient, however short, goes down: rounding is all that is left

        x, now = torch.where(better[:, None], x + step, x), _choose(better, trial, now)
        run.record(x, now.energy, people, iteration, done)
        if done.all():
            break
        if done.any():
            stay = ~done
            x, people, lam, growth = x[stay], people[stay], lam[stay], growth[stay]
            now = Quadratic(now.energy[stay], now.gradient[stay], now.curvature[stay])
    return run.solution()


@exercise("04_smplify")
def damped_step(
    gradient: Float[Tensor, "B P"], curvature: Float[Tensor, "B P P"], damping: Float[Tensor, "B"]
) -> Float[Tensor, "B P"]:
    """The step δ of (H + λ diag H) δ = -g: Gauss and Newton's for λ = 0, a short one down the gradient for a large λ.

    >>> damped_step(torch.tensor([[4.0, 1.0]]), torch.diag(torch.tensor([2.0, 1.0]))[None], torch.tensor([1.0]))
    tensor([[-1.0000, -0.5000]])

    Args:
        gradient: g.
        curvature: H, symmetric and positive semi-definite.
        damping: λ of each person.
    """
    diagonal = curvature.diagonal(dim1=-2, dim2=-1)
    # A parameter that nothing depends on (a joint below a missing keypoint, without a prior) must not make the
    # matrix singular: it gets a floor, and stands still because its gradient is zero.
    scale = diagonal.clamp_min(1e-6) + 1e-6 * diagonal.amax(-1, keepdim=True).clamp_min(1e-6)
    factor, failed = torch.linalg.cholesky_ex(curvature + torch.diag_embed(damping[:, None] * scale))
    step = -torch.cholesky_solve(gradient[..., None], factor).squeeze(-1)
    # Where rounding has made the matrix indefinite, a scaled gradient step; its own damping will grow.
    return torch.where((failed != 0)[:, None], -gradient / ((1 + damping[:, None]) * scale), step)


def lbfgs(
    objective: Objective,
    start: Float[Tensor, "B P"],
    *,
    iterations: int = 200,
    tolerance: float = 1e-5,
    history: int = 10,
    trace: bool = False,
) -> Solution:
    """Limited-memory BFGS; every step satisfies the strong Wolfe conditions.

    Args:
        objective: any energy that can be differentiated.
        start: where each person begins.
        iterations: at most this many steps.
        tolerance: a person is done when a step lowers the energy by less than this fraction of it, or cannot lower
            it even straight down the gradient.
        history: how many past steps shape the next.
        trace: keep every iterate.
    """
    run = _Run(start, trace)
    x, people = start, run.people
    energy, gradient = _value_and_gradient(objective, x, people)
    run.record(x, energy, people)
    memory = _Memory.empty(start, history)
    for iteration in range(1, iterations + 1):
        direction = memory.descend(gradient)
        downhill = (direction * gradient).sum(-1) < 0
        direction = torch.where(downhill[:, None], direction, -gradient)
        first = torch.where(memory.used, 1.0, 1 / gradient.norm(dim=-1).clamp_min(1e-12))
        length, reached, slope = _strong_wolfe(objective, x, people, direction, energy, gradient, first)
        step = length[:, None] * direction
        stuck = length == 0
        done = torch.where(stuck, ~memory.used, energy - reached <= tolerance * energy.abs())
        memory.update(step, slope - gradient, forget=stuck)
        x, energy, gradient = x + step, reached, slope

        run.record(x, energy, people, iteration, done)
        if done.all():
            break
        if done.any():
            stay = ~done
            x, people, energy, gradient = x[stay], people[stay], energy[stay], gradient[stay]
            memory = memory.keep(stay)
    return run.solution()


def adam(
    objective: Objective,
    start: Float[Tensor, "B P"],
    *,
    iterations: int = 500,
    rate: float = 0.02,
    tolerance: float = 1e-6,
    trace: bool = False,
) -> Solution:
    """Adam with its usual moments (0.9, 0.999) and a rate that falls to a tenth along a cosine.

    Args:
        objective: any energy that can be differentiated.
        start: where each person begins.
        iterations: at most this many steps.
        rate: length of the first steps in each coordinate.
        tolerance: a person is done when the energy has moved by less than this fraction for 10 steps.
        trace: keep every iterate.
    """
    run = _Run(start, trace)
    x, people = start, run.people
    mean, square = torch.zeros_like(x), torch.zeros_like(x)
    before, quiet = torch.full_like(x[:, 0], torch.inf), torch.zeros_like(run.people)
    for iteration in range(iterations + 1):
        energy, gradient = _value_and_gradient(objective, x, people)
        quiet = torch.where((before - energy).abs() <= tolerance * energy.abs(), quiet + 1, 0)
        done = quiet >= 10
        run.record(x, energy, people, iteration, done)
        if done.all() or iteration == iterations:
            break
        if done.any():
            stay = ~done
            x, people, gradient, mean, square = x[stay], people[stay], gradient[stay], mean[stay], square[stay]
            energy, quiet = energy[stay], quiet[stay]
        count = iteration + 1
        mean, square = mean.lerp(gradient, 0.1), square.lerp(gradient.square(), 0.001)
        unbiased = mean / (1 - 0.9**count), square / (1 - 0.999**count)
        falling = 0.55 + 0.45 * torch.cos(torch.tensor(torch.pi * iteration / iterations)).item()
        x, before = x - rate * falling * unbiased[0] / (unbiased[1].sqrt() + 1e-8), energy
    return run.solution()


MINIMISERS: dict[str, Minimiser] = {"levenberg_marquardt": levenberg_marquardt, "lbfgs": lbfgs, "adam": adam}
"""The minimisers by name."""


class _Run:
    """What a run has found so far, for everybody, whoever is still in the batch."""

    def __init__(self, start: Tensor, trace: bool):
        self.people = torch.arange(len(start), device=start.device)
        self.x, self.best = start.clone(), torch.full_like(start[:, 0], torch.inf)
        self.iterations, self.converged = torch.zeros_like(self.people), torch.zeros_like(self.people, dtype=torch.bool)
        self.path: list[tuple[Tensor, Tensor]] | None = [] if trace else None
        self._now = start.clone(), self.best.clone()

    def record(self, x: Tensor, energy: Tensor, people: Tensor, iteration: int = 0, done: Tensor | None = None) -> None:
        better = energy < self.best[people]
        self.x[people[better]], self.best[people[better]] = x[better], energy[better]
        self.iterations[people] = iteration
        if done is not None:
            self.converged[people] = done
        if self.path is not None:
            self._now[0][people], self._now[1][people] = x, energy
            self.path.append((self._now[0].clone(), self._now[1].clone()))

    def solution(self) -> Solution:
        trace = None
        if self.path is not None:
            trace = torch.stack([x for x, _ in self.path]), torch.stack([energy for _, energy in self.path])
        return Solution(self.x, self.best, self.iterations, self.converged, trace)


def _short_step(now: Quadratic, lam: Tensor, longest: float) -> tuple[Tensor, Tensor]:
    """The damped step, not too long, and by how much the quadratic model says it lowers the energy."""
    step = damped_step(now.gradient, now.curvature, lam)
    step = step * (longest / step.abs().amax(-1, keepdim=True)).clamp(max=1)
    curved = (step[:, None] @ now.curvature @ step[..., None]).flatten()
    return step, -(step * now.gradient).sum(-1) - 0.5 * curved


def _choose(first: Tensor, a: Quadratic, b: Quadratic) -> Quadratic:
    return Quadratic(
        torch.where(first, a.energy, b.energy),
        torch.where(first[:, None], a.gradient, b.gradient),
        torch.where(first[:, None, None], a.curvature, b.curvature),
    )


def _value_and_gradient(objective: Objective, x: Tensor, people: Tensor) -> tuple[Tensor, Tensor]:
    with torch.enable_grad():
        x = x.detach().requires_grad_()
        energy = objective.energy(x, people)
        # People do not influence each other, so the gradient of the sum holds everybody's own.
        (gradient,) = torch.autograd.grad(energy.sum(), x)
    return energy.detach(), gradient


@dataclass
class _Memory:
    """The last steps s and gradient changes y of each person (newest last), and 1 / (s·y); 0 marks an empty place."""

    steps: Float[Tensor, "M B P"]
    changes: Float[Tensor, "M B P"]
    rho: Float[Tensor, "M B"]

    @classmethod
    def empty(cls, x: Tensor, history: int) -> "_Memory":
        zeros = x.new_zeros(history, *x.shape)
        return cls(zeros, zeros.clone(), zeros[..., 0].clone())

    @property
    def used(self) -> Tensor:
        return self.rho[-1] > 0

    def descend(self, gradient: Tensor) -> Tensor:
        """The two-loop recursion (algorithm 7.4): minus the inverse Hessian estimate times the gradient."""
        q, alphas = gradient, []
        for step, change, rho in zip(self.steps.flip(0), self.changes.flip(0), self.rho.flip(0), strict=True):
            alpha = rho * (step * q).sum(-1)
            q = q - alpha[:, None] * change
            alphas.append(alpha)
        newest = self.changes[-1].square().sum(-1) * self.rho[-1]
        q = q * torch.where(self.used, 1 / newest.clamp_min(1e-30), 1.0)[:, None]
        for step, change, rho, alpha in zip(self.steps, self.changes, self.rho, reversed(alphas), strict=True):
            q = q + (alpha - rho * (change * q).sum(-1))[:, None] * step
        return -q

    def update(self, step: Tensor, change: Tensor, *, forget: Tensor) -> None:
        curvature = (step * change).sum(-1)
        good = curvature > 1e-10 * step.norm(dim=-1) * change.norm(dim=-1)
        for store, new in ((self.steps, step), (self.changes, change)):
            store[:] = torch.where(good[:, None], torch.cat([store[1:], new[None]]), store)
        new_rho = torch.where(good, 1 / torch.where(good, curvature, 1.0), 0.0)
        self.rho[:] = torch.where(good, torch.cat([self.rho[1:], new_rho[None]]), self.rho)
        self.rho[:, forget] = 0

    def keep(self, stay: Tensor) -> "_Memory":
        return _Memory(self.steps[:, stay], self.changes[:, stay], self.rho[:, stay])


def _strong_wolfe(
    objective: Objective,
    x: Tensor,
    people: Tensor,
    direction: Tensor,
    energy: Tensor,
    gradient: Tensor,
    first: Tensor,
    *,
    sufficient: float = 1e-4,
    flat: float = 0.9,
    evaluations: int = 25,
) -> tuple[Tensor, Tensor, Tensor]:
    """Step lengths, energies and gradients that satisfy the strong Wolfe conditions; length 0 where none was found.

    Bracketing and zooming (algorithms 3.5 and 3.6) in one loop: ``low`` is the best point so far that goes down far
    enough, ``high`` the other end of the bracket once there is one.
    """
    slope0 = (gradient * direction).sum(-1)
    low, low_energy, low_slope, low_gradient = torch.zeros_like(energy), energy, slope0, gradient
    high, high_energy, high_slope = torch.zeros_like(energy), energy, slope0
    bracketed, found = torch.zeros_like(energy, dtype=torch.bool), torch.zeros_like(energy, dtype=torch.bool)
    length = first
    for _ in range(evaluations):
        here, here_gradient = _value_and_gradient(objective, x + length[:, None] * direction, people)
        slope = (here_gradient * direction).sum(-1)
        too_high = ~((here <= energy + sufficient * length * slope0) & (here < low_energy) & slope.isfinite())
        flat_enough = ~too_high & (slope.abs() <= -flat * slope0)
        past = ~too_high & torch.where(bracketed, slope * (high - low) >= 0, slope >= 0)

        todo = ~found
        # The bracket's far end: the point itself if it is too high, or the old near end once the slope has turned.
        for turned, (a, e, s) in (
            (todo & past & ~flat_enough, (low, low_energy, low_slope)),
            (todo & too_high, (length, here, slope)),
        ):
            high, high_energy = torch.where(turned, a, high), torch.where(turned, e, high_energy)
            high_slope, bracketed = torch.where(turned, s, high_slope), bracketed | turned
        lower = todo & ~too_high
        low, low_energy = torch.where(lower, length, low), torch.where(lower, here, low_energy)
        low_slope, low_gradient = (
            torch.where(lower, slope, low_slope),
            torch.where(lower[:, None], here_gradient, low_gradient),
        )
        found = found | flat_enough
        if found.all():
            break
        inside = _cubic_minimum(low, low_energy, low_slope, high, high_energy, high_slope)
        length = torch.where(found, low, torch.where(bracketed, inside, 2 * length))
    return low, low_energy, low_gradient


def _cubic_minimum(a: Tensor, fa: Tensor, ga: Tensor, b: Tensor, fb: Tensor, gb: Tensor) -> Tensor:
    """The minimum between a and b of the cubic through both values and slopes (3.59), kept off the ends."""
    width = b - a
    d1 = ga + gb - 3 * (fb - fa) / width
    d2 = (d1.square() - ga * gb).clamp_min(0).sqrt() * width.sign()
    part = 1 - (gb + d2 - d1) / (gb - ga + 2 * d2)
    part = torch.where(part.isfinite(), part, 0.5)
    return a + part.clamp(0.1, 0.9) * width
