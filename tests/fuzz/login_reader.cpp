// What gate answers to the question whom it takes us for.

#include "probe/login_reader.hpp"

#include <cstddef>
#include <cstdint>
#include <cstdlib>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  telltale::probe::LoginAttempt login;
  const std::string_view body(reinterpret_cast<const char*>(data), size);
  const auto failure = telltale::probe::read_login(200, body, login);
  // Whoever is no user is nobody.
  if (failure && (login.principal || !login.roles.empty())) {
    std::abort();
  }
  return 0;
}
