"""Updates of a record in DynamoDB's notation. Attributes are numbered, because some have names that it reserves.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.html
"""

from typing import Any

from services.catalog.attributes import PARTS, Attributes, clocks


def set_all(attributes: Attributes) -> str:
    """Return the update that sets these attributes."""
    return "SET " + ", ".join(f"#{i} = :{i}" for i in range(len(attributes)))


def names(attributes: Attributes) -> dict[str, str]:
    """Return the attributes' names by their placeholders."""
    named = {f"#{i}": name for i, name in enumerate(attributes)} | {"#status": "status"}
    return named | {f"#{field}": field for field in clocks(attributes).values()}


def values(attributes: Attributes) -> dict[str, Any]:
    """Return the attributes' values by their placeholders."""
    given = {f":{i}": value for i, value in enumerate(attributes.values())}
    return given | {f":{field}_of_{name}": attributes[name][field] for name, field in clocks(attributes).items()}


def unless_newer(attributes: Attributes) -> str:
    """Return the condition that the record has nothing newer of that kind."""
    number = {name: f"#{i}" for i, name in enumerate(attributes)}
    return every(
        *(
            f"(attribute_not_exists({number[name]}) OR {number[name]}.#{field} <= :{field}_of_{name})"
            for name, field in clocks(attributes).items()
        )
    )


def processing_or_other(attributes: Attributes) -> str:
    """Return the condition that the record is in work, or READY with another part than these."""
    others = " OR ".join(f"#{i} <> :{i}" for i, name in enumerate(attributes) if name in PARTS)
    return f"(#status = :processing OR (#status = :ready AND ({others})))"


def every(*conditions: str) -> str:
    """Return the condition that all of these hold; empty ones do."""
    return " AND ".join(filter(None, conditions))
