"""Entry of the command line: exit codes, and errors as one line."""

import os
import sys

import click
from click.shell_completion import shell_complete

from brigade.cli import app
from brigade.signals import end_like_ctrl_c
from brigade.terminal import OperatorError, complain, debugging, explain

FAILED, INTERRUPTED = 1, 130
COMPLETE = "_BRIGADE_COMPLETE"


def main(arguments: list[str] | None = None) -> int:
    """Run a command; return its exit code: 0 done, 1 failed, 2 wrongly called, 130 stopped.

    Ctrl-C, SIGTERM and SIGHUP stop a command alike. `up` in the foreground is done when it is stopped: 0.
    """
    if instruction := os.environ.get(COMPLETE):
        return shell_complete(app, {}, "brigade", COMPLETE, instruction)
    end_like_ctrl_c()
    return _run(sys.argv[1:] if arguments is None else arguments)


def _run(given: list[str]) -> int:
    try:
        with app.make_context("brigade", list(given) or ["--help"]) as context:
            app.invoke(context)
    except click.exceptions.Exit as ended:
        return ended.exit_code
    except (click.Abort, KeyboardInterrupt):
        return INTERRUPTED
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        return error.exit_code
    except click.ClickException as error:
        called = getattr(error, "ctx", None)
        usage = f"see `{called.command_path} --help`" if called else ""
        complain(OperatorError(error.format_message().rstrip("."), usage))
        return error.exit_code
    except Exception as error:
        if debugging():
            raise
        complain(error if isinstance(error, OperatorError) else explain(error))
        return FAILED
    return 0


if __name__ == "__main__":
    sys.exit(main())
