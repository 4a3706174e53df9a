"""One operators' console: whom it serves, which stack, and the act that is at work there."""

from typing import Any

from brigade.console.looking import Looking
from brigade.console.session import Session
from brigade.console.worker import Worker
from brigade.dead_letters.where import Where, of_stack
from brigade.operations.storage import S3History
from brigade.pipeline import Pipeline
from kit.errors import ConfigurationError
from services.portal.problems import Refused

# Made before there are threads: making a client is not for several of them.
_CLIENTS = ("cloudwatch", "dynamodb", "lambda", "s3", "sns", "sqs", "sts", "xray")


class Console:
    """What every request shares."""

    def __init__(self, pipeline: Pipeline, *, read_only: bool = False) -> None:
        self.pipeline, self.read_only = pipeline, read_only
        for service in _CLIENTS:
            pipeline.target.client(service)
        self.where = pipeline.target.describe()
        self.session, self.worker = Session(), Worker()
        self.plans: dict[str, Any] = {}  # what was counted, by its id
        self.looking = Looking(pipeline, lambda: self.worker.now.running)
        self.worker.done = self.looking.forget

    def place(self, name: str) -> Where:
        """Return an actor's dead letters, or those that SNS could not deliver; raises Refused (404)."""
        try:
            return of_stack(self.pipeline, name)[0]
        except ConfigurationError as error:
            raise Refused(404, str(error)) from error

    @property
    def history(self) -> S3History:
        """What operators did to the stack."""
        return S3History(self.pipeline.target, self.pipeline.target_bucket)
