"""The course's own assignments: fit to be released, released as their source stands, and nothing secret in them."""

import functools
import importlib
from pathlib import Path

import pytest

from vhlib import exercises
from vhlib.course import checking, colab, notebook, planted, questions
from vhlib.course.building import assignments, build_aside
from vhlib.course.release import contents
from vhlib.course.running import Session

REPOSITORY = Path(__file__).parents[2]
NAMES = assignments(REPOSITORY)


@pytest.mark.parametrize("name", NAMES)
def test_it_may_be_released(name):
    release = REPOSITORY / "assignments" / name
    # The oracles' inputs are drawn with this seed; `vh course check` takes a fresh one each time.
    assert checking.problems(REPOSITORY / "solutions" / name, release, seed=0) == ()


@pytest.mark.parametrize("name", NAMES)
def test_it_is_released_as_its_source_stands_byte_for_byte(name, tmp_path):
    assert contents(REPOSITORY / "assignments" / name) == contents(build_aside(REPOSITORY, name, tmp_path))


def test_there_is_a_source_for_each_release_and_a_release_for_each_source():
    assert {path.name for path in (REPOSITORY / "assignments").iterdir()} == set(NAMES)


def test_no_check_and_no_planted_answer_stands_among_the_releases():
    names = [path.name for path in (REPOSITORY / "assignments").rglob("*")]
    assert not {"checks.py", "answers", "solutions"} & set(names)
    text = b"\n".join(contents(REPOSITORY / "assignments").values()).decode()
    for secret in ("Criterion(", "ASSIGNMENT =", "# %% wrong", "# %% alternative", "HIDDEN TESTS", "BEGIN SOLUTION"):
        assert secret not in text


def test_exercises_and_questions_match_one_to_one():
    for module in ("body", "cameras", "fitting", "geometry", "losses", "nets", "priors", "render.reference"):
        importlib.import_module(f"vhlib.{module}")  # marks are known once their modules are loaded
    declared = (questions.load(REPOSITORY / "solutions" / name) for name in NAMES)
    asked = {(a.name, question.name) for a in declared for question in a.auto if not question.together}
    assert asked == {(exercise.assignment, exercise.name) for exercise in exercises.listing()}


@pytest.mark.parametrize("name", NAMES)
def test_the_first_code_cell_is_that_of_every_notebook(name):
    cells = notebook.read(REPOSITORY / "solutions" / name / f"{name}.ipynb")
    assert next(cell.source for cell in cells if cell.kind != "text") == colab.cell()


# What the visible tests say to a wrong answer, by words in its title. A student who reads this knows where to look.
SAID = {
    "01_body_model": [
        ("axis_angle_to_matrix", "transposed", "it was transposed: look at the signs in K"),
        ("axis_angle_to_matrix", "takes the angle for degrees", "the angle was taken for degrees"),
        ("axis_angle_to_matrix", "symmetric instead of skew", "K was symmetric"),
        ("axis_angle_to_matrix", "which gives NaN at zero", "9 of 9 numbers are NaN or infinite: a division by 0?"),
        ("axis_angle_to_matrix", "reaches the gradient", "3 of 3 numbers are NaN or infinite"),
        ("axis_angle_to_matrix", "forgets to divide the axis", "K was not divided by θ"),
        ("axis_angle_to_matrix", "leaves it to the library", "must not call the library's axis_angle_to_matrix"),
        ("blend_shapes", "reshapes", "shapedirs was reshaped: that mixes its axes up"),
        ("blend_shapes", "averages", "the offsets were averaged"),
        ("blend_shapes", "first body's coefficients", "every body got the first one's coefficients"),
        ("blend_shapes", "forgets its sign", "the signs of the coefficients were lost"),
        ("forward_kinematics", "wrong order", "the order was swapped"),
        ("forward_kinematics", "forgets to subtract", "the parent's place at rest was not subtracted"),
        ("forward_kinematics", "at the origin", "the root was put at the origin"),
        ("forward_kinematics", "rotation is missing", "the root's rotation was left out"),
        ("forward_kinematics", "its own joint", "each bone turned with its own joint"),
        ("forward_kinematics", "the one before it", "each joint hung on the one before it: use `parents`"),
        ("forward_kinematics", "local rotations as they came", "came back as they were, relative to the parent"),
        ("forward_kinematics", "transposes", "the rotations were transposed"),
        ("linear_blend_skinning", "forgets to subtract", "the joints at rest were not subtracted"),
        ("linear_blend_skinning", "every joint counts alike", "all joints counted alike"),
        ("linear_blend_skinning", "strongest joint", "only the largest weight counted"),
        ("linear_blend_skinning", "transposed", "the rotations were transposed"),
        ("linear_blend_skinning", "leaves them there", "the posed joints were not used"),
        ("my_body", "none of the student's", "must not call the library's axis_angle_to_matrix"),
        ("my_body", "forgets the shape", "the shape was left out"),
        ("my_body", "forgets the pose", "the pose was left out"),
        ("my_body", "returns the joints", "expected the shape (2, 6890, 3), got (2, 24, 3)"),
    ],
    "02_cameras_and_rendering": [
        ("look_at", "into the columns", "the axes were the columns: they are the rows"),
        ("look_at", "OpenGL's axes", "the axes were OpenGL's: here y points down and z forward"),
        ("look_at", "camera's place for T", "T was the camera's place"),
        ("look_at", "divide by the lengths", "the axes were not divided by their lengths"),
        ("look_at", "world's down", "down was the world's"),
        ("world_to_pixels", "forgets to divide", "nothing was divided by Z"),
        ("world_to_pixels", "the distance instead", "the distance was taken for the depth Z"),
        ("world_to_pixels", "leaves the principal point out", "the principal point was left out"),
        ("world_to_pixels", "one focal length for both", "f_x served for both axes"),
        ("world_to_pixels", "turns y over", "y was turned over"),
        ("world_to_pixels", "transposes the rotation", "R was transposed: its rows are the camera's axes"),
        ("world_to_pixels", "leaves the rotation out", "R was left out"),
        ("world_to_pixels", "leaves the translation out", "T was left out"),
        ("world_to_pixels", "T for the camera's place", "T was taken for the camera's place"),
        ("world_to_pixels", "moves before it turns", "T was added before turning"),
        ("world_to_pixels", "the first camera's place", "both images got the first camera's R and T"),
        ("world_to_pixels", "without its sign", "Z lost its sign"),
        ("world_to_pixels", "NaN for what is behind", "numbers are NaN or infinite"),
        ("world_to_pixels", "leaves it to the library", "must not call the library's world_to_pixels"),
        ("ray_weights", "rows of the equations", "the corners stood in rows"),
        ("ray_weights", "cuts off what is negative", "negative weights were cut off"),
        ("ray_weights", "divides by the sum", "they were divided by their sum"),
        ("ray_weights", "weights in the image", "these were the weights in the image"),
        ("z_buffer", "farthest", "the farthest face was taken"),
        ("z_buffer", "on an edge", "a pixel on the edge of a face was not covered"),
        ("z_buffer", "divide by the sum", "the depth was not divided by the sum of the weights"),
        ("coverage", "edges without ends", "an edge ends at its corners"),
        ("coverage", "swaps the sign", "inside is more than one half"),
        ("coverage", "one orientation", "only corners that run the other way count as inside"),
        ("coverage", "cut off from the gradient", "the result has no gradient"),
        ("union", "sum of logarithms", "numbers are NaN or infinite"),
        ("union", "takes the largest", "only the largest counted"),
        ("my_picture", "none of the student's", "must not call the library's look_at"),
        ("my_picture", "swaps eye and target", "eye and target were swapped"),
        ("my_picture", "hard mask", "the silhouette was the hard mask"),
    ],
    "04_smplify": [
        ("project_points", "forgets to divide by the depth", "nothing was divided by Z"),
        ("project_points", "leaves the principal point out", "the principal point was left out"),
        ("project_points", "divides by the distance", "the distance was taken for the depth"),
        ("project_points", "matches focal lengths with joints", "went along the joints instead of the people"),
        ("project_points", "one focal length for both axes", "f_x served for both axes"),
        ("keypoint_energy", "plain squares", "errors count by their squares, however large"),
        ("keypoint_energy", "forgets σ² in front", "σ² in front was left out"),
        ("keypoint_energy", "does not square the weights", "the weights were not squared"),
        ("keypoint_energy", "takes ρ of the distance", "it is for each coordinate by itself"),
        ("keypoint_energy", "multiplies by weights of zero", "1 of 1 numbers are NaN or infinite"),
        ("keypoint_energy", "masks after squaring", "1 of 4 numbers are NaN or infinite"),
        ("keypoint_energy", "takes σ for 100", "σ was taken for 100, whatever was given"),
        ("keypoint_energy", "weighs the errors before ρ", "the weights were applied before ρ"),
        ("keypoint_energy", "leaves it to the library", "must not call the library's keypoint_energy"),
        ("torso_depth", "averages the depths", "each edge's depth was averaged: add up lengths first"),
        ("torso_depth", "upside down", "the quotient stands upside down"),
        ("torso_depth", "does not look at what was seen", "the edge with a missing end was measured"),
        ("torso_depth", "out of the image alone", "its length in space was counted"),
        ("torso_depth", "forgets the focal length", "the focal length was left out"),
        ("angle_residuals", "counts the root", "the root was counted"),
        ("angle_residuals", "turns the signs round", "the signs are turned round"),
        ("angle_residuals", "squares the residuals", "residuals were squared already"),
        ("angle_residuals", "forgets the signs", "the angles were taken as they are"),
        ("angle_residuals", "knees before elbows", "the columns are in another order"),
        ("damped_step", "adds λ to the diagonal", "λ was added to the diagonal: it multiplies the diagonal"),
        ("damped_step", "goes uphill", "the step goes uphill"),
        ("damped_step", "forgets the damping", "λ was left out"),
        ("damped_step", "damps all of the curvature", "λ multiplied all of H"),
        ("damped_step", "everybody for the first one", "both people got the first one's λ"),
        ("second_starts", "about the camera's axis", "the half turn was about the camera's axis"),
        ("second_starts", "returns the first starts again", "the second start is the first one again"),
        ("second_starts", "asks for one shoulder only", "expected the shape (2, 3, 3), got (1, 3, 3)"),
        ("my_stage", "none of the student's", "must not call the library's"),
        ("my_stage", "lacks its factor 10", "the angle prior's weight lacks its factor 10"),
        ("my_stage", "squares the weights", "weights were squared: the library squares them"),
        ("my_stage", "first starts alone", "expected the shape (2, 5, 3), got (1, 5, 3)"),
    ],
    "05_pose_priors": [
        ("mixture_constants", "takes the determinant for its root", "|Σ| stood in the place of its root"),
        ("mixture_constants", "leaves 2π out", "½ log 2π for each dimension was left out"),
        ("mixture_constants", "does not subtract the smallest", "the smallest determinant was not subtracted"),
        ("mixture_constants", "adds the logarithm of the weights", "log w was added"),
        ("mixture_constants", "multiplies before", "2 of 2 numbers are NaN or infinite"),
        ("mixture_constants", "takes wide Gaussians for cheaper", "wide Gaussians came out cheaper"),
        ("max_mixture", "halves the distance", "the distance was halved: ½ is in r already"),
        ("max_mixture", "takes the largest energy", "the largest energy was taken"),
        ("max_mixture", "the sum of the mixture", "the mixture's sum was taken instead of its best component"),
        ("max_mixture", "by the distance alone", "the closest component was chosen, without its constant"),
        ("kl_to_standard_normal", "takes σ for log σ²", "σ was taken for log σ²"),
        ("kl_to_standard_normal", "takes σ for the variance", "σ was taken for the variance σ²"),
        ("kl_to_standard_normal", "forgets the one half", "½ was left out"),
        ("kl_to_standard_normal", "the other way round", "the divergence was taken the other way round"),
        ("kl_to_standard_normal", "turns the sign round", "a divergence is never negative"),
        ("reparametrise", "takes σ for log σ²", "σ was taken for log σ²"),
        ("reparametrise", "leaves the mean out", "μ was left out"),
        ("orthogonality", "forgets the transpose", "R was multiplied by itself, without the transpose"),
        ("orthogonality", "without its square", "the root was taken: the norm is squared"),
        ("orthogonality", "compares lengths alone", "only the diagonal was compared"),
        ("determinant", "mirrors cost nothing", "mirrors cost nothing then"),
        ("determinant", "squares the difference", "the difference was squared: it is the absolute value"),
        ("determinant", "absolute value of the sum", "the differences of the joints cancelled"),
        ("project_to_rotation", "does not look at the determinant", "a mirror was returned: its determinant is -1"),
        ("project_to_rotation", "turns the whole matrix round", "the whole matrix changed its sign"),
        ("project_to_rotation", "transposes V once more", "V was transposed once more: svd returns Vᵀ"),
        ("project_to_rotation", "is surest of", "the sign went to the first direction"),
        ("project_to_rotation", "Gram and Schmidt", "that is a rotation, but not the closest"),
        ("project_to_rotation", "flips a row", "the third coordinate changed its sign"),
        ("project_to_rotation", "by the first one's determinant", "the first matrix's determinant decided for all"),
        ("my_priors", "none of the student's", "must not call the library's mixture_constants"),
        ("my_priors", "forgets the noise", "the noise was left out"),
        ("my_priors", "forgets the weights", "the four terms were added without their weights"),
        ("my_priors", "trains on the projected", "training sees what the decoder puts out"),
    ],
    "06_hmr": [
        ("feedback_step", "takes the guess's place", "the correction took the guess's place"),
        ("feedback_step", "the guess stands before", "the guess stood before the features"),
        ("feedback_step", "shows the network a detached guess", "the network was shown a detached guess"),
        ("feedback_step", "adds to a detached guess", "the correction was added to a detached guess"),
        ("feedback_step", "does not show the network", "the network was not shown the guess"),
        ("project_weakly", "the paper's equation", "that is the paper's equation, not its code"),
        ("project_weakly", "divides by depth", "points were divided by their depth: this camera drops it"),
        ("project_weakly", "subtracts the translation", "the translation was subtracted"),
        ("reprojection_loss", "multiplies, so that NaN stays NaN", "1 of 1 numbers are NaN or infinite"),
        ("reprojection_loss", "squares", "errors were squared"),
        ("reprojection_loss", "Euclid's length", "Euclid's length was taken"),
        ("reprojection_loss", "divides by all keypoints", "the sum was divided by all keypoints"),
        ("reprojection_loss", "counts confidences as one", "confidences were rounded to seen and unseen"),
        ("reprojection_loss", "each person's mean first", "each person's mean was taken first"),
        ("generator_loss", "wants to be taken for a fake", "the network wanted to be taken for a fake"),
        ("generator_loss", "absolute values", "absolute values were taken: squares"),
        ("generator_loss", "the sum over everything", "the sum over the bodies was taken: the mean"),
        ("generator_loss", "sums over bodies, means over judges", "bodies and judges changed places"),
        ("discriminator_loss", "the other way round", "real and fake changed places"),
        ("discriminator_loss", "forgets the fakes", "only the real ones were looked at"),
        ("discriminator_loss", "everybody should be real", "that is what the network wants of fakes"),
        ("discriminator_loss", "one mean over both kinds, twice", "one mean was taken over both kinds, and doubled"),
        ("rotation_features", "keeps the root", "expected the shape (2, 23, 9), got (2, 24, 9)"),
        ("rotation_features", "column by column", "matrices were read column by column"),
        ("rotation_features", "leaves the last joint out", "the last joint was left out instead of the root"),
        ("rotation_features", "numbers before joints", "they need a transpose"),
        ("my_training", "none of the student's", "must not call the library's"),
        ("my_training", "leaves the weight 60 out", "the weight 60 was left out"),
        ("my_training", "leaves the adversary out", "the adversary's term was left out"),
        ("my_training", "swaps the rates", "the two rates changed places"),
        ("my_training", "makes new guesses", "the judges looked at new guesses"),
    ],
    "07_nbf": [
        ("one_hot", "puts the channels last", "the channels stand last"),
        ("one_hot", "turns height and width round", "height and width changed places"),
        ("one_hot", "writes the labels themselves", "the labels themselves were written"),
        ("one_hot", "leaves the background out", "expected the shape (1, 3, 3, 3), got (1, 2, 3, 3)"),
        ("one_hot", "gives the background the last", "the background has the last channel"),
        ("one_hot", "has channels for the labels that it sees", "expected the shape (2, 6, 1, 2), got (2, 3, 1, 2)"),
        ("from_colours", "adds absolute differences", "absolute differences were added"),
        ("from_colours", "takes the farthest", "the farthest colour was taken"),
        ("from_colours", "compares red alone", "only red was compared"),
        ("from_colours", "compares brightness", "brightness was compared instead of colour"),
        ("from_colours", "counts labels from 1", "labels were counted from 1"),
        ("projection_gradient", "through the factors of the SVD", "numbers are NaN or infinite"),
        ("projection_gradient", "divides by the differences", "differences s_i - s_j were divided by: sums"),
        ("projection_gradient", "all singular values positive", "s₃ counted as positive"),
        ("projection_gradient", "lets the slope through", "the slope went through unchanged"),
        ("projection_gradient", "turns the sign round", "the sign was turned round"),
        ("projection_gradient", "forgets the rotation at the end", "R was left out at the end"),
        ("projection_gradient", "on the other side at the end", "R stood on the other side at the end"),
        ("projection_gradient", "does not turn the slope", "the slope was not turned by Rᵀ first"),
        ("projection_gradient", "solves with S itself", "S stood in the place of tr(S) I - S"),
        ("global_to_local", "multiplies in the other order", "the two rotations changed places"),
        ("global_to_local", "forgets to transpose the parent", "that is the way back"),
        ("global_to_local", "transposes the child", "the own rotation was transposed"),
        ("global_to_local", "takes everything against the root", "everything was taken against the root"),
        ("global_to_local", "turns the root against index -1", "which stands at index -1"),
        ("parameter_loss", "squares first and masks", "1 of 1 numbers are NaN or infinite"),
        ("parameter_loss", "masks after squaring", "9 of 18 numbers are NaN or infinite"),
        ("parameter_loss", "forgets the half", "½ was left out"),
        ("parameter_loss", "adds up instead", "squares were added and not averaged"),
        ("parameter_loss", "two means", "matrices and betas were averaged separately"),
        ("parameter_loss", "absolute differences", "absolute differences were taken"),
        ("parameter_loss", "divides by everybody", "the sum was divided by all bodies"),
        ("parameter_loss", "does not look at who is known", "unknown bodies counted"),
        ("joint_loss", "does not move bodies", "bodies were not moved to their hips"),
        ("joint_loss", "forgets the half", "½ was left out"),
        ("joint_loss", "does not square", "distances were not squared"),
        ("joint_loss", "averages over x, y and z", "the mean over x, y and z was taken"),
        ("joint_loss", "divides by everybody", "the sum was divided by all bodies"),
        ("joint_loss", "no gradient through the hips", "no gradient came back through the hips"),
        ("my_training", "none of the student's", "must not call the library's"),
        ("my_training", "the library's projection", "must not call the library's projection_gradient"),
        ("my_training", "the weight of L_3D", "the weight 10 of L_3D was left out"),
        ("my_training", "the weight of L_2D", "the weight ½ of L_2D was left out"),
        ("my_training", "compares the rotations in L_lat", "L_lat compared the rotations"),
        ("my_training", "gives the body rotations against the camera", "the body got rotations against the camera"),
        ("my_training", "does not subtract the pelvis", "the pelvis was not subtracted"),
        ("my_training", "begins anew", "the network began anew in every step"),
    ],
}


@functools.cache
def released(name):
    return notebook.read(REPOSITORY / "assignments" / name / f"{name}.ipynb")


@functools.cache
def session(name):
    """The notebook with its set-up run and every question answered by the solution."""
    session = Session()
    for cell in notebook.read(REPOSITORY / "solutions" / name / f"{name}.ipynb"):
        if cell.kind in ("setup", "answer"):
            session.run(cell.source, cell.title)
    return session


@pytest.mark.parametrize(
    ("name", "question", "title", "words"),
    [pytest.param(name, *said, id=f"{said[0]}: {said[1]}") for name, each in SAID.items() for said in each],
)
def test_the_visible_tests_say_in_words_what_is_wrong(name, question, title, words):
    answers = planted.read(REPOSITORY / "solutions" / name / "answers")
    (wrong,) = (answer for answer in answers if answer.question == question and title in answer.title)
    with session(name).aside():
        session(name).run(wrong.source, question)
        tests = [cell for cell in released(name) if cell.kind == "test" and cell.question == question]
        said = [session(name).test(cell.source, cell.title) for cell in tests]
    assert any(words in line for line in said), said
