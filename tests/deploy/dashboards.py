"""The dashboards, tried without a Grafana: there is none in Debian, nor in npm's registry. Nobody has seen a picture.

What can be had: Grafana's own types by tsc, rules about what types cannot tell, kustomize, and every query in a real
Prometheus as Grafana would ask it. It scrapes two real telltales that look at a fleet with every fault, so that a query
which is empty for a healthy fleet must return series; chosen values must filter, and unknown ones return nothing.
"""

import json
import re
import subprocess
from collections import defaultdict
from typing import Any, Iterator

import yaml
from daemon import Daemon, wait_for
from deploy_stage import PROJECT, DeployStage
from grafana import schema, structure
from grafana.fleet import FaultyFleet
from grafana.planted import AGAINST_RULES, AGAINST_STATES, AGAINST_TYPES, planted
from grafana.queries import Asked, Selection, Viewer, queries
from prometheus_server import Prometheus, at
from servers.peer import choose_ports
from verdicts import Verdict, difference

Json = dict[str, Any]

FOLDER = PROJECT / "dashboards"
NOBODY = "no-such-value"
# By variable: where a chosen value must show.
LABELS = {"target": ("target", "callee"), "gate": ("gate",), "cluster": ("cluster",), "namespace": ("namespace",)}
LABELLED: Selection = {"job": ["telltale"]}
BARE: Selection = {"job": ["bare"]}  # a job whose series have neither cluster nor namespace
CHOSEN = {"target": "orca", "gate": "need", "cluster": "blue", "namespace": "spinnaker", "job": "telltale"}
WAIT_S = 60


def check(stage: DeployStage) -> Iterator[Verdict]:
    dashboards = {file.stem: json.loads(file.read_text()) for file in sorted(FOLDER.glob("*.json"))}
    page = (PROJECT / "docs/metrics.md").read_text()
    rows = re.findall(r"^\| `(telltale_[a-z_]+)` \| \w+ \|([^|]*)\|", page, re.M)
    documented = {name: tuple(re.findall(r"`(\w+)`", labels)) for name, labels in rows}
    yield "their source writes them as they are", check_generated()
    yield from check_structure(dashboards, documented)
    yield from check_schema(stage, dashboards)
    yield from check_kustomize(dashboards)
    yield from check_queries(stage, dashboards)


def check_generated() -> list[str]:
    done = subprocess.run([FOLDER / "generate", "--check"], capture_output=True, text=True)
    return (done.stdout + done.stderr).splitlines() if done.returncode else []


def check_structure(dashboards: dict[str, Json], documented: structure.Metrics) -> Iterator[Verdict]:
    for name, dashboard in dashboards.items():
        yield f"{name}: in order", structure.wrong_with(dashboard, documented)
    uids = [dashboard["uid"] for dashboard in dashboards.values()]
    yield "their uids are their files' names", difference("uids", uids, list(dashboards))
    for what, changed, word in planted(dashboards["telltale-rollout"], AGAINST_RULES):
        said = structure.wrong_with(changed, documented)
        yield f"found: {what}", [] if any(word in fault for fault in said) else [f"said: {said}"]


def check_schema(stage: DeployStage, dashboards: dict[str, Json]) -> Iterator[Verdict]:
    faults = list(planted(dashboards["telltale-rollout"], AGAINST_TYPES))
    boards = dashboards | {f"planted-{index}": changed for index, (_, changed, _) in enumerate(faults)}
    said = schema.complaints(boards, stage.modules(), stage.lab)
    for name in dashboards:
        yield f"{name}: tsc finds nothing that Grafana does not know", said[name]
    for index, (what, _, word) in enumerate(faults):
        lines = said[f"planted-{index}"]
        yield f"tsc finds {what} that is wrong", [] if any(word in line for line in lines) else [f"said: {lines}"]


def check_kustomize(dashboards: dict[str, Json]) -> Iterator[Verdict]:
    done = subprocess.run(["kubectl", "kustomize", FOLDER], capture_output=True, text=True, check=True)
    maps = list(yaml.safe_load_all(done.stdout))
    held = {}
    wrong = []
    for each in maps:
        wrong += difference("kind", each["kind"], "ConfigMap")
        wrong += difference("label", each["metadata"]["labels"].get("grafana_dashboard"), "1")
        held |= {name.removesuffix(".json"): json.loads(text) for name, text in each["data"].items()}
    wrong += difference("names", sorted(each["metadata"]["name"] for each in maps), sorted(dashboards))
    yield "kubectl kustomize: a ConfigMap for each, as Grafana's sidecar looks for it", (
        wrong + ([] if held == dashboards else ["what they hold is not the dashboards"]))


def check_queries(stage: DeployStage, dashboards: dict[str, Json]) -> Iterator[Verdict]:
    fleet = FaultyFleet(stage)
    fleet.start()
    daemon, late = fleet.start_telltale(), fleet.start_late_telltale()
    fleet.break_config(daemon)
    prometheus = Prometheus(stage, jobs(daemon, late))
    exported = states_of(prometheus)
    for name, dashboard in dashboards.items():
        viewer = Viewer(prometheus.url, dashboard)
        wait_until_filled(viewer, dashboard)
        yield f"{name}: each state of telltale's has a word", list(structure.states(dashboard, exported))
        yield from check_series(name, viewer, dashboard)
        yield from check_variables(name, viewer)
        yield from check_filters(name, viewer, dashboard)
    rollout = dashboards["telltale-rollout"]
    yield from check_planted(Viewer(prometheus.url, rollout), rollout, exported)


def check_planted(viewer: Viewer, dashboard: Json, exported: dict[tuple[str, str], set[str]]) -> Iterator[Verdict]:
    """What must be found is."""
    none = Asked("planted", 'telltale_gate_opened{job=~"$job"}')
    yield "a query for a metric that is none returns nothing", (
        [f"{none.expression} returned series"] if viewer.ask(none, LABELLED) else [])
    half = Asked("planted", 'telltale_findings{job=~"$job",target=~"$target"} or telltale_finding{job=~"$job"}')
    yield "found: a query with a variable in one half only", [] if unfiltered(viewer, half, "target") else ["it passed"]
    for what, changed, word in planted(dashboard, AGAINST_STATES):
        said = list(structure.states(changed, exported))
        yield f"found: {what}", [] if any(word in fault for fault in said) else [f"said: {said}"]


def jobs(daemon: Daemon, late: Daemon) -> list[Json]:
    """Two sites whose series say where they are, one of them with a telltale that is down, and a job that does not."""
    [nobody] = choose_ports(1)
    down = {"targets": [f"127.0.0.1:{nobody}"]}
    blue, green = {"cluster": "blue", "namespace": "spinnaker"}, {"cluster": "green", "namespace": "spin-late"}
    sites = [each | {"labels": blue} for each in (*at(daemon), down)] + [each | {"labels": green} for each in at(late)]
    return [{"job_name": "telltale", "static_configs": sites},
            {"job_name": "bare", "static_configs": [*at(daemon), *at(late), down]}]


def states_of(prometheus: Prometheus) -> dict[tuple[str, str], set[str]]:
    """By metric and label: the values that telltale exports of each state."""
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    wait_for("all scrapes", lambda: prometheus.value("count(telltale_build_info)") == 4, prometheus.process)
    for label in ("mode", "status", "verdict"):
        for series in prometheus.query(f'count by (__name__, {label}) ({{{label}!="",__name__=~"telltale_.*"}})'):
            found[series["metric"]["__name__"], label].add(series["metric"][label])
    return found


def wait_until_filled(viewer: Viewer, dashboard: Json) -> None:
    """What a rate or a second telltale says takes a few scrapes; what never comes, check_series tells."""
    try:
        wait_for("all series", lambda: not any(unanswered(viewer, dashboard, choice) for choice in (LABELLED, BARE)),
                 deadline_s=WAIT_S)
    except RuntimeError:
        pass


def check_series(name: str, viewer: Viewer, dashboard: Json) -> Iterator[Verdict]:
    for what, choice in (("all", LABELLED), ("a job without cluster and namespace", BARE)):
        yield f"{name}, {what}: every query returns series", unanswered(viewer, dashboard, choice)
    wrong = [asked.where for asked in queries(dashboard)
             if not asked.is_shown_by(viewer.ask_over_time(asked, LABELLED))]
    yield f"{name}: every query returns series over time", wrong


def unanswered(viewer: Viewer, dashboard: Json, choice: Selection) -> list[str]:
    asked = [each.or_nothing() for each in queries(dashboard)]
    return [f"{each.where}: nothing from {each.expression}" for each in asked
            if not each.is_shown_by(viewer.ask(each, choice))]


def check_variables(name: str, viewer: Viewer) -> Iterator[Verdict]:
    for variable in viewer.variable_queries():
        values = viewer.values(variable, LABELLED)
        wrong = [] if CHOSEN[variable] in values else [f"offers {values}, and not {CHOSEN[variable]}"]
        yield f"{name}: ${variable} offers its values", wrong


def check_filters(name: str, viewer: Viewer, dashboard: Json) -> Iterator[Verdict]:
    for variable in viewer.variable_queries():
        using = [asked for asked in queries(dashboard) if asked.uses(variable)]
        wrong = [fault for asked in using for fault in unfiltered(viewer, asked, variable)]
        yield f"{name}: ${variable} filters", wrong + ([] if using else ["no query uses it"])


def unfiltered(viewer: Viewer, asked: Asked, variable: str) -> list[str]:
    """What is returned though it was not chosen: nobody has the one value; and of one, or of both, only that one."""
    if viewer.ask(asked, LABELLED | {variable: [NOBODY]}):
        return [f"{asked.where}: ${variable} is not everywhere in {asked.expression}"]
    own = CHOSEN[variable]
    found = [series["metric"].get(label, own) for chosen in ([own], [own, NOBODY])
             for series in viewer.ask(asked, LABELLED | {variable: chosen}) for label in LABELS.get(variable, ())]
    return [f"{asked.where}: shows {value} where {own} was chosen" for value in sorted(set(found) - {own})]
