"""People are made once: whole pieces are read back, and several processes make what one makes."""

import torch

from vhlib.core import paths
from vhlib.data.synthetic import GARMENTS, SyntheticPeople
from vhlib.training import kept
from vhlib.training.crops import dressed, synthetic_people
from vhlib.training.part_people import dressed_people
from vhlib.training.segmentation import synthetic_pictures


def counted(asked):
    def make(split, seed, size, start, stop):
        asked.append((start, stop))
        return {"index": torch.arange(start, stop)}

    return make


def test_pieces_are_made_once_and_come_in_order(monkeypatch):
    monkeypatch.setattr(kept, "_PIECE", 4)
    monkeypatch.setattr(kept.os, "cpu_count", lambda: 1)
    asked: list[tuple[int, int]] = []
    told: list[int] = []
    for count in (10, 10, 14):
        found = kept.kept("toy", counted(asked), "val", count, size=32, seed=0, progress=told.append)
        assert found["index"].tolist() == list(range(count))
    assert asked == [(0, 4), (4, 8), (8, 10), (8, 12), (12, 14)]
    assert told == [0, 4, 8, 10, 10, 8, 12, 14]


def test_pictures_parts_and_labels_are_the_same_peoples():
    sample = SyntheticPeople("val", seed=3, size=32)[1]
    crops = synthetic_people("val", 2, size=32, seed=3)
    pictures, people = synthetic_pictures("val", 2, size=32, seed=3), dressed_people("val", 2, size=32, seed=3)
    image = sample.image.movedim(-1, 0)
    assert all(torch.equal(each.images[1], image) for each in (crops, pictures, people))
    assert torch.equal(pictures.parts[1], sample.parts)
    torch.testing.assert_close((people.labels.keypoints[1] + 1) * 16, sample.keypoints_2d["smpl24"])
    torch.testing.assert_close(crops.labels.joints[1], sample.keypoints_3d["lsp14"])
    assert people.labels.paired.all()
    assert not crops.labels.paired.any()
    assert dressed("val", 2, size=32, seed=3)["garments"].shape == (2, len(GARMENTS))
    assert len(list(paths.user("people").glob("dressed-val-3-32-*/*"))) == 1
