// JAVA_OPTS. A quoted value comes back as it was.

#include "fleet/java_options.hpp"

#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  (void)telltale::fleet::parse_java_options(text);
  if (text.find('\'') != std::string_view::npos) {
    return 0;
  }
  const std::string quoted = "'-Djavax.net.ssl.keyStore=" + std::string(text) + "'";
  if (telltale::fleet::parse_java_options(quoted).key_store != text) {
    std::abort();
  }
  return 0;
}
