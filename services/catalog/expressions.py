"""Updates of a record in DynamoDB's notation. Attributes are numbered, because some have names that it reserves.

https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.html
"""

from typing import Any

from services.catalog.attributes import PARTS, Attributes, clock


def set_all(attributes: Attributes) -> str:
    """Return the update that sets these attributes."""
    return "SET " + ", ".join(f"#{i} = :{i}" for i in range(len(attributes)))


def names(attributes: Attributes) -> dict[str, str]:
    """Return the attributes' names by their placeholders."""
    found = clock(attributes)
    named = {f"#{i}": name for i, name in enumerate(attributes)} | {"#status": "status"}
    return named | ({"#clock": found[1]} if found else {})


def values(attributes: Attributes) -> dict[str, Any]:
    """Return the attributes' values by their placeholders."""
    found = clock(attributes)
    given = {f":{i}": value for i, value in enumerate(attributes.values())}
    return given | ({":clock": attributes[found[0]][found[1]]} if found else {})


def unless_newer(attributes: Attributes) -> str:
    """Return the condition that the record has nothing newer of that kind."""
    if not (found := clock(attributes)):
        return ""
    number = list(attributes).index(found[0])
    return f"(attribute_not_exists(#{number}) OR #{number}.#clock <= :clock)"


def processing_or_other(attributes: Attributes) -> str:
    """Return the condition that the record is in work, or READY with another part than these."""
    others = " OR ".join(f"#{i} <> :{i}" for i, name in enumerate(attributes) if name in PARTS)
    return f"(#status = :processing OR (#status = :ready AND ({others})))"


def every(*conditions: str) -> str:
    """Return the condition that all of these hold; empty ones do."""
    return " AND ".join(filter(None, conditions))
