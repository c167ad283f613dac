import functools

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from vhlib.fitting.solve import MINIMISERS, adam, damped_step, lbfgs, levenberg_marquardt
from vhlib.priors import Quadratic


class Valley:
    """Rosenbrock's valley as a sum of squares, with a steepness of its own for each person; minimum 0 at (1, 1)."""

    def __init__(self, steepness):
        self.steepness = torch.as_tensor(steepness, dtype=torch.float64)
        self.rows = 0

    def residuals(self, x, people):
        self.rows += len(x)
        return torch.stack([self.steepness[people] * (x[:, 1] - x[:, 0] ** 2), 1 - x[:, 0]], -1)

    def energy(self, x, people):
        return self.residuals(x, people).square().sum(-1)

    def quadratic(self, x, people):
        r, steep, zero = self.residuals(x, people), self.steepness[people], torch.zeros_like(x[:, 0])
        jacobian = torch.stack([torch.stack([-2 * steep * x[:, 0], steep], -1), torch.stack([zero - 1, zero], -1)], 1)
        gradient = 2 * (jacobian.mT @ r[..., None]).squeeze(-1)
        return Quadratic(r.square().sum(-1), gradient, 2 * jacobian.mT @ jacobian)


FEW = {name: functools.partial(minimiser, iterations=30) for name, minimiser in MINIMISERS.items()}
START = torch.tensor([[-1.2, 1.0], [3.0, -2.0], [0.9, 0.8]], dtype=torch.float64)
EXACT = {
    "levenberg_marquardt": functools.partial(levenberg_marquardt, tolerance=1e-14, iterations=500),
    "lbfgs": functools.partial(lbfgs, tolerance=1e-14, iterations=500),
}


@pytest.mark.parametrize("name", EXACT)
def test_everybody_reaches_the_end_of_the_valley(name):
    solution = EXACT[name](Valley([10.0, 3.0, 1.0]), START)
    torch.testing.assert_close(solution.x, torch.ones_like(START), atol=1e-5, rtol=0)
    assert solution.converged.all()
    assert (solution.energy < 1e-12).all()


def test_adam_walks_down_the_gentle_valley():
    solution = adam(Valley([1.0, 1.0, 1.0]), START, iterations=3000, rate=0.05)
    torch.testing.assert_close(solution.x, torch.ones_like(START), atol=1e-2, rtol=0)


@pytest.mark.parametrize("name", MINIMISERS)
@settings(deadline=None, max_examples=10)
@given(seed=st.integers(0, 2**31))
def test_a_person_is_minimised_as_if_alone(name, seed):
    numbers = torch.Generator().manual_seed(seed)
    start = torch.randn(4, 2, dtype=torch.float64, generator=numbers)
    steep = 1 + 5 * torch.rand(4, dtype=torch.float64, generator=numbers)
    together = FEW[name](Valley(steep), start)
    for person in (0, 3):
        alone = FEW[name](Valley(steep[person : person + 1]), start[person : person + 1])
        torch.testing.assert_close(together.x[person], alone.x[0])
        assert together.iterations[person] == alone.iterations[0]


@pytest.mark.parametrize("name", MINIMISERS)
@settings(deadline=None, max_examples=10)
@given(seed=st.integers(0, 2**31))
def test_nobody_ends_higher_than_they_began(name, seed):
    numbers = torch.Generator().manual_seed(seed)
    start = 3 * torch.randn(3, 2, dtype=torch.float64, generator=numbers)
    valley = Valley([10.0, 10.0, 10.0])
    solution = FEW[name](valley, start)
    everybody = torch.arange(3)
    assert (solution.energy <= valley.energy(start, everybody)).all()
    torch.testing.assert_close(solution.energy, valley.energy(solution.x, everybody))


@pytest.mark.parametrize("name", MINIMISERS)
def test_every_iterate_is_in_the_trace(name):
    valley = Valley([10.0, 3.0, 1.0])
    solution = MINIMISERS[name](valley, START, trace=True)
    assert solution.trace is not None
    path, energies = solution.trace
    torch.testing.assert_close(path[0], START)
    assert len(path) == solution.iterations.max() + 1
    for x, energy in zip(path, energies, strict=True):
        torch.testing.assert_close(valley.energy(x, torch.arange(3)), energy)
    torch.testing.assert_close(energies.amin(0), solution.energy)
    plain = MINIMISERS[name](Valley([10.0, 3.0, 1.0]), START)
    assert plain.trace is None
    torch.testing.assert_close(plain.x, solution.x)


def test_who_has_converged_is_not_paid_for():
    valley = Valley([10.0, 10.0])
    start = torch.tensor([[-1.2, 1.0], [1.0, 1.0]], dtype=torch.float64)  # the second is there already
    solution = levenberg_marquardt(valley, start)
    assert solution.iterations[1] == 1
    assert valley.rows == solution.iterations[0] + 3


def test_a_parameter_that_nothing_depends_on_stays():
    class Half(Valley):
        def quadratic(self, x, people):
            model = Valley.quadratic(self, x[:, :2], people)
            gradient, curvature = x.new_zeros(len(x), 3), x.new_zeros(len(x), 3, 3)
            gradient[:, :2], curvature[:, :2, :2] = model.gradient, model.curvature
            return Quadratic(model.energy, gradient, curvature)

    start = torch.cat([START, torch.full((3, 1), 7.0)], 1)
    solution = levenberg_marquardt(Half([10.0, 3.0, 1.0]), start, tolerance=1e-12)
    assert solution.x[:, 2].tolist() == [7.0, 7.0, 7.0]
    torch.testing.assert_close(solution.x[:, :2], torch.ones_like(START), atol=1e-4, rtol=0)


@pytest.mark.parametrize("name", ["levenberg_marquardt", "lbfgs"])
def test_steps_out_of_the_domain_are_taken_back(name):
    class Log:
        """(log x - 1)², NaN for x < 0; from 10 the first Gauss-Newton step lands at -3."""

        def energy(self, x, people):
            return (x.log() - 1).square().sum(-1)

        def quadratic(self, x, people):
            r, j = x.log() - 1, 1 / x[:, None]
            return Quadratic(r.square().sum(-1), (2 * j.mT @ r[..., None]).squeeze(-1), 2 * j.mT @ j)

    solution = EXACT[name](Log(), torch.tensor([[10.0]], dtype=torch.float64))
    assert solution.x.item() == pytest.approx(torch.e)


def test_no_step_is_longer_than_allowed():
    path, _ = levenberg_marquardt(Valley([100.0]), START[:1], longest=0.1, trace=True).trace or (START, START)
    moved = (path[1:] - path[:-1]).abs().amax((1, 2))
    assert moved.max() == pytest.approx(0.1)


def test_the_iteration_limit_is_kept_and_said():
    solution = levenberg_marquardt(Valley([100.0]), START[:1], iterations=2, tolerance=1e-14)
    assert solution.iterations.tolist() == [2]
    assert not solution.converged.any()


def bowl(seed: int, people: int = 3, size: int = 5) -> tuple[torch.Tensor, torch.Tensor]:
    """A gradient and a positive definite curvature for each person."""
    draws = torch.Generator().manual_seed(seed)
    jacobian = torch.randn(people, size + 2, size, dtype=torch.float64, generator=draws)
    return torch.randn(people, size, dtype=torch.float64, generator=draws), 2 * jacobian.mT @ jacobian


@settings(deadline=None)
@given(seed=st.integers(0, 2**31), damping=st.floats(0.0, 1e4))
def test_a_damped_step_solves_nocedal_and_wrights_equation_10_35_with_the_diagonal(seed, damping):
    gradient, curvature = bowl(seed)
    step = damped_step(gradient, curvature, torch.full((3,), damping, dtype=torch.float64))
    damped = curvature + damping * torch.diag_embed(curvature.diagonal(dim1=1, dim2=2))
    torch.testing.assert_close((damped @ step[..., None]).squeeze(-1), -gradient, rtol=1e-3, atol=1e-3)


def test_without_damping_the_bottom_of_a_bowl_is_reached_and_much_damping_shortens_the_step():
    gradient, curvature = bowl(1)
    newton, short = (damped_step(gradient, curvature, torch.full((3,), lam).double()) for lam in (0.0, 1e6))
    torch.testing.assert_close(newton, -torch.linalg.solve(curvature, gradient))
    torch.testing.assert_close(short, -1e-6 * gradient / curvature.diagonal(dim1=1, dim2=2), rtol=1e-4, atol=1e-9)


def test_a_parameter_that_nothing_depends_on_stands_still():
    gradient, curvature = torch.tensor([[2.0, 0.0]]), torch.tensor([[[4.0, 0.0], [0.0, 0.0]]])
    step = damped_step(gradient, curvature, torch.tensor([1e-3]))
    assert step[0].tolist() == pytest.approx([-0.5, 0.0], abs=1e-3)


def test_a_damped_step_can_be_differentiated():
    gradient, curvature = bowl(2, people=1, size=3)
    damping = torch.tensor([0.5], dtype=torch.float64)
    assert torch.autograd.gradcheck(lambda g, lam: damped_step(g, curvature, lam), (gradient.requires_grad_(), damping))
