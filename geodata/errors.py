"""The one error a user can cause: a line that says what is wrong, where, and how to mend it."""


class InputError(ValueError):
    """The user gave something wrong (exit code 2). One line: file, row or key, what, how to mend it."""
