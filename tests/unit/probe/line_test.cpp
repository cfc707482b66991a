#include "probe/line.hpp"

#include <string>

#include <doctest/doctest.h>

namespace telltale::probe {

TEST_SUITE_BEGIN("probe");

TEST_CASE("first_line_of: what a peer said -> one line of printable ASCII, at most 200 bytes") {
  struct Row {
    std::string text;
    std::string line;
  };

  const Row rows[] = {
      {"", ""},
      {"UP", "UP"},
      {"UP\nand more", "UP"},
      {"UP\r\nand more", "UP"},
      {"\r\nnot the first line", ""},
      {"tab\there", "tab?here"},
      {std::string("nul\0nul", 7), "nul?nul"},
      {"\x1b[31mred\x7f", "?[31mred?"},
      {"caf\xc3\xa9 \xff", "caf?? ?"},
      {std::string(200, 'x'), std::string(200, 'x')},
      {std::string(201, 'x'), std::string(200, 'x')},
      {std::string(300, 'x') + "\n", std::string(200, 'x')},
  };
  for (const Row& row : rows) {
    CHECK(first_line_of(row.text) == row.line);
  }
}

TEST_CASE("first_line_without: an error with the secret in it -> its code alone") {
  const std::string withheld = "(the error's text is withheld: it may repeat the password)";

  struct Row {
    std::string error;
    std::string secret;
    std::string line;
  };

  const Row rows[] = {
      {"WRONGPASS invalid username-password pair or user is disabled.", "correct horse",
       "WRONGPASS invalid username-password pair or user is disabled."},
      {"ERR unknown command 'AUTH', with args beginning with: 'correct horse' ", "correct horse",
       "ERR " + withheld},
      {"ERR unknown command 'AUTH', with args beginning with: 'correct h", "correct horse",
       "ERR " + withheld},
      {"ERR is it correct?", "correct horse", "ERR is it correct?"},
      {"ERR what is 'x'?", "x", "ERR " + withheld},
      {"correct horse is no command", "correct horse", withheld},
      {"correcthorse", "correcthorse", withheld},
      {"", "correct horse", ""},
      {"ERR no secret to hide", "", "ERR no secret to hide"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.error);
    CHECK(first_line_without(row.error, row.secret) == row.line);
  }
}

TEST_SUITE_END();

}  // namespace telltale::probe
