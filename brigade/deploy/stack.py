"""A stack that is there."""

from dataclasses import dataclass, field

from brigade.deploy.change_set import describe
from brigade.target import Target
from brigade.terminal import OperatorError
from infra import names

# A stack that was named but never made, by a change set that nobody executed.
_UNMADE = "REVIEW_IN_PROGRESS"
# The template's parameters by which a stack is known to be made from it.
_OURS = {names.CODE_BUCKET, names.VERSION}


@dataclass(frozen=True)
class Stack:
    """What CloudFormation says of it. ``outputs`` are the template's, by name."""

    target: Target
    name: str
    id: str
    status: str
    outputs: dict[str, str] = field(default_factory=dict)
    descriptions: dict[str, str] = field(default_factory=dict)
    parameters: dict[str, str] = field(default_factory=dict)
    tags: dict[str, str] = field(default_factory=dict)

    @classmethod
    def look(cls, target: Target, name: str) -> "Stack | None":
        """Return the stack in whatever state it is, None where there is none.

        Raises OperatorError for a bad name, and for a stack that was made from another template.
        """
        if not names.STACK_NAME.fullmatch(name):
            raise OperatorError(
                f"{name!r} is no name for a stack",
                "use at most 32 lower-case letters, digits and hyphens, beginning with a letter",
            )
        found = describe(target, name)
        if found is None or found["StackStatus"] == _UNMADE:
            return None
        outputs = found.get("Outputs", [])
        given = {each["ParameterKey"]: each["ParameterValue"] for each in found.get("Parameters", [])}
        if not given.keys() >= _OURS:
            raise OperatorError(
                f"stack {name} on {target.describe()} is not brigade's: it has no {' and no '.join(sorted(_OURS))}",
                "it is left alone; --stack names another",
            )
        return cls(
            target,
            name,
            found["StackId"],
            found["StackStatus"],
            {output["OutputKey"]: output["OutputValue"] for output in outputs},
            {output["OutputKey"]: output.get("Description", "") for output in outputs},
            given,
            {each["Key"]: each["Value"] for each in found.get("Tags", [])},
        )

    @classmethod
    def find(cls, target: Target, name: str) -> "Stack":
        """Return a stack that can be worked with; raises OperatorError where there is none."""
        stack = cls.look(target, name)
        if stack is None:
            raise OperatorError(f"no stack named {name} on {target.describe()}", "`brigade deploy` makes it")
        if not stack.outputs:
            raise OperatorError(
                f"stack {name} on {target.describe()} is not complete ({stack.status})", "`brigade deploy` completes it"
            )
        return stack
