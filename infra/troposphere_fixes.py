"""Two of troposphere's property classes, overwritten there by namesakes of another resource.

Seen in 4.11.1; tests/infra/test_troposphere_fixes.py fails when a release makes this module needless.
"""

from troposphere import awslambda
from troposphere.validators import integer


class ScalingConfig(awslambda.ScalingConfig):  # type: ignore[misc]
    """An event source mapping's scaling."""

    props = {"MaximumConcurrency": (integer, False)}  # noqa: RUF012 - as troposphere declares them


class LoggingConfig(awslambda.LoggingConfig):  # type: ignore[misc]
    """A function's logging."""

    props = {"LogFormat": (str, False), "LogGroup": (str, False)}  # noqa: RUF012
