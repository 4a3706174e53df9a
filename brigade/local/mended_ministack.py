"""ministack, with a fault of the pinned release mended: a global table keeps its records when its stack is updated.

The handler that updates one is not told the logical id, so it looks for the table under another name than it was made
under, and makes a new, empty one. That of a plain table is told, keeps table, stream and records, and passes over the
properties that it does not know. local_cloud runs this file as a script, so it imports nothing of ours;
tests/brigade/local/test_mended_ministack.py fails when a release makes it needless.
"""

import runpy


def mend() -> None:
    """Let global tables be updated like plain ones."""
    from ministack.services.cloudformation import provisioners

    handlers = provisioners._RESOURCE_HANDLERS
    plain = handlers["AWS::DynamoDB::Table"]
    handlers["AWS::DynamoDB::GlobalTable"] |= {name: plain[name] for name in ("update", "update_with_logical_id")}


if __name__ == "__main__":
    mend()
    runpy.run_module("ministack", run_name="__main__")
