// The value of an Authorization header.

#include "http/basic_credentials.hpp"

#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto credentials =
      telltale::http::parse_basic_credentials({reinterpret_cast<const char*>(data), size});
  if (credentials && (credentials->user.find(':') != std::string::npos ||
                      credentials->user.size() + credentials->password.reveal().size() > size)) {
    std::abort();
  }
  return 0;
}
