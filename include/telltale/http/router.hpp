#pragma once
// Router: an HTTP request and a Snapshot become a response. Pure: the same request, snapshot and
// now give the same response; nothing here asks the network.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "telltale/gate/snapshot.hpp"
#include "telltale/http/metrics_cache.hpp"
#include "telltale/render/process.hpp"

namespace telltale::http {

struct Request {
  std::string method;           ///< `GET`, `HEAD`, `POST`, …
  std::string target;           ///< path and query, as sent
  std::string accept;           ///< the Accept header, empty if absent
  std::string accept_encoding;  ///< the Accept-Encoding header, empty if absent
};

struct Response {
  unsigned status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::vector<std::pair<std::string, std::string>> headers;  ///< besides Content-Type and -Length
  std::string body;                                          ///< left out by the server for HEAD
};

/// What a request may be answered from.
struct World {
  gate::SnapshotPtr snapshot;  ///< never null
  Now now;
  render::ProcessFigures process;  ///< added to /metrics, read anew per scrape
};

/// Answers a request. Unknown paths are 404, known ones with another method 405 with `Allow`, a
/// target that is malformed 400. `cache` saves work between calls and changes no answer.
[[nodiscard]] Response handle(const Request& request, const World& world, MetricsCache& cache);

/// An error as every endpoint answers it: one line of text.
[[nodiscard]] Response error_response(unsigned status, std::string_view line);

}  // namespace telltale::http
