"""docs/portal.md names what there is: parameters, outputs, commands, limits, policies."""

import re
from pathlib import Path

from infra.template import template
from services.chain import CHAIN
from services.portal import quotas
from services.portal.declaration import PORTAL
from tests.support.stack import Stack

DOCS = Path(__file__).parents[2] / "docs"
PAGE = (DOCS / "portal.md").read_text(encoding="utf-8")
STACK = Stack()


def test_parameters_and_outputs_are_the_templates() -> None:
    described = template(CHAIN).to_dict()
    set_ = set(re.findall(r"--set (\w+)=", PAGE))
    assert {"PortalMailFrom", "PortalMailDomains", "DeliverBy", "DeliveryDomain", "DeliveryCertificateArn"} == set_
    assert set_ <= described["Parameters"].keys()
    assert {setting.name for setting in PORTAL.settings} <= set(re.findall(r"`(\w+)`", PAGE)) | set_
    assert set(re.findall(r"brigade outputs (\w+)", PAGE)) <= described["Outputs"].keys()
    assert {"PortalApi", "PortalTable"} <= STACK.resources.keys()


def test_the_example_of_a_certificate_is_one_that_is_taken() -> None:
    (arn,) = re.findall(r"DeliveryCertificateArn=(\S+)", PAGE)
    assert re.fullmatch(STACK.body["Parameters"]["DeliveryCertificateArn"]["AllowedPattern"], arn)


def test_the_limits_that_it_states_are_those_that_hold() -> None:
    hour, day, everybody = quotas.of_mails("x")
    words = {3: "three", 10: "ten", 20: "twenty"}
    mails = f"{words[hour.most['mails']]} mails an hour and {words[day.most['mails']]} a day"
    assert mails in PAGE
    assert f"{everybody.most['mails']:,}" in PAGE
    limits = quotas.Limits(visitor_bytes_a_day=1, bytes_a_day=1)
    visitor, network, all_ = quotas.of_uploads(limits, "x", "y")
    assert f"{visitor.most['files']:,} files a day, and all of them {all_.most['files']:,}" in PAGE
    assert network.most["bytes"] == 4 * visitor.most["bytes"]
    assert "a network may do what four visitors may" in PAGE
    assert f"{PORTAL.requests_a_second} requests a second" in PAGE
    assert words[PORTAL.concurrency].capitalize() + " executions are reserved" in PAGE


def test_what_it_links_to_is_there() -> None:
    for target in re.findall(r"\]\((?!https:)([^)#]+)", PAGE):
        assert (DOCS / target).exists(), target
