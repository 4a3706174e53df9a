"""What an account lets Lambda run at a time, beside what a deployment asks for."""

from collections.abc import Mapping

from botocore.exceptions import ClientError

from brigade.console import explain
from brigade.target import Target
from infra import parameters
from kit.chain import Chain

# A new account has 10: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
_QUOTA = 'the quota "Concurrent executions" (Lambda, L-B99A9384)'


def warning(target: Target, settings: Mapping[str, str], chain: Chain) -> str:
    """Say what to do where functions may run at a time of which the account leaves too few; empty: it leaves enough.

    It is no reason to refuse: what is beyond, Lambda throttles, and its messages wait.
    """
    capped = parameters.mappings(chain)[parameters.CONCURRENCY]
    at_once = {cap: sum(of_each.values()) for cap, of_each in capped.items()}
    wanted = at_once.get(settings[parameters.MAXIMUM_CONCURRENCY])
    if target.is_local or wanted is None:  # a cap that there is not, CloudFormation refuses
        return ""
    try:
        left: int = target.client("lambda").get_account_settings()["AccountLimit"]["UnreservedConcurrentExecutions"]
    except ClientError as error:
        return f"warning: whether the account lets {wanted} executions run at a time is not known: {explain(error)}"
    if wanted <= left:
        return ""
    fitting = [cap for cap in parameters.CAPS if at_once[str(cap)] <= left]
    meanwhile = (
        f"until then `brigade deploy --set {parameters.MAXIMUM_CONCURRENCY}={fitting[-1]}` fits"
        if fitting
        else f"even {parameters.MAXIMUM_CONCURRENCY}={parameters.CAPS[0]} asks for {at_once[str(parameters.CAPS[0])]}: "
        "what is beyond, Lambda throttles, and its messages wait"
    )
    return (
        f"warning: the functions ask for up to {wanted} executions at a time, and the account leaves {left}: "
        f"have {_QUOTA} raised; {meanwhile}"
    )
