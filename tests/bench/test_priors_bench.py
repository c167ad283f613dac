import torch

from vhlib.bench import priors


def test_every_prior_is_beside_the_data_term_twice():
    cases = list(priors.cases())
    assert [case.case for case in cases] == [
        *(f"{prior}, energy and gradient" for prior in ("GMM", "VAE", "angle")),
        "GMM, Gauss-Newton model",
        "VAE, pose and derivatives by z",
        "angle, Gauss-Newton model",
    ]
    for case in cases[:3]:
        for gradient in (case.ours(), case.other()):
            assert isinstance(gradient, torch.Tensor)
            assert gradient.shape == (priors.BATCH, 23, 3)
            assert gradient.isfinite().all()
    assert {case.against for case in cases} == {"data term"}
