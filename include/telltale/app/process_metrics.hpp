#pragma once
// What this process has used, read from /proc/self.

#include "telltale/render/process.hpp"

namespace telltale::app {

/// Reads the figures of the calling process (proc(5)). One that cannot be read is left out: a
/// scrape is worth having without it.
[[nodiscard]] render::ProcessFigures read_process_figures();

}  // namespace telltale::app
