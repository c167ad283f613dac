"""Answers that are nearly the same, for a person to look at: names, comments and layout do not count.

The method is MOSS's (Schleimer, Wilkerson and Aiken, *Winnowing*, SIGMOD 2003) without the winnowing, which only saves
room: an answer is the set of all runs of `RUN` tokens in it, and two answers are as like as their sets overlap.
"""

import ast
import io
import itertools
import keyword
import tokenize
from collections.abc import Mapping
from dataclasses import dataclass

RUN = 6
"""Tokens that must stand in the same order."""

LEAST = 60
"""Runs that an answer must have to be compared: short right answers are all alike."""

LIKE = 0.8
"""Overlap from which two answers are shown to a person."""


@dataclass(frozen=True)
class Pair:
    """Two students with nearly the same code."""

    first: str
    second: str
    overlap: float
    """Runs in common, by runs in either: 1 is the same but for names, comments and layout."""


def pairs(answers: Mapping[str, Mapping[str, str]]) -> tuple[Pair, ...]:
    """Who has nearly the same answers, the most alike first.

    What stands in more than half of all submissions, and in three at least, is left out: it comes from the task.

    Args:
        answers: by student and question, the code.
    """
    prints = {
        student: {(question, run) for question, source in each.items() for run in runs(source)}
        for student, each in answers.items()
    }
    counts: dict[tuple[str, tuple[str, ...]], int] = {}
    for marks in prints.values():
        for mark in marks:
            counts[mark] = counts.get(mark, 0) + 1
    most = max(2, len(prints) // 2)
    rare = {student: {mark for mark in marks if counts[mark] <= most} for student, marks in prints.items()}
    found = [
        Pair(first, second, len(rare[first] & rare[second]) / len(rare[first] | rare[second]))
        for first, second in itertools.combinations(sorted(rare), 2)
        if min(len(rare[first]), len(rare[second])) >= LEAST
    ]
    return tuple(sorted((pair for pair in found if pair.overlap >= LIKE), key=lambda pair: -pair.overlap))


def runs(source: str) -> set[tuple[str, ...]]:
    r"""All runs of `RUN` tokens in some code; each name stands for any other, but for those after a dot.

    >>> runs("def f(x): return 2 * x") == runs("def g(value):  # twice\n    return 2 * value")
    True
    """
    tokens = list(_tokens(source))
    return {tuple(tokens[start : start + RUN]) for start in range(len(tokens) - RUN + 1)}


def _tokens(source: str) -> list[str]:
    try:
        plain = ast.unparse(_without_docstrings(ast.parse(source)))
        stream = list(tokenize.generate_tokens(io.StringIO(plain).readline))
    except (SyntaxError, ValueError, RecursionError, MemoryError, tokenize.TokenError):
        return source.split()
    layout = (tokenize.NEWLINE, tokenize.NL, tokenize.INDENT, tokenize.DEDENT, tokenize.COMMENT, tokenize.ENDMARKER)
    kept = [token for token in stream if token.type not in layout]
    words = []
    for before, token in zip([None, *kept], kept, strict=False):
        is_name = token.type == tokenize.NAME and not keyword.iskeyword(token.string)
        words.append("name" if is_name and (before is None or before.string != ".") else token.string)
    return words


def _without_docstrings(tree: ast.Module) -> ast.Module:
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and ast.get_docstring(node) is not None:
            node.body = node.body[1:] or [ast.Pass()]
    return tree
