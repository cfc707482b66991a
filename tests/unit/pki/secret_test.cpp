#include "telltale/pki/secret.hpp"

#include <type_traits>

#include <doctest/doctest.h>

#include "support/temp_dir.hpp"

namespace telltale::pki {

static_assert(!std::is_copy_constructible_v<Secret> && !std::is_copy_assignable_v<Secret>);
static_assert(std::is_nothrow_move_constructible_v<Secret>);

TEST_SUITE_BEGIN("pki");

TEST_CASE("secret: moved -> the new one has it, the old one is empty") {
  Secret first("hunter2");
  Secret second(std::move(first));
  CHECK(second.reveal() == "hunter2");
  CHECK(first.empty());  // NOLINT(bugprone-use-after-move): that is what is tested

  Secret third("other");
  third = std::move(second);
  CHECK(third.reveal() == "hunter2");
  CHECK(second.empty());  // NOLINT(bugprone-use-after-move)

  Secret& self = third;
  third = std::move(self);
  CHECK(third.reveal() == "hunter2");
  CHECK(Secret().empty());
}

TEST_CASE("secret: a text is wiped -> empty, its bytes overwritten") {
  std::string text(64, 'x');
  const char* bytes = text.data();
  wipe(text);
  CHECK(text.empty());
  CHECK(bytes[1] == '\0');
}

TEST_CASE("password file: read -> one newline at the end is dropped, nothing else") {
  const mint::TempDir files;

  struct Row {
    std::string_view content;
    std::string_view secret;
  };

  const Row rows[] = {
      {"hunter2", "hunter2"},       {"hunter2\n", "hunter2"}, {"hunter2\r\n", "hunter2"},
      {"hunter2\n\n", "hunter2\n"}, {" a b \n", " a b "},
  };
  for (const Row& row : rows) {
    CHECK(read_secret(files.write("password", row.content)).value().reveal() == row.secret);
  }
  const std::string large(100000, 'x');
  CHECK(read_secret(files.write("password", large)).value().reveal() == large);
}

TEST_CASE("password file: missing, empty, too large or no file -> an error that names it") {
  const mint::TempDir files;
  const std::string missing = (files.path() / "missing").string();
  CHECK(read_secret(missing).error() ==
        Error(Errc::unreadable, missing + ": No such file or directory"));
  const std::string directory = files.path().string();
  CHECK(read_secret(directory).error() == Error(Errc::unreadable, directory + ": Is a directory"));
  for (const std::string_view nothing : {"", "\n", "\r\n"}) {
    const std::string file = files.write("empty", nothing);
    CHECK(read_secret(file).error() ==
          Error(Errc::invalid_value, file + ": is empty, where a password was expected"));
  }
  const std::string large = files.write("large", std::string(16UL * 1024 * 1024 + 1, 'x'));
  CHECK(read_secret(large).error() ==
        Error(Errc::invalid_value, large + ": is larger than 16 MiB"));
}

TEST_CASE("password file: endless -> refused, not read for ever") {
  CHECK(read_secret("/dev/zero").error().code() == Errc::invalid_value);
}

TEST_SUITE_END();

}  // namespace telltale::pki
