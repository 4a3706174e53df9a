"""An actor that a deployment may do without: its part of the template stands under a condition.

Without it the stack is that of the chain's other actors. What the whole chain's template has beside that, and every
value that differs, follows the condition.
"""

from typing import Any

from troposphere import If, NoValue, Template

from infra import names
from kit.chain import Chain


def under_condition(whole: Template, without: Template, chain: Chain) -> None:
    """Put what ``whole`` has beside ``without`` under the condition of the one actor that is optional."""
    for condition in map(names.is_on, chain.optional):
        for title, resource in whole.resources.items():
            if title not in without.resources:
                resource.resource["Condition"] = condition
                continue
            more, less = (each.to_dict().get("Properties", {}) for each in (resource, without.resources[title]))
            for name in more:
                if more[name] != less.get(name):
                    resource.properties[name] = _either(condition, more[name], less.get(name, NoValue))
        for title, output in whole.outputs.items():
            if title not in without.outputs:
                output.resource["Condition"] = condition


def _either(condition: str, more: Any, less: Any) -> Any:
    """Return the value that is ``more`` where the condition holds, and otherwise ``less``."""
    if more == less:
        return more
    if isinstance(more, dict) and isinstance(less, dict) and not _is_function(more) and less.keys() <= more.keys():
        return {name: _either(condition, value, less.get(name, NoValue)) for name, value in more.items()}
    if isinstance(more, list) and isinstance(less, list):
        if len(more) == len(less):
            return [_either(condition, *pair) for pair in zip(more, less, strict=True)]
        if [each for each in more if each in less] == less:
            return [each if each in less else If(condition, each, NoValue) for each in more]
    return If(condition, more, less)


def _is_function(value: dict[str, Any]) -> bool:
    return any(name == "Ref" or name.startswith("Fn::") for name in value)
