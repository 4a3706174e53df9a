"""Plain values as DynamoDB writes them, and back.

https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_AttributeValue.html
"""

from typing import Any


def read_item(item: dict[str, Any]) -> dict[str, Any]:
    """Return an item as plain Python; numbers as int, or float where they are not whole."""
    return {name: read(value) for name, value in item.items()}


def read(value: dict[str, Any]) -> Any:
    """Return one value; raises ValueError for a kind that records do not hold: sets."""
    [(kind, held)] = value.items()
    match kind:
        case "S" | "BOOL" | "B":
            return held
        case "NULL":
            return None
        case "N":
            return _number(held)
        case "L":
            return [read(each) for each in held]
        case "M":
            return read_item(held)
    raise ValueError(f"records hold no {kind}")


def write(value: Any) -> dict[str, Any]:
    """Return one value in DynamoDB's notation; raises TypeError for what records do not hold."""
    match value:
        case None:
            return {"NULL": True}
        case bool():
            return {"BOOL": value}
        case str() | bytes():
            return {"S" if isinstance(value, str) else "B": value}
        case int() | float():
            return {"N": str(value)}
        case dict():
            return {"M": {name: write(each) for name, each in value.items()}}
        case list() | tuple():
            return {"L": [write(each) for each in value]}
    raise TypeError(f"records hold no {type(value).__name__}")


def _number(text: str) -> int | float:
    """Return the number; DynamoDB may write a whole one as 1E+2 or 100.0."""
    try:
        return int(text)
    except ValueError:
        number = float(text)
        return int(number) if number.is_integer() else number
