"""Body files as people have them: pickles as Python 2 wrote them, and everything that can be wrong with one."""

import contextlib
import os
import pickle
import struct
import zipfile
from pathlib import Path

import numpy as np
import pytest
import scipy.sparse
from hypothesis import given, settings
from hypothesis import strategies as st

from vhlib.body import GENDERS, BodyFiles, read_body, standin_file
from vhlib.body.pickles import read_pickled_arrays
from vhlib.core.errors import InputError

# A writer of pickles as Python 2 makes them, opcode by opcode: the official files are older than Python 3's pickles.


def py2(value, arrays="<"):
    """The opcodes of a value; byte strings as Python 2 has them, arrays in the given byte order."""
    if isinstance(value, bytes):
        return b"T" + struct.pack("<i", len(value)) + value
    if isinstance(value, str):
        return py2(value.encode("latin1"))
    if value is None:
        return b"N"
    if isinstance(value, bool):
        return b"\x88" if value else b"\x89"
    if isinstance(value, int):
        return b"J" + struct.pack("<i", value)
    if isinstance(value, tuple):
        return b"(" + b"".join(py2(each, arrays) for each in value) + b"t"
    if isinstance(value, dict):
        pairs = (py2(key) + py2(each, arrays) for key, each in value.items())
        return b"}(" + b"".join(pairs) + b"u"
    if isinstance(value, np.ndarray):
        return py2_array(value, arrays)
    if isinstance(value, scipy.sparse.csc_matrix):
        state = {"_shape": value.shape, "maxprint": 50, "data": value.data, "indices": value.indices}
        return py2_object("scipy.sparse.csc", "csc_matrix", {**state, "indptr": value.indptr}, arrays)
    return value.opcodes(arrays)


def py2_array(array, order):
    stored = array.astype(array.dtype.newbyteorder(order))
    dtype = b"cnumpy\ndtype\n" + py2((f"{array.dtype.kind}{array.dtype.itemsize}", 0, 1)) + b"R"
    dtype += py2((3, order, None, None, None, -1, -1, 0)) + b"b"
    empty = b"cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\n" + py2((0,)) + py2("b") + b"tR"
    by_columns = array.ndim > 1 and array.flags.f_contiguous
    content = py2(stored.tobytes("F" if by_columns else "C"))
    return empty + b"(" + py2(1) + py2(array.shape) + dtype + py2(bool(by_columns)) + content + b"tb"


def py2_object(module, name, state, arrays, *, new_style=True):
    kind = f"c{module}\n{name}\n".encode()
    made = kind + b")\x81" if new_style else b"ccopy_reg\n_reconstructor\n(" + kind + b"c__builtin__\nobject\nNtR"
    return made + py2(state, arrays) + b"b"


class Ch:
    """chumpy's array: its numbers in ``x``, its bookkeeping beside them."""

    def __init__(self, numbers, *, new_style=True):
        self.numbers, self.new_style = numbers, new_style

    def opcodes(self, arrays):
        state = {"x": self.numbers, "_dirty_vars": (), "_itr": None, "dterms": ("x",)}
        return py2_object("chumpy.ch", "Ch", state, arrays, new_style=self.new_style)


class Select:
    """chumpy's view of some of another array's numbers."""

    def __init__(self, numbers):
        self.numbers = numbers

    def opcodes(self, arrays):
        padded = np.concatenate([np.zeros(5), self.numbers.ravel()])
        state = {"a": Ch(padded), "idxs": np.arange(5, len(padded)), "preferred_shape": self.numbers.shape}
        return py2_object("chumpy.reordering", "Select", state, arrays)


def write_py2(path, entries, arrays="<"):
    path.write_bytes(b"\x80\x02" + py2(entries, arrays) + b".")
    return path


@pytest.fixture(scope="module")
def entries():
    """The entries of an official file, with the stand-in's numbers in them: types and names as SMPL 1.0 has them."""
    files = read_body(standin_file("male"))
    return {
        "v_template": files.v_template.astype(np.float64),
        "f": files.faces.astype(np.uint32),
        "shapedirs": files.shapedirs.astype(np.float64),
        "posedirs": np.asfortranarray(files.posedirs, dtype=np.float64),
        "J_regressor": scipy.sparse.csc_matrix(files.joint_regressor.astype(np.float64)),
        "weights": files.weights.astype(np.float64),
        "kintree_table": np.stack([files.parents.astype(np.uint32), np.arange(24, dtype=np.uint32)]),
        "bs_type": "lrotmin",
        "bs_style": "lbs",
        "J": files.joint_regressor @ files.v_template,
    }


def assert_the_same_body(read: BodyFiles, name: str) -> None:
    expected = read_body(standin_file("male"))
    assert read.name == name
    for field in ("v_template", "faces", "shapedirs", "posedirs", "joint_regressor", "weights", "parents"):
        np.testing.assert_array_equal(getattr(read, field), getattr(expected, field), err_msg=field)


# What is read


@pytest.mark.parametrize("gender", GENDERS)
def test_the_stand_ins_are_read(gender):
    files = read_body(standin_file(gender))
    assert files.faces.dtype == files.parents.dtype == np.int64
    assert files.uv_faces is not None
    assert files.uv is not None
    assert files.uv_faces.max() == len(files.uv) - 1
    assert set(files.regressors) >= {"coco17", "lsp14", "h36m17"}


@pytest.mark.parametrize("arrays", ["<", ">"], ids=["little-endian", "big-endian"])
@pytest.mark.parametrize(
    "wrap", [np.asarray, Ch, lambda a: Ch(a, new_style=False), Select], ids=["numpy", "Ch", "old", "Select"]
)
def test_python_2_pickles_are_read(tmp_path, entries, wrap, arrays):
    # The official files: little-endian, shapedirs a Ch. The others have been seen in files of the same makers.
    path = write_py2(tmp_path / "basicmodel_m.pkl", {**entries, "shapedirs": wrap(entries["shapedirs"])}, arrays)
    assert_the_same_body(read_body(path), "basicmodel_m")


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
@pytest.mark.parametrize("sparse", [scipy.sparse.csc_matrix, scipy.sparse.csr_matrix, scipy.sparse.csc_array])
def test_pickles_that_python_3_wrote_are_read(tmp_path, entries, protocol, sparse):
    path = tmp_path / "SMPL_MALE.pkl"
    smaller = {**entries, "posedirs": entries["posedirs"].astype(np.float32)}
    path.write_bytes(pickle.dumps({**smaller, "J_regressor": sparse(entries["J_regressor"])}, protocol))
    assert_the_same_body(read_body(path), "SMPL_MALE")


def test_archives_of_arrays_are_read(tmp_path, entries):
    np.savez(tmp_path / "SMPL_MALE.npz", **{**entries, "J_regressor": entries["J_regressor"].toarray()})
    assert_the_same_body(read_body(tmp_path / "SMPL_MALE.npz"), "SMPL_MALE")


def test_content_decides_not_the_ending(tmp_path, entries):
    path = write_py2(tmp_path / "misnamed.npz", entries)
    assert_the_same_body(read_body(path), "misnamed")


# What would run code


class Runs:
    """Pickles into a call."""

    def __init__(self, function, *arguments):
        self.function, self.arguments = function, arguments

    def __reduce__(self):
        return self.function, self.arguments


@pytest.mark.parametrize("protocol", [0, 2, 4])
@pytest.mark.parametrize(
    ("attack", "named"),
    [
        (lambda target: Runs(os.system, f"touch {target}"), r"(posix|nt)\.system"),
        (lambda target: Runs(eval, f"open({str(target)!r}, 'w')"), r"(__builtin__|builtins)\.eval"),
        (lambda target: Runs(Path.touch, target), r"(__builtin__|builtins)\.getattr|pathlib"),
        (lambda target: Runs(np.save, str(target), 0), r"numpy\.save|numpy\.\w+\._?\w*save"),
        (lambda target: Runs(scipy.sparse.save_npz, str(target), 0), r"scipy\.sparse\.\w+\.save_npz"),
    ],
    ids=["system", "eval", "method", "numpy", "scipy"],
)
def test_a_file_that_would_run_code_is_refused_and_runs_nothing(tmp_path, entries, attack, named, protocol):
    target = tmp_path / "made by the pickle"
    path = tmp_path / "body.pkl"
    path.write_bytes(pickle.dumps({"v_template": entries["v_template"], "bs_type": attack(target)}, protocol))
    with pytest.raises(InputError, match=rf"body\.pkl: refused, because it asks for ({named})"):
        read_body(path)
    assert not target.exists()


@pytest.mark.parametrize(
    "name", [b"chumpy.ch\ndepends_on\n", b"chumpy.utils\nos\n", b"copy_reg\n__newobj__\n", b"numpy.lib.npyio\nload\n"]
)
def test_only_the_names_that_hold_arrays_are_known(tmp_path, name):
    path = tmp_path / "body.pkl"
    path.write_bytes(b"\x80\x02}T\x01\x00\x00\x00ac" + name + b"s.")
    with pytest.raises(InputError, match="refused, because it asks for"):
        read_body(path)


def test_the_reconstructor_makes_nothing_but_records(tmp_path):
    path = tmp_path / "body.pkl"
    path.write_bytes(b"\x80\x02ccopy_reg\n_reconstructor\n(cnumpy\ndtype\nc__builtin__\nobject\nNtR.")
    with pytest.raises(InputError, match=r"body\.pkl: .* damaged \(refused to make a _Dtype\)"):
        read_body(path)


def test_a_matrix_with_indices_outside_itself_is_refused(tmp_path):
    matrix = scipy.sparse.csc_matrix(np.eye(3))
    matrix.indices[0] = 1_000_000
    with pytest.raises(InputError, match="its J_regressor is not an array of numbers"):
        read_pickled_arrays(write_py2(tmp_path / "body.pkl", {"J_regressor": matrix}), ["J_regressor"])


@pytest.mark.parametrize(
    "starts", [[0, 1, 2, -3], [0, 1, 2, 900_000_000], [1, 1, 2, 3], [0, 2, 1, 3], [0, 3], [0, 1, 2, 2]]
)
def test_a_matrix_whose_columns_do_not_fit_its_numbers_is_refused(tmp_path, starts):
    matrix = scipy.sparse.csc_matrix(np.eye(3))
    matrix.indptr = np.array(starts, np.int32)
    with pytest.raises(InputError, match="its J_regressor is not an array of numbers"):
        read_pickled_arrays(write_py2(tmp_path / "body.pkl", {"J_regressor": matrix}), ["J_regressor"])


def test_an_array_that_is_its_own_numbers_is_refused(tmp_path):
    path = tmp_path / "body.pkl"
    path.write_bytes(b"\x80\x02}T\x07\x00\x00\x00weightscchumpy.ch\nCh\n)\x81q\x01}T\x01\x00\x00\x00xh\x01sbs.")
    with pytest.raises(InputError, match="its weights is not an array of numbers"):
        read_pickled_arrays(path, ["weights"])


@pytest.mark.parametrize(
    "value", [None, {"x": 1}, np.array([None, "text"], dtype=object)], ids=["none", "dict", "objects"]
)
def test_an_entry_that_holds_no_numbers_is_named(tmp_path, value):
    path = tmp_path / "body.pkl"
    path.write_bytes(pickle.dumps({"weights": value}))
    with pytest.raises(InputError, match=r"body\.pkl: its weights is not an array of numbers"):
        read_pickled_arrays(path, ["weights"])


SMALL = b"\x80\x02" + py2({"weights": Ch(np.ones((2, 3))), "J_regressor": scipy.sparse.csc_matrix(np.eye(3))}) + b"."


@settings(deadline=None, max_examples=200)
@given(place=st.integers(0, len(SMALL) - 1), byte=st.integers(0, 255), cut=st.booleans())
def test_whatever_is_damaged_the_answer_is_arrays_or_a_sentence(tmp_path_factory, place, byte, cut):
    path = tmp_path_factory.mktemp("damaged") / "body.pkl"
    path.write_bytes(SMALL[:place] if cut else SMALL[:place] + bytes([byte]) + SMALL[place + 1 :])
    with contextlib.suppress(InputError):
        arrays = read_pickled_arrays(path, ["weights", "J_regressor"])
        assert all(array.dtype.kind in "biufU" for array in arrays.values())


# What is no SMPL body


def archive(path, **changes):
    """The stand-in's arrays with some replaced, or left out where the replacement is None."""
    with np.load(standin_file("male")) as arrays:
        kept = {name: array for name, array in arrays.items() if name not in changes}
    np.savez(path, **kept, **{name: array for name, array in changes.items() if array is not None})
    return path


def with_one(name, value):
    with np.load(standin_file("male")) as arrays:
        array = arrays[name]
    array.flat[7] = value
    return array


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        (lambda: {"weights": None, "f": None}, "not an SMPL body, it has no f, weights"),
        (lambda: {"v_template": with_one("v_template", np.nan)}, "its v_template holds NaN or infinite numbers"),
        (lambda: {"posedirs": with_one("posedirs", np.inf)}, "its posedirs holds NaN or infinite numbers"),
        (
            lambda: {"v_template": np.zeros((10475, 3)), "weights": np.zeros((10475, 55))},
            r"this is SMPL-X \(10475 vert",
        ),
        (lambda: {"weights": np.zeros((6890, 52))}, r"this is SMPL-H \(6890 vertices, 52 joints\); expected SMPL"),
        (lambda: {"v_template": np.zeros((778, 3)), "weights": np.zeros((778, 16))}, "this is MANO"),
        (lambda: {"v_template": np.zeros((5023, 3)), "weights": np.zeros((5023, 5))}, "this is FLAME"),
        (lambda: {"v_template": np.zeros((12, 3)), "weights": np.zeros((12, 2))}, "this is another model"),
        (lambda: {"v_template": np.zeros(())}, r"this is another model \(0 vertices, 24 joints\)"),
        (lambda: {"posedirs": np.zeros((6890, 3, 93))}, r"expected posedirs of shape \(6890, 3, 207\), got"),
        (
            lambda: {"shapedirs": np.zeros((6890, 10))},
            r"expected shapedirs of shape \(6890, 3, any\), got \(6890, 10\)",
        ),
        (lambda: {"kintree_table": np.zeros((2, 24), dtype=int)}, r"hang together otherwise than SMPL's"),
        (lambda: {"f": with_one("f", 6890)}, "its faces name vertices that do not exist"),
        (lambda: {"weights": np.full((6890, 24), "1")}, "expected numbers as its weights, got <U1"),
    ],
)
def test_what_is_wrong_is_said_in_one_sentence(tmp_path, changes, sentence):
    path = archive(tmp_path / "body.npz", **changes())
    with pytest.raises(InputError, match=rf"body\.npz: .*{sentence}") as refusal:
        read_body(path)
    assert "\n" not in str(refusal.value)


def test_a_file_that_is_not_there_is_named(tmp_path):
    with pytest.raises(InputError, match=r"absent\.pkl: no such file; expected a body model"):
        read_body(tmp_path / "absent.pkl")
    with pytest.raises(InputError, match="no such file"):
        read_body(tmp_path)


def test_a_web_page_is_recognised(tmp_path):
    path = tmp_path / "SMPL_NEUTRAL.pkl"
    path.write_text("\n<!DOCTYPE html>\n<html><title>Log in</title></html>")
    with pytest.raises(InputError, match="this is a web page, not a body model; log in on the download site"):
        read_body(path)


@pytest.mark.parametrize("share", [0.01, 0.5, 0.999])
def test_a_download_that_was_cut_short_is_recognised(tmp_path, entries, share):
    pickled, archived = write_py2(tmp_path / "body.pkl", entries), archive(tmp_path / "body.npz")
    for path, sentence in ((pickled, "cut short or damaged"), (archived, "this .npz is damaged")):
        content = path.read_bytes()
        path.write_bytes(content[: int(share * len(content))])
        with pytest.raises(InputError, match=f"{path.name}: .*{sentence}"):
            read_body(path)


def test_an_archive_of_python_objects_is_not_opened(tmp_path):
    path = archive(tmp_path / "body.npz", weights=np.array([Runs(os.system, "true")], dtype=object))
    with pytest.raises(InputError, match="holds Python objects instead of numbers"):
        read_body(path)


def test_an_archive_of_something_else_has_no_body_in_it(tmp_path):
    path = tmp_path / "documents.zip"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr("v_template", "not an array")
    with pytest.raises(InputError, match=r"documents\.zip: not an SMPL body, it has no"):
        read_body(path)
