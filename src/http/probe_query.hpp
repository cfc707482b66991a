#pragma once
// What a request for /probe asks: its parameters, and how long its scraper will wait.

#include "telltale/error.hpp"
#include "telltale/http/router.hpp"

namespace telltale::http {

/// Reads `target`, `module`, `debug` and X-Prometheus-Scrape-Timeout-Seconds, as blackbox_exporter
/// has them (prober/handler.go). `target` is as it was asked for, empty if it is missing; what
/// concerns the answer's format is left as it is. An error says which parameter is malformed.
[[nodiscard]] Result<ProbeRequest> read_probe(const Request& request);

}  // namespace telltale::http
