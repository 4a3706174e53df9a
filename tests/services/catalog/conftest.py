"""What the catalog's tests share."""

import pytest

from services.catalog.memory import MemoryRecords
from services.catalog.records import DynamoRecords, Records
from tests.support.site import TABLE, create_table


@pytest.fixture(params=["DynamoDB", "memory"])
def records(request: pytest.FixtureRequest) -> Records:
    """The records, by either of the twins."""
    if request.param == "memory":
        return MemoryRecords()
    request.getfixturevalue("cloud")
    create_table()
    return DynamoRecords(TABLE)
