"""Entry of the command line: exit codes, and errors as one line."""

import sys

import typer

from brigade.console import OperatorError, complain, debugging, explain

FAILED, INTERRUPTED = 1, 130


def main(arguments: list[str] | None = None) -> int:
    """Run a command; return its exit code: 0 done, 1 failed, 2 wrongly called, 130 stopped by Ctrl-C."""
    from brigade.cli import app

    given = sys.argv[1:] if arguments is None else arguments
    try:
        code = app(given or ["--help"], prog_name="brigade", standalone_mode=False)
    except typer.Abort:
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
