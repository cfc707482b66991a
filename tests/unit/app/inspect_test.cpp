#include "telltale/app/inspect.hpp"

#include <map>
#include <sstream>

#include <boost/json/parse.hpp>
#include <doctest/doctest.h>

#include "unit/assess/store_facts.hpp"

using namespace telltale;
using namespace telltale::app;

namespace {

struct Run {
  bool all_read = false;
  std::string out;
  std::string errors;
};

/// Files by name, in place of a disk.
using Disk = std::map<std::string, pki::StoreFacts>;

Run run(const InspectOptions& options, const Disk& disk, bool as_json = false) {
  std::ostringstream out;
  std::ostringstream errors;
  const StoreReader read = [&](const std::string& file) -> Result<pki::StoreFacts> {
    const auto found = disk.find(file);
    if (found == disk.end()) {
      return Error(Errc::unreadable, file + ": cannot be read");
    }
    return found->second;
  };
  const bool all_read = inspect_files(options, read, mint::an_hour_ago() + std::chrono::hours(1),
                                      {.out = out, .errors = errors, .as_json = as_json});
  return {.all_read = all_read, .out = out.str(), .errors = errors.str()};
}

/// A PEM of a client's certificate that carries roles.
pki::StoreFacts client(mint::Options options = {}) {
  options.common_name = "alice";
  options.email = {"alice@example.com"};
  options.extensions = {{std::string(pki::default_role_oid), mint::utf8_string("admins\ndevs\n")},
                        {"1.2.3.4", mint::utf8_string("others")}};
  return store_facts::pem({store_facts::parse(mint::Ca().issue(options).leaf)});
}

pki::StoreFacts authority() {
  return store_facts::pem({store_facts::parse(mint::Ca().certificate())});
}

bool contains(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

}  // namespace

TEST_SUITE("app") {
  TEST_CASE("inspect: a certificate with roles -> its roles, its user, the three runtimes") {
    const Run seen = run({.files = {"alice.pem"}}, {{"alice.pem", client()}});
    CAPTURE(seen.out);
    CHECK(seen.all_read);
    CHECK(seen.errors.empty());
    CHECK(seen.out.starts_with("alice.pem: PEM\n"));
    CHECK(contains(seen.out, "roles       admins, devs\n"));
    CHECK(contains(seen.out,
                   "gate user   alice@example.com (its e-mail name); the principal is "
                   "alice\n"));
    CHECK(contains(seen.out, "Java refuses"));
    CHECK(contains(seen.out, "Go presents"));
    CHECK(contains(seen.out, "OpenSSL presents"));
  }

  TEST_CASE("inspect: another role OID and regex -> used instead") {
    const InspectOptions options{
        .files = {"alice.pem"}, .role_oid = "1.2.3.4", .principal_regex = "O=(.*)"};
    const Run seen = run(options, {{"alice.pem", client()}});
    CHECK(contains(seen.out, "roles       others\n"));
    CHECK(contains(seen.out, "the principal is Telltale Tests\n"));
  }

  TEST_CASE("inspect: an authority -> nobody logs in with it") {
    const Run seen = run({.files = {"ca.pem"}}, {{"ca.pem", authority()}});
    CHECK(seen.all_read);
    CHECK_FALSE(contains(seen.out, "gate user"));
  }

  TEST_CASE("inspect: an authority's certificate that carries roles -> its user all the same") {
    const pki::StoreFacts facts = client({.is_ca = true});
    REQUIRE(facts.certificates.front().certificate->is_ca);
    const Run seen = run({.files = {"alice.pem"}}, {{"alice.pem", facts}});
    CHECK(contains(seen.out, "gate user   alice@example.com"));
  }

  TEST_CASE("inspect: a file whose name would steer a terminal -> an error of one plain line") {
    const Run seen = run({.files = {"gone\x1b[31m\n.pem"}}, {});
    CHECK(seen.errors == "telltale: gone\xef\xbf\xbd[31m .pem: cannot be read\n");
  }

  TEST_CASE("inspect: a file among others that cannot be read -> its line, and the others") {
    const Disk disk = {{"alice.pem", client()}, {"ca.pem", authority()}};
    const InspectOptions options{.files = {"alice.pem", "gone.pem", "ca.pem"}};
    const Run seen = run(options, disk);
    CHECK_FALSE(seen.all_read);
    CHECK(seen.errors == "telltale: gone.pem: cannot be read\n");
    CHECK(contains(seen.out, "\n\nca.pem: PEM\n"));

    const Run as_json = run(options, disk, true);
    CHECK_FALSE(as_json.all_read);
    CHECK(as_json.errors == seen.errors);
    const auto whole = boost::json::parse(as_json.out);
    REQUIRE(whole.at("files").as_array().size() == 3);
    CHECK(whole.at("files").at(1).at("error") == "gone.pem: cannot be read");
    CHECK(whole.at("files").at(2).at("file") == "ca.pem");
    CHECK(whole.at("files").at(0).at("entries").at(0).at("certificates").at(0).at("roles") ==
          boost::json::parse(R"(["admins", "devs"])"));
  }

  TEST_CASE("inspect: a regex that is too slow for a subject -> a line that names the file") {
    const InspectOptions options{.files = {"alice.pem"},
                                 .principal_regex = "O=(?:[a-z]+)+(?:[A-Z]+)+(;)"};
    pki::StoreFacts facts = client({.organization = std::string(60, 'a')});
    const Run seen = run(options, {{"alice.pem", facts}});
    CHECK_FALSE(seen.all_read);
    CHECK(seen.out.empty());
    CHECK(seen.errors ==
          "telltale: alice.pem: the regular expression takes too long over a subject\n");
  }
}
