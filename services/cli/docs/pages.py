"""Every page of docs/ that is made from the code."""

from services.backbone.metrics_document import metrics_document
from services.cli.docs.commands import commands_page
from services.cli.docs.configuration import configuration_page
from services.cli.docs.events import events_page
from services.cli.docs.limits import limits_page


def references() -> dict[str, str]:
    """Each page: its name and its text."""
    return {
        "commands.md": commands_page(),
        "configuration.md": configuration_page(),
        "events.md": events_page(),
        "limits.md": limits_page(),
        "metrics.md": metrics_document(),
    }
