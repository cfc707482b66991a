#pragma once
// Router: an HTTP request and a Snapshot become a response. Pure: the same request, snapshot and
// now give the same response; nothing here asks the network. What a request asks to be done is only
// named here.

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "telltale/error.hpp"
#include "telltale/gate/snapshot.hpp"
#include "telltale/http/metrics_cache.hpp"
#include "telltale/render/probe.hpp"
#include "telltale/render/process.hpp"
#include "telltale/render/render.hpp"

namespace telltale::http {

struct Request {
  std::string method;           ///< `GET`, `HEAD`, `POST`, …
  std::string target;           ///< path and query, as sent
  std::string accept;           ///< the Accept header, empty if absent
  std::string accept_encoding;  ///< the Accept-Encoding header, empty if absent
  std::string if_none_match;    ///< the If-None-Match header, empty if absent
  std::string scrape_timeout;   ///< the X-Prometheus-Scrape-Timeout-Seconds header, likewise
};

struct Response {
  unsigned status = 200;
  std::string content_type = "text/plain; charset=utf-8";
  std::vector<std::pair<std::string, std::string>> headers;  ///< besides Content-Type and -Length
  std::string body;                                          ///< left out by the server for HEAD
  /// The body goes on after `body`: whatever Server::broadcast() is given from now on, until the
  /// client goes.
  bool is_stream = false;
};

/// What a listener serves.
enum class Scope {
  everything,
  health_and_gates,  ///< `--probe.listen-address`: `/-/*` but reload, its aliases, gates
};

/// Where the site stands, as its visitors see it.
struct Place {
  Scope scope = Scope::everything;
  /// Every path begins with it: empty, or `/telltale`. Other paths are 404, but `/` leads there.
  std::string route_prefix;
};

/// What a request may be answered from.
struct World {
  gate::SnapshotPtr snapshot;  ///< never null
  Now now;
  render::ProcessFigures process;  ///< added to /metrics, read anew per scrape
  Place place;
  /// What `/config` shows: the configuration in force, secrets redacted. Null: there is none.
  std::shared_ptr<const std::string> config;
};

/// Asks for a reload; answered with reload_response().
struct ReloadRequest {};

/// Asks for a look at one target, now: `/probe`. Answered with probe_response().
struct ProbeRequest {
  std::string target;                      ///< the name of one that the snapshot has
  std::string module;                      ///< as asked for; empty: none was
  bool tells_story = false;                ///< `debug=true`
  std::optional<Duration> scrape_timeout;  ///< of the scraper; nothing: it named none
  render::Exposition exposition = render::Exposition::text_0_0_4;
  std::string content_type;  ///< of that exposition, as negotiated
  bool takes_gzip = false;
};

/// Asks to be told of every new snapshot: `/api/v1/watch`, server-sent events (WHATWG HTML 9.2).
/// Answered with watch_response().
struct WatchRequest {};

/// A response, or what is to be done for one. Whoever does it makes the response of how that ended.
using Answer = std::variant<Response, ReloadRequest, ProbeRequest, WatchRequest>;

/// Answers a request, or says what is to be done for it. Unknown paths are 404, known ones with
/// another method 405 with `Allow`, a target that is malformed 400. `cache` saves work between
/// calls and changes no answer.
[[nodiscard]] Answer handle(const Request& request, const World& world, MetricsCache& cache);

/// The head of a stream of server-sent events, and its first event: the snapshot there is.
[[nodiscard]] Response watch_response(const gate::Snapshot& snapshot, Now now);

/// One event of that stream: `event: snapshot`, with `at` and `status` as JSON.
[[nodiscard]] std::string watch_event(const gate::Snapshot& snapshot, Now now);

/// How a reload ended: 200 with the time of it, or 500 with the one line of what is wrong.
[[nodiscard]] Response reload_response(const Result<CivilTime>& outcome);

/// What a look showed: 200 with its metrics or, for `debug=true`, its story, also where it failed.
/// Null: it was not made, since as many as may be are under way: 503 with Retry-After.
[[nodiscard]] Response probe_response(const ProbeRequest& request,
                                      const render::ProbeReportPtr& report);

/// Every path that is served, `*` for one segment: what the documentation is held against.
[[nodiscard]] std::vector<std::string_view> route_patterns();

/// An error as every endpoint answers it: one line of text.
[[nodiscard]] Response error_response(unsigned status, std::string_view line);

}  // namespace telltale::http
