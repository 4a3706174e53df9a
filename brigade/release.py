"""The release of this command line."""

from importlib.metadata import PackageNotFoundError, version


def release() -> str:
    """Return the installed release's number; a checkout that is not installed has none."""
    try:
        return version("bucket-brigade")
    except PackageNotFoundError:
        return "unreleased"
