"""telltale itself: whether it runs, looks and is scraped, and what it costs."""

from forms import (BLUE, COUNT_OF_FAULTS, GATES, GREY, ORANGE, SITE_LEGEND, VERMILLION, Board, Json, coloured, count,
                   flag, fold, lines, number_of, or_zero, override, query, rows, series, stat, states_over_time, steps,
                   table)

TARGET = 'target=~"$target"'
INSTANCE = "instance"
UP = flag("up", "down")
LAST_LOOK = "telltale_probe_last_run_timestamp_seconds"
STALE_AFTER = "telltale_probe_stale_after_seconds"
LEGEND = f"{{{{instance}}}} {SITE_LEGEND}"
RELOADED = fold("min", INSTANCE, series("telltale_config_last_reload_successful"))


def make() -> Json:
    board = Board("itself", "telltale: itself", "Whether telltale runs, looks and is scraped, and what it costs.",
                  ("datasource", "job", "cluster", "namespace", "target", "page"))
    add_now(board)
    add_sites(board)
    add_looks(board)
    add_process(board)
    return board.json()


def add_now(board: Board) -> None:
    board.row("Now")
    board.add(count("telltales that are down", "Scrapes of the chosen jobs that fail. A telltale that nobody "
                    "scrapes is not among them.", f"{series('up')} == bool 0"), 4, 4)
    board.add(count("Configurations not loaded", "The newest attempt to load telltale.yml failed; telltale goes on "
                    "with the one before.", f"{RELOADED} == bool 0"), 4, 4)
    board.add(stat("Internal errors", "Errors that telltale survived, in the chosen time. Any is a bug.",
                   f"sum(increase({series('telltale_internal_errors_total')}[$__range]))", "no data",
                   unit="none", decimals=0, thresholds=COUNT_OF_FAULTS), 4, 4)
    board.add(count("Addresses not looked at in time", "Their last look is older than probe.stale_after: no gate that "
                    "wants them can be open. Each telltale counts its own.",
                    f"time() - {series(LAST_LOOK, TARGET)} > bool on (job, instance, cluster, namespace) group_left () "
                    f"{series(STALE_AFTER)}"), 6, 4)
    failures, attempts = (f"sum(increase({series(f'telltale_probe_{what}_total', TARGET)}[$__range]))"
                          for what in ("failures", "attempts"))
    board.add(stat("Looks that fail", "Of all looks at the chosen targets in the chosen time.",
                   or_zero(f"{failures} / {attempts}", attempts), "no look yet",
                   unit="percentunit", thresholds=steps(BLUE, (0.01, ORANGE), (0.1, VERMILLION))), 6, 4)
    board.add(states_over_time("Up", "Whether Prometheus could scrape it. A gap: Prometheus does not know of it.", UP,
                               series("up"), LEGEND, "Prometheus scrapes no telltale"), 24, 5)


def age(labels: str) -> str:
    return f"(time() - {fold('max', labels, series(LAST_LOOK, TARGET))})"


def add_sites(board: Board) -> None:
    board.row("Sites and builds")
    errors = fold("max", "target", series("telltale_findings", TARGET, 'severity="error"'))
    board.add(table("Sites", "One row per cluster and namespace. gates: the worst of all gates there; errors: findings "
                    "over all targets; oldest look: at the address that waits longest.", [
                        rows(fold("min", "", series("up"))),
                        rows(fold("min", "", number_of("telltale_gate_status", "status", GATES))),
                        rows(fold("count", "", errors)), rows(fold("sum", "", errors)),
                        rows(fold("max", "", age("target, address")))],
                    "Prometheus scrapes no telltale", coloured("up", UP), coloured("gates", GATES, "nobody tells"),
                    override("oldest look", unit="dtdurations"),
                    names=dict(zip((f"Value #{letter}" for letter in "ABCDE"),
                                   ("up", "gates", "targets", "errors", "oldest look")))), 12, 8)
    reloaded = flag("loaded", "refused")
    board.add(table("Builds", "Version, how long it has run, and whether it could load its configuration.", [
                        rows(fold("max", f"{INSTANCE}, version, revision, compiler", series("telltale_build_info"))),
                        rows(f"time() - {fold('max', INSTANCE, series('process_start_time_seconds'))}"),
                        rows(RELOADED),
                        rows(fold("max", INSTANCE, series("telltale_config_last_reload_success_timestamp_seconds"))
                             + " * 1000")],
                    "Prometheus scrapes no telltale", override("runs for", unit="dtdurations"),
                    coloured("configuration", reloaded), override("loaded at", unit="dateTimeAsIso"),
                    first=("instance", "version"), hidden=("Value #A",),
                    names={"Value #B": "runs for", "Value #C": "configuration", "Value #D": "loaded at"}), 12, 8)


def add_looks(board: Board) -> None:
    board.row("Looks")
    board.add(look_ages(), 12, 9)
    severities = fold("max", "target, severity", series("telltale_findings", TARGET))
    board.add(lines("Findings by severity", "Over the chosen targets. Errors keep gates closed.",
                    [query(f"sum by (severity) ({severities})", "{{severity}}")], "no target has been looked at",
                    "none", stacked=True), 12, 9)
    rate = "rate({}[$__rate_interval])"
    buckets = rate.format(series("telltale_probe_duration_seconds_bucket"))
    board.add(lines("How long looks take, by phase", "The median and the 99th percentile, over all targets.",
                    [query(f"histogram_quantile({quantile}, sum by (le, phase) ({buckets}))", f"{{{{phase}}}} {name}")
                     for quantile, name in ((0.5, "median"), (0.99, "p99"))], "no look yet", "s"), 12, 9)
    attempts, failures = (rate.format(series(f"telltale_probe_{what}_total", TARGET))
                          for what in ("attempts", "failures"))
    made = lines("Looks, and those that failed by their first reason", "Per second, over the chosen targets.",
                 [query(f"sum({attempts})", "looks"), query(f"sum by (reason) ({failures})", "{{reason}}")],
                 "no look yet", "suffix: looks/s")
    board.add(coloured_line(made, "looks", GREY), 12, 9)


def look_ages() -> Json:
    made = lines("Age of the oldest look", "At the address of each target that waits longest. Above the dashed line "
                 "evidence no longer counts, and gates become unknown.",
                 [query(age("target"), f"{{{{target}}}} {SITE_LEGEND}"),
                  query(f"min({series(STALE_AFTER)})", "stale after")], "no target has been looked at", "s")
    return coloured_line(made, "stale after", VERMILLION, custom__lineStyle={"fill": "dash", "dash": [10, 10]})


def coloured_line(made: Json, name: str, colour: str, **properties: object) -> Json:
    made["fieldConfig"]["overrides"].append(
        override(name, color={"mode": "fixed", "fixedColor": colour}, **properties))
    return made


def add_process(board: Board) -> None:
    board.row("Process and scrapes")
    board.add(lines("Memory", "Resident is what counts against a limit.",
                    [query(series("process_resident_memory_bytes"), f"resident {LEGEND}")], "no telltale tells",
                    "bytes"), 8, 8)
    board.add(lines("CPU", "Seconds of one core per second.",
                    [query(f"rate({series('process_cpu_seconds_total')}[$__rate_interval])", LEGEND)],
                    "no telltale tells", "none", decimals=3), 8, 8)
    board.add(lines("File descriptors and threads", "Open descriptors beside their limit say how many connections are "
                    "still possible.", [query(series("process_open_fds"), f"open {LEGEND}"),
                                        query(series("process_max_fds"), f"limit {LEGEND}"),
                                        query(series("process_threads"), f"threads {LEGEND}")],
                    "no telltale tells", "none"), 8, 8)
    board.add(lines("Duration of a scrape", "As Prometheus measured it. telltale answers from its last look and asks "
                    "nobody.", [query(series("scrape_duration_seconds"), LEGEND)], "Prometheus scrapes no telltale",
                    "s"), 12, 8)
    board.add(lines("Samples of a scrape", "Grows with targets, addresses and reasons seen.",
                    [query(series("scrape_samples_scraped"), LEGEND)], "Prometheus scrapes no telltale", "none"), 12, 8)
