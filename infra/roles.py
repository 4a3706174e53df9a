"""IAM roles: trust, one policy, and the permissions boundary that a deployment may set."""

from troposphere import If, NoValue, Ref, iam

from infra import parameters, policies


def role(title: str, trust: policies.Document, policy: str, document: policies.Document) -> iam.Role:
    """Return a role with one policy of that name."""
    return iam.Role(
        title,
        AssumeRolePolicyDocument=trust,
        PermissionsBoundary=If(parameters.BOUNDARY_IS_GIVEN, Ref(parameters.PERMISSIONS_BOUNDARY_ARN), NoValue),
        Policies=[iam.Policy(PolicyName=policy, PolicyDocument=document)],
    )
