"""deploy/gates against a real telltale, and docs/rollout.md and docs/logs.md with them.

Each example's own fields are taken from its file and asked with, in the manner of who reads them (see consumers/), of a
telltale whose gate is open, closed or unknown, of nobody, and of a server that is no telltale. Only open may proceed.
"""

import json
import re
import shutil
import subprocess
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Callable, Iterator
from urllib.parse import urlencode

import log_lines
import rollout_walk
import runbook
import schema
import yaml
from consumers import argo_rollouts, flagger, kubernetes_job, spinnaker
from consumers.answers import ask
from daemon import Daemon, wait_for
from deploy_stage import DeployStage
from impostor import Impostor
from prometheus_server import Prometheus
from rules import promtool
from servers.peer import Command, Process, choose_ports
from stage import Verdict, difference
from telltale import to_yaml

GATES = Path("deploy") / "gates"
TELLTALE = "http://telltale.spinnaker:9944"  # where the examples expect it
PROMETHEUS = "http://prometheus-operated.monitoring:9090"
STATES = ("open", "closed", "unknown", "nobody", "impostor")
SERVICE = "orca"
FLIPPED = "front50"  # at need already


@dataclass(frozen=True)
class Scene:
    """Where each state is found: base URLs in place of TELLTALE and of PROMETHEUS, which scrapes that telltale."""

    project: Path
    telltales: dict[str, str]
    prometheuses: dict[str, str]
    page: str  # of the open one: all that telltale serves

    def send_to(self, state: str) -> Callable[[str], str]:
        def rewrite(url: str) -> str:
            for place, urls in ((TELLTALE, self.telltales), (PROMETHEUS, self.prometheuses)):
                if url.startswith(place):
                    return urls[state] + url.removeprefix(place)
            raise ValueError(f"{url} is neither at {TELLTALE} nor at {PROMETHEUS}")
        return rewrite

    def load(self, name: str) -> dict[str, Any]:
        return yaml.safe_load((self.project / GATES / name).read_text())


class Corner:
    """A folder of its own for one of several Prometheus."""

    def __init__(self, stage: DeployStage, name: str):
        self.lab = stage.lab / name
        self.lab.mkdir()
        self._processes = stage.processes
        self._name = name

    def start_process(self, command: Command) -> Process:
        process = Process(command, self.lab)
        self._processes.append(process)
        return process


def check(stage: DeployStage) -> Iterator[Verdict]:
    yield from check_schema(stage)
    yield check_pipeline_shape(stage)
    yield check_broken_pipelines(stage)
    yield check_repository(stage)
    stage.fleet.start()
    stage.fleet.change(FLIPPED, "need")
    with Impostor() as impostor:
        scene = set_up(stage, impostor)
        yield from check_argo(stage, scene)
        yield from check_flagger(scene)
        yield from check_spinnaker(scene)
        yield from check_jobs(scene, stage.release / "telltale")
        yield from runbook.check(stage.project / "docs" / "rollout.md", stage.release / "telltale", scene.page,
                                 scene.telltales["open"], scene.prometheuses["open"])
    yield from rollout_walk.check(stage)
    logs = stage.lab / "logs"
    logs.mkdir()
    yield from log_lines.check(stage.release / "telltale", stage.project / "docs" / "logs.md", logs, stage.processes)


# Schemas and shapes


def check_schema(stage: DeployStage) -> Iterator[Verdict]:
    files = sorted((stage.project / GATES).rglob("*.yaml"))
    broken = stage.lab / "broken.yaml"
    text = (stage.project / GATES / "argo-rollouts" / "analysis-web.yaml").read_text()
    broken.write_text(text.replace("inconclusiveLimit", "inconclusivLimit"))
    found = schema.validate(stage, [*files, broken])
    planted = [line for line in found if line.startswith(str(broken))]
    yield f"{len(files)} manifests fit the models of their kinds", [line for line in found if line not in planted]
    yield "a field that does not exist is found", [] if planted else ["inconclusivLimit went through"]
    canary = yaml.safe_load((stage.project / GATES / "flagger" / "canary.yaml").read_text())
    yield "the Canary has fields of Flagger's CRD alone", flagger.unknown_fields(canary)


def pipeline_of(stage: DeployStage) -> dict[str, Any]:
    return json.loads((stage.project / GATES / "spinnaker" / "pipeline.json").read_text())


def check_pipeline_shape(stage: DeployStage) -> Verdict:
    return "Spinnaker's pipeline deploys behind gate and judgement alone", spinnaker.faults(pipeline_of(stage))


def check_broken_pipelines(stage: DeployStage) -> Verdict:
    """What the check of the shape is for, planted."""
    def stages(pipeline: dict[str, Any]) -> dict[str, dict[str, Any]]:
        return {one["refId"]: one for one in pipeline["stages"]}

    plants: dict[str, Callable[[dict[str, Any]], Any]] = {
        "a circle": lambda it: stages(it)["gate"]["requisiteStageRefIds"].append("check"),
        "a stage that is not there": lambda it: stages(it)["gate"].update(requisiteStageRefIds=["bak"]),
        "a deploy without the gate": lambda it: stages(it)["deploy"].update(requisiteStageRefIds=["bake"]),
        "a deploy right behind the judgement": lambda it: stages(it)["deploy"].update(
            requisiteStageRefIds=["judgement"]),
        "no statusJsonPath": lambda it: stages(it)["gate"].pop("statusJsonPath"),
        "a field misspelt": lambda it: stages(it)["gate"].update(successStatus="open"),
        "another artifact": lambda it: stages(it)["deploy"].update(manifestArtifactId="baked"),
        "an undeclared parameter": lambda it: it["parameterConfig"].pop(),
        "a failure that is passed over": lambda it: stages(it)["gate"].update(continuePipeline=True),
    }
    missed = []
    for what, plant in plants.items():
        pipeline = pipeline_of(stage)
        plant(pipeline)
        missed += [] if spinnaker.faults(pipeline) else [f"{what} went through"]
    return "a pipeline with a fault is found", missed


def check_repository(stage: DeployStage) -> Verdict:
    """What the pipeline bakes, of a manifest with everybody at want: telltale reads it as orca at need."""
    folder = stage.lab / "repository"
    shutil.copytree(stage.project / GATES / "spinnaker" / "repository", folder)
    shutil.copy(stage.project / "config" / "spinnakerservice.example.yml", folder / "spinnakerservice.yml")
    [bake] = [one for one in pipeline_of(stage)["stages"] if one["type"] == "bakeManifest"]
    wrong = [] if (folder / bake["kustomizeFilePath"]).exists() else [f"there is no {bake['kustomizeFilePath']}"]
    before = declared_modes(stage, (folder / "spinnakerservice.yml").read_text())
    built = run(["kubectl", "kustomize", str(folder)], stage.lab)
    wrong += difference("declared", declared_modes(stage, built), before | {SERVICE: "need"})
    wrong += difference("before", before[SERVICE], "want")
    return "Spinnaker: the repository's patches take orca to need, and nobody else", wrong


def declared_modes(stage: DeployStage, manifest: str) -> dict[str, str]:
    (stage.lab / "baked.yml").write_text(manifest)
    (stage.lab / "baked-telltale.yml").write_text("spinnaker: {manifest: baked.yml, namespace: spinnaker}\n")
    printed = run([str(stage.build / "telltale"), "targets", "--config.file", "baked-telltale.yml"], stage.lab)
    return dict(re.findall(r"^(\S+)\n(?: .*\n)*?  client_auth +(\w+)", printed, re.M))


def run(command: list[str], folder: Path) -> str:
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=60, check=True).stdout


# Five telltales, so to speak


def set_up(stage: DeployStage, impostor: Impostor) -> Scene:
    daemons = {state: start_telltale(stage, state) for state in ("open", "closed", "unknown")}
    [closed_port] = choose_ports(1)
    telltales = {state: f"http://{daemon.addresses[1]}" for state, daemon in daemons.items()}
    telltales |= {"nobody": f"http://127.0.0.1:{closed_port}", "impostor": impostor.url}
    scraped = {state: daemon.address for state, daemon in daemons.items()} | {"nobody": f"127.0.0.1:{closed_port}"}
    servers = {state: start_prometheus(stage, state, address) for state, address in scraped.items()}
    for state, server in servers.items():
        query = f'telltale_gate_status{{gate="need",status="{state}"}}' if state in daemons else "up + 1"
        wait_for(f"a scrape of {state}", lambda it=server, query=query: it.value(query) == 1, server.process)
    prometheuses = {state: f"http://127.0.0.1:{server.process.ports[0]}" for state, server in servers.items()}
    prometheuses["impostor"] = prometheuses["nobody"]  # neither is scraped with success
    return Scene(stage.project, telltales, prometheuses, daemons["open"].url)


def start_prometheus(stage: DeployStage, state: str, address: str) -> Prometheus:
    job = {"job_name": "telltale", "static_configs": [{"targets": [address]}]}
    return Prometheus(Corner(stage, f"prometheus-{state}"), [job])  # type: ignore[arg-type]


def start_telltale(stage: DeployStage, state: str) -> Daemon:
    gate = {"name": "need", "targets": "all", "rounds": 1000 if state == "unknown" else 1, "for": "0s"}
    config = yaml.safe_load(stage.fleet.config([gate]))
    if state == "closed":
        [rosco] = [target for target in config["targets"] if target["name"] == "rosco"]
        rosco["expect"] = {"client_auth": "need"}
        [orca] = [target for target in config["targets"] if target["name"] == SERVICE]
        orca["expect"] |= {"client_auth": "need"}
    file = stage.lab / f"gate-{state}.yml"
    file.write_text(to_yaml(config))
    flags = ("--probe.listen-address", "127.0.0.1:0")
    return Daemon(stage.build / "telltale", stage.lab, stage.processes, f"gate-{state}", file, flags)


# Argo Rollouts


def check_argo(stage: DeployStage, scene: Scene) -> Iterator[Verdict]:
    web = argo_rollouts.resolve(scene.load("argo-rollouts/analysis-web.yaml"), {})
    expected = {"open": "Successful", "closed": "Failed", "unknown": "Inconclusive", "nobody": "Error",
                "impostor": "Inconclusive"}
    for gate in ("need", *gates_of(scene.load("argo-rollouts/rollout.yaml"))):
        one = argo_rollouts.resolve(scene.load("argo-rollouts/analysis-web.yaml"), {"gate": gate})
        seen = {state: analyse(one, lambda: argo_rollouts.measure_web(one, scene.send_to(state))) for state in STATES}
        yield f"Argo Rollouts, web, {gate}: only open succeeds", difference("outcomes", seen, expected)
    yield "Argo Rollouts, web: of a service that the gate does not judge it learns nothing", difference(
        "outcome", ask_argo_for(scene, "need/nobody"), "Error")
    prometheus = argo_rollouts.resolve(scene.load("argo-rollouts/analysis-prometheus.yaml"), {})
    expected |= {"nobody": "Inconclusive"}
    seen = {state: analyse(prometheus, lambda: measure_prometheus(prometheus, scene, state)) for state in STATES}
    yield "Argo Rollouts, Prometheus: only open succeeds", difference("outcomes", seen, expected)
    without = replace(scene, prometheuses=scene.telltales)  # where nobody answers
    gone = analyse(prometheus, lambda: measure_prometheus(prometheus, without, "nobody"))
    yield "Argo Rollouts, Prometheus: without one it is an error", difference("outcome", gone, "Error")
    yield check_old_sample(stage, prometheus["provider"]["prometheus"]["query"])
    yield check_sequences(web)
    yield check_rollout(scene)


def gates_of(rollout: dict[str, Any]) -> list[str]:
    """What its analyses ask for."""
    steps = rollout["spec"]["strategy"]["canary"]["steps"]
    return sorted({argument["value"] for step in steps for argument in step.get("analysis", {}).get("args", [])})


def ask_argo_for(scene: Scene, gate: str) -> str:
    metric = argo_rollouts.resolve(scene.load("argo-rollouts/analysis-web.yaml"), {"gate": gate})
    return analyse(metric, lambda: argo_rollouts.measure_web(metric, scene.send_to("open")))


def analyse(metric: dict[str, Any], measure: Callable[[], str]) -> str:
    return argo_rollouts.run(metric, (measure() for _ in range(20)))


def measure_prometheus(metric: dict[str, Any], scene: Scene, state: str) -> str:
    asked = metric["provider"]["prometheus"]
    url = scene.send_to(state)(asked["address"]) + "/api/v1/query?" + urlencode({"query": asked["query"]})
    answer = ask(url, timeout_s=asked["timeout"])
    if answer is None or answer.status != 200:
        return "Error"
    result = json.loads(answer.body)["data"]["result"]
    return argo_rollouts.phase_of(metric, [float(series["value"][1]) for series in result])


def check_old_sample(stage: DeployStage, query: str) -> Verdict:
    """One whose last sample stands unmarked, as behind remote write, beside one that goes on."""
    name = "telltale_gate_status"
    series = [{"series": f'{name}{{namespace="{namespace}",gate="need",status="{status}"}}', "values": f"{value}x{last}"}
              for namespace, last in (("a", 30), ("b", 10)) for status, value in (("open", 1), ("closed", 0))]
    asked = [{"expr": query, "eval_time": time, "exp_samples": [{"labels": "{}", "value": value}]}
             for time, value in (("12m", 1), ("13m", 0))]
    case = {"interval": "1m", "input_series": series, "promql_expr_test": asked}
    file = stage.lab / "old-sample.yml"
    file.write_text(yaml.safe_dump({"rule_files": [], "evaluation_interval": "1m", "tests": [case]}))
    return "Argo Rollouts, Prometheus: a sample that is too old is not open", promtool("test", "rules", file)


def check_sequences(metric: dict[str, Any]) -> Verdict:
    """Over several measurements; and that a laxer inconclusiveLimit would have been a way through."""
    yes, no, unknown, error = "Successful", "Failed", "Inconclusive", "Error"
    wrong = difference("open, then unknown", argo_rollouts.run(metric, [yes, unknown]), "Inconclusive")
    wrong += difference("open twice, then closed", argo_rollouts.run(metric, [yes, yes, no]), "Failed")
    wrong += difference("a restart in between", argo_rollouts.run(metric, [yes, error, error, yes, yes]), "Successful")
    wrong += difference("open, then nobody", argo_rollouts.run(metric, [yes, *[error] * 4]), "Error")
    lax = metric | {"inconclusiveLimit": 3}
    wrong += difference("unknown, three being allowed", argo_rollouts.run(lax, [unknown] * 3), "Successful")
    return "Argo Rollouts: a gate that leaves open on the way does not succeed", wrong


def check_rollout(scene: Scene) -> Verdict:
    """Its first step is the analysis, and every template it names is one that is here, with arguments it has."""
    canary = scene.load("argo-rollouts/rollout.yaml")["spec"]["strategy"]["canary"]
    files = ("argo-rollouts/analysis-web.yaml", "argo-rollouts/analysis-prometheus.yaml")
    templates = {one["metadata"]["name"]: one for one in map(scene.load, files)}
    wrong = [] if "analysis" in canary["steps"][0] else ["something comes before the analysis"]
    for analysis in [step["analysis"] for step in canary["steps"] if "analysis" in step]:
        for reference in analysis["templates"]:
            template = templates.get(reference["templateName"])
            wrong += [] if template else [f"there is no template {reference['templateName']}"]
            known = {argument["name"] for argument in template["spec"]["args"]} if template else set()
            wrong += [f"argument {one['name']} is none of its" for one in analysis["args"] if one["name"] not in known]
    return "the Rollout asks before anything else", wrong


# Flagger, Spinnaker, Jobs


def check_flagger(scene: Scene) -> Iterator[Verdict]:
    canary = scene.load("flagger/canary.yaml")
    # It reads nothing but the status: docs/gates.md says so.
    expected = dict.fromkeys(STATES, "wait") | {"open": "progress", "impostor": "progress"}
    yield "Flagger: of a telltale's answers only open lets it go on", [
        fault for state, outcome in expected.items()
        for fault in difference(state, flagger.reconcile(canary, scene.send_to(state)), outcome)]


def check_spinnaker(scene: Scene) -> Iterator[Verdict]:
    pipeline = json.loads((scene.project / GATES / "spinnaker" / "pipeline.json").read_text())
    values = {"service": SERVICE, "gate": "need", "revision": "main"}
    stages = {stage["refId"]: stage for stage in pipeline["stages"] if stage["type"] == "webhook"}
    webhooks = {ref: spinnaker.with_parameters(stage, values) for ref, stage in stages.items()}
    failed = dict.fromkeys(STATES, "TERMINAL")
    waiting = {"closed": "RUNNING", "unknown": "RUNNING"}
    table = {
        "gate": failed | waiting | {"open": "SUCCEEDED"},
        "still-open": failed | {"open": "SUCCEEDED"},
        "check": failed | waiting | {"open": "SUCCEEDED"},
        # All three telltales see orca at want; and of one that is not scraped nothing is known.
        "seen": dict.fromkeys(STATES, "RUNNING"),
    }
    for ref, expected in table.items():
        yield f"Spinnaker, stage {ref}: goes on where it should alone", [
            fault for state, outcome in expected.items()
            for fault in difference(state, spinnaker.poll(webhooks[ref], scene.send_to(state)), outcome)]
    another = {ref: spinnaker.with_parameters(stage, values | {"service": "echo"})
               for ref, stage in stages.items() if ref in table and ref != "seen"}
    yield "Spinnaker: a gate that is closed for orca is open for echo", [
        fault for ref, stage in another.items()
        for fault in difference(ref, spinnaker.poll(stage, scene.send_to("closed")), "SUCCEEDED")]
    misspelt = {ref: spinnaker.with_parameters(stage, values | {"service": "ocra"}) for ref, stage in stages.items()}
    yield "Spinnaker: a service that the gate does not judge ends the pipeline", [
        fault for ref in another
        for fault in difference(ref, spinnaker.poll(misspelt[ref], scene.send_to("open")), "TERMINAL")]
    flipped = spinnaker.with_parameters(stages["seen"], values | {"service": FLIPPED})
    yield "Spinnaker, stage seen: goes on once every replica is at need", difference(
        FLIPPED, spinnaker.poll(flipped, scene.send_to("open")), "SUCCEEDED")
    yield from check_url_restrictions(scene, [webhook["url"] for webhook in webhooks.values()])


def check_url_restrictions(scene: Scene, urls: list[str]) -> Iterator[Verdict]:
    profiles = scene.load("spinnaker/repository/orca-webhooks.yaml")["spec"]["spinnakerConfig"]["profiles"]
    template = profiles["orca"]["user-configured-url-restrictions"]["excludedDomainTemplate"]
    wrong = [f"{url} is refused" for url in urls if not spinnaker.may_ask(url, template)]
    wrong += [f"{url} is let through" for url in ("http://orca.spinnaker:8083/", "http://telltale.local/",
              "http://telltale.spinnaker.svc.cluster.local/", "http://telltale/", "http://x-telltale.spinnaker/")
              if spinnaker.may_ask(url, template)]
    wrong += [] if not spinnaker.may_ask(urls[0]) else ["orca would ask without that profile, too"]
    yield "Spinnaker: the profile lets orca's webhooks ask telltale, and nobody else in the namespace", wrong


def check_jobs(scene: Scene, program: Path) -> Iterator[Verdict]:
    codes = {"open": 0, "closed": 1, "unknown": 2, "nobody": 2, "impostor": 2}
    outcomes = {0: "Complete", 1: "FailJob", 2: "BackoffLimitExceeded"}
    for name in ("kubernetes/job.yaml", "argo-cd/presync-job.yaml"):
        job = scene.load(name)
        wrong = []
        for state, code in codes.items():
            command = kubernetes_job.command_of(job["spec"]["template"]["spec"], program, scene.send_to(state))
            seen = kubernetes_job.exit_code(command)
            wrong += difference(f"{state}: exit code", seen, code)
            wrong += difference(state, kubernetes_job.outcome(job, lambda: seen), outcomes[code])
        least = kubernetes_job.longest_seconds(job)
        deadline = job["spec"]["activeDeadlineSeconds"]
        wrong += [] if deadline >= least else [f"activeDeadlineSeconds {deadline} cuts off tries that take {least}"]
        yield f"{name}: complete where the gate is open, and nowhere else", wrong
    named = scene.load("kubernetes/job.yaml")["metadata"]
    yield "job.yaml: each asking is a Job of its own, and none finds an old one complete", difference(
        "its names", {key for key in named if key.lower().endswith("name")}, {"generateName"})
    pod = scene.load("kubernetes/init-container.yaml")["spec"]["template"]["spec"]
    yield "init-container.yaml: ends well where the gate is open alone", [
        fault for state, code in codes.items() for fault in difference(
            state, kubernetes_job.exit_code(kubernetes_job.command_of(pod, program, scene.send_to(state))), code)]
    hook = scene.load("argo-cd/presync-job.yaml")["metadata"]["annotations"]
    yield "presync-job.yaml is a PreSync hook", difference("hook", hook["argocd.argoproj.io/hook"], "PreSync")
