"""The list, in order. Adding an item: its function beside those of its kind, and its name here."""

from brigade.prove import deploying, watching, working
from brigade.prove.item import Item

ITEMS = (
    Item(deploying.deploy),
    Item(deploying.deploy_again, "deploy"),
    Item(deploying.bad_parameter, "deploy"),
    Item(working.pictures, "deploy"),
    Item(working.failures, "deploy"),
    Item(working.removal, "deploy"),
    Item(working.pause, "deploy"),
    Item(working.pause_outlasts_deploy, "deploy"),
    Item(working.redrive, "pictures"),
    Item(working.redrive_native, "failures"),
    Item(deploying.rollback, "deploy"),
    Item(watching.roles, "deploy"),
    Item(watching.logs, "pictures"),
    Item(watching.traces, "pictures"),
    Item(watching.metrics, "pictures"),
    Item(watching.deliveries, "pictures"),
    Item(watching.cold_starts, "failures"),
    Item(watching.alarms, "deploy"),
    Item(watching.alarm_rings, "failures"),
    Item(watching.dashboard, "deploy"),
    Item(watching.drift, "deploy"),
    Item(watching.cloudtrail, "deploy"),
    Item(deploying.destroy, "deploy"),
    Item(deploying.delete_pictures, "destroy"),
)
