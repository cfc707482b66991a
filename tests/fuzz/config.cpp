// telltale.yml. An error must be one line that names the file.

#include "telltale/fleet/config.hpp"

#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string file = "telltale.yml";
  const auto fleet =
      telltale::fleet::parse_config({reinterpret_cast<const char*>(data), size}, file, {});
  if (!fleet && (!fleet.error().detail().starts_with(file) ||
                 fleet.error().detail().find('\n') != std::string::npos)) {
    std::abort();
  }
  return 0;
}
