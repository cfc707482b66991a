"""Holds manifests against the models that npm has of Kubernetes, the Prometheus operator, Argo and Istio.

Two tools, since neither sees all: the models' own validation finds wrong types, missing fields and values that are none
of an enumeration; their types find fields that do not exist. No API server is asked: what admission refuses beyond the
schema, such as a name that is in use, is not found. Where a model leaves a part open, nothing in it is checked.
"""

import json
import subprocess
from pathlib import Path
from typing import Iterable, Protocol

TIMEOUT_S = 120
MAIN = Path(__file__).resolve().parent / "schema" / "main.mjs"


class HasModules(Protocol):
    def modules(self) -> Path: ...


def validate(stage: HasModules, files: Iterable[Path]) -> list[str]:
    """What is wrong with the manifests in these YAML files: one line each, nothing if all is well.

    A kind without a model is wrong, too, but for those that main.mjs lists.
    """
    command = ["node", str(MAIN), str(stage.modules()), *map(str, files)]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT_S)
    if ran.returncode != 0:
        raise RuntimeError(f"the schema check ended with status {ran.returncode}: {ran.stderr.strip()[-2000:]}")
    return json.loads(ran.stdout)
