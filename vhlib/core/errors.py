"""Errors that are answers: one sentence that names the input, what was expected and what to do."""


class InputError(ValueError):
    """Bad input from a person: a file, an option, a name.

    The message is one sentence: which file or argument, what was expected, what to do. The command line prints it
    as it is, without a traceback.
    """


class MissingDependencyError(InputError, ImportError):
    """An optional package is not installed; the message says how to install it."""
