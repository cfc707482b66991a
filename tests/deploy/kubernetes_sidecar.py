"""overlays/sidecar: applied to a SpinnakerService by kubectl, and its patch then to a Deployment as the operator's.

The operator applies `patchesStrategicMerge` with Kubernetes' own strategic merge; kubectl's kustomize stands in for it.
"""

import os
import shutil
from typing import Iterator

import yaml

import schema
from deploy_stage import DeployStage
from kubernetes_catalog import POD_LABELS
from manifests import Object, hardening_lacks, is_selected, kustomize, objects_of, of_kind, pod_of
from pod_security import CONTAINER_RULES
from verdicts import Verdict, difference

# Of a pod that the operator makes, what a patch could break. Halyard's own security context is empty.
DEPLOYMENT = {
    "apiVersion": "apps/v1",
    "kind": "Deployment",
    "metadata": {"name": "spin-orca", "namespace": "spinnaker"},
    "spec": {
        "selector": {"matchLabels": {"app": "spin", "cluster": "spin-orca"}},
        "template": {
            "metadata": {"labels": POD_LABELS["headless"]("orca")},
            "spec": {
                "containers": [{
                    "name": "orca",
                    "image": "docker.io/armory/orca:2.36.0",
                    "ports": [{"containerPort": 8083}],
                    "readinessProbe": {"tcpSocket": {"port": 8083}},
                    "volumeMounts": [{"name": "spin-orca-files", "mountPath": "/opt/spinnaker/config"}],
                }],
                "volumes": [{"name": "spin-orca-files", "secret": {"secretName": "spin-orca-files"}}],
            },
        },
    },
}


def check_sidecar(stage: DeployStage) -> Iterator[Verdict]:
    home = stage.lab / "sidecar"
    overlay = os.path.relpath(stage.project / "deploy" / "kubernetes" / "overlays" / "sidecar", home)
    home.mkdir()
    shutil.copy(stage.project / "config" / "spinnakerservice.example.yml", home / "spinnaker.yml")
    write(home / "kustomization.yaml", {"apiVersion": "kustomize.config.k8s.io/v1beta1", "kind": "Kustomization",
                                        "namespace": "spinnaker", "resources": ["spinnaker.yml"],
                                        "components": [overlay]})
    text = kustomize(home)
    (home / "rendered.yaml").write_text(text)
    objects = objects_of(text)
    [spinnaker] = of_kind(objects, "SpinnakerService")
    was = yaml.safe_load((home / "spinnaker.yml").read_text())
    yield "the sidecar's patch leaves the rest of a SpinnakerService alone", difference(
        "the rest", {key: value for key, value in spinnaker["spec"].items() if key != "kustomize"}, was["spec"])
    [patch] = spinnaker["spec"]["kustomize"]["orca"]["deployment"]["patchesStrategicMerge"]
    deployment = patched(stage, patch)
    yield "the sidecar's patch adds a container that takes nothing from orca", check_patched(stage, deployment)
    yield "the sidecar's Service finds it", check_service(objects, deployment)


def write(path: os.PathLike[str], content: Object) -> None:
    with open(path, "w", encoding="utf-8") as file:
        yaml.safe_dump(content, file, sort_keys=False)


def patched(stage: DeployStage, patch: str) -> Object:
    """The Deployment, after the patch was applied to it."""
    home = stage.lab / "sidecar-deployment"
    home.mkdir()
    head = {key: DEPLOYMENT[key] for key in ("apiVersion", "kind", "metadata")}
    write(home / "deployment.yaml", DEPLOYMENT)
    write(home / "patch.yaml", head | yaml.safe_load(patch))
    write(home / "kustomization.yaml", {"apiVersion": "kustomize.config.k8s.io/v1beta1", "kind": "Kustomization",
                                        "resources": ["deployment.yaml"], "patches": [{"path": "patch.yaml"}]})
    text = kustomize(home)
    (home / "rendered.yaml").write_text(text)
    return objects_of(text)[0]


def check_patched(stage: DeployStage, deployment: Object) -> list[str]:
    pod, was = pod_of(deployment), pod_of(DEPLOYMENT)
    containers = {container["name"]: container for container in pod["containers"]}
    telltale = containers["telltale"]
    wrong = difference("the containers", sorted(containers), ["orca", "telltale"])
    wrong += difference("orca's container", containers["orca"], was["containers"][0])
    wrong += difference("orca's volume", was["volumes"][0] in pod["volumes"], True)
    wrong += [f"a {probe} would make orca's pod unready" for probe in telltale if probe.endswith("Probe")]
    # By itself, since orca's pod says nothing that it could inherit.
    wrong += [f"it violates {rule}" for rule, is_kept in CONTAINER_RULES if not is_kept(telltale)]
    wrong += list(hardening_lacks({"containers": [telltale], "automountServiceAccountToken": False}))
    rendered = [stage.lab / name / "rendered.yaml" for name in ("sidecar", "sidecar-deployment")]
    return wrong + schema.validate(stage, rendered)


def check_service(objects: list[Object], deployment: Object) -> list[str]:
    [service] = of_kind(objects, "Service")
    labels = deployment["spec"]["template"]["metadata"]["labels"]
    [telltale] = [one for one in pod_of(deployment)["containers"] if one["name"] == "telltale"]
    ports = {port["name"]: port["containerPort"] for port in telltale["ports"]}
    wrong = [] if is_selected(service["spec"]["selector"], labels) else ["it does not select the pod"]
    for port in service["spec"]["ports"]:
        wrong += difference(f"where port {port['port']} leads", ports.get(port["targetPort"]), port["port"])
    return wrong + difference("that it answers while orca is not ready",
                              service["spec"].get("publishNotReadyAddresses"), True)
