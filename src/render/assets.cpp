#include "telltale/render/assets.hpp"

#include <algorithm>

#include "render/embedded_assets.hpp"

namespace telltale::render {

std::span<const Asset> assets() {
  return embedded_assets;
}

const Asset* find_asset(std::string_view name) {
  const auto* const found = std::ranges::find(embedded_assets, name, &Asset::name);
  return found == embedded_assets.end() ? nullptr : found;
}

}  // namespace telltale::render
