"""Entry of the command line: exit codes, and errors as one line."""

import sys

import typer

from brigade.console import OperatorError, complain, debugging, explain
from brigade.signals import end_like_ctrl_c

FAILED, INTERRUPTED = 1, 130


def main(arguments: list[str] | None = None) -> int:
    """Run a command; return its exit code: 0 done, 1 failed, 2 wrongly called, 130 stopped.

    Ctrl-C, SIGTERM and SIGHUP stop a command alike. `up` in the foreground is done when it is stopped: 0.
    """
    from brigade.cli import app

    end_like_ctrl_c()
    given = sys.argv[1:] if arguments is None else arguments
    try:
        code = app(given or ["--help"], prog_name="brigade", standalone_mode=False)
    except (typer.Abort, KeyboardInterrupt):  # Abort is what Typer makes of the first Ctrl-C
        return INTERRUPTED
    except typer.TyperException as error:
        context = getattr(error, "ctx", None)
        usage = f"see `{context.command_path} --help`" if context else ""
        complain(OperatorError(error.format_message().rstrip("."), usage))
        return error.exit_code
    except Exception as error:
        if debugging():
            raise
        complain(error if isinstance(error, OperatorError) else explain(error))
        return FAILED
    return code if isinstance(code, int) else 0


if __name__ == "__main__":
    sys.exit(main())
