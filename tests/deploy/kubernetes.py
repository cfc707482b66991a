"""deploy/kubernetes: what kubectl renders of it, held against the models of its kinds, against itself and telltale.

No API server, operator, mesh or kubelet is asked. The pod's own arguments and files are tried with a telltale on
loopback, whose volumes are folders as the kubelet lays them out; what a container adds to that is for pods.py.
"""

import os
import re
import shutil
import subprocess
import textwrap
from concurrent.futures import ThreadPoolExecutor
from typing import Iterator

import schema
from deploy_stage import DeployStage
from kubernetes_catalog import check_names
from kubernetes_daemon import check_daemon
from kubernetes_sidecar import check_sidecar
from manifests import GONE, RULES, Object, images_of, is_discovery, kustomize, objects_of, of_kind, spoilt
from verdicts import Verdict, difference

COMPONENTS = ["servicemonitor", "podmonitor", "probe", "prometheusrule", "headless", "headless-oss", "istio-outside",
              "istio-injected", "webconfig"]
OVERLAYS = ["operator", "oss", "istio"]
MONITORS = ["servicemonitor", "podmonitor", "probe"]
# Each is one step to what a user may build: resources, then components. The path is below deploy/kubernetes.
SETUPS = {
    "base": (["base"], []),
    **{overlay: ([f"overlays/{overlay}"], []) for overlay in OVERLAYS},
    **{f"base-{component}": (["base"], [component]) for component in COMPONENTS},
    "base-https": (["base"], [*MONITORS, "webconfig"]),
    "everything": (["overlays/operator"], [*MONITORS, "prometheusrule", "istio-injected", "webconfig"]),
    "example": (["example"], []),
}
# What the schema check must find in BROKEN: a word of each line that it must give.
BROKEN = """\
apiVersion: v1
kind: Service
metadata: {name: value, labels: {a: b}}
spec: {selector: {a: b}, ports: [{port: http}]}
---
apiVersion: v1
kind: Service
metadata: {name: field, lables: {a: b}}
spec: {selector: {a: b}, ports: [{port: 80, targetPrt: http}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: nested}
spec:
  selector: {matchLabels: {a: b}}
  template: {spec: {containers: [{name: a, securityContext: {capabilities: {drip: [ALL]}}}]}}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: twice, name: again}
---
apiVersion: monitoring.coreos.com/v1
kind: ServiceMonitor
metadata: {name: missing}
spec: {endpoints: [{port: http, interval: 30 seconds, paht: /metrics}]}
---
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: {name: choice}
spec: {mtls: {mode: STRIKT}, portLevelMtl: {}}
---
apiVersion: argoproj.io/v1alpha1
kind: AnalysisTemplate
metadata: {name: argo}
spec: {metrics: [{name: a, provider: {web: {url: 3, jsonpath: b}}}]}
---
apiVersion: example.com/v1
kind: Unheard
metadata: {name: of}
"""
FOUND_BROKEN = [
    "Service value: data/spec/ports/0/port must be integer",
    "Service field: .metadata.lables: unknown field",
    "Service field: .spec.ports[0].targetPrt: unknown field",
    "Deployment nested: .spec.template.spec.containers[0].securityContext.capabilities.drip: unknown field",
    "Map keys must be unique",
    "ServiceMonitor missing: data/spec must have required property selector, "
    "data/spec/endpoints/0/interval must match pattern",
    "ServiceMonitor missing: .spec.endpoints[0].paht: unknown field",
    "PeerAuthentication choice: data/spec/mtls/mode must be equal to one of the allowed values",
    "PeerAuthentication choice: .spec.portLevelMtl: unknown field",
    "AnalysisTemplate argo: data/spec/metrics/0/provider/web/url must be string",
    "AnalysisTemplate argo: .spec.metrics[0].provider.web.jsonpath: unknown field",
    "Unheard of: no schema known of example.com/v1 Unheard",
]
_POD = ["spec", "template", "spec"]
_CONTAINER = [*_POD, "containers", 0]
# One change to what `everything` renders, and a word of what must then be said.
SPOILT = [
    ("Deployment", ["spec", "template", "metadata", "labels", "app.kubernetes.io/name"], "tell", "own pods"),
    ("PodDisruptionBudget", ["spec", "selector", "matchLabels", "app.kubernetes.io/name"], "tell", "not select"),
    ("NetworkPolicy", ["spec", "ingress", 1, "ports", 0, "port"], "http", "lets in"),
    ("Deployment", [*_CONTAINER, "ports", 0, "name"], "web", "elsewhere or nowhere"),
    ("Deployment", [*_CONTAINER, "readinessProbe", "httpGet", "port"], "http", "want a certificate"),
    ("ServiceMonitor", ["spec", "endpoints", 0, "port"], "metrics", "no port 'metrics'"),
    ("ServiceMonitor", ["spec", "selector", "matchExpressions"], [], "ServiceMonitor telltale selects"),
    ("Deployment", [*_POD, "volumes", 0, "configMap", "name"], "telltale-h8kg5c5ch9", "no ConfigMap"),
    ("Deployment", [*_POD, "volumes", 1, "secret", "secretName"], "tls", "no Secret tls"),
    ("ConfigMap", ["metadata", "namespace"], "default", "not in the namespace"),
    ("Deployment", [*_POD, "automountServiceAccountToken"], GONE, "token"),
    ("Deployment", [*_CONTAINER, "resources", "limits", "cpu"], "1", "one of CPU"),
    ("Deployment", [*_CONTAINER, "securityContext", "readOnlyRootFilesystem"], False, "written to"),
    ("Deployment", [*_CONTAINER, "securityContext", "allowPrivilegeEscalation"], GONE, "privilege escalation"),
    ("Deployment", [*_CONTAINER, "securityContext", "capabilities", "drop"], ["NET_RAW"], "dropped capabilities"),
    ("Deployment", [*_CONTAINER, "securityContext", "capabilities", "add"], ["NET_ADMIN"], "added capabilities"),
    ("Deployment", [*_CONTAINER, "securityContext", "privileged"], True, "privileged"),
    ("Deployment", [*_CONTAINER, "securityContext", "runAsUser"], 0, "non-root user"),
    ("Deployment", [*_CONTAINER, "securityContext", "procMount"], "Unmasked", "proc mount"),
    ("Deployment", [*_CONTAINER, "ports", 0, "hostPort"], 9943, "host ports"),
    ("Deployment", [*_CONTAINER, "livenessProbe", "httpGet", "host"], "10.0.0.1", "hosts of probes"),
    ("Deployment", [*_POD, "securityContext", "runAsNonRoot"], GONE, "non-root of"),
    ("Deployment", [*_POD, "securityContext", "seccompProfile", "type"], "Unconfined", "seccomp"),
    ("Deployment", [*_POD, "securityContext", "seLinuxOptions"], {"user": "system_u"}, "SELinux"),
    ("Deployment", [*_POD, "securityContext", "appArmorProfile"], {"type": "Unconfined"}, "AppArmor"),
    ("Deployment", [*_POD, "securityContext", "sysctls"], [{"name": "kernel.msgmax", "value": "1"}], "sysctls"),
    ("Deployment", [*_POD, "hostNetwork"], True, "host namespaces"),
    ("Deployment", [*_POD, "volumes", 0, "hostPath"], {"path": "/"}, "volume types"),
]


def check(stage: DeployStage) -> Iterator[Verdict]:
    if not shutil.which("kubectl"):
        yield "kubectl is there", ["it is not: install kubectl 1.27 or newer, whose kustomize knows components"]
        return
    rendered = render_all(stage)
    files = {name: stage.lab / "rendered" / f"{name}.yaml" for name in rendered}
    yield f"{len(rendered)} setups render, and fit the models of their kinds", schema.validate(stage, files.values())
    yield "the models refuse what is wrong", check_broken(stage)
    for rule, look in RULES.items():
        yield rule, [f"{name}: {wrong}" for name, objects in rendered.items() for wrong in look(objects)]
    yield "each rule refuses what is wrong", check_spoilt(rendered["everything"])
    yield "images are the project's, at its version", check_images(stage, rendered)
    yield "every flag is one of telltale's", check_flags(stage, rendered)
    yield "with the component webconfig, whoever scrapes does so by https", check_https(rendered)
    yield "in Istio's mesh, telltale is outside, or its sidecar reaches istiod", check_istio(rendered)
    yield from check_names(stage, rendered)
    yield from check_sidecar(stage)
    yield from check_daemon(stage, rendered)
    yield "docs/kubernetes.md shows what was tried", check_docs(stage)


def render_all(stage: DeployStage) -> dict[str, list[Object]]:
    folder = stage.lab / "rendered"
    folder.mkdir()
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        texts = pool.map(lambda setup: render(stage, *setup), [(name, *SETUPS[name]) for name in SETUPS])
        return {name: objects_of(text) for name, text in zip(SETUPS, texts)}


def render(stage: DeployStage, name: str, resources: list[str], components: list[str]) -> str:
    """Has kubectl build it from a kustomization of its own, outside the project, as a user would."""
    home = stage.lab / "setups" / name
    home.mkdir(parents=True)
    manifests = os.path.relpath(stage.project / "deploy" / "kubernetes", home)
    lines = ["apiVersion: kustomize.config.k8s.io/v1beta1", "kind: Kustomization", "namespace: spinnaker", "resources:"]
    lines += [f"  - {manifests}/{resource}" for resource in resources]
    lines += ["components:", *(f"  - {manifests}/components/{one}" for one in components)] if components else []
    (home / "kustomization.yaml").write_text("\n".join(lines) + "\n")
    text = kustomize(home)
    (stage.lab / "rendered" / f"{name}.yaml").write_text(text)
    return text


def check_broken(stage: DeployStage) -> list[str]:
    path = stage.lab / "broken.yaml"
    path.write_text(BROKEN)
    told = schema.validate(stage, [path])
    missing = [f"not found: {line}" for line in FOUND_BROKEN if not any(line in one for one in told)]
    return missing + difference("the number of faults found", len(told), len(FOUND_BROKEN))


def check_spoilt(objects: list[Object]) -> list[str]:
    wrong = []
    for kind, path, value, said in SPOILT:
        changed = spoilt(objects, kind, path, value)
        told = [line for look in RULES.values() for line in look(changed)]
        if not any(said in line for line in told):
            wrong.append(f"{kind} with another {path[-1]}: {said!r} is not said, but {told}")
    return wrong


def check_images(stage: DeployStage, rendered: dict[str, list[Object]]) -> list[str]:
    project = (stage.project / "CMakeLists.txt").read_text()
    version = re.search(r"project\(telltale VERSION (\S+)", project)[1]
    wrong = []
    for name, objects in rendered.items():
        wanted = {f"telltale:{version}"} if name != "example" else {f"registry.example.com/telltale:{version}"}
        wrong += difference(f"{name}: its image", images_of(objects), wanted)
    return wrong


def check_flags(stage: DeployStage, rendered: dict[str, list[Object]]) -> list[str]:
    told = subprocess.run([stage.release / "telltale", "--help"], capture_output=True, text=True, check=True).stdout
    known = set(re.findall(r"--[a-z.-]+", told))
    wrong = difference("the default of --web.listen-address", "--web.listen-address HOST:PORT=:9943" in told, True)
    for name, objects in rendered.items():
        for deployment in of_kind(objects, "Deployment"):
            used = {word.split("=")[0] for word in deployment["spec"]["template"]["spec"]["containers"][0]["args"]}
            wrong += [f"{name}: telltale has no {flag}" for flag in used - known]
    return wrong


def check_https(rendered: dict[str, list[Object]]) -> list[str]:
    [service] = of_kind(rendered["base-https"], "ServiceMonitor")
    [pods] = of_kind(rendered["base-https"], "PodMonitor")
    [probe] = of_kind(rendered["base-https"], "Probe")
    places = {"ServiceMonitor": service["spec"]["endpoints"][0], "PodMonitor": pods["spec"]["podMetricsEndpoints"][0],
              "Probe": probe["spec"] | probe["spec"]["prober"]}
    wrong = []
    for kind, place in places.items():
        wrong += difference(f"the scheme of {kind}", place.get("scheme"), "https")
        wrong += difference(f"the name that {kind} checks", place["tlsConfig"]["serverName"], "telltale.spinnaker.svc")
    return wrong


def check_istio(rendered: dict[str, list[Object]]) -> list[str]:
    """What istiod and its webhook go by; they themselves are not asked."""
    wrong = []
    for name, inject, dataplane in (("istio", "false", "none"), ("everything", "true", None)):
        [deployment] = of_kind(rendered[name], "Deployment")
        labels = deployment["spec"]["template"]["metadata"]["labels"]
        wrong += difference(f"{name}: the sidecar", labels.get("sidecar.istio.io/inject"), inject)
        wrong += difference(f"{name}: ambient mode", labels.get("istio.io/dataplane-mode"), dataplane)
        exported = {one["metadata"].get("annotations", {}).get("networking.istio.io/exportTo")
                    for one in filter(is_discovery, of_kind(rendered[name], "Service"))}
        wrong += difference(f"{name}: who in the mesh learns of headless Services", exported, {"~"})
    [policy] = of_kind(rendered["everything"], "NetworkPolicy")
    reached = [port["port"] for rule in policy["spec"]["egress"] for peer in rule["to"] for port in rule.get("ports", [])
               if "istio-system" in peer.get("namespaceSelector", {}).get("matchLabels", {}).values()]
    return wrong + difference("the ports of istiod that the sidecar reaches", reached, [15012])


def check_docs(stage: DeployStage) -> list[str]:
    """The page's example is the one that was built, its other kustomizations build, its manifests fit their models."""
    page = (stage.project / "docs" / "kubernetes.md").read_text()
    blocks = [textwrap.dedent(block) for block in re.findall(r"^ *```yaml\n(.*?)```", page, re.S | re.M)]
    example = stage.project / "deploy" / "kubernetes" / "example"
    wrong = [] if (example / "kustomization.yaml").read_text() in blocks else ["the example is not that of example/"]
    for name in ("telltale.yml", "spinnakerservice.yml"):
        if (example / name).read_text() != (example.parent / "overlays" / "operator" / name).read_text():
            wrong.append(f"{name} of the example is not that of overlays/operator")
    files = []
    for number, block in enumerate(blocks):
        files.append(stage.lab / f"docs-{number}.yaml")
        is_kustomization = block.startswith("apiVersion: kustomize")
        files[-1].write_text(build_block(stage, number, block) if is_kustomization else block)
    links = re.findall(r"\]\(\.\./(deploy/kubernetes[^)]*)\)", page)
    wrong += [f"it links to {link}, which is not there" for link in links if not (stage.project / link).exists()]
    parts = [*(f"overlays/{name}" for name in [*OVERLAYS, "sidecar"]), *(f"components/{name}" for name in COMPONENTS)]
    wrong += [f"it does not name {part}" for part in parts if f"../deploy/kubernetes/{part})" not in page]
    return wrong + schema.validate(stage, files)


def build_block(stage: DeployStage, number: int, block: str) -> str:
    """What kubectl makes of a kustomization on the page, with the files of the example beside it."""
    home = stage.lab / f"docs-{number}"
    manifests = stage.project / "deploy" / "kubernetes"
    shutil.copytree(manifests / "example", home)
    (home / "kustomization.yaml").write_text(block.replace("- ../", f"- {os.path.relpath(manifests, home)}/"))
    return kustomize(home)
