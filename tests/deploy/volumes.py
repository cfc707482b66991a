"""A pod's volumes as the kubelet lays them out on the node.

ConfigMaps and Secrets: KEY is a link to ..data/KEY, ..data one to a folder named by the time; an update makes a new
folder and renames the link, so that nobody sees half of it (kubernetes, pkg/volume/util/atomic_writer.go). With
`fsGroup` the files belong to that group, which may read them whatever the mode says; the owner stays root
(pkg/volume/volume_linux.go). A place to mount another volume at is made in the volume itself, since the container sees
it read-only (pkg/volume/util/nested_volumes.go).
"""

import os
import shutil
import time
from pathlib import Path
from typing import Any

FILE_MODE = 0o644  # `defaultMode` where none is given


class Projection:
    """A ConfigMap or a Secret, mounted."""

    def __init__(self, directory: Path, content: dict[str, bytes], mode: int, group: int | None):
        self.directory = directory
        self._mode = mode
        self._group = group
        directory.mkdir(parents=True)
        directory.chmod(0o755)
        self.write(content)

    def write(self, content: dict[str, bytes]) -> None:
        former = os.readlink(self.directory / "..data") if (self.directory / "..data").is_symlink() else None
        folder = self.directory / f"..{time.time_ns()}"
        folder.mkdir()
        for key, value in content.items():
            (folder / key).write_bytes(value)
            self._own(folder / key, self._mode, 0o440)
        self._own(folder, 0o755, 0o550)
        os.symlink(folder.name, self.directory / "..data_tmp")
        os.rename(self.directory / "..data_tmp", self.directory / "..data")
        for key in content:
            if not (self.directory / key).is_symlink():
                os.symlink(f"..data/{key}", self.directory / key)
        if former:
            shutil.rmtree(self.directory / former)

    def _own(self, path: Path, mode: int, added: int) -> None:
        if self._group is not None:
            os.chown(path, 0, self._group)
            mode |= added
        path.chmod(mode)


def items_of(source: dict[str, Any], content: dict[str, bytes]) -> dict[str, bytes]:
    """The keys that the volume names, under the names it gives them; all where it names none."""
    items = source.get("items")
    return {item["path"]: content[item["key"]] for item in items} if items else content


def make_nested(directory: Path, mount_path: str, others: list[str]) -> None:
    """Makes the place where another volume is mounted within this one."""
    for other in others:
        if other.startswith(f"{mount_path}/"):
            (directory / other.removeprefix(f"{mount_path}/")).mkdir(parents=True, exist_ok=True)

