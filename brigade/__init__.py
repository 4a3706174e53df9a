"""The operator's command line and the local cloud. Never shipped in a Lambda function."""

from importlib.metadata import PackageNotFoundError, version


def release() -> str:
    """Return the installed release's number; a checkout that is not installed has none."""
    try:
        return version("bucket-brigade")
    except PackageNotFoundError:
        return "unreleased"
