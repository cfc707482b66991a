#include <algorithm>
#include <fstream>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "telltale/assess/reason.hpp"
#include "telltale/enum_names.hpp"

using namespace telltale;
using namespace telltale::assess;

namespace {

/// The rows of the table in docs/reasons.md, as they stand there.
std::vector<std::string> documented_rows() {
  std::ifstream file(TELLTALE_SOURCE_DIR "/docs/reasons.md");
  REQUIRE(file.is_open());
  std::vector<std::string> rows;
  bool is_in_table = false;
  for (std::string line; std::getline(file, line);) {
    is_in_table = is_in_table || line.starts_with("| reason | severity |");
    if (is_in_table && line.starts_with("| `")) {
      rows.push_back(line);
    }
  }
  return rows;
}

std::string as_documented(const ReasonRow& row) {
  return "| `" + std::string(name_of(row.reason)) + "` | " + std::string(name_of(row.severity)) +
         " | " + std::string(row.summary) + " | " + std::string(row.hint) + " | " +
         std::string(row.source) + " |";
}

}  // namespace

TEST_SUITE("assess") {
  TEST_CASE("reasons: every reason -> a row of its own, in full sentences") {
    for (const Reason reason : enumerators<Reason>()) {
      CAPTURE(name_of(reason));
      const ReasonRow& row = row_of(reason);
      CHECK(row.reason == reason);
      CHECK(row.summary.ends_with("."));
      CHECK(row.hint.ends_with("."));
      CHECK(row.summary.find('|') == std::string_view::npos);
      CHECK(row.hint.find('|') == std::string_view::npos);
    }
  }

  TEST_CASE("reasons: about telltale's own identity -> never an error") {
    for (const Reason reason : enumerators<Reason>()) {
      CAPTURE(name_of(reason));
      CHECK((!concerns_own_identity(reason) || row_of(reason).severity != Severity::error));
      const bool is_named_so = name_of(reason).starts_with("identity_");
      CHECK((!is_named_so || concerns_own_identity(reason)));
    }
  }

  TEST_CASE("reasons: docs/reasons.md lists the table, row by row") {
    const std::vector<std::string> documented = documented_rows();
    const auto reasons = enumerators<Reason>();
    REQUIRE(documented.size() == reasons.size());
    for (std::size_t i = 0; i < reasons.size(); ++i) {
      CHECK(documented[i] == as_documented(row_of(reasons[i])));
    }
  }
}
