#include "telltale/pki/secret.hpp"

#include <cstdlib>
#include <sys/stat.h>
#include <type_traits>

#include <doctest/doctest.h>

#include "telltale/pki/file.hpp"

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
    CHECK(
        read_secret(SecretSource::in_file(files.write("password", row.content))).value().reveal() ==
        row.secret);
  }
  const std::string large(4096, 'x');
  CHECK(
      read_secret(SecretSource::in_file(files.write("password", large + "\n"))).value().reveal() ==
      large);
}

TEST_CASE("password file: missing, empty, too large or no file -> says so, without its name") {
  const mint::TempDir files;
  CHECK(read_secret(SecretSource::in_file((files.path() / "missing").string())).error() ==
        Error(Errc::unreadable, "cannot be read: No such file or directory"));
  CHECK(read_secret(SecretSource::in_file(files.path().string())).error() ==
        Error(Errc::unreadable, "cannot be read: Is a directory"));
  for (const std::string_view nothing : {"", "\n", "\r\n"}) {
    CHECK(read_secret(SecretSource::in_file(files.write("empty", nothing))).error() ==
          Error(Errc::invalid_value, "is empty; write the password into the file"));
  }
  CHECK(read_secret(SecretSource::in_file(files.write("large", std::string(4097, 'x')))).error() ==
        Error(Errc::invalid_value, "is larger than 4096 bytes"));
}

TEST_CASE("password in the environment: set -> as it is; unset or empty -> says so") {
  const SecretSource source = SecretSource::in_environment("TELLTALE_TEST_PASSWORD");
  ::setenv(source.name.c_str(), " hunter2\n", 1);
  CHECK(read_secret(source).value().reveal() == " hunter2\n");
  for (const bool is_empty : {true, false}) {
    is_empty ? ::setenv(source.name.c_str(), "", 1) : ::unsetenv(source.name.c_str());
    CHECK(read_secret(source).error() ==
          Error(Errc::invalid_value,
                "names an environment variable that is not set; set it to the password"));
  }
}

TEST_CASE("file: endless, or larger than allowed -> refused, not read for ever") {
  CHECK(read_file("/dev/zero").error() ==
        Error(Errc::invalid_value, "is larger than 16777216 bytes"));
  const mint::TempDir files;
  const std::string file = files.write("file", "12345");
  CHECK(read_file(file, 5).value().reveal() == "12345");
  CHECK(read_file(file, 4).error() == Error(Errc::invalid_value, "is larger than 4 bytes"));
}

TEST_CASE("file: a FIFO that nobody writes to -> empty, and at once") {
  const mint::TempDir files;
  const std::string fifo = (files.path() / "fifo").string();
  REQUIRE(::mkfifo(fifo.c_str(), 0600) == 0);
  CHECK(read_file(fifo).value().empty());
}

TEST_CASE("secret in a text: a scalar behind its key, from its line on -> the scalar") {
  struct Row {
    std::string_view line;
    std::string_view secret;  ///< empty: there is none that can be read
  };

  for (const Row& row : {
           Row{"  key-store-password: hunter2", "hunter2"},
           Row{"  key-store-password: hunter2 # not this", "hunter2"},
           Row{"  key-store-password: \"hunt # er2\"", "hunt # er2"},
           Row{"  'key-store-password' : 'hunter2'", "hunter2"},
           Row{"  {key-store-password: hunter2, other: 1}", "hunter2"},
           Row{"  key-store-password: hunt,er2", "hunt,er2"},
           Row{"  key-store-password: 'hunt''er2'", ""},
           Row{"  key-store-password: \"hunt\\ner2\"", ""},
           Row{"  key-store-password: |", ""},
           Row{"  key-store-password: *anchor", ""},
           Row{"  key-store-password:", ""},
           Row{"  other: hunter2", ""},
       }) {
    CAPTURE(row.line);
    const mint::TempDir directory;
    const std::string file = directory.write(
        "manifest.yml", "key-store-password: first\n" + std::string(row.line) + '\n');
    const Result<Secret> secret = read_secret(SecretSource::in_text(file, 2, "key-store-password"));
    CHECK(secret.has_value() == !row.secret.empty());
    if (secret) {
      CHECK(secret->reveal() == row.secret);
    } else {
      CHECK(secret.error().detail().find("er2") == std::string::npos);
    }
  }
}

TEST_CASE("secret in a text: what ends it is told -> up to there, over lines too") {
  const mint::TempDir directory;
  const std::string file =
      directory.write("manifest.yml", "a: b\nJAVA_OPTS: >-\n  -Dx=1\n  -Dpassword=hunter2 -Dy=2\n");
  const auto source = SecretSource::in_text(file, 2, "-Dpassword=", " \n");
  CHECK(read_secret(source)->reveal() == "hunter2");
  CHECK(secret_key(source, "password") == "password");
  CHECK_FALSE(read_secret(SecretSource::in_text(file, 2, "-Dother=", " ")).has_value());
}

TEST_SUITE_END();

}  // namespace telltale::pki
