"""The list, in order, each item behind the one that it needs. Adding one: its function beside those of its kind."""

from brigade.prove import deploying, watching, working
from brigade.prove.item import Item

_ON_THE_STACK = (deploying.deploy_again, deploying.bad_parameter, working.pictures, working.failures, working.removal)
_CHANGING = (working.archive, working.pause, working.pause_outlasts_deploy, deploying.rollback, watching.roles)
_WITH_PICTURES = (watching.logs, watching.traces, watching.metrics, watching.deliveries, working.redrive)
_WITH_LETTERS = (working.redrive_native, watching.cold_starts, watching.alarm_rings)
_AS_IT_IS = (watching.alarms, watching.dashboard, watching.drift, watching.cloudtrail, deploying.destroy)

ITEMS = (
    Item(deploying.deploy),
    *(Item(run, "deploy") for run in _ON_THE_STACK + _CHANGING),
    *(Item(run, "pictures") for run in _WITH_PICTURES),
    *(Item(run, "failures") for run in _WITH_LETTERS),
    *(Item(run, "deploy") for run in _AS_IT_IS),
    Item(deploying.delete_pictures, "destroy"),
)
