"""The generator: labels that agree with each other and with the library, and samples that depend on nothing else."""

import dataclasses
from collections.abc import Mapping

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from vhlib.body import GENDERS, load_body
from vhlib.core.errors import InputError
from vhlib.data.poses import FAMILIES
from vhlib.data.synthetic import GARMENTS, Sample, SyntheticPeople, collate
from vhlib.data.synthetic.figure import SKELETON_NAMES
from vhlib.geometry.skeletons import SKELETONS
from vhlib.render import backend

SIZE = 64


@pytest.fixture(scope="module")
def people() -> SyntheticPeople:
    return SyntheticPeople("val", seed=3, size=SIZE)


@pytest.fixture(scope="module")
def samples(people) -> list[Sample]:
    return [people[index] for index in range(len(FAMILIES))]


def assert_same(ours: Sample, other: Sample) -> None:
    for field in dataclasses.fields(Sample):
        mine, theirs = getattr(ours, field.name), getattr(other, field.name)
        pairs = [(mine[name], theirs[name]) for name in mine] if isinstance(mine, Mapping) else [(mine, theirs)]
        assert all(torch.equal(a, b) for a, b in pairs), field.name


def posed(sample: Sample):
    body = load_body(sample.genders[0], source="standin")
    pose = {name: getattr(sample, name)[None] for name in ("betas", "body_pose", "global_orient", "transl")}
    return body, pose


def test_a_sample_says_what_it_is(samples):
    for index, sample in enumerate(samples):
        assert sample.image.shape == (SIZE, SIZE, 3)
        assert (int(sample.seed), int(sample.index)) == (3, index)
        assert sample.genders[0] in GENDERS
        assert set(sample.keypoints_2d) == set(sample.keypoints_3d) == set(sample.visibility) == set(SKELETON_NAMES)
        assert all(len(sample.keypoints_2d[name]) == len(SKELETONS[name]) for name in SKELETON_NAMES)
        assert sample.outfits[0]
        assert set(sample.outfits[0]) <= set(GARMENTS)


@settings(deadline=None, max_examples=8)
@given(index=st.integers(0, 2000))
def test_keypoints_are_the_projections_of_the_bodys_own(people, index):
    sample = people[index]
    body, pose = posed(sample)
    for name in SKELETON_NAMES:
        points = body.keypoints(name, **pose)
        torch.testing.assert_close(sample.keypoints_3d[name][None], points, atol=1e-4, rtol=0)
        pixels = sample.camera.project(points)[0]
        torch.testing.assert_close(sample.keypoints_2d[name], pixels, atol=0.02, rtol=1e-4)


def test_mask_parts_and_depth_are_of_the_same_pixels(samples):
    for sample in samples:
        assert torch.equal(sample.mask, sample.parts > 0)
        assert torch.equal(sample.mask, sample.depth > 0)
        assert int(sample.parts.max()) <= 24
        assert sample.mask.any()


def test_the_skin_that_shows_is_where_the_body_is(samples):
    """Most of the naked body's pixels belong to the person, and hardly any lies deeper than its surface."""
    shares, inside = [], []
    for sample in samples:
        body, pose = posed(sample)
        fragments = backend().rasterize(body(**pose).vertices, body.faces, sample.camera, (SIZE, SIZE))
        both = fragments.mask[0] & sample.mask
        shares.append(float(both.sum() / fragments.mask.sum()))
        inside.append(float((sample.depth - fragments.depth[0])[both].median()))
    assert np.median(shares) > 0.97
    assert min(shares) > 0.3  # something may stand in the way
    assert -0.08 < np.median(inside) <= 1e-3


def test_people_fill_their_frames(samples):
    heights = []
    for sample in samples:
        body, pose = posed(sample)
        pixels = sample.camera.project(body(**pose).vertices)[0]
        heights.append(float((pixels.amax(0) - pixels.amin(0)).max()) / SIZE)
    assert min(heights) > 0.7
    assert max(heights) < 2.05
    assert 0.6 < np.mean(np.array(heights) < 1) < 1


def test_visible_means_inside_the_image_and_on_the_person(samples):
    states = []
    for sample in samples:
        for name in SKELETON_NAMES:
            at, state = sample.keypoints_2d[name], sample.visibility[name]
            inside = ((at >= 0) & (at < SIZE)).all(1)
            assert torch.equal(state > 0, inside)
            states.append(state)
            column, row = (at[state == 2].floor().long().clamp(1, SIZE - 2)).unbind(1)
            near = sum(sample.mask[row + y, column + x].int() for x in (-1, 0, 1) for y in (-1, 0, 1))
            assert (torch.as_tensor(near) > 0).all()
    share = (torch.cat(states) == 2).float().mean()
    assert 0.5 < share < 0.95


def test_every_family_comes_once_in_as_many_indices(samples):
    assert sorted(int(sample.family) for sample in samples) == list(range(len(FAMILIES)))


@settings(deadline=None, max_examples=6)
@given(order=st.permutations(range(5)))
def test_a_sample_does_not_depend_on_what_was_made_before(people, samples, order):
    fresh = SyntheticPeople("val", seed=3, size=SIZE)
    for index in order[:2]:
        assert_same(fresh[index], samples[index])


def test_a_sample_does_not_depend_on_the_number_of_threads(people, samples):
    threads = torch.get_num_threads()
    try:
        torch.set_num_threads(2)
        assert_same(people[1], samples[1])
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(threads)


def test_seeds_and_splits_differ(samples):
    others = (SyntheticPeople("val", seed=4, size=SIZE)[0], SyntheticPeople("test", seed=3, size=SIZE)[0])
    for other in others:
        assert not torch.equal(other.body_pose, samples[0].body_pose)
        assert not torch.equal(other.betas, samples[0].betas)
        assert not torch.equal(other.image, samples[0].image)


def test_the_size_of_the_image_is_the_only_thing_it_changes(samples):
    larger = SyntheticPeople("val", seed=3, size=2 * SIZE)
    for index in range(3):
        big, small = larger[index], samples[index]
        torch.testing.assert_close(big.keypoints_2d["lsp14"], 2 * small.keypoints_2d["lsp14"], atol=0.01, rtol=1e-4)
        torch.testing.assert_close(big.transl, small.transl, atol=1e-4, rtol=0)
        assert torch.equal(big.garments, small.garments)
        shrunk = torch.nn.functional.avg_pool2d(big.mask[None].float(), 2)[0]
        assert (shrunk - small.mask.float()).abs().mean() < 0.02


def test_labels_alone_are_the_same(samples):
    alone = SyntheticPeople("val", seed=3, size=SIZE, pictures=False)[4]
    assert not alone.image.any()
    assert_same(dataclasses.replace(alone, image=samples[4].image), samples[4])


def test_batches(samples):
    batch = collate(samples[:4])
    assert len(batch) == 4
    assert batch.image.shape == (4, SIZE, SIZE, 3)
    assert batch.keypoints_2d["coco17"].shape == (4, 17, 2)
    assert_same(batch[2], samples[2])
    assert len(batch[1:3]) == 2
    pixels = batch.camera.project(batch.keypoints_3d["smpl24"])
    torch.testing.assert_close(pixels, batch.keypoints_2d["smpl24"], atol=0.02, rtol=1e-4)
    assert batch.genders == tuple(sample.genders[0] for sample in samples[:4])
    with pytest.raises(ValueError, match="at least one"):
        collate([])
    with pytest.raises(TypeError, match="no length"):
        len(samples[0])


def test_refusals():
    with pytest.raises(InputError, match="split: expected one of train, val, test, got 'all'"):
        SyntheticPeople("all")
    with pytest.raises(InputError, match="size: expected 32 to 1024 pixels, got 8"):
        SyntheticPeople(size=8)
    with pytest.raises(IndexError, match="0 or more"):
        SyntheticPeople()[-1]
