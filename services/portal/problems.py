"""What the API refuses: one error, which becomes the problem that is answered."""

from collections.abc import Mapping
from http import HTTPStatus

from services.portal.structs import Problem


class Refused(Exception):
    """The request is refused, with this status; the detail is for the visitor."""

    def __init__(self, status: int, detail: str, headers: Mapping[str, str] | None = None) -> None:
        self.status = status
        self.detail = detail
        self.headers = headers or {}
        super().__init__(detail)

    @property
    def problem(self) -> Problem:
        """What is answered."""
        return Problem(title=HTTPStatus(self.status).phrase, status=self.status, detail=self.detail)


def too_much(detail: str, seconds: float) -> Refused:
    """Return the refusal of what may be asked again after so many seconds."""
    return Refused(429, detail, {"Retry-After": str(max(1, round(seconds)))})
