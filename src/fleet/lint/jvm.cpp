// Rules on JAVA_OPTS.

#include <algorithm>
#include <array>

#include "fleet/lint/subject.hpp"

namespace telltale::fleet::linting {
namespace {

void check_sql(const ServiceView& view, Findings& findings) {
  if (view.jvm.key_store && view.uses_sql) {
    findings.add("jvm-key-store-reaches-sql", view.service->name, view.jvm.options->source,
                 "the key store in JAVA_OPTS is for every connection of the JVM, and so for the "
                 "database (" +
                     view.sql_source + ")");
  }
}

void check_memory(const Subject& subject, const ServiceView& view, Findings& findings) {
  constexpr std::array<std::string_view, 4> limits{"RAMPercentage", "MaxRAM", "-Xmx",
                                                   "MaxHeapSize"};
  const std::optional<Setting>& options = view.jvm.options;
  const bool is_limited = options && std::ranges::any_of(limits, [&](std::string_view limit) {
                            return options->text.find(limit) != std::string::npos;
                          });
  if (options && options->node->key == "JAVA_OPTS" && !is_limited &&
      subject.installation->layout != Layout::profiles) {
    findings.add("java-opts-without-memory", view.service->name, options->source,
                 "JAVA_OPTS takes the place of Halyard's own, which sets MaxRAMPercentage");
  }
}

}  // namespace

void check_jvm(const Subject& subject, Findings& findings) {
  for (const ServiceView* const view : subject.concerned()) {
    if (is_jsse(view->service->runtime)) {
      check_sql(*view, findings);
      check_memory(subject, *view, findings);
    }
  }
}

}  // namespace telltale::fleet::linting
