#pragma once

// Whether people read the standard output.

namespace telltale::app {

/// The standard output is a terminal, and NO_COLOR does not speak against colors.
[[nodiscard]] bool wants_color();

}  // namespace telltale::app
