#include "render/openmetrics.hpp"

#include <charconv>
#include <cmath>
#include <iterator>
#include <string_view>

namespace telltale::render {

namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

/// A family's name: a counter's is without the `_total` that its samples carry.
std::string_view family_name_of(std::string_view name, bool is_counter) {
  constexpr std::string_view suffix = "_total";
  if (is_counter && name.ends_with(suffix)) {
    name.remove_suffix(suffix.size());
  }
  return name;
}

std::string_view type_name_of(MetricType type) {
  switch (type) {
    case MetricType::Counter:
      return "counter";
    case MetricType::Gauge:
      return "gauge";
    case MetricType::Histogram:
      return "histogram";
    default:
      return "unknown";
  }
}

void append_quoted(std::string& out, std::string_view value) {
  out += '"';
  for (const char c : value) {
    if (c == '\n') {
      out += "\\n";
      continue;
    }
    if (c == '"' || c == '\\') {
      out += '\\';
    }
    out += c;
  }
  out += '"';
}

void append_number(std::string& out, double value) {
  if (std::isnan(value)) {
    out += "NaN";
    return;
  }
  if (std::isinf(value)) {
    out += value > 0 ? "+Inf" : "-Inf";
    return;
  }
  char digits[32];
  const auto end = std::to_chars(std::begin(digits), std::end(digits), value).ptr;
  out.append(digits, end);
}

/// `le` in its canonical form: always with a point or an exponent ("1.0"), as OpenMetrics asks, so
/// that every exposer spells the same bucket alike.
std::string canonical_bound(double bound) {
  std::string text;
  append_number(text, bound);
  if (text.find_first_not_of("-0123456789") == std::string::npos) {
    text += ".0";
  }
  return text;
}

/// Appends one line. `bound` is the value of `le`, empty for samples that have none.
void append_sample(std::string& out, std::string_view name, const ClientMetric& series,
                   std::string_view bound, double value) {
  out += name;
  char separator = '{';
  const auto append_label = [&](std::string_view label, std::string_view text) {
    out += separator;
    out += label;
    out += '=';
    append_quoted(out, text);
    separator = ',';
  };
  for (const ClientMetric::Label& label : series.label) {
    append_label(label.name, label.value);
  }
  if (!bound.empty()) {
    append_label("le", bound);
  }
  if (separator == ',') {
    out += '}';
  }
  out += ' ';
  append_number(out, value);
  out += '\n';
}

void append_histogram(std::string& out, const std::string& name, const ClientMetric& series) {
  const ClientMetric::Histogram& histogram = series.histogram;
  for (const ClientMetric::Bucket& bucket : histogram.bucket) {
    append_sample(out, name + "_bucket", series, canonical_bound(bucket.upper_bound),
                  static_cast<double>(bucket.cumulative_count));
  }
  append_sample(out, name + "_count", series, {}, static_cast<double>(histogram.sample_count));
  append_sample(out, name + "_sum", series, {}, histogram.sample_sum);
}

}  // namespace

void append_openmetrics(std::string& out, const MetricFamily& family) {
  const bool is_counter = family.type == MetricType::Counter;
  const std::string_view name = family_name_of(family.name, is_counter);
  out.append("# TYPE ").append(name).append(" ").append(type_name_of(family.type)).append("\n");
  out.append("# HELP ").append(name).append(" ").append(family.help).append("\n");
  for (const ClientMetric& series : family.metric) {
    if (family.type == MetricType::Histogram) {
      append_histogram(out, family.name, series);
      continue;
    }
    append_sample(out, family.name, series, {},
                  is_counter ? series.counter.value : series.gauge.value);
  }
}

}  // namespace telltale::render
