#include "http/negotiate.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace telltale::http {
namespace {

constexpr std::string_view optional_whitespace = " \t";

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

std::string to_lower(std::string_view text) {
  std::string lowered(text);
  std::ranges::transform(lowered, lowered.begin(), lower);
  return lowered;
}

std::string_view trim(std::string_view text) {
  const auto first = text.find_first_not_of(optional_whitespace);
  if (first == std::string_view::npos) {
    return {};
  }
  return text.substr(first, text.find_last_not_of(optional_whitespace) - first + 1);
}

/// Cuts the text before the next `separator` that stands outside a quoted-string off its front.
std::string_view take_until(std::string_view& text, char separator) {
  bool quoted = false;
  std::size_t end = 0;
  for (; end < text.size() && (quoted || text[end] != separator); ++end) {
    if (text[end] == '"') {
      quoted = !quoted;
    } else if (quoted && text[end] == '\\') {
      ++end;
    }
  }
  end = std::min(end, text.size());
  const auto taken = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return trim(taken);
}

bool is_token_char(char c) {
  constexpr std::string_view others = "!#$%&'*+-.^_`|~";
  return (c >= '0' && c <= '9') || (lower(c) >= 'a' && lower(c) <= 'z') ||
         others.find(c) != std::string_view::npos;
}

/// A token, a media range (two tokens and a slash), or nothing we know.
bool is_value(std::string_view text) {
  const auto slash = text.find('/');
  const auto is_token = [](std::string_view part) {
    return !part.empty() && std::ranges::all_of(part, is_token_char);
  };
  if (slash == std::string_view::npos) {
    return is_token(text);
  }
  return is_token(text.substr(0, slash)) && is_token(text.substr(slash + 1));
}

std::string unquote(std::string_view text) {
  if (text.size() < 2 || text.front() != '"' || text.back() != '"') {
    return std::string(text);
  }
  std::string plain;
  text = text.substr(1, text.size() - 2);
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\\' && i + 1 < text.size()) {
      ++i;
    }
    plain.push_back(text[i]);
  }
  return plain;
}

/// qvalue (RFC 9110 section 12.4.2): 0 or 1 with up to three decimals, at most 1.
std::optional<unsigned> parse_weight(std::string_view text) {
  if (text.empty() || text.size() > 5 || (text[0] != '0' && text[0] != '1') ||
      (text.size() > 1 && text[1] != '.')) {
    return std::nullopt;
  }
  unsigned weight = text[0] == '1' ? 1000 : 0;
  unsigned place = 100;
  for (const char digit : text.substr(std::min<std::size_t>(text.size(), 2))) {
    if (digit < '0' || digit > '9') {
      return std::nullopt;
    }
    weight += static_cast<unsigned>(digit - '0') * place;
    place /= 10;
  }
  return weight <= 1000 ? std::optional(weight) : std::nullopt;
}

std::optional<Preference> parse_preference(std::string_view element) {
  Preference preference;
  preference.value = to_lower(take_until(element, ';'));
  if (!is_value(preference.value)) {
    return std::nullopt;
  }
  while (!element.empty()) {
    std::string_view value = take_until(element, ';');
    const std::string name = to_lower(take_until(value, '='));
    if (name == "q") {
      const auto weight = parse_weight(trim(value));
      if (!weight) {
        return std::nullopt;
      }
      preference.weight = *weight;
      continue;
    }
    if (!name.empty()) {
      preference.parameters.emplace_back(name, unquote(trim(value)));
    }
  }
  return preference;
}

const std::string* find_parameter(const Preference& preference, std::string_view name) {
  const auto found =
      std::ranges::find(preference.parameters, name, &std::pair<std::string, std::string>::first);
  return found == preference.parameters.end() ? nullptr : &found->second;
}

/// A representation we have, as media ranges are matched against it.
struct Representation {
  std::string_view type;
  std::string_view subtype_range;
  std::string_view version;
};

constexpr Representation text{"text/plain", "text/*", "0.0.4"};
constexpr Representation openmetrics{"application/openmetrics-text", "application/*", "1.0.0"};

/// How precisely a media range names a representation, 0 for not at all (RFC 9110 section 12.5.1).
unsigned specificity(const Preference& range, const Representation& representation) {
  if (range.value == "*/*") {
    return 1;
  }
  if (range.value == representation.subtype_range) {
    return 2;
  }
  if (range.value != representation.type) {
    return 0;
  }
  const std::string* version = find_parameter(range, "version");
  if (version == nullptr) {
    return 3;
  }
  return *version == representation.version ? 4 : 0;
}

/// The most precise media range that names the representation, the first one among equals.
const Preference* match(const std::vector<Preference>& ranges,
                        const Representation& representation) {
  const Preference* best = nullptr;
  unsigned best_specificity = 0;
  for (const Preference& range : ranges) {
    const unsigned found = specificity(range, representation);
    if (found > best_specificity) {
      best = &range;
      best_specificity = found;
    }
  }
  return best;
}

std::string_view escaping_scheme(const Preference& range) {
  constexpr std::array<std::string_view, 4> schemes = {"allow-utf-8", "underscores", "dots",
                                                       "values"};
  const std::string* asked = find_parameter(range, "escaping");
  const auto known = asked == nullptr ? schemes.end() : std::ranges::find(schemes, *asked);
  return known == schemes.end() ? "underscores" : *known;
}

}  // namespace

std::vector<Preference> parse_preferences(std::string_view header) {
  std::vector<Preference> preferences;
  while (!header.empty()) {
    if (auto preference = parse_preference(take_until(header, ','))) {
      preferences.push_back(*std::move(preference));
    }
  }
  return preferences;
}

MetricsFormat negotiate_metrics(std::string_view accept) {
  MetricsFormat format{render::Exposition::text_0_0_4, "text/plain; version=0.0.4; charset=utf-8"};
  const std::vector<Preference> ranges = parse_preferences(accept);
  const Preference* wanted = match(ranges, openmetrics);
  // A wildcard asks for whatever we like best to send, and that is the format everybody reads.
  if (wanted == nullptr || wanted->weight == 0 || specificity(*wanted, openmetrics) < 3) {
    return format;
  }
  const Preference* other = match(ranges, text);
  const bool other_by_name = other != nullptr && specificity(*other, text) >= 3;
  const bool other_preferred =
      other != nullptr && (other->weight > wanted->weight ||
                           (other->weight == wanted->weight && other_by_name && other < wanted));
  if (other_preferred) {
    return format;
  }
  format.exposition = render::Exposition::openmetrics_1_0_0;
  format.content_type = "application/openmetrics-text; version=1.0.0; charset=utf-8; escaping=" +
                        std::string(escaping_scheme(*wanted));
  return format;
}

bool accepts_gzip(std::string_view accept_encoding) {
  std::optional<unsigned> gzip;
  std::optional<unsigned> any;
  unsigned identity = 0;
  for (const Preference& coding : parse_preferences(accept_encoding)) {
    if (coding.value == "gzip" || coding.value == "x-gzip") {
      gzip = std::max(gzip.value_or(0), coding.weight);
    } else if (coding.value == "*") {
      any = coding.weight;
    } else if (coding.value == "identity") {
      identity = coding.weight;
    }
  }
  const unsigned weight = gzip.value_or(any.value_or(0));
  return weight > 0 && weight >= identity;
}

}  // namespace telltale::http
