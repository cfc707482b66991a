"""The rules under deploy/prometheus, by promtool: sound, told by their tests, and nothing in them untested.

Nothing runs here but promtool and the generator; estate.py has the rules in a real Prometheus. Each expression is also
made wrong in one place after the other (an operator, a number, a word, a label, a window), and `for` and severity
changed: the tests must fail on every one of them.
"""

import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Iterator

import yaml
from deploy_stage import DeployStage
from verdicts import Verdict, difference

ALERTS = {
    "TelltaleGateClosedAfterOpen": ["warning"], "TelltaleGateUnknownAfterOpen": ["warning"],
    "TelltaleClientAuthDowngraded": ["critical"],
    "TelltaleClientAuthMismatch": ["warning"], "TelltaleEdgeWouldBreak": ["warning"],
    "TelltaleEdgeBroken": ["critical"], "TelltaleReplicasDisagree": ["warning"],
    "TelltaleCertificateExpiring": ["warning", "critical"], "TelltaleIdentityExpiring": ["warning"],
    "TelltaleProbeStale": ["warning"], "TelltaleConfigReloadFailed": ["warning"],
    "TelltaleCredentialUnreadable": ["warning"], "TelltaleDown": ["warning"],
}
RUNBOOKS = "https://telltale.example/runbooks"
RULE_FILES = ["telltale-alerts.yml", "telltale-estate.yml"]
PAGES = ["runbooks.md", "estate.md"]


def check(stage: DeployStage) -> Iterator[Verdict]:
    folder = stage.project / "deploy" / "prometheus"
    files = sorted(folder.glob("*.yml"))
    yield "promtool check rules --lint=all", promtool("check", "rules", "--lint=all", "--lint-fatal", *files)
    tests = sorted((folder / "tests").glob("*.yml"))
    yield f"promtool test rules: {len(tests)} files", promtool("test", "rules", *tests) if tests else ["there are none"]
    alerts = [rule for rule in rules_in(folder / "telltale-alerts.yml") if "alert" in rule]
    yield from check_alerts(alerts, tests)
    yield from check_runbooks(alerts, (stage.project / "docs" / "runbooks.md").read_text())
    yield from check_generated(stage)
    yield from check_queries(stage)
    yield from check_mutants(stage.lab, folder, tests)


def promtool(*words: str | Path) -> list[str]:
    """What it complains of."""
    done = subprocess.run(["promtool", *words], capture_output=True, text=True)
    return [] if done.returncode == 0 else (done.stdout + done.stderr).splitlines()[-20:] or ["promtool failed"]


def rules_in(file: Path) -> list[dict[str, Any]]:
    return [rule for group in yaml.safe_load(file.read_text())["groups"] for rule in group["rules"]]


def check_alerts(alerts: list[dict[str, Any]], tests: list[Path]) -> Iterator[Verdict]:
    severities: dict[str, list[str]] = {}
    for rule in alerts:
        severities.setdefault(rule["alert"], []).append(rule["labels"]["severity"])
    yield "the alerts, and their severities", difference("they", severities, ALERTS)
    words = "\n".join(file.read_text() for file in tests)
    for rule in alerts:
        yield f"{rule['alert']}, {rule['labels']['severity']}: its words", check_words(rule, words)


def check_words(rule: dict[str, Any], tests: str) -> list[str]:
    """It has all annotations, and names no label without `with` that a firing alert of the tests does not have."""
    wrong = difference("annotations", sorted(rule["annotations"]), ["description", "runbook_url", "summary"])
    severity = rule["labels"]["severity"]
    name = f'alertname="{rule["alert"]}",alertstate="firing",severity="{severity}"'
    firing = re.findall(rf"labels: \W?ALERTS{{{name},([^}}]*)}}", tests)
    text = "".join(rule["annotations"].values())
    for label in re.findall(r"{{ \$labels\.(\w+) }}", text):
        # Which telltale speaks is on every alert that was scraped, and left out in most tests.
        if label != "instance":
            wrong += [f"{label} is not on {labels}" for labels in firing if f'{label}="' not in labels]
    return wrong if firing else ["no test has it fire"]


def check_runbooks(alerts: list[dict[str, Any]], page: str) -> Iterator[Verdict]:
    names = sorted({rule["alert"] for rule in alerts})
    headings = re.findall(r"^## (\w+)$", page, re.M)
    yield "docs/runbooks.md: a heading for each alert and no other", difference("headings", sorted(headings), names)
    wrong = []
    for rule in alerts:
        wrong += difference("runbook_url", rule["annotations"]["runbook_url"], f"{RUNBOOKS}#{rule['alert'].lower()}")
    yield "runbook_url: the anchor of that heading", wrong


def check_generated(stage: DeployStage) -> Iterator[Verdict]:
    generator = stage.project / "tools" / "prometheusrule"
    component = stage.project / "deploy" / "kubernetes" / "components" / "prometheusrule" / "prometheusrule.yaml"
    done = subprocess.run([generator, "--check"], capture_output=True, text=True)
    yield "prometheusrule.yaml: tools/prometheusrule --check", done.stderr.splitlines() if done.returncode else []
    objects = [one["spec"]["groups"] for one in yaml.safe_load_all(component.read_text())]
    folder = stage.project / "deploy" / "prometheus"
    sources = [yaml.safe_load((folder / name).read_text())["groups"] for name in RULE_FILES]
    yield "prometheusrule.yaml: its groups are those of the rule files", [] if objects == sources else ["they differ"]
    edited = stage.lab / "prometheusrule.yaml"
    edited.write_text(component.read_text().replace("for: 5m", "for: 6m", 1))
    done = subprocess.run([generator, "--check", "--output", edited], capture_output=True, text=True)
    yield "tools/prometheusrule --check: refuses a file that was edited", difference("exit status", done.returncode, 1)


def queries_in(page: str) -> list[str]:
    """The PromQL of a page: what its ```promql blocks hold, one query after an empty line, without comments."""
    blocks = re.findall(r"^```promql\n(.*?)^```$", page, re.M | re.S)
    bare = [re.sub(r"[ \t]*#.*$", "", block, flags=re.M) for block in blocks]
    return [query.strip() for block in bare for query in re.split(r"\n\s*\n", block) if query.strip()]


def check_queries(stage: DeployStage) -> Iterator[Verdict]:
    for page in PAGES:
        queries = queries_in((stage.project / "docs" / page).read_text())
        file = stage.lab / f"{page}.yml"
        rules = [{"record": f"query:{number}", "expr": query} for number, query in enumerate(queries)]
        file.write_text(yaml.safe_dump({"groups": [{"name": "queries", "rules": rules}]}))
        wrong = promtool("check", "rules", file) if queries else ["there are none"]
        yield f"docs/{page}: promtool reads its {len(queries)} queries", wrong


@dataclass(frozen=True)
class Mutant:
    """Rules with one thing wrong, and the tests that must see it."""

    what: str
    rules: list[dict[str, Any]]
    tests: list[dict[str, Any]]


def check_mutants(lab: Path, folder: Path, files: list[Path]) -> Iterator[Verdict]:
    tests = [yaml.safe_load(file.read_text()) for file in files]
    unchanged = [whole_estate(folder, tests), *(one_alert(folder, tests, alert) for alert in ALERTS)]
    mutants = [mutant for whole in unchanged for mutant in mutants_of(whole)]
    places = [written(lab / f"mutant-{number}", mutant) for number, mutant in enumerate(mutants)]
    # One that does not parse would fail every test, and prove nothing.
    files_of_rules = [place / "rules.yml" for place in places]
    yield "rules that are wrong in one place are rules", promtool("check", "rules", *files_of_rules)
    with ThreadPoolExecutor(2) as pool:
        lives = list(pool.map(survives, places, mutants))
    wrong = [mutant.what for mutant, lives_on in zip(mutants, lives) if lives_on]
    yield f"the tests fail on each of {len(mutants)} rules that are wrong in one place", wrong
    lives = [survives(written(lab / f"unchanged-{number}", one), one) for number, one in enumerate(unchanged)]
    yield "and pass on the same that are right", [one.what for one, lives_on in zip(unchanged, lives) if not lives_on]


def written(place: Path, mutant: Mutant) -> Path:
    place.mkdir()
    (place / "rules.yml").write_text(yaml.safe_dump({"groups": [{"name": "mutant", "rules": mutant.rules}]}))
    return place


def survives(place: Path, mutant: Mutant) -> bool:
    """Whether all tests pass, one after the other until one does not."""
    for number, test in enumerate(mutant.tests):
        file = place / f"test-{number}.yml"
        file.write_text(yaml.safe_dump(test | {"rule_files": ["rules.yml"]}))
        if promtool("test", "rules", file):
            return False
    return True


def tests_of(tests: list[dict[str, Any]], name: str) -> list[dict[str, Any]]:
    """The tests of that rule file, each case as a test of its own."""
    about = [test for test in tests if test["rule_files"] == [f"../{name}"]]
    return [test | {"tests": [case]} for test in about for case in test["tests"]]


def one_alert(folder: Path, tests: list[dict[str, Any]], alert: str) -> Mutant:
    """One alert's rules alone, with the tests that name it; nothing is wrong with them yet."""
    rules = [rule for rule in rules_in(folder / RULE_FILES[0]) if rule["alert"] == alert]
    about = [kept for test in tests_of(tests, RULE_FILES[0]) if (kept := test_about(test, alert))["tests"]]
    return Mutant(alert, rules, about)


def whole_estate(folder: Path, tests: list[dict[str, Any]]) -> Mutant:
    return Mutant("estate", rules_in(folder / RULE_FILES[1]), tests_of(tests, RULE_FILES[1]))


def mutants_of(whole: Mutant) -> Iterator[Mutant]:
    for number, rule in enumerate(whole.rules):
        for what, wrong in wrong_rules(rule):
            name = f"{whole.what}: {rule.get('record', '')} {rule.get('labels', '')}: {what}"
            yield Mutant(name, [*whole.rules[:number], wrong, *whole.rules[number + 1:]], whole.tests)


def test_about(test: dict[str, Any], alert: str) -> dict[str, Any]:
    kept = []
    for case in test["tests"]:
        named = [one for one in case["promql_expr_test"] if f'alertname="{alert}"' in one["expr"]]
        if named:
            kept.append({"interval": case["interval"], "input_series": case["input_series"], "promql_expr_test": named})
    return {"evaluation_interval": test["evaluation_interval"], "tests": kept}


def wrong_rules(rule: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """The rule with one thing wrong, and what that is."""
    for before, after, expression in wrong_expressions(rule["expr"]):
        yield f"{before!r} made {after!r}", rule | {"expr": expression}
    if "for" in rule:
        minutes = int(rule["for"][:-1]) * {"m": 1, "h": 60}[rule["for"][-1]]
        for wrong in ("0s", f"{minutes - 2}m", f"{minutes * 2}m"):
            yield f"for: {wrong}", rule | {"for": wrong}
    for label, value in rule.get("labels", {}).items():
        yield f"{label} changed", rule | {"labels": rule["labels"] | {label: f"not-{value}"}}


# What is looked for in an expression, and what is put in its place. Left alone is what no test of promtool can see: how
# long a pause Prometheus may make (`[1h]`, `[3m] offset 1m`; estate_pause.yml has one), and the step of a look back.
CHANGES: list[tuple[str, list[str]]] = [
    (r"\band\b", ["unless"]),
    (r"\bunless\b", ["and"]),
    (r"\nor\n|\n +or\n", ["\nunless\n"]),
    (r"(?<![=<>!~])==(?!=)", ["!="]),
    (r" < ", [" > "]),
    (r" > ", [" < "]),
    (r"<= bool", ["> bool"]),
    (r"\bmin by\b", ["max by"]),
    (r"\bmax by\b", ["min by"]),
    (r"\b28 \*", ["29 *", "27 *"]),
    (r"\b14 \*", ["15 *", "13 *"]),
    (r"\) / 3", [") / 2", ") / 4"]),
    (r"\) / 6", [") / 5", ") / 7"]),
    (r"bool 150\b", ["bool 300", "bool 100"]),
    (r"\[1d", ["[2d", "[12h"]),
    (r"\[3d", ["[6d", "[36h"]),
    (r"offset 15m", ["offset 14m", "offset 16m"]),
    (r"\b0 \*", ["1 *"]),
    (r"(?<=\")\w+(?=\")", ["mutant"]),
    (r"(?<=\")\w+\|", [""]),
    (r"\|\w+(?=\")", [""]),
    (r"(?<=[(])(?:cluster|address), ", [""]),
    (r", (?:namespace|job|instance|gate|caller|callee|reason|severity|mode)(?=[,)])", [""]),
]


def wrong_expressions(expression: str) -> Iterator[tuple[str, str, str]]:
    for pattern, replacements in CHANGES:
        for found in re.finditer(pattern, expression):
            for replacement in replacements:
                changed = expression[:found.start()] + replacement + expression[found.end():]
                yield line_around(expression, found.start()), replacement.strip(), changed


def line_around(text: str, at: int) -> str:
    return text[text.rfind("\n", 0, at) + 1:].split("\n")[0].strip() + f" at {at}"
