"""A real Prometheus scrapes telltale in every way in which it may be told to, and curl holds the endpoint's doors.

Three daemons: one in plain HTTP, one behind HTTPS and a password, one behind HTTPS and a client certificate. The latter
two serve health and gates on --probe.listen-address as well, for those who can present neither.
"""

import crypt
import subprocess
from pathlib import Path
from typing import Any, Iterator

from daemon import Daemon
from gates import curl
from prometheus_server import Prometheus, at
from stage import Stage, Verdict, difference, wait_for
from telltale import to_yaml

USER, PASSWORD = "scrape", "open sesame: über"
TLS = {"cert_file": "igor.pem", "key_file": "igor.key"}
WEB_CONFIGS = {
    "password": {"tls_server_config": TLS},
    "certificate": {"tls_server_config": TLS | {"client_auth_type": "RequireAndVerifyClientCert",
                                                "client_ca_file": "ca.pem"}},
}
# Paths of --probe.listen-address, and what they answer there.
PROBE_PATHS = {
    "/-/healthy": 200, "/-/ready": 200, "/livez": 200, "/readyz": 200, "/healthz": 200, "/gate/need": 200,
    "/gate/need/orca": 200, "/gate/hostile": 403, "/api/v1/gates": 200, "/api/v1/gates/need": 200,
    "/": 404, "/metrics": 404, "/probe?target=orca": 404, "/api/v1/status": 404, "/api/v1/targets": 404,
    "/api/v1/watch": 404, "/config": 404, "/logs": 404, "/targets/orca": 404, "/-/reload": 404,
}


def check(stage: Stage) -> Iterator[Verdict]:
    """Scrapes, then the doors themselves."""
    daemons = {"plain": stage.start_daemon("plain-daemon")}
    for name, config in WEB_CONFIGS.items():
        file = write_web_config(stage.lab, name, config)
        daemons[name] = stage.start_daemon(f"{name}-daemon", ("--web.config.file", str(file),
                                                              "--probe.listen-address", "127.0.0.1:0"))
    for daemon in daemons.values():
        health = f"http://{daemon.addresses[-1]}/-/ready"
        wait_for(f"a first round of {daemon.process.name}", lambda: curl(health).status == 200, daemon.process)
    yield from check_formats(daemons["plain"])
    yield from check_doors(stage.lab, daemons)
    yield from check_probe_listener(daemons["certificate"])
    yield from check_scrapes(stage, daemons)
    for daemon in daemons.values():
        daemon.stop()


def write_web_config(lab: Path, name: str, config: dict[str, Any]) -> Path:
    if name == "password":
        config = config | {"basic_auth_users": {USER: crypt.crypt(PASSWORD, crypt.mksalt(crypt.METHOD_BLOWFISH,
                                                                                         rounds=2**8))}}
    file = lab / f"{name}-web.yml"
    file.write_text(to_yaml(config))
    return file


def check_formats(daemon: Daemon) -> Iterator[Verdict]:
    daemon.wait_for_gate("hostile", "closed")
    for path in ("/metrics", "/probe?target=orca", "/probe?target=hostile", "/probe?target=redis"):
        answer = curl(daemon.url + path)
        done = subprocess.run(["promtool", "check", "metrics"], input=answer.body, capture_output=True, text=True)
        wrong = difference("status", answer.status, 200)
        yield f"promtool check metrics: {path}", wrong + (done.stderr.splitlines() if done.returncode else [])
    for path, status in (("/probe", 400), ("/probe?target=nobody", 404), ("/probe?target=https://127.0.0.1:1/", 404)):
        answer = curl(daemon.url + path)
        yield f"only what is configured is probed: {path}", difference("status", answer.status, status)


def check_doors(lab: Path, daemons: dict[str, Daemon]) -> Iterator[Verdict]:
    """Who gets in, and who does not, by curl."""
    authority = ["--cacert", str(lab / "ca.pem")]
    certificate = ["--cert", str(lab / "telltale.pem"), "--key", str(lab / "telltale.key")]
    ours = f"https://{daemons['password'].address}/metrics"
    for what, words, status in (("right", ["-u", f"{USER}:{PASSWORD}"], 200), ("wrong", ["-u", f"{USER}:x"], 401),
                                ("unknown user's", ["-u", f"nobody:{PASSWORD}"], 401), ("no", [], 401)):
        answer = curl(ours, *authority, *words)
        yield f"HTTPS, {what} password: {status}", difference("status", answer.status, status)
    theirs = f"https://{daemons['certificate'].address}/metrics"
    yield "HTTPS, client certificate: 200", difference("status", curl(theirs, *authority, *certificate).status, 200)
    done = subprocess.run(["curl", "-sS", *authority, theirs], capture_output=True, text=True)
    # With TLS 1.3 the alert is met at the first read (56), with TLS 1.2 in the handshake (35).
    yield "HTTPS, no client certificate: no answer", [] if done.returncode in (35, 56) else [
        f"curl's exit is {done.returncode}: {done.stdout[:80]}{done.stderr}"]
    done = subprocess.run(["curl", "-sS", theirs.replace("https:", "http:")], capture_output=True, text=True)
    yield "plain HTTP where HTTPS is served: no metrics", (
        ["metrics came"] if "telltale_" in done.stdout else [])


def check_probe_listener(daemon: Daemon) -> Iterator[Verdict]:
    wrong = []
    daemon_url = f"http://{daemon.addresses[-1]}"
    wait_for("an open gate", lambda: curl(f"{daemon_url}/gate/need").status == 200, daemon.process)
    for path, status in PROBE_PATHS.items():
        wrong += difference(f"status of {path}", curl(daemon_url + path).status, status)
    wrong += difference("status of POST /-/reload", curl(f"{daemon_url}/-/reload", "-X", "POST").status, 404)
    yield "--probe.listen-address: health and gates without a certificate, and nothing else", wrong


def jobs_for(lab: Path, daemons: dict[str, Daemon]) -> list[dict[str, Any]]:
    tls = {"ca_file": str(lab / "ca.pem"), "server_name": "localhost"}
    ours = {"cert_file": str(lab / "telltale.pem"), "key_file": str(lab / "telltale.key")}
    behind_password = {"scheme": "https", "tls_config": tls, "static_configs": at(daemons["password"])}
    behind_certificate = {"scheme": "https", "static_configs": at(daemons["certificate"])}
    user = {"username": USER}
    return [
        {"job_name": "plain", "static_configs": at(daemons["plain"])},
        {"job_name": "password", "basic_auth": user | {"password": PASSWORD}} | behind_password,
        {"job_name": "wrong-password", "basic_auth": user | {"password": "x"}} | behind_password,
        {"job_name": "certificate", "tls_config": tls | ours} | behind_certificate,
        {"job_name": "no-certificate", "tls_config": tls} | behind_certificate,
        # As for blackbox_exporter: the target's name goes into the query, the daemon's address in its place.
        {"job_name": "probe", "metrics_path": "/probe", "scrape_interval": "5s", "scrape_timeout": "5s",
         "params": {"module": ["http_2xx"]},
         "static_configs": [{"targets": ["orca", "redis", "hostile"]}],
         "relabel_configs": [
             {"source_labels": ["__address__"], "target_label": "__param_target"},
             {"source_labels": ["__param_target"], "target_label": "instance"},
             {"target_label": "__address__", "replacement": daemons["plain"].address},
         ]},
    ]


# What a query must come to, by the job that scrapes it.
EXPECTED = {
    **{f'up{{job="{job}"}}': 1 for job in ("plain", "password", "certificate")},
    **{f'up{{job="{job}"}}': 0 for job in ("wrong-password", "no-certificate")},
    **{f'telltale_gate_open{{job="{job}",gate="need"}}': 1 for job in ("plain", "password", "certificate")},
    'count(telltale_client_auth_mode{job="plain",mode="want"} == 1)': 10,
    'sum(telltale_edge_verdict{job="plain",verdict="survives"}) > bool 20': 1,
    'max(up{job="probe"})': 1,
    'min(up{job="probe"})': 1,
    'probe_success{job="probe",instance="orca"}': 1,
    'probe_success{job="probe",instance="redis"}': 1,
    'probe_success{job="probe",instance="hostile"}': 1,  # it answers; what is wrong with it, its findings tell
    'probe_ssl_earliest_cert_expiry{job="probe",instance="orca"} > bool time()': 1,
    'count(telltale_gate_open{job="probe"}) or vector(0)': 0,
}
ERRORS = {"wrong-password": "401", "no-certificate": "certificate required"}


def check_scrapes(stage: Stage, daemons: dict[str, Daemon]) -> Iterator[Verdict]:
    prometheus = Prometheus(stage, jobs_for(stage.lab, daemons))
    for expression, value in EXPECTED.items():
        try:
            wait_for(expression, lambda: prometheus.value(expression) == value, prometheus.process, 30)
            wrong = []
        except RuntimeError:
            wrong = difference("value", prometheus.value(expression), value) + [str(prometheus.errors())]
        yield f"Prometheus: {expression} is {value}", wrong
    errors = prometheus.errors()
    for job, words in ERRORS.items():
        yield f"Prometheus, {job}: says {words}", [] if words in errors[job] else [errors[job]]
    for name in ("password", "certificate"):
        said = daemons[name].log()
        yield f"the log of the daemon behind the {name} tells no secret", (
            ["the password is in it"] if PASSWORD in said or "$2b$" in said else [])
