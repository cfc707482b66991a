#pragma once
// Content negotiation: which exposition a scraper prefers and whether a client takes gzip
// (RFC 9110 section 12.5; https://prometheus.io/docs/instrumenting/content_negotiation/).

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "telltale/render/render.hpp"

namespace telltale::http {

/// One element of a weighted list such as Accept: `text/plain;version=0.0.4;q=0.5`.
struct Preference {
  std::string value;                                            ///< in lower case
  std::vector<std::pair<std::string, std::string>> parameters;  ///< names in lower case, q left out
  unsigned weight = 1000;                                       ///< q in thousandths

  friend bool operator==(const Preference&, const Preference&) = default;
};

/// Reads a weighted list, in its order. Elements that do not parse are left out, since a list with
/// one bad element is still worth an answer.
[[nodiscard]] std::vector<Preference> parse_preferences(std::string_view header);

/// The format /metrics is answered in.
struct MetricsFormat {
  render::Exposition exposition = render::Exposition::text_0_0_4;
  std::string content_type;

  friend bool operator==(const MetricsFormat&, const MetricsFormat&) = default;
};

/// Chooses the format for an Accept header: OpenMetrics 1.0.0 where it is asked for by name and
/// preferred, else the text format 0.0.4, which is also the last resort for a header that admits
/// neither. The escaping scheme asked for is confirmed: every name of ours is in the legacy
/// character set, so all schemes give the same bytes.
[[nodiscard]] MetricsFormat negotiate_metrics(std::string_view accept);

/// The client takes gzip, and does not prefer the body as it is.
[[nodiscard]] bool accepts_gzip(std::string_view accept_encoding);

}  // namespace telltale::http
