// Rules on what services present as clients: `ok-http-client`, and the calls of the catalog.

#include <algorithm>

#include "fleet/lint/subject.hpp"

namespace telltale::fleet::linting {
namespace {

void check_halves(const ServiceView& view, Findings& findings) {
  const StoreSettings& keys = view.client.keys;
  const StoreSettings& trust = view.client.trust;
  if (!is_jsse(view.service->runtime) || keys.file.has_value() == trust.file.has_value()) {
    return;
  }
  findings.add("ok-http-client-half", view.service->name,
               keys.file ? keys.file->source : trust.file->source,
               keys.file ? "ok-http-client has a key-store and no trust-store: the service does "
                           "not start"
                         : "ok-http-client has a trust-store and no key-store: the service does "
                           "not start");
}

/// Whom `caller` reaches where the catalog says `call.callee`: with HA its variant.
bool reaches(const Subject& subject, const CatalogCall& call, std::string_view callee) {
  const ServiceView* const variant = subject.view(call.ha_callee);
  const bool is_rerouted = variant != nullptr && variant->enabled.value;
  return callee == (is_rerouted ? call.ha_callee : call.callee);
}

bool calls(const Subject& subject, const ServiceView& caller, const ServiceView& callee) {
  return std::ranges::any_of(catalog_calls(), [&](const CatalogCall& call) {
    return call.caller == caller.service->base && call.path == ClientPath::certificate &&
           reaches(subject, call, callee.service->name);
  });
}

/// Files that are a part tell what a caller holds only where they are about its client.
bool is_known_client(const Subject& subject, const ServiceView& caller) {
  return subject.is_whole || caller.client.trust.file.has_value() || caller.client.keys.file ||
         std::ranges::any_of(subject.views, [](const ServiceView& view) {
           return view.client.keys.file.has_value();
         });
}

void check_callers(const Subject& subject, const ServiceView& callee, Findings& findings) {
  if (!asks_for_certificates(callee)) {
    return;
  }
  std::vector<std::string> names;
  for (const ServiceView* const caller : subject.concerned()) {
    const bool holds_key = caller->client.keys.file.has_value();
    if (caller != &callee && !holds_key && is_known_client(subject, *caller) &&
        calls(subject, *caller, callee)) {
      names.emplace_back(caller->service->name);
    }
  }
  if (!names.empty()) {
    findings.add("caller-without-key-store", severity_at(callee), callee.service->name,
                 server_source(callee),
                 client_auth_of(callee) + ", and " + enumerate(names) +
                     (names.size() == 1 ? " calls it and has" : " call it and have") +
                     " no key store to present a certificate from");
  }
}

}  // namespace

void check_client_tls(const Subject& subject, Findings& findings) {
  for (const ServiceView* const view : subject.concerned()) {
    check_halves(*view, findings);
    check_callers(subject, *view, findings);
  }
}

}  // namespace telltale::fleet::linting
