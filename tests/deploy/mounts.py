"""Lays the volumes of a rendered Deployment out in a folder, as the kubelet does in a pod, and maps paths to there."""

from base64 import b64decode
from pathlib import Path

from manifests import Object, of_kind, pod_of

ROOT = "/etc/telltale"


class Mounts:
    """Files of ConfigMaps and Secrets behind `..data`, a link that one rename moves to another set of them.

    `secrets` has the content of Secrets that no manifest makes. Texts that name paths below /etc/telltale are changed
    to name the folder instead, since nothing is mounted anywhere.
    """

    def __init__(self, folder: Path, objects: list[Object], secrets: dict[str, dict[str, bytes]]):
        self.root = folder
        self._generation = 0
        configs = {one["metadata"]["name"]: one["data"] for one in of_kind(objects, "ConfigMap")}
        made = {one["metadata"]["name"]: one["data"] for one in of_kind(objects, "Secret")}
        secrets = secrets | {name: {key: b64decode(text) for key, text in data.items()} for name, data in made.items()}
        [deployment] = of_kind(objects, "Deployment")
        pod = pod_of(deployment)
        volumes = {volume["name"]: volume for volume in pod["volumes"]}
        self.args = [self.mapped(word) for word in pod["containers"][0]["args"]]
        for mount in pod["containers"][0]["volumeMounts"]:
            volume = volumes[mount["name"]]
            path = Path(self.mapped(mount["mountPath"]))
            if "configMap" in volume:
                self.put(path, {name: text.encode() for name, text in configs[volume["configMap"]["name"]].items()})
            else:
                self.put(path, secrets[volume["secret"]["secretName"]])

    def mapped(self, text: str) -> str:
        return text.replace(ROOT, str(self.root))

    def put(self, path: Path, files: dict[str, bytes]) -> None:
        """Puts the files there, in the place of those that were."""
        self._generation += 1
        generation = path / f"..generation_{self._generation}"
        generation.mkdir(parents=True)
        for name, content in files.items():
            (generation / name).write_bytes(self._mapped_bytes(content))
        (path / "..data_tmp").symlink_to(generation.name)
        (path / "..data_tmp").rename(path / "..data")
        for name in files:
            if not (path / name).is_symlink():
                (path / name).symlink_to(Path("..data") / name)

    def _mapped_bytes(self, content: bytes) -> bytes:
        return content.replace(ROOT.encode(), str(self.root).encode())
