"""What the harness says when it cannot go on: code, message, hint. A provider's failure is a verdict, not an error."""


class HarnessError(Exception):
    """A sentence for the user: what was expected and got, and a hint that is a command where one exists.

    ``exit_code`` is 2 where the user's input is wrong and 3 where the harness failed.
    """

    exit_code = 3

    def __init__(self, code: str, message: str, hint: str = "") -> None:
        """Keep the three parts apart; ``str`` gives the message alone."""
        super().__init__(message)
        self.code = code
        self.message = message
        self.hint = hint


class UsageError(HarnessError):
    """The user's input is wrong."""

    exit_code = 2
