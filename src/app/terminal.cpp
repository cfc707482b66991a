#include "app/terminal.hpp"

#include <cstdlib>
#include <unistd.h>

namespace telltale::app {

bool wants_color() {
  // https://no-color.org
  const char* no_color = std::getenv("NO_COLOR");
  return isatty(STDOUT_FILENO) == 1 && (no_color == nullptr || *no_color == '\0');
}

}  // namespace telltale::app
