#pragma once
// Router: an HTTP request and a Snapshot become a response. Pure: the same request, snapshot and
// now give the same response; nothing here asks the network.

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "telltale/gate/snapshot.hpp"

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
  std::string process_metrics;  ///< process_* in the exposition format's common subset, per scrape
};

/// Answers a request. Unknown paths are 404, known ones with another method 405 with `Allow`.
[[nodiscard]] Response handle(const Request& request, const World& world);

}  // namespace telltale::http
