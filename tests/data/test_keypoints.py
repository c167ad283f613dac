"""Keypoint files: each format read, each refusal one sentence that names the file."""

import json

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from vhlib.core.errors import InputError
from vhlib.data.keypoints import read_keypoints
from vhlib.geometry.skeletons import COCO17, LSP14, OPENPOSE25


def rows(count, confidence=1.0):
    x = np.arange(count, dtype=float)
    return np.column_stack([x, 10 * x, np.full(count, confidence)])


def test_lsp_as_downloaded(tmp_path):
    joints = rows(14).T.copy()
    joints[2, LSP14.index("neck")] = 0
    np.save(tmp_path / "joints.npy", joints)
    (person,) = read_keypoints(tmp_path / "joints.npy")
    assert person.skeleton is LSP14
    assert person.positions[LSP14.index("head_top")].tolist() == [13.0, 130.0]
    assert person.confidence[LSP14.index("neck")] == 0
    assert person.positions[LSP14.index("neck")].tolist() == [0.0, 0.0]


def test_openpose_sorts_people_by_confidence(tmp_path):
    people = [{"pose_keypoints_2d": rows(25, c).ravel().tolist()} for c in (0.2, 0.9)]
    (tmp_path / "k.json").write_text(json.dumps({"version": 1.3, "people": people}))
    first, second = read_keypoints(tmp_path / "k.json")
    assert first.skeleton is OPENPOSE25
    torch.testing.assert_close(first.confidence, torch.full((25,), 0.9))
    torch.testing.assert_close(second.confidence, torch.full((25,), 0.2))


def test_coco_annotations_count_hidden_points_and_results_keep_scores(tmp_path):
    annotation = rows(17, 2)
    annotation[0, 2], annotation[1, 2] = 1, 0
    (tmp_path / "a.json").write_text(json.dumps({"annotations": [{"keypoints": annotation.ravel().tolist()}]}))
    (person,) = read_keypoints(tmp_path / "a.json")
    assert person.skeleton is COCO17
    assert person.confidence[:3].tolist() == [1.0, 0.0, 1.0]
    (tmp_path / "r.json").write_text(json.dumps([{"keypoints": rows(17, 0.25).ravel().tolist(), "score": 1.0}]))
    assert read_keypoints(tmp_path / "r.json")[0].confidence.tolist() == [0.25] * 17


@settings(deadline=None, max_examples=20)
@given(st.lists(st.floats(-1e4, 1e4, width=32), min_size=28, max_size=28))
def test_both_layouts_of_lsp_are_the_same_person(tmp_path_factory, numbers):
    folder = tmp_path_factory.mktemp("lsp")
    joints = np.vstack([np.reshape(numbers, (2, 14)), np.ones(14)])
    np.save(folder / "wide.npy", joints)
    np.save(folder / "tall.npy", joints.T)
    wide, tall = (read_keypoints(folder / name)[0] for name in ("wide.npy", "tall.npy"))
    assert torch.equal(wide.positions, tall.positions)
    assert np.array_equal(wide.positions.T.numpy(), joints[:2].astype(np.float32))


def save_npy(array):
    return lambda path: np.save(path, array)


def save_text(text):
    return lambda path: path.write_text(text)


@pytest.mark.parametrize(
    ("name", "write", "sentence"),
    [
        ("missing.npy", lambda path: None, "cannot read these keypoints"),
        ("k.txt", save_text("1 2 3"), r"expected keypoints as \.npy"),
        ("shape.npy", save_npy(np.zeros((3, 13))), r"got float64 of shape \(3, 13\)"),
        ("words.npy", save_npy(np.full((3, 14), "x")), r"expected numbers of shape \(3, 14\)"),
        ("text.npy", save_text("hello"), "not a NumPy file"),
        ("nan.npy", save_npy(np.full((3, 14), np.nan)), "expected finite pixels"),
        ("blank.npy", save_npy(np.zeros((3, 14))), "nobody in this file has a visible keypoint"),
        ("broken.json", save_text("{"), "not a JSON file"),
        ("other.json", save_text('{"shapes": []}'), "expected OpenPose's `people`"),
        ("empty.json", save_text('{"people": []}'), "nobody in this file"),
        ("body18.json", save_text(json.dumps({"people": [{"pose_keypoints_2d": [0] * 54}]})), "got 54 numbers"),
        ("words.json", save_text(json.dumps([{"keypoints": ["a"] * 51}])), "to hold numbers only"),
        ("none.json", save_text("[{}]"), "got none"),
    ],
)
def test_refusals_name_the_file_and_what_was_expected(tmp_path, name, write, sentence):
    path = tmp_path / name
    write(path)
    with pytest.raises(InputError, match=sentence) as refusal:
        read_keypoints(path)
    assert name in str(refusal.value)
    assert "\n" not in str(refusal.value)
