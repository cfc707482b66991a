#pragma once
// Router: an HTTP request and a Snapshot become a response. Pure: the same request, snapshot and
// now give the same response; nothing here asks the network. What a request asks to be done is only
// named here.

#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "telltale/error.hpp"
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

/// What a request may ask to be done. Whoever does it makes the response of how that ended.
enum class Action {
  reload,  ///< answered with reload_response()
};

/// Answers a request, or says what is to be done for it. Unknown paths are 404, known ones with
/// another method 405 with `Allow`, a target that is malformed 400. `cache` saves work between
/// calls and changes no answer.
[[nodiscard]] std::variant<Response, Action> handle(const Request& request, const World& world,
                                                    MetricsCache& cache);

/// How a reload ended: 200 with the time of it, or 500 with the one line of what is wrong.
[[nodiscard]] Response reload_response(const Result<CivilTime>& outcome);

/// An error as every endpoint answers it: one line of text.
[[nodiscard]] Response error_response(unsigned status, std::string_view line);

}  // namespace telltale::http
