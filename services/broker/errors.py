"""What can go wrong with the local broker.

TocsinError
├── BrokerNotInstalled        Java, mvn or a wheel is missing, or the jars could not be had
├── BrokerDidNotStart         it ended, or did not answer in time; its last words are in the message
└── OtherBrokerRuns           a broker of the other kind runs on this data folder
"""

from services.backbone.errors import TocsinError


class BrokerNotInstalled(TocsinError):
    """Something that the broker needs is not on this machine."""


class BrokerDidNotStart(TocsinError):
    """The broker was started and does not answer."""


class OtherBrokerRuns(TocsinError):
    """The data folder belongs to a running broker of another kind."""
