// References to secrets. What is mounted lies below the directory.

#include "fleet/secret_reference.hpp"

#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  const auto reference = telltale::fleet::parse_secret_reference(text);
  if (!reference || !*reference) {
    return 0;
  }
  const auto path = telltale::fleet::mounted_path(**reference, "/secrets");
  if (path &&
      std::filesystem::path(*path).lexically_normal().parent_path().parent_path() != "/secrets") {
    std::abort();
  }
  return 0;
}
