"""What can be wrong with a backup, or with where it is to go.

TocsinError
└── BackupError
    ├── CannotTake       it cannot be taken now
    ├── NotABackup       the file is none, is damaged or cut short, or is of a release that this one cannot read
    └── NotRestorable    the broker or a folder is not in the state that a restore needs
"""

from services.backbone.errors import TocsinError


class BackupError(TocsinError):
    """A backup cannot be taken or restored."""


class CannotTake(BackupError):
    """A backup cannot be taken now."""


class NotABackup(BackupError):
    """A file is no backup, is damaged, or is of a release that this one cannot read."""


class NotRestorable(BackupError):
    """The broker or a folder is not in the state that a restore needs."""
