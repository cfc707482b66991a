#pragma once
// The flags about what is served where, and about reading the configuration again.

#include <CLI/App.hpp>

#include "telltale/app/options.hpp"
#include "telltale/error.hpp"

namespace telltale::app {

void add_serving_flags(CLI::App& app, Options& options);

/// Fills in what these flags say of each other, once all are read. The Error begins with a flag.
[[nodiscard]] Result<void> settle_serving_flags(Options& options);

}  // namespace telltale::app
