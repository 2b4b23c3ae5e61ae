"""`Failure`: an operation on values that cannot be, before anybody knows where in the source it stands."""

from __future__ import annotations


class Failure(Exception):  # noqa: N818  not an error of the program
    """An operation that has no result: `summary` and `detail` as a diagnostic has them.

    `operand` is the index of the operand at fault, None for the operation as a whole. Whoever holds the
    syntax turns it into a diagnostic.
    """

    def __init__(self, summary: str, detail: str, operand: int | None = None) -> None:
        super().__init__(detail)
        self.summary = summary
        self.detail = detail
        self.operand = operand
