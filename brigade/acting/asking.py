"""Asking before something is changed."""

import sys

import click

from brigade.console import OperatorError


def ask(question: str, yes: bool, otherwise: str = "add --yes") -> None:
    """Return when the operator agrees, or has agreed by --yes; raises OperatorError else."""
    if yes:
        return
    if not sys.stdin.isatty():
        raise OperatorError(f"{question} There is no terminal to answer on", otherwise)
    if not click.confirm(question, err=True):
        raise OperatorError("nothing was changed")
