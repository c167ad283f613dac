import numpy as np

from vhlib.body.parts import PARTS
from vhlib.viz import PARTS as COLOURS_OF_24
from vhlib.viz import paint_parts, part_colours


def test_each_part_has_the_colour_of_its_first_joint_and_nobody_is_white():
    colours = part_colours(PARTS[24])
    np.testing.assert_array_equal(colours[0], 1.0)
    np.testing.assert_array_equal(colours[1:], COLOURS_OF_24)
    names = list(PARTS[12])
    by_name = dict(zip(names, part_colours(PARTS[12])[1:], strict=True))
    for one, other in (("left_thigh", "right_thigh"), ("upper_torso", "lower_torso"), ("head", "neck")):
        assert (by_name[one] != by_name[other]).any()


def test_the_picture_shows_where_nobody_is_and_through_the_parts():
    labels, colours = np.array([[0, 1]]), np.array([[1.0, 1.0, 1.0], [1.0, 0.0, 0.0]])
    image = np.full((1, 2, 3), 100, np.uint8)
    np.testing.assert_array_equal(paint_parts(labels, colours), [[[255, 255, 255], [255, 0, 0]]])
    painted = paint_parts(labels, colours, image, strength=0.5)
    np.testing.assert_array_equal(painted, [[[100, 100, 100], [178, 50, 50]]])
