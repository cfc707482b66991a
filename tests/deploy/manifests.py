"""What rendered manifests must agree on with each other: labels, selectors, ports, volumes, images."""

import copy
import subprocess
from pathlib import Path
from typing import Any, Callable, Iterator

import yaml

from pod_security import violations

Object = dict[str, Any]
NAMESPACE = "spinnaker"
SECRETS_OF_USERS = {"telltale-tls"}  # what no manifest makes
KUSTOMIZE_TIMEOUT_S = 60
GONE = object()  # see spoilt()


def kustomize(folder: Path) -> str:
    """What `kubectl kustomize` makes of it. Raises RuntimeError where it refuses."""
    command = ["kubectl", "kustomize", str(folder)]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=KUSTOMIZE_TIMEOUT_S)
    if ran.returncode != 0:
        raise RuntimeError(f"kubectl kustomize {folder.name}: {ran.stderr.strip()}")
    return ran.stdout


def objects_of(text: str) -> list[Object]:
    return [document for document in yaml.safe_load_all(text) if document]


def of_kind(objects: list[Object], kind: str) -> list[Object]:
    return [one for one in objects if one["kind"] == kind]


def name_of(one: Object) -> str:
    return f"{one['kind']} {one['metadata']['name']}"


def labels_of(one: Object) -> dict[str, str]:
    return one["metadata"].get("labels", {})


def is_selected(selector: Object, labels: dict[str, str]) -> bool:
    """Of a LabelSelector, or of a Service's plain mapping."""
    if not {"matchLabels", "matchExpressions"} & set(selector):
        selector = {"matchLabels": selector}
    if any(labels.get(key) != value for key, value in selector.get("matchLabels", {}).items()):
        return False
    expressions = selector.get("matchExpressions", [])
    if any(expression["operator"] != "In" for expression in expressions):
        raise ValueError(f"no expression but In is known here: {expressions}")
    return all(labels.get(expression["key"]) in expression["values"] for expression in expressions)


def is_discovery(service: Object) -> bool:
    return labels_of(service).get("app.kubernetes.io/component") == "discovery"


def pod_of(deployment: Object) -> Object:
    return deployment["spec"]["template"]["spec"]


def ports_of(pod: Object) -> dict[str, int]:
    ports = [port for container in pod["containers"] for port in container.get("ports", [])]
    return {port["name"]: port["containerPort"] for port in ports}


def _labels_fit(objects: list[Object]) -> Iterator[str]:
    """Every selector of the daemon finds its pod, and no selector finds anything by accident."""
    for deployment in of_kind(objects, "Deployment"):
        template = deployment["spec"]["template"]["metadata"]["labels"]
        if not is_selected(deployment["spec"]["selector"], template):
            yield f"{name_of(deployment)} does not select its own pods"
        for one in objects:
            selector = _pod_selector(one)
            if selector is not None and not is_selected(selector, template):
                yield f"{name_of(one)} does not select the pods of {name_of(deployment)}"
    for service in filter(is_discovery, of_kind(objects, "Service")):
        for deployment in of_kind(objects, "Deployment"):
            if is_selected(service["spec"]["selector"], deployment["spec"]["template"]["metadata"]["labels"]):
                yield f"{name_of(service)} selects telltale itself"


def _pod_selector(one: Object) -> Object | None:
    """By which an object other than a Deployment means telltale's pods; None where it does not."""
    if one["kind"] in ("PodDisruptionBudget", "PodMonitor", "PeerAuthentication"):
        return one["spec"]["selector"]
    if one["kind"] == "NetworkPolicy":
        return one["spec"]["podSelector"]
    return one["spec"]["selector"] if one["kind"] == "Service" and not is_discovery(one) else None


def _ports_fit(objects: list[Object]) -> Iterator[str]:
    for deployment in of_kind(objects, "Deployment"):
        pod = pod_of(deployment)
        ports = ports_of(pod)
        for service in of_kind(objects, "Service"):
            if not is_discovery(service):
                yield from _service_ports_fit(service, ports)
        for policy in of_kind(objects, "NetworkPolicy"):
            named = {port["port"] for rule in policy["spec"]["ingress"] for port in rule["ports"]}
            if named != set(ports):
                yield f"{name_of(policy)} lets in {sorted(named)}, the pod has {sorted(ports)}"
        for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
            if (port := pod["containers"][0][probe]["httpGet"]["port"]) != "probe":
                yield f"{probe} asks port {port}, which may want a certificate, and not `probe`"
        for monitor in of_kind(objects, "PodMonitor"):
            yield from _endpoints_fit(monitor, monitor["spec"]["podMetricsEndpoints"], set(ports))
    for monitor in of_kind(objects, "ServiceMonitor"):
        selector = monitor["spec"]["selector"]
        selected = [one for one in of_kind(objects, "Service") if is_selected(selector, labels_of(one))]
        if [one["metadata"]["name"] for one in selected] != ["telltale"]:
            yield f"{name_of(monitor)} selects {[name_of(one) for one in selected]}"
        for service in selected:
            ports = {port.get("name", "") for port in service["spec"]["ports"]}
            yield from _endpoints_fit(monitor, monitor["spec"]["endpoints"], ports)


def _service_ports_fit(service: Object, ports: dict[str, int]) -> Iterator[str]:
    for port in service["spec"]["ports"]:
        if ports.get(port["targetPort"]) != port["port"]:
            yield f"{name_of(service)}: port {port['port']} leads elsewhere or nowhere in the pod"


def _endpoints_fit(monitor: Object, endpoints: list[Object], ports: set[str]) -> Iterator[str]:
    for endpoint in endpoints:
        if endpoint["port"] not in ports:
            yield f"{name_of(monitor)}: there is no port {endpoint['port']!r}"


def _names_fit(objects: list[Object]) -> Iterator[str]:
    """What a pod names is there, under names without a hash and in one namespace."""
    there = {name_of(one) for one in objects}
    for deployment in of_kind(objects, "Deployment"):
        pod = pod_of(deployment)
        volumes = {volume["name"]: volume for volume in pod.get("volumes", [])}
        for container in pod["containers"]:
            if missing := {mount["name"] for mount in container.get("volumeMounts", [])} - set(volumes):
                yield f"container {container['name']} mounts {sorted(missing)}, which the pod has not"
        for volume in volumes.values():
            if "configMap" in volume and f"ConfigMap {volume['configMap']['name']}" not in there:
                yield f"volume {volume['name']}: there is no ConfigMap {volume['configMap']['name']}"
            secret = volume.get("secret", {}).get("secretName")
            if secret and f"Secret {secret}" not in there and secret not in SECRETS_OF_USERS:
                yield f"volume {volume['name']}: there is no Secret {secret}, and no user is told to make one"
        if f"ServiceAccount {pod['serviceAccountName']}" not in there:
            yield f"there is no ServiceAccount {pod['serviceAccountName']}"
    for one in objects:
        if one["metadata"].get("namespace") != NAMESPACE:
            yield f"{name_of(one)} is not in the namespace {NAMESPACE}"


def _pods_are_restricted(objects: list[Object]) -> Iterator[str]:
    for deployment in of_kind(objects, "Deployment"):
        yield from (f"{name_of(deployment)}: {rule}" for rule in violations(pod_of(deployment)))
        yield from hardening_lacks(pod_of(deployment))


def hardening_lacks(pod: Object) -> Iterator[str]:
    """What telltale keeps beyond `restricted`."""
    if pod.get("automountServiceAccountToken") is not False:
        yield "a token of the service account is mounted"
    for container in pod["containers"]:
        if not container["securityContext"].get("readOnlyRootFilesystem"):
            yield f"the root of container {container['name']} can be written to"
        if "memory" not in container["resources"]["limits"] or "cpu" in container["resources"]["limits"]:
            yield f"container {container['name']} has no limit of memory, or one of CPU"


RULES: dict[str, Callable[[list[Object]], Iterator[str]]] = {
    "selectors find the pods that they mean": _labels_fit,
    "ports are those of the container": _ports_fit,
    "what is named is there": _names_fit,
    "pods are restricted": _pods_are_restricted,
}


def images_of(objects: list[Object]) -> set[str]:
    return {container["image"] for one in of_kind(objects, "Deployment") for container in pod_of(one)["containers"]}


def spoilt(objects: list[Object], kind: str, path: list[str | int], value: Any) -> list[Object]:
    """The objects with one field changed in the first of that kind, or taken out where the value is GONE."""
    changed = copy.deepcopy(objects)
    place = of_kind(changed, kind)[0]
    for key in path[:-1]:
        place = place[key]
    if value is GONE:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    return changed

