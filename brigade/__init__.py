"""The operator's command line and the local cloud. Never shipped in a Lambda function."""

import sys

if sys.platform == "win32":
    raise SystemExit(
        "error: brigade runs on Linux and macOS — on Windows use WSL, https://learn.microsoft.com/windows/wsl"
    )
