"""The requests in our sources, held against botocore's models of the services.

Botocore itself checks names and types when a request is made, but no test makes them all, and it checks no choices.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from botocore import xform_name
from botocore.session import get_session

SERVICES = (
    "cloudformation",
    "cloudfront",
    "cloudtrail",
    "cloudwatch",
    "dynamodb",
    "lambda",
    "logs",
    "rekognition",
    "s3",
    "ses",
    "sns",
    "sqs",
    "sts",
    "xray",
)
# What clients have that is no operation.
# Modules of ours have these names.
_MODULES = {"logs"}
_OF_PAGINATORS = "PaginationConfig"
_NO_OPERATIONS = {
    "can_paginate",
    "close",
    "exceptions",
    "generate_presigned_post",
    "generate_presigned_url",
    "get_waiter",
    "meta",
}


@dataclass(frozen=True)
class Request:
    """One place in a source where an operation is named: of which service, and with which arguments.

    ``arguments`` is None where they are given elsewhere; ``whole``: these are all of them.
    """

    line: int
    service: str
    operation: str
    arguments: tuple[ast.keyword, ...] | None
    whole: bool


def requests(source: str) -> list[Request]:
    """Return the requests that a module makes."""
    tree = ast.parse(source)
    clients, calls = _clients(tree), _calls(tree)
    found = []
    for node in ast.walk(tree):
        # troposphere's modules are called like services; its classes begin with a capital letter.
        if not isinstance(node, ast.Attribute) or node.attr in _NO_OPERATIONS or not node.attr.islower():
            continue
        service = _service(node.value, clients)
        call = calls.get(node)
        if service is None or (node.attr != "get_paginator" and call is None):
            continue
        if node.attr != "get_paginator":
            found.append(_request(node, service, node.attr, call))
        elif call and call.args and isinstance(call.args[0], ast.Constant):
            pages = next((each for each in calls if each.value is call and each.attr == "paginate"), None)
            request = _request(node, service, str(call.args[0].value), calls[pages] if pages else None)
            found.append(Request(request.line, service, request.operation, request.arguments, whole=False))
    return found


def mistakes(source: str) -> list[str]:
    """Return what botocore's models do not have of what a module asks for."""
    return [f"line {each.line}: {words}" for each in requests(source) for words in _mistakes(each)]


def _clients(tree: ast.Module) -> dict[str, str]:
    """Return the service of each name to which a client is assigned, and of each function that returns one."""
    found = {service: service for service in SERVICES if service not in _MODULES}
    for node in ast.walk(tree):
        match node:
            case ast.Assign(targets=[ast.Name(id=name) | ast.Attribute(attr=name)], value=value):
                pass
            case ast.AnnAssign(target=ast.Name(id=name) | ast.Attribute(attr=name), value=ast.expr() as value):
                pass
            case ast.FunctionDef(name=name, body=[*_, ast.Return(value=ast.expr() as value)]):
                pass
            case _:
                continue
        if service := _made(value):
            found[name.lstrip("_")] = service
    return found


def _made(value: ast.expr) -> str | None:
    """Return the service of a client that is made there."""
    match value:
        case ast.Call(func=ast.Attribute(attr="client"), args=[ast.Constant(value=str(service))]):
            return service
    return None


def _service(value: ast.expr, clients: dict[str, str]) -> str | None:
    match value:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return clients.get(name.lstrip("_"))
        case ast.Call(func=ast.Name(id=name)):
            return clients.get(name.lstrip("_"))
    return _made(value)


def _calls(tree: ast.Module) -> dict[ast.Attribute, ast.Call]:
    """Return the call of each method that is called, be it by handing it over as the first argument: call(f, x=1)."""
    found = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            for function in (*node.args[:1], node.func):
                if isinstance(function, ast.Attribute):
                    found[function] = node
    return found


def _request(node: ast.Attribute, service: str, operation: str, call: ast.Call | None) -> Request:
    if call is None:
        return Request(node.lineno, service, operation, None, whole=False)
    named = tuple(each for each in call.keywords if each.arg)
    return Request(node.lineno, service, operation, named, whole=len(named) == len(call.keywords))


@cache
def _operations(service: str) -> dict[str, Any]:
    model = get_session().get_service_model(service)
    return {xform_name(name): model.operation_model(name) for name in model.operation_names}


def _mistakes(request: Request) -> Iterator[str]:
    operation = _operations(request.service).get(request.operation)
    if operation is None:
        yield f"{request.service} has no {request.operation}"
    elif request.arguments is not None:
        shape = operation.input_shape
        given = {each.arg or "": each.value for each in request.arguments if each.arg != _OF_PAGINATORS}
        missing = set(shape.required_members if shape else ()) - given.keys()
        if request.whole and missing:
            yield f"{request.operation} needs {', '.join(sorted(missing))}"
        yield from _members(given, shape, request.operation)


def _members(given: dict[str, ast.expr], shape: Any, where: str) -> Iterator[str]:
    members = shape.members if shape else {}
    for name, value in given.items():
        if name not in members:
            yield f"{where} has no {name}"
        else:
            yield from _of(value, members[name], f"{where}.{name}")


def _of(value: ast.expr, shape: Any, where: str) -> Iterator[str]:
    """Yield what is wrong with an argument as far as it is written out."""
    match value:
        case ast.IfExp(body=one, orelse=other):
            yield from _of(one, shape, where)
            yield from _of(other, shape, where)
        case ast.List(elts=elements) if shape.type_name == "list":
            for element in elements:
                yield from _of(element, shape.member, where)
        case ast.Dict(keys=keys, values=values) if shape.type_name == "structure":
            pairs = zip(keys, values, strict=True)
            written = {key.value: each for key, each in pairs if isinstance(key, ast.Constant)}
            yield from _members({str(name): each for name, each in written.items()}, shape, where)
        case ast.Constant(value=str(text)) if getattr(shape, "enum", None) and text not in shape.enum:
            yield f"{where} is never {text}"
