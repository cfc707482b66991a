#pragma once
// Renderers of `telltale inspect`. Pure.

#include <span>
#include <string>
#include <string_view>

#include "telltale/assess/inspection.hpp"
#include "telltale/time.hpp"

namespace telltale::render {

/// `inspect -o table`: one file, at most 100 columns wide but for single words that are longer.
[[nodiscard]] std::string inspection_text(const assess::Inspection& inspection, CivilTime now,
                                          bool color);

/// `telltale: ` and why a file could not be read, on one line that cannot steer a terminal.
[[nodiscard]] std::string complaint_text(std::string_view detail);

/// `inspect -o json`: all files, those too that could not be read.
[[nodiscard]] std::string inspections_json(std::span<const assess::Inspection> inspections);

}  // namespace telltale::render
