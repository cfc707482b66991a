"""Three telltales, a real Prometheus with the shipped rules, and one more that federates it.

The three are sites of two clusters; each judges a gate `need` over a part of one fleet, so that one can close alone. So
that minutes become seconds, the rules run with every duration divided by SCALE: `for`, windows and offsets, and the age
of a sample, the one number of seconds that is not written as a duration. Nothing else of them is changed. `up` and all
samples are Prometheus' own; there is no Alertmanager, and no remote write: federation stands for it, since both leave
the last sample standing.
"""

import json
import os
import re
import signal
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Callable, Iterator

import yaml
from daemon import Daemon, wait_for
from deploy_stage import DeployStage
from fleet import OTHER
from prometheus_server import Prometheus
from rules import PAGES, RULE_FILES, queries_in
from telltale import to_yaml
from verdicts import Verdict, difference

SCALE = 30
FRESH_S = 150 / SCALE  # what telltale-estate.yml lets a sample's age be
SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}
GATE = 'gate:telltale_gate_status:worst{gate="need"}'
FEDERATED = ['{__name__=~"telltale_.+"}', 'up{job="telltale"}']


@dataclass
class Site:
    """One telltale, and the labels that its samples get."""

    cluster: str
    namespace: str
    targets: list[str]
    daemon: Daemon | None = None

    @property
    def name(self) -> str:
        return f"telltale-{self.namespace}"


def check(stage: DeployStage) -> Iterator[Verdict]:
    stage.fleet.start()
    sites = [Site("one", "a", ["orca", "echo", "redis"]), Site("two", "b", ["clouddriver", "fiat", "front50"]),
             Site("two", "c", ["gate", "igor", "rosco"])]
    for site in sites:
        start(stage, site)
    estate = Estate(stage, sites)
    yield from check_open(estate)
    yield from check_closed(estate)
    yield from check_restart(estate)
    yield from check_stopped(estate)
    yield from check_undiscovered(estate)
    yield from check_downgrade(estate)
    yield from check_killed(estate)
    yield from check_pages(estate)
    yield from check_federation(estate)
    for site in sites:
        daemon_of(site).stop()


def start(stage: DeployStage, site: Site, listen: str = "127.0.0.1:0") -> None:
    stage.gates = [{"name": "need", "targets": site.targets, "rounds": 1, "for": "0s"}]
    site.daemon = stage.start_daemon(site.name, listen=listen)


def daemon_of(site: Site) -> Daemon:
    if not site.daemon:
        raise RuntimeError(f"{site.name} does not run")
    return site.daemon


def faster(rules: str) -> str:
    """The rules with all durations divided by SCALE."""
    def divided(found: re.Match[str]) -> str:
        return f"{int(found[1]) * SECONDS[found[2]] // SCALE}s"

    def each(found: re.Match[str]) -> str:
        return re.sub(r"(\d+)([smhd])\b", divided, found[0])

    fresher = re.sub(r"<= bool 150\b", f"<= bool {FRESH_S:g}", rules)
    return re.sub(r"for: \w+$|\[[\w:]+\]|offset \w+", each, fresher, flags=re.M)


class Place:
    """A stage for one more Prometheus: files of its own, processes of the run."""

    def __init__(self, stage: DeployStage, name: str):
        self.lab = stage.lab / name
        self.lab.mkdir()
        self.start_process = stage.start_process


class Estate:
    """The sites as Prometheus finds them, and what it says of them."""

    def __init__(self, stage: DeployStage, sites: list[Site]):
        self.stage = stage
        self.sites = sites
        self._found = stage.lab / "sites.json"
        self.discover(sites)
        rules = []
        for name in RULE_FILES:
            file = stage.lab / name
            file.write_text(faster((stage.project / "deploy" / "prometheus" / name).read_text()))
            rules.append(file)
        by_file = {"file_sd_configs": [{"files": [str(self._found)], "refresh_interval": "1s"}]}
        self.prometheus = Prometheus(stage, [{"job_name": "telltale"} | by_file], tuple(rules))
        [port] = self.prometheus.process.ports
        federate = {"job_name": "federate", "honor_labels": True, "metrics_path": "/federate",
                    "params": {'"match[]"': FEDERATED}, "static_configs": [{"targets": [f"127.0.0.1:{port}"]}]}
        self.central = Prometheus(Place(stage, "central"), [federate], tuple(rules))  # type: ignore[arg-type]

    def discover(self, sites: list[Site]) -> None:
        """What service discovery finds from now on."""
        found = [{"targets": [daemon_of(site).address],
                  "labels": {"cluster": site.cluster, "namespace": site.namespace}} for site in sites]
        written = self._found.with_suffix(".new")
        written.write_text(json.dumps(found))
        written.rename(self._found)

    def status(self, prometheus: Prometheus | None = None) -> str | None:
        found = (prometheus or self.prometheus).query(f"{GATE} == 1")
        return found[0]["metric"]["status"] if len(found) == 1 else None

    def wait_for(self, status: str, prometheus: Prometheus | None = None) -> None:
        self.wait_until(f"the estate's gate to be {status}", lambda: self.status(prometheus) == status)

    def wait_until(self, what: str, condition: Callable[[], bool]) -> None:
        """Longer than elsewhere: a scrape a second is much for a machine that does other things."""
        wait_for(what, condition, self.prometheus.process, 120)

    def site_is(self, site: Site) -> str:
        query = f'site_gate:telltale_gate_status:worst{{cluster="{site.cluster}",namespace="{site.namespace}"}} == 1'
        found = self.prometheus.query(query)
        return found[0]["metric"]["status"] if len(found) == 1 else f"{len(found)} states"

    def wait_for_alert(self, name: str, **labels: str) -> dict[str, str]:
        def alerts() -> list[dict[str, str]]:
            return [alert for alert in self.prometheus.firing().get(name, []) if labels.items() <= alert.items()]

        self.wait_until(f"{name} {labels}", lambda: bool(alerts()))
        return alerts()[0]

    def wait_for_silence(self, name: str) -> None:
        self.wait_until(f"{name} to end", lambda: name not in self.prometheus.firing())

    def times(self, query: str, value: float, prometheus: Prometheus | None = None) -> list[float]:
        """When samples of that value were taken, of all series that the selector has, within an hour."""
        found = (prometheus or self.prometheus).query(f"{query}[1h]")
        return sorted(float(time) for series in found for time, text in series["values"] if float(text) == value)

    def now(self) -> float:
        return float(self.prometheus.query("vector(time())")[0]["value"][1])


def check_open(estate: Estate) -> Iterator[Verdict]:
    estate.wait_for("open")
    of_sites = 'gate:telltale_gate_sites:sum{status="open"}'
    begin = min(time for value in range(4) for time in estate.times(of_sites, value))
    opened = min(estate.times(f'{GATE[:-1]},status="open"}}', 1))
    late = opened - begin >= 15 * 60 / SCALE
    yield "open at three sites: the estate's gate is open, after the time that Prometheus must have watched", (
        [] if late else [f"open {opened - begin} s after the first evaluation"])
    yield "what Argo Rollouts and Flagger ask for is 1", difference("it", ask(estate), 1)
    yield "no alert fires", difference("alerts", estate.prometheus.firing(), {})


def ask(estate: Estate, prometheus: Prometheus | None = None) -> float | None:
    """The query of docs/estate.md that pipelines ask."""
    page = (estate.stage.project / "docs" / "estate.md").read_text()
    [query] = [query for query in queries_in(page) if query.endswith("or vector(0)")]
    return (prometheus or estate.prometheus).value(query)


def check_closed(estate: Estate) -> Iterator[Verdict]:
    one, two, three = estate.sites
    estate.stage.fleet.change("rosco", "want", OTHER)
    estate.wait_for("closed")
    states = [estate.site_is(site) for site in estate.sites]
    yield "one edge closed: the estate's gate is closed, by one site", difference(
        "sites", states, ["open", "open", "closed"])
    yield "what pipelines ask for is -1", difference("it", ask(estate), -1)
    alert = estate.wait_for_alert("TelltaleGateClosedAfterOpen")
    labels = {key: alert.get(key) for key in ("cluster", "namespace", "gate")}
    yield "TelltaleGateClosedAfterOpen fires, with the site's labels", difference(
        "labels", labels, {"cluster": "two", "namespace": three.namespace, "gate": "need"})
    estate.wait_for_alert("TelltaleEdgeWouldBreak", callee="rosco", namespace=one.namespace)
    yield "TelltaleEdgeWouldBreak fires for the caller that would be turned away", []
    estate.stage.fleet.change("rosco", "want")
    estate.wait_for("open")
    estate.wait_for_silence("TelltaleGateClosedAfterOpen")
    yield "mended: the estate's gate is open, and the alert has ended", []


def check_restart(estate: Estate) -> Iterator[Verdict]:
    [_, two, _] = estate.sites
    began = estate.now()
    address = daemon_of(two).address
    daemon_of(two).stop()
    estate.wait_for("unknown")
    start(estate.stage, two, address)
    estate.wait_for("open")
    yield "a restart: unknown, then open", gap(estate, two, began)
    # The alert's `for` would be over before it is asked for.
    patience = began + 20 * 60 / SCALE
    estate.wait_until("the alert to have had time", lambda: estate.now() > patience)
    fired = [time for time in estate.times('ALERTS{alertname="TelltaleGateClosedAfterOpen"}', 1) if time >= began]
    yield "a restart: TelltaleGateClosedAfterOpen does not fire, nor is it pending", difference("times", fired, [])


def gap(estate: Estate, site: Site, began: float) -> list[str]:
    """What is wrong with a time in which the site was away: the estate's gate was unknown, and from then on not open
    before the site was; nor was it open whenever the site's last sample was too old."""
    of_site = f'telltale_gate_status{{namespace="{site.namespace}",gate="need",status="open"}}'
    open_there, others = estate.times(of_site, 1), estate.times(of_site, 0)
    opened = estate.times(f'{GATE[:-1]},status="open"}}', 1)
    unknown = [time for time in estate.times(f'{GATE[:-1]},status="unknown"}}', 1) if time >= began]
    if not unknown:
        return ["the estate's gate never was unknown"]
    back = min((time for time in open_there if time > unknown[0]), default=estate.now())
    wrong = [f"open at {time}, unknown since {unknown[0]}" for time in opened if unknown[0] < time < back]
    seen = sorted([*open_there, *others, estate.now()])
    holes = [(before, after) for before, after in zip(seen, seen[1:]) if after - before > FRESH_S]
    return wrong + [f"open at {time}, {time - before} s after the site's last sample"
                    for before, after in holes for time in opened if before + FRESH_S < time < after]


def check_stopped(estate: Estate) -> Iterator[Verdict]:
    [one, _, _] = estate.sites
    began = estate.now()
    send(one, signal.SIGSTOP)
    try:
        estate.wait_for("unknown")
        yield "a telltale that hangs: unknown", difference("its site", estate.site_is(one), "unknown")
        yield "what pipelines ask for is 0", difference("it", ask(estate), 0)
    finally:
        send(one, signal.SIGCONT)
    estate.wait_for("open")
    yield "it goes on: unknown until then, and open again", gap(estate, one, began)


def send(site: Site, number: signal.Signals) -> None:
    os.kill(daemon_of(site).process.pid, number)


def check_undiscovered(estate: Estate) -> Iterator[Verdict]:
    [one, two, three] = estate.sites
    began = estate.now()
    estate.discover([one, two])
    estate.wait_for("unknown")
    alert = estate.wait_for_alert("TelltaleDown")
    labels = {key: value for key, value in alert.items() if key not in ("alertname", "severity")}
    yield "gone from service discovery: unknown, and TelltaleDown tells the site", difference(
        "labels", labels, {"cluster": "two", "namespace": three.namespace, "job": "telltale"})
    yield "it is still unknown when the alert fires", difference("the estate's gate", estate.status(), "unknown")
    estate.discover(estate.sites)
    estate.wait_for("open")
    yield "discovered again: open, and unknown until then", gap(estate, three, began)


def check_downgrade(estate: Estate) -> Iterator[Verdict]:
    [_, _, three] = estate.sites
    daemon = daemon_of(three)
    estate.stage.fleet.change("rosco", "need")
    expect(estate.stage, three, "rosco", {"client_auth": "need"})
    wait_for("rosco at need", lambda: mode_of(daemon, "rosco") == "need", daemon.process)
    estate.wait_for("open")
    yield "need is expected, and seen: the gate is open, and no alert fires", difference(
        "TelltaleClientAuthDowngraded", estate.prometheus.firing().get("TelltaleClientAuthDowngraded"), None)
    estate.stage.fleet.change("rosco", "want")
    alert = estate.wait_for_alert("TelltaleClientAuthDowngraded")
    shown = {key: alert.get(key) for key in ("target", "mode", "namespace", "severity")}
    yield "and want is seen: TelltaleClientAuthDowngraded fires", difference("labels", shown, {
        "target": "rosco", "mode": "want", "namespace": three.namespace, "severity": "critical"})
    estate.wait_for("closed")
    yield "and the estate's gate is closed", []
    expect(estate.stage, three, "rosco", {"client_auth": "want"})
    estate.wait_for("open")
    estate.wait_for_silence("TelltaleClientAuthDowngraded")


def expect(stage: DeployStage, site: Site, target: str, expected: dict[str, Any]) -> None:
    """Writes it into the site's telltale.yml, and has that read again."""
    file = stage.lab / f"{site.name}.yml"
    config = yaml.safe_load(file.read_text())
    for row in config["targets"]:
        if row["name"] == target:
            row["expect"] = expected
    file.write_text(to_yaml(config))
    request = urllib.request.Request(f"{daemon_of(site).url}/-/reload", method="POST")
    urllib.request.urlopen(request, timeout=60).close()


def mode_of(daemon: Daemon, target: str) -> str:
    targets = json.loads(daemon.get("/api/v1/targets"))
    rows = targets["targets"] if isinstance(targets, dict) else targets
    return next(row["mode"] for row in rows if row["name"] == target)


def check_killed(estate: Estate) -> Iterator[Verdict]:
    [one, _, _] = estate.sites
    address = daemon_of(one).address
    began = estate.now()
    send(one, signal.SIGKILL)
    daemon_of(one).stop()
    estate.wait_for("unknown")
    alert = estate.wait_for_alert("TelltaleDown")
    yield "a telltale is killed: unknown, and TelltaleDown tells the instance", difference(
        "instance", alert.get("instance"), address)
    yield "no sample is open after the scrape that noticed", gap(estate, one, began)
    start(estate.stage, one, address)
    estate.wait_for("open")
    yield "it is there again: open", gap(estate, one, began)


def check_pages(estate: Estate) -> Iterator[Verdict]:
    """What the pages tell people to ask must be askable: promtool parses, Prometheus evaluates."""
    for page in PAGES:
        wrong = []
        queries = queries_in((estate.stage.project / "docs" / page).read_text())
        for query in queries:
            try:
                estate.prometheus.query(query)
            except OSError as error:
                wrong.append(f"{query}: {error}")
        yield f"docs/{page}: Prometheus answers its {len(queries)} queries", wrong


def check_federation(estate: Estate) -> Iterator[Verdict]:
    """The Prometheus that scrapes dies. Whoever federates it keeps its last samples for five minutes, unmarked."""
    estate.wait_for("open", estate.central)
    yield "federated: open, by the same rules", difference("what pipelines ask for", ask(estate, estate.central), 1)
    estate.prometheus.process.terminate()
    estate.prometheus.process.wait()
    estate.stage.processes.remove(estate.prometheus.process)
    wait_for("the federated gate to be unknown", lambda: estate.status(estate.central) == "unknown",
             estate.central.process, 120)
    of_site = 'telltale_gate_status{gate="need",status="open"}'
    sample = max(estate.times(of_site, 1, estate.central))
    standing = estate.central.query(of_site)
    opened = estate.times(f'{GATE[:-1]},status="open"}}', 1, estate.central)
    late = [time for time in opened if time > sample + FRESH_S]
    yield "its source dies: unknown while the last samples still stand", (
        difference("open samples", late, []) + ([] if standing else ["no sample stands: nothing was shown"]))
