"""How the deployment tests deploy, and what is told them meanwhile."""

from brigade.deploy.change_set import Change, StackEvent
from brigade.deploy.deployment import Listener, deploy
from brigade.deploy.stack import Stack
from brigade.target import Target
from imaging.recipes import DEFAULT_PATH

RECIPES = DEFAULT_PATH


class Heard(Listener):
    """Keeps what it hears."""

    def __init__(self) -> None:
        self.notes: list[str] = []
        self.changed: list[Change] | None = None
        self.events: list[StackEvent] = []

    def note(self, text: str) -> None:
        self.notes.append(text)

    def changes(self, changes: list[Change]) -> None:
        self.changed = changes

    def event(self, event: StackEvent) -> None:
        self.events.append(event)


def bring_up(target: Target, name: str, heard: Listener | None = None, **settings: str) -> Stack:
    return deploy(target, name, recipes=RECIPES, version="1", settings=settings, listener=heard)


def buckets(target: Target, stack: str) -> list[str]:
    return [each["Name"] for each in target.client("s3").list_buckets()["Buckets"] if each["Name"].startswith(stack)]
