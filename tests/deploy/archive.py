"""An image in a file, read without any engine."""

import json
import tarfile
from pathlib import Path
from typing import Any


class Archive:
    """What an image of the OCI's layout says of itself, and the files in it."""

    def __init__(self, path: Path):
        with tarfile.open(path) as archive:
            index = _json_of(archive, "index.json")
            self.manifest = _json_of(archive, _blob(index["manifests"][0]))
            self.config = _json_of(archive, _blob(self.manifest["config"]))
            self.files: dict[str, tarfile.TarInfo] = {}
            self._contents: dict[str, bytes] = {}
            for layer in self.manifest["layers"]:
                with tarfile.open(fileobj=archive.extractfile(_blob(layer))) as files:
                    self._read(files)

    def _read(self, files: tarfile.TarFile) -> None:
        for member in files:
            name = "/" + member.name.strip("/")
            self.files[name] = member
            content = files.extractfile(member) if member.isfile() else None
            if content:
                self._contents[name] = content.read()

    def read(self, path: str) -> bytes:
        return self._contents[path]

    def size(self) -> int:
        """Bytes of all files, uncompressed."""
        return sum(member.size for member in self.files.values())

    def packed_size(self) -> int:
        """Bytes of the layers as they travel, compressed."""
        return sum(layer["size"] for layer in self.manifest["layers"])


def _blob(descriptor: dict[str, Any]) -> str:
    return "blobs/" + descriptor["digest"].replace(":", "/")


def _json_of(archive: tarfile.TarFile, name: str) -> dict[str, Any]:
    content = archive.extractfile(name)
    if not content:
        raise RuntimeError(f"{name} is no file")
    return json.loads(content.read())
