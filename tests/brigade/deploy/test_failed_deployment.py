"""A deployment that fails says what failed, and leaves things as they were."""

from collections.abc import Callable

import pytest
import troposphere
from troposphere import s3

from brigade.deploy import deployment
from brigade.deploy.artifacts import Artifacts
from brigade.deploy.change_set import STACK_TYPE, StackEvent
from brigade.deploy.deployment import preview
from brigade.deploy.stack import Stack
from brigade.target import Target
from brigade.terminal import OperatorError
from tests.brigade.deploy.deploying import RECIPES, Heard, bring_up, buckets


@pytest.mark.journey
@pytest.mark.usefixtures("state")
class TestFailing:
    def test_names_the_resource_and_leaves_no_bucket_behind(
        self, here: Target, stack: Callable[[], str], name_taken: None
    ) -> None:
        name = stack()
        with pytest.raises(OperatorError, match=f"stack {name} was not deployed: Broken: .*taken-already.* exists"):
            bring_up(here, name)
        assert buckets(here, name) == [Artifacts(here, name).bucket]
        with pytest.raises(OperatorError, match=r"is not complete \(ROLLBACK_COMPLETE\) — `brigade deploy` completes"):
            Stack.find(here, name)

    def test_the_first_time_is_cleared_away_by_the_next(
        self, here: Target, stack: Callable[[], str], name_taken: None, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        name, heard = stack(), Heard()
        with pytest.raises(OperatorError):
            bring_up(here, name)
        monkeypatch.undo()
        assert bring_up(here, name, heard).status == "CREATE_COMPLETE"
        assert heard.notes[0] == f"removing what a failed first deployment left of stack {name}"

    def test_the_first_time_is_not_previewed_over(
        self, here: Target, stack: Callable[[], str], name_taken: None
    ) -> None:
        name = stack()
        with pytest.raises(OperatorError, match="all that it had made is deleted again; mend that and deploy again"):
            bring_up(here, name)
        with pytest.raises(
            OperatorError, match=r"failed first deployment left stack .* — the next one makes everything"
        ):
            preview(here, name, recipes=RECIPES, version="1", listener=Heard())

    def test_later_leaves_the_stack_as_it_was(
        self,
        here: Target,
        stack: Callable[[], str],
        with_resource: Callable[[troposphere.AWSObject], None],
    ) -> None:
        name = stack()
        before = bring_up(here, name)
        here.client("s3").create_bucket(Bucket=f"{name}-mine")
        with_resource(s3.Bucket("Broken", BucketName=f"{name}-mine"))
        with pytest.raises(OperatorError, match=r"not deployed: Broken.* — everything is as it was before"):
            bring_up(here, name)
        assert Stack.find(here, name).outputs == before.outputs

    @pytest.mark.parametrize(
        ("status", "words"),
        [
            ("UPDATE_IN_PROGRESS", r"somebody is changing stack .* — wait until it is done"),
            (
                "UPDATE_ROLLBACK_FAILED",
                r"is UPDATE_ROLLBACK_FAILED — it is stuck .*`aws cloudformation continue-update-rollback --stack-name",
            ),
        ],
    )
    def test_a_stack_that_cannot_be_changed_now_says_why(
        self, here: Target, stack: Callable[[], str], status: str, words: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        name = stack()
        made = bring_up(here, name)
        given = [{"ParameterKey": key, "ParameterValue": value} for key, value in made.parameters.items()]
        found = {"StackId": made.id, "StackStatus": status, "Parameters": given}
        with monkeypatch.context() as patch:
            patch.setattr("brigade.deploy.stack.describe", lambda *_: found)
            with pytest.raises(OperatorError, match=words):
                bring_up(here, name)

    def test_the_cause_is_the_first_failed_resource_and_not_what_was_cancelled_for_it(self) -> None:
        events = [
            StackEvent("s", STACK_TYPE, "CREATE_IN_PROGRESS", ""),
            StackEvent("Table", "AWS::DynamoDB::GlobalTable", "CREATE_FAILED", "Resource creation cancelled"),
            StackEvent("Queue", "AWS::SQS::Queue", "CREATE_FAILED", "no more queues"),
            StackEvent("s", STACK_TYPE, "ROLLBACK_COMPLETE", ""),
        ]
        heard = Heard()
        found = deployment._first_failure(events, heard)
        assert found
        assert found.resource == "Queue"
        assert heard.events == events

    @pytest.mark.parametrize("name", ["", "Brigade", "1st", "a_b", "x" * 33])
    def test_a_name_that_buckets_cannot_have_is_refused(self, here: Target, name: str) -> None:
        with pytest.raises(OperatorError, match="is no name for a stack — use at most 32 lower-case letters"):
            bring_up(here, name)

    def test_a_setting_that_is_none_is_refused_with_those_that_there_are(self, here: Target) -> None:
        with pytest.raises(OperatorError, match="no setting CodeBucket — there are AlarmEmail, AllowedOrigins,"):
            bring_up(here, "never", CodeBucket="mine")
