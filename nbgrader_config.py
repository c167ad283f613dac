"""nbgrader's settings: `nbgrader autograde`, formgrader and `vh course` all read them from here."""

from pathlib import Path

c = get_config()

root = Path(__file__).resolve().parent
(root / "grading").mkdir(exist_ok=True)

c.CourseDirectory.course_id = "virtual_humans"
c.CourseDirectory.root = str(root)
c.CourseDirectory.source_directory = "solutions"
c.CourseDirectory.release_directory = "assignments"
c.CourseDirectory.submitted_directory = "grading/submitted"
c.CourseDirectory.autograded_directory = "grading/autograded"
c.CourseDirectory.feedback_directory = "grading/feedback"
c.CourseDirectory.solution_directory = "grading/solution"
c.CourseDirectory.source_with_tests_directory = "grading/source_with_tests"
c.CourseDirectory.db_url = f"sqlite:///{root / 'grading' / 'gradebook.db'}"

# nbgrader copies every file beside a notebook into the release and into each autograded folder, but not these.
c.CourseDirectory.ignore = [".ipynb_checkpoints", "*.pyc", "__pycache__", "feedback", "checks.py", "answers"]

# A laptop under load needs more than nbgrader's 4 seconds to hand over a picture; else the whole submission fails.
c.Execute.timeout = 60
c.Execute.iopub_timeout = 30

# Anything on stderr fails a test cell: a warning must not cost points.
c.IgnorePattern.enabled = True
c.IgnorePattern.pattern = "Warning|NNPACK"

# By default the feedback pages show the hidden tests.
c.GenerateFeedback.preprocessors = [
    "nbgrader.preprocessors.GetGrades",
    "vhlib.course.feedback.HideTests",
    "nbconvert.preprocessors.CSSHTMLHeaderPreprocessor",
]
