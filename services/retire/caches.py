"""retire: what CloudFront still holds of a picture."""

from botocore.exceptions import ClientError

from kit import aws, outputs
from kit.errors import aws_code
from kit.retry import call


def forget(distribution: str, image_id: str, reference: str) -> None:
    """Have a picture's renditions forgotten, on a distribution that may be gone by now.

    Asking again with the same reference is the same invalidation. Raises Throttled while too many are under way:
    https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cloudfront-limits.html
    """
    paths = [f"/{outputs.renditions(image_id)}*"]  # one path, whatever was there: after a crash nobody knows the keys
    try:
        call(
            aws.client("cloudfront").create_invalidation,
            DistributionId=distribution,
            InvalidationBatch={"Paths": {"Quantity": len(paths), "Items": paths}, "CallerReference": reference},
        )
    except ClientError as error:
        if aws_code(error) != "NoSuchDistribution":
            raise
