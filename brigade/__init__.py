"""The operator's command line and the local cloud. Never shipped in a Lambda function."""


def release() -> str:
    """Return the installed release's number; a checkout that is not installed has none."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("bucket-brigade")
    except PackageNotFoundError:
        return "unreleased"
