#include "telltale/error.hpp"

#include <stdexcept>
#include <string>

#include <doctest/doctest.h>

namespace telltale {

TEST_SUITE_BEGIN("root");

TEST_CASE("error: where is named -> it stands before the sentence, the kind stays") {
  const Error error = Error(Errc::malformed, "is no date").at("gates[0].until");
  CHECK(error.code() == Errc::malformed);
  CHECK(error.detail() == "gates[0].until: is no date");
  CHECK(error == Error(Errc::malformed, "gates[0].until: is no date"));
  CHECK_FALSE(error == Error(Errc::unreadable, "gates[0].until: is no date"));
}

TEST_CASE("result: the value of an error is taken -> an exception with the sentence") {
  const Result<int> result = Error(Errc::unreadable, "ca.pem: No such file or directory");
  CHECK_THROWS_WITH_AS(static_cast<void>(result.value()), "ca.pem: No such file or directory",
                       std::runtime_error);
}

TEST_SUITE_END();

}  // namespace telltale
