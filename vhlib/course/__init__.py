"""The course's own tools.

For an assignment's notebook: `Answers` calls a student's functions the way they are marked, `expect` says in words what
is wrong with a result, `check` runs all visible tests.

For those who teach, by module: `questions` (what an oracle is), `planted` (answers that must lose points or keep them),
`checking` (is an assignment fit to be released?), `release`, `publish`, `colab` (the first cell of every notebook),
`grading` (from submissions to marks), `feedback`.
"""

from vhlib.course.answers import Answers
from vhlib.course.student import check
from vhlib.course.words import WrongAnswer, expect

__all__ = ["Answers", "WrongAnswer", "check", "expect"]
