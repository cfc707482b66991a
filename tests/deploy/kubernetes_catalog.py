"""Names of deploy/kubernetes that must be others': the pods of Spinnaker's, the targets of telltale's."""

import json
import re
import subprocess
from typing import Any, Iterator

from deploy_stage import DeployStage
from manifests import Object, is_discovery, is_selected, of_kind
from mounts import Mounts
from verdicts import Verdict, difference

# What the pods of each layout are labelled with, and what the selectors of their Services are.
# - spinnaker/halyard halyard-deploy/src/main/resources/kubernetes/manifests/{deployment,service}.yml at 07d4600ca102,
#   from which armory/spinnaker-operator has its manifests, too;
# - spinnaker/spinnaker spinnaker-kustomize/{kustomization.yml,base/*/kustomization.yml} at 017ed7dd0b2c.
LAYOUTS = {
    "headless": lambda service: {"app": "spin", "cluster": f"spin-{service}"},
    "headless-oss": lambda service: {"app.kubernetes.io/name": service},
}
POD_LABELS = {
    "headless": lambda service: LAYOUTS["headless"](service) | {"app.kubernetes.io/part-of": "spinnaker"},
    "headless-oss": lambda service: LAYOUTS["headless-oss"](service) | {"app.kubernetes.io/part-of": "spinnaker"},
}
NOT_IN_OSS = {"dinghy", "terraformer"}  # Armory's; nor does it split clouddriver and echo
OVERLAYS = {"operator": "headless", "oss": "headless-oss", "istio": "headless"}
CHECK_TIMEOUT_S = 60


def catalog(stage: DeployStage) -> dict[str, int]:
    """The services that telltale knows, with their ports."""
    text = (stage.project / "src" / "fleet" / "catalog.cpp").read_text()
    service = r'\.name = "([a-z0-9-]+)",\s*\.base = "[a-z0-9-]+",\s*\.key = "\w+",\s*\.port = (\d+)'
    ports = {name: int(port) for name, port in re.findall(service, text)}
    variants = re.findall(r'variant_of\((\w+), "([a-z0-9-]+)"', text)
    return ports | {name: ports[base] for base, name in variants}


def check_names(stage: DeployStage, rendered: dict[str, list[Object]]) -> Iterator[Verdict]:
    known = catalog(stage)
    yield f"there is a headless Service for each of {len(known)} services", check_headless(known, rendered)
    yield "the NetworkPolicy lets telltale out to Spinnaker's pods, and to nobody else's", check_egress(rendered)
    for name in ("base", *OVERLAYS):
        what = f"the telltale.yml of {name} is right, and every name in it has its Service"
        yield what, check_config(stage, name, rendered)
    yield "a target that is not deployed is refused", check_wrong_config(stage, rendered)
    yield "the Probe asks for targets that there are", check_probe(stage, rendered)


def check_headless(known: dict[str, int], rendered: dict[str, list[Object]]) -> list[str]:
    wrong = []
    for component, selector in LAYOUTS.items():
        is_oss = component == "headless-oss"
        services = {name: port for name, port in known.items()
                    if not is_oss or name not in NOT_IN_OSS and "-" not in name}
        wanted = {f"telltale-{name}": {"clusterIP": "None", "publishNotReadyAddresses": True,
                                       "selector": selector(name), "ports": [{"port": port}]}
                  for name, port in services.items()}
        found = filter(is_discovery, of_kind(rendered[f"base-{component}"], "Service"))
        there = {one["metadata"]["name"]: one["spec"] for one in found}
        wrong += difference(f"{component}: the names", sorted(there), sorted(wanted))
        for name in wanted.keys() & there.keys():
            wrong += difference(f"{component}: {name}", there[name], wanted[name])
    return wrong


def check_egress(rendered: dict[str, list[Object]]) -> list[str]:
    [policy] = of_kind(rendered["base"], "NetworkPolicy")
    peers = [peer["podSelector"] for rule in policy["spec"]["egress"] for peer in rule["to"] if "podSelector" in peer]
    wrong = []
    for layout, labels in POD_LABELS.items():
        if not any(is_selected(peer, labels("orca")) for peer in peers):
            wrong.append(f"a pod of orca, as of {layout}, is not reached")
    if any(is_selected(peer, {"app": "mysql"}) for peer in peers):
        wrong.append("any pod of the namespace is reached")
    return wrong


def mount(stage: DeployStage, folder: str, objects: list[Object], *, is_of_fleet: bool = False) -> Mounts:
    """The pod's volumes in a folder of the lab. The Secret telltale-tls has the fleet's identity for us, or any."""
    minted = stage.lab if is_of_fleet else stage.lab / "minted"
    if not minted.exists():
        subprocess.run([stage.build / "telltale_mint", minted, "orca"], check=True, stdout=subprocess.DEVNULL)
    files = {"tls.crt": "telltale.pem", "tls.key": "telltale.key", "ca.crt": "ca.pem"}
    secret = {name: (minted / file).read_bytes() for name, file in files.items()}
    return Mounts(stage.lab / folder, objects, {"telltale-tls": secret})


def ask(stage: DeployStage, mounts: Mounts, *words: str) -> subprocess.CompletedProcess[str]:
    """telltale with the pod's own arguments, and some more."""
    command = [str(stage.release / "telltale"), *mounts.args, *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=CHECK_TIMEOUT_S)


def check_config(stage: DeployStage, name: str, rendered: dict[str, list[Object]]) -> list[str]:
    objects = rendered[name]
    mounts = mount(stage, f"config-{name}", objects)
    checked = ask(stage, mounts, "--config.check")
    if checked.returncode != 0:
        return [checked.stderr.strip()]
    targets = json.loads(ask(stage, mounts, "targets", "-o", "json").stdout)["targets"]
    services = {one["metadata"]["name"]: one for one in filter(is_discovery, of_kind(objects, "Service"))}
    wrong = [line for target in targets for line in check_target(target, name, services)]
    return wrong + ([] if len(targets) > 3 else [f"it has {len(targets)} targets"])


def check_target(target: dict[str, Any], name: str, services: dict[str, Object]) -> list[str]:
    resolved = next((fact["value"] for fact in target["facts"] if fact["name"] == "resolves"), None)
    if name == "base":
        return difference(f"what {target['name']} resolves", resolved, None)
    wrong = difference(f"what {target['name']} resolves", resolved, f"telltale-{target['name']}.spinnaker")
    service = services.get(f"telltale-{target['name']}")
    if not service:
        return [*wrong, f"there is no Service for {target['name']}"]
    labels = POD_LABELS[OVERLAYS[name]](target["name"])
    port = int(target["url"].rsplit(":", 1)[1])
    wrong += difference(f"the port of {target['name']}", service["spec"]["ports"], [{"port": port}])
    if not is_selected(service["spec"]["selector"], labels):
        wrong.append(f"{service['metadata']['name']} selects no pod of {target['name']}")
    return wrong


def check_wrong_config(stage: DeployStage, rendered: dict[str, list[Object]]) -> list[str]:
    mounts = mount(stage, "config-wrong", rendered["operator"])
    path = stage.lab / "config-wrong"
    text = (path / "telltale.yml").read_text() + "targets: [{name: keel, discover: telltale-keel.spinnaker}]\n"
    mounts.put(path, {"telltale.yml": text.encode()})
    checked = ask(stage, mounts, "--config.check")
    wrong = difference("the exit code", checked.returncode, 2)
    return wrong + difference("that it names keel's item", "targets[0]: lacks" in checked.stderr, True)


def check_probe(stage: DeployStage, rendered: dict[str, list[Object]]) -> list[str]:
    [probe] = of_kind(rendered["base-probe"], "Probe")
    targets = json.loads(ask(stage, mount(stage, "config-probe", rendered["base"]), "targets", "-o", "json").stdout)
    wrong = difference("its targets", probe["spec"]["targets"]["staticConfig"]["static"],
                       sorted(target["name"] for target in targets["targets"]))
    return wrong + difference("its prober", probe["spec"]["prober"], {"url": "telltale.spinnaker.svc:9943",
                                                                      "path": "/probe"})
