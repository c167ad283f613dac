import pytest

from vhlib.widgets import LiveCurves


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_it_draws_again_when_some_time_has_passed():
    clock = Clock()
    plot = LiveCurves(clock=clock)
    plot.add(1, {"loss": 2.0})
    first = bytes(plot.children[0].value)
    assert first.startswith(b"\x89PNG")
    plot.add(2, {"loss": 1.0})
    assert bytes(plot.children[0].value) == first
    clock.now = 1.0
    plot.add(3, {"loss": 0.5})
    assert bytes(plot.children[0].value) != first
    assert plot.values == {"loss": [2.0, 1.0, 0.5]}
    assert plot.steps == [1, 2, 3]


def test_other_names_are_refused():
    plot = LiveCurves()
    plot.add(1, {"loss": 2.0})
    with pytest.raises(ValueError, match="losses: expected loss, got gain"):
        plot.add(2, {"gain": 1.0})


def test_where_no_widget_lives_there_is_a_picture():
    plot = LiveCurves("energy", log=True)
    assert "image/png" not in plot._repr_mimebundle_()
    plot.add(1, {"loss": 2.0})
    bundle = plot._repr_mimebundle_()
    assert {"application/vnd.jupyter.widget-view+json", "image/png"} <= bundle.keys()
    assert bundle["text/plain"] == "1 points, the last: loss 2"
