#include <chrono>

#include "telltale/version.hpp"

#include "render/families.hpp"

namespace telltale::render {

namespace {

using prometheus::MetricFamily;
using prometheus::MetricType;

void fill_reload_successful(MetricFamily& family, const Facts& facts) {
  add(family, {}, facts.snapshot.health.last_reload_successful ? 1 : 0);
}

void fill_reload_success_time(MetricFamily& family, const Facts& facts) {
  add(family, {}, timestamp_of(facts.snapshot.health.last_reload_success));
}

void fill_stale_after(MetricFamily& family, const Facts& facts) {
  add(family, {}, std::chrono::duration<double>(facts.snapshot.probe.stale_after).count());
}

void fill_internal_errors(MetricFamily& family, const Facts& facts) {
  add(family, {}, static_cast<double>(facts.snapshot.health.internal_errors));
}

void fill_build_info(MetricFamily& family, const Facts&) {
  add(family,
      {{"version", program_version},
       {"revision", program_revision},
       {"compiler", program_compiler}},
      1);
}

constexpr FamilyRow rows[] = {
    {"telltale_config_last_reload_successful", MetricType::Gauge,
     "1 if the last attempt to load the configuration succeeded.", fill_reload_successful},
    {"telltale_config_last_reload_success_timestamp_seconds", MetricType::Gauge,
     "When the configuration was last loaded successfully, in seconds since the epoch.",
     fill_reload_success_time},
    {"telltale_probe_stale_after_seconds", MetricType::Gauge,
     "Age from which a look no longer counts for a gate, as configured.", fill_stale_after},
    {"telltale_internal_errors_total", MetricType::Counter,
     "Errors of telltale itself that it survived, since it started; any is a bug.",
     fill_internal_errors},
    {"telltale_build_info", MetricType::Gauge,
     "Always 1: version, commit and compiler of this telltale.", fill_build_info},
};

}  // namespace

std::span<const FamilyRow> daemon_families() {
  return rows;
}

}  // namespace telltale::render
