#pragma once
// The OpenMetrics 1.0.0 text format, which prometheus-cpp does not write.

#include <string>

#include <prometheus/metric_family.h>

namespace telltale::render {

/// Appends a family (counter, gauge or histogram) as a MetricFamily of the OpenMetrics text format.
void append_openmetrics(std::string& out, const prometheus::MetricFamily& family);

}  // namespace telltale::render
