"""Why the catalog gives an event up."""

from kit.errors import Rejected


class RecordTooLarge(Rejected):
    """The picture's record would be larger than DynamoDB takes: shorten the recipe, then redrive this."""
