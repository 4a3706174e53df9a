"""A deployed stack as its users see it: buckets, catalogue, dead letters."""

from dataclasses import dataclass
from typing import Any

from brigade.console import OperatorError
from brigade.dead_letters.letter import DeadLetter
from brigade.dead_letters.queue import DeadLetterQueue
from brigade.dead_letters.undelivered import UndeliveredQueue
from brigade.deploy import deployed_recipes
from brigade.deploy.artifacts import Artifacts
from brigade.deploy.stack import Stack
from brigade.pictures.catalog import Catalogue
from brigade.target import Target
from imaging.recipes import Recipes
from infra import names
from kit.actor import Actor, Bucket
from services.chain import CHAIN


@dataclass(frozen=True)
class Pipeline:
    """One deployed stack."""

    stack: Stack

    @classmethod
    def find(cls, target: Target, name: str) -> "Pipeline":
        """Return the stack of that name; raises OperatorError where there is none."""
        return cls(Stack.find(target, name))

    @property
    def target(self) -> Target:
        """Where it is."""
        return self.stack.target

    def output(self, name: str) -> str:
        """Return one of the stack's outputs; raises OperatorError where it was deployed without."""
        try:
            return self.stack.outputs[name]
        except KeyError:
            raise OperatorError(
                f"stack {self.stack.name} has no {name}", "`brigade deploy` brings it up to date"
            ) from None

    @property
    def s3(self) -> Any:
        """The S3 client that leads there."""
        return self.target.client("s3")

    @property
    def source_bucket(self) -> str:
        """Where pictures are uploaded."""
        return self.stack.outputs[names.bucket(Bucket.SOURCE)]

    @property
    def target_bucket(self) -> str:
        """Where masters and renditions are."""
        return self.stack.outputs[names.bucket(Bucket.TARGET)]

    @property
    def catalogue(self) -> Catalogue:
        """The records."""
        return Catalogue(self.target.client("dynamodb"), self.stack.outputs[names.TABLE], self.source_bucket)

    @property
    def recipes(self) -> Recipes:
        """The recipes that the functions work with; raises OperatorError where they are not to be found."""
        artifacts = Artifacts(self.target, self.stack.name)
        return deployed_recipes.load(deployed_recipes.read(artifacts, CHAIN, self.stack.parameters))

    def dead_letters(self, actor: Actor) -> list[DeadLetter]:
        """Return an actor's dead letters, oldest first, and leave them where they are."""
        return self.dead_letter_queue(actor).look()

    @property
    def undelivered_queue(self) -> UndeliveredQueue:
        """The queue for what SNS could not deliver; raises OperatorError where the stack is older than that."""
        url = self.output(names.UNDELIVERED_QUEUE)
        return UndeliveredQueue(self.target.client("sqs"), url, CHAIN, lambda actor: self.output(names.queue(actor)))

    def dead_letter_queue(self, actor: Actor) -> DeadLetterQueue:
        """Return an actor's dead-letter queue; raises OperatorError where the stack is older than the actor."""
        urls = self.output(names.dead_letter_queue(actor)), self.output(names.queue(actor))
        return DeadLetterQueue(self.target.client("sqs"), *urls)
