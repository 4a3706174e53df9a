"""A topic with its policy, and an e-mail address that is subscribed to it."""

from troposphere import AWSObject, Ref, sns

from infra import names, parameters, policies


def topic(name: str, *statements: policies.Statement) -> list[AWSObject]:
    """Return a topic, which signs by SHA-256 what it sends to endpoints, and its policy: those statements, no HTTP."""
    document = policies.document(policies.tls_only("sns:Publish", Ref(name)), *statements)
    return [
        sns.Topic(name, SignatureVersion="2"),
        sns.TopicPolicy(names.policy(name), Topics=[Ref(name)], PolicyDocument=document),
    ]


def mailed(name: str, topic: str) -> sns.SubscriptionResource:
    """Return the subscription of that name: the topic by e-mail, where the deployment names an address."""
    return sns.SubscriptionResource(
        name,
        Condition=parameters.EMAIL_IS_GIVEN,
        TopicArn=Ref(topic),
        Protocol="email",
        Endpoint=Ref(parameters.ALARM_EMAIL),
    )
