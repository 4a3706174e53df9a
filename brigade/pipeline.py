"""A deployed stack as its users see it: buckets, catalog, dead letters."""

from dataclasses import dataclass
from typing import Any

from brigade.deploy.stack import Stack
from brigade.operations.storage import S3History
from brigade.pictures.catalog import Catalog
from brigade.target import Target
from brigade.terminal import OperatorError
from infra import names
from kit import outputs
from kit.actor import Bucket
from kit.chain import Chain
from kit.envelope import timestamp
from kit.spelling import meant
from records.picture import PictureRecord
from records.status import Status
from services.chain import CHAIN
from services.normalize.actor import NORMALIZE


@dataclass(frozen=True)
class Pipeline:
    """One deployed stack."""

    stack: Stack

    @classmethod
    def find(cls, target: Target, name: str) -> "Pipeline":
        """Return the stack of that name; raises OperatorError where there is none."""
        return cls(Stack.find(target, name))

    @property
    def target(self) -> Target:
        return self.stack.target

    def output(self, name: str) -> str:
        """Return one of the stack's outputs; raises OperatorError where it was deployed without."""
        try:
            return self.stack.outputs[name]
        except KeyError:
            hint = f"`brigade deploy` brings it up to date{meant(name, self.stack.outputs)}"
            raise OperatorError(f"stack {self.stack.name} has no {name}", hint) from None

    @property
    def chain(self) -> Chain:
        """The chain that the stack is made from, with what is optional if its deployment has that."""
        return CHAIN.whole if all(names.queue(actor) in self.stack.outputs for actor in CHAIN.optional) else CHAIN

    @property
    def s3(self) -> Any:
        return self.target.client("s3")

    @property
    def source_bucket(self) -> str:
        """Where pictures are uploaded."""
        return self.stack.outputs[names.bucket(Bucket.SOURCE)]

    @property
    def target_bucket(self) -> str:
        """Where masters and renditions are."""
        return self.stack.outputs[names.bucket(Bucket.TARGET)]

    @property
    def archive_bucket(self) -> str | None:
        """Where copies of originals are; None: the deployment has no archive."""
        return self.stack.outputs.get(names.bucket(Bucket.ARCHIVE))

    @property
    def delivery_url(self) -> str:
        """Where the stack delivers renditions to everybody; empty: nowhere."""
        return self.stack.outputs.get(names.DELIVERY_URL, "")

    def unheard_master(self, record: PictureRecord) -> str:
        """Return when the master was stored of a picture whose record knows of none, or nothing.

        Of a picture that nobody moderates, the catalog hears of it from resize (decision 29), which may be paused.
        """
        if record.status not in {Status.PROCESSING, Status.FAILED} or NORMALIZE.name in record.stages:
            return ""
        request = {"Bucket": self.target_bucket, "Prefix": outputs.masters(record.image_id)}
        found = self.s3.list_objects_v2(**request).get("Contents", [])
        return max((timestamp(each["LastModified"]) for each in found), default="")

    @property
    def history(self) -> S3History:
        """What operators did to the stack."""
        return S3History(self.target, self.target_bucket)

    @property
    def catalog(self) -> Catalog:
        return Catalog(self.target.client("dynamodb"), self.stack.outputs[names.TABLE], self.source_bucket)
