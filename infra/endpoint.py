"""An HTTPS endpoint of somebody else's, subscribed to what becomes of pictures: SettledEndpoint."""

from typing import Final

from troposphere import AWSObject, GetAtt, Ref, sns

from infra import names, parameters
from kit.chain import Chain
from kit.events import ImageSettled

# SNS gives an endpoint an hour at most, whatever is asked for; by default one minute:
# https://docs.aws.amazon.com/sns/latest/dg/sns-message-delivery-retries.html
DELIVERY: Final = {
    "healthyRetryPolicy": {
        "numRetries": 12,
        "minDelayTarget": 5,
        "maxDelayTarget": 300,
        "backoffFunction": "exponential",
    }
}


def endpoint(chain: Chain) -> list[AWSObject]:
    """Return the subscription, where the deployment names an endpoint; what it never takes is undelivered.

    Not raw: only what SNS wraps is signed, and an endpoint must verify that.
    """
    if ImageSettled not in chain.events:
        return []
    return [
        sns.SubscriptionResource(
            "SettledEndpointSubscription",
            Condition=parameters.ENDPOINT_IS_GIVEN,
            TopicArn=Ref(names.topic(ImageSettled)),
            Protocol="https",
            Endpoint=Ref(parameters.SETTLED_ENDPOINT),
            FilterPolicy={"status": Ref(parameters.SETTLED_STATUSES)},
            DeliveryPolicy=DELIVERY,
            RedrivePolicy={"deadLetterTargetArn": GetAtt(names.UNDELIVERED_QUEUE, "Arn")},
            DependsOn=[names.policy(names.UNDELIVERED_QUEUE)],
        )
    ]
