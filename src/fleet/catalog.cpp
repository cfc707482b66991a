#include "telltale/fleet/catalog.hpp"

#include <algorithm>
#include <array>

namespace telltale::fleet {
namespace {

constexpr std::array<CatalogService, 0> services{};
constexpr std::array<CatalogCall, 0> calls{};

}  // namespace

std::span<const CatalogService> catalog_services() {
  return services;
}

std::span<const CatalogCall> catalog_calls() {
  return calls;
}

const CatalogService* find_service(std::string_view name) {
  const auto all = catalog_services();
  const auto found = std::ranges::find(all, name, &CatalogService::name);
  return found == all.end() ? nullptr : &*found;
}

std::string service_host(std::string_view service, ServiceNames names,
                         std::string_view name_space) {
  std::string host = names == ServiceNames::prefixed ? "spin-" : "";
  host += service;
  if (!name_space.empty()) {
    host.append(".").append(name_space);
  }
  return host;
}

}  // namespace telltale::fleet
