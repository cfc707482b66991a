#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <doctest/doctest.h>

#include "telltale/render/render.hpp"

#include "render/text.hpp"
#include "unit/render/fixture.hpp"

namespace telltale::render {

namespace {

namespace json = boost::json;

json::value parsed(const gate::Snapshot& snapshot) {
  return json::parse(status_json(snapshot, fixture::now()));
}

/// The keys of an object, in the order in which they stand.
std::string keys_of(const json::value& value) {
  std::string keys;
  for (const auto& pair : value.as_object()) {
    keys.append(keys.empty() ? "" : " ").append(pair.key());
  }
  return keys;
}

}  // namespace

TEST_SUITE_BEGIN("render");

TEST_CASE("status JSON: every object -> the keys of the contract first, additions behind") {
  const json::value status = parsed(fixture::mixed_fleet());
  CHECK(keys_of(status) ==
        "at status targets edges gates identities trust caller_trusts passwords rollout");
  const json::value& target = status.at("targets").at(1);
  CHECK(keys_of(target) ==
        "name url mode expected_mode addresses findings goal replicas_agree mesh_mode "
        "expected_mesh_mode");
  const json::value& address = target.at("addresses").at(0);
  CHECK(keys_of(address) ==
        "address mode client_certificates_verified tls certificates looked_at findings reachable "
        "enforced_by identity_accepted chain_verified hostname_verified login mesh ingress");
  CHECK(keys_of(address.at("login")) == "principal roles status");
  CHECK(keys_of(status.at("identities").at(0)) == "name readable has_key certificates findings");
  CHECK(keys_of(status.at("trust")) == "readable system anchors findings");
  CHECK(keys_of(status.at("passwords").at(0)) == "target readable findings");
  CHECK(keys_of(address.at("tls").at(0)) ==
        "version cipher certificate_request mode enforced_by client_certificates_verified "
        "identity_accepted");
  CHECK(keys_of(address.at("tls").at(0).at("certificate_request")) ==
        "authorities signature_algorithms bytes");
  CHECK(keys_of(address.at("certificates").at(0)) ==
        "subject issuer serial_number fingerprint_sha256 not_before not_after dns_names");
  CHECK(keys_of(address.at("findings").at(0)) == "reason severity detail hint");
  CHECK(keys_of(status.at("edges").at(0)) ==
        "caller callee address runtime evidence presents rehearsed verdict reason detail hint "
        "identity path in_mesh strict");
  CHECK(keys_of(status.at("gates").at(0)) ==
        "gate status ready since waiting blockers accepted step target");
  CHECK(keys_of(status.at("gates").at(0).at("blockers").at(0)) ==
        "target address caller reason detail hint");
}

TEST_CASE("status JSON: an address that was looked at -> its facts") {
  const json::value status = parsed(fixture::ready_fleet());
  CHECK(status.at("at").as_string() == "2026-11-22T12:00:00Z");
  CHECK(status.at("status").as_string() == "open");
  CHECK(status.at("edges").as_array().empty());
  const json::value& target = status.at("targets").at(0);
  CHECK(target.at("name").as_string() == "gate");
  CHECK(target.at("url").as_string() == "https://gate.lab:8084");
  CHECK(target.at("mode").as_string() == "want");
  CHECK(target.at("expected_mode").as_string() == "want");
  const json::value& address = target.at("addresses").at(0);
  CHECK(json::serialize(address.at("tls").at(0)) ==
        R"({"version":"TLSv1.3","cipher":"TLS_AES_256_GCM_SHA384","certificate_request":)"
        R"({"authorities":["CN=Lab Root","CN=Other Root,O=Lab"],"signature_algorithms":)"
        R"(["ecdsa_secp256r1_sha256","rsa_pss_rsae_sha256"],"bytes":214},"mode":"want",)"
        R"("enforced_by":null,"client_certificates_verified":true,"identity_accepted":true})");
  CHECK(json::serialize(address.at("certificates").at(0)) ==
        R"({"subject":"CN=gate","issuer":"CN=Lab Root","serial_number":"2a",)"
        R"("fingerprint_sha256":)"
        R"("00000000000000000000000000000000000000000000000000000000000000f1",)"
        R"("not_before":"2026-01-01T00:00:00Z","not_after":"2027-01-01T00:00:00Z",)"
        R"("dns_names":["gate.lab","localhost"]})");
  CHECK(address.at("looked_at").as_string() == "2026-11-22T11:59:50Z");
  CHECK(address.at("reachable").as_bool());
  CHECK(address.at("client_certificates_verified").as_bool());
}

TEST_CASE("edges JSON: a call -> a row for each address; without one, and unknown -> null") {
  const json::value edges = json::parse(edges_json(fixture::mixed_fleet())).at("edges");
  CHECK(json::serialize(edges.at(1)) ==
        R"({"caller":"gate","callee":"clouddriver","address":"127.0.0.1:7002","runtime":"java",)"
        R"("evidence":"keystore","presents":false,"rehearsed":true,"verdict":"breaks",)"
        R"("reason":"issuer_not_advertised","detail":)"
        R"("The list does not name CN=Lab Intermediate.","hint":"Mend it.","identity":"gate",)"
        R"("path":"/health","in_mesh":false,"strict":null})");
  CHECK(edges.at(3).at("address").is_null());
  CHECK(edges.at(3).at("presents").is_null());
  CHECK(edges.at(3).at("verdict").as_string() == "unknown");
  const json::value status = parsed(fixture::mixed_fleet());
  CHECK(status.at("edges") == edges);
  CHECK(json::parse(targets_json(fixture::mixed_fleet())).at("targets") == status.at("targets"));
}

TEST_CASE("edges JSON: several addresses, an observed caller, another runtime -> said") {
  gate::EdgeEntry entry = *fixture::edge(
      "orca", "gate",
      {fixture::row({"::1", 1}, assess::Verdict::survives, assess::Reason::caller_accepted, ""),
       fixture::row({"::1", 2}, assess::Verdict::broken, assess::Reason::versions_incompatible,
                    "")});
  CHECK(entry.verdict == assess::Verdict::broken);
  entry.edge.identity.reset();
  entry.edge.runtime = fleet::Runtime::go_yaml_tools;
  gate::Snapshot snapshot = fixture::ready_fleet();
  snapshot.edges = {std::make_shared<const gate::EdgeEntry>(entry)};
  const json::value edges = json::parse(edges_json(snapshot)).at("edges");
  REQUIRE(edges.as_array().size() == 2);
  CHECK(edges.at(0).at("identity").is_null());
  CHECK(edges.at(0).at("runtime").as_string() == "go-yaml-tools");
  CHECK(edges.at(0).at("address").as_string() == "[::1]:1");
  CHECK(edges.at(0).at("verdict").as_string() == "survives");
  CHECK(edges.at(1).at("verdict").as_string() == "broken");
}

TEST_CASE("events JSON: the newest first; a gate that opened -> no reason") {
  const json::value events = json::parse(events_json(fixture::mixed_fleet())).at("events");
  REQUIRE(events.as_array().size() == 2);
  CHECK(json::serialize(events.at(0)) ==
        R"({"at":"2026-11-22T11:55:00Z","kind":"gate","caller":"","callee":"","gate":"canary",)"
        R"("from":"unknown","to":"open","reason":null,"detail":""})");
  CHECK(events.at(1).at("kind").as_string() == "edge");
  CHECK(events.at(1).at("from").as_string() == "survives");
  CHECK(events.at(1).at("reason").as_string() == "issuer_not_advertised");
  CHECK(events_json(fixture::ready_fleet()) == "{\"events\":[]}\n");
}

TEST_CASE("status JSON: our own credentials -> their state and findings") {
  const json::value status = parsed(fixture::mixed_fleet());
  const json::value& orca = status.at("identities").at(0);
  CHECK(orca.at("name").as_string() == "orca");
  CHECK(orca.at("readable").as_bool());
  CHECK(orca.at("has_key").as_bool());
  CHECK(orca.at("certificates").at(0).at("subject").as_string() == "CN=orca");
  CHECK(orca.at("findings").at(0).at("reason").as_string() == "identity_expiring");
  const json::value& unreadable = status.at("identities").at(1);
  CHECK_FALSE(unreadable.at("readable").as_bool());
  CHECK(unreadable.at("certificates").as_array().empty());
  CHECK(json::serialize(status.at("trust")) ==
        R"({"readable":true,"system":false,"anchors":3,"findings":[{"reason":"truststore_empty",)"
        R"("severity":"warning","detail":"Java takes none for a trust anchor.",)"
        R"("hint":"Do something about it."}]})");
  CHECK(json::serialize(status.at("caller_trusts")) ==
        R"([{"file":"orca-trust.p12","readable":false,"anchors":1,)"
        R"("findings":[{"reason":"trust_unreadable","severity":"warning",)"
        R"("detail":"The trust orca-trust.p12 of callers cannot be read anew: it is gone.",)"
        R"("hint":"Do something about it."}]}])");
  CHECK(json::serialize(status.at("passwords")) ==
        R"([{"target":"redis","readable":true,"findings":[]}])");
  gate::Snapshot by_system = fixture::ready_fleet();
  by_system.credentials.trust.facts.is_system = true;
  CHECK(parsed(by_system).at("trust").at("anchors").is_null());
}

TEST_CASE(
    "status JSON: gate's login -> the principal and its roles; nobody, or not asked -> null") {
  const auto login_of = [](std::optional<probe::LoginAttempt> login) {
    assess::AddressAssessment look = fixture::good_look({"127.0.0.1", 1});
    look.login = std::move(login);
    const json::value status =
        parsed(fixture::snapshot({fixture::target("a", {fixture::entry_of(std::move(look))})}, {}));
    return json::serialize(status.at("targets").at(0).at("addresses").at(0).at("login"));
  };
  using probe::LoginAttempt;
  CHECK(login_of(LoginAttempt{.status = 200, .principal = "ci@lab", .roles = {"dev"}}) ==
        R"({"principal":"ci@lab","roles":["dev"],"status":200})");
  CHECK(login_of(LoginAttempt{.status = 302}) == R"({"principal":null,"roles":[],"status":302})");
  CHECK(login_of(LoginAttempt{.failure = probe::Failure{}}) ==
        R"({"principal":null,"roles":[],"status":null})");
  CHECK(login_of(LoginAttempt{.obstacle = probe::LoginObstacle::unverified}) == "null");
  CHECK(login_of(std::nullopt) == "null");
}

TEST_CASE("status JSON: what is not known -> null, never left out") {
  const json::value status = parsed(fixture::mixed_fleet());
  const json::value& redis = status.at("targets").at(2);
  CHECK(redis.at("expected_mode").is_null());
  CHECK(redis.at("addresses").at(0).at("client_certificates_verified").is_null());
  CHECK(redis.at("addresses").at(0).at("chain_verified").is_null());
  CHECK_FALSE(redis.at("addresses").at(0).at("reachable").as_bool());
  const json::value& unseen = status.at("targets").at(4).at("addresses").at(0);
  CHECK(keys_of(unseen) == keys_of(redis.at("addresses").at(0)));
  CHECK(unseen.at("mode").as_string() == "unknown");
  CHECK(unseen.at("looked_at").is_null());
  CHECK(unseen.at("reachable").is_null());
  CHECK(status.at("targets").at(3).at("addresses").as_array().empty());
  CHECK(status.at("targets").at(3).at("findings").at(0).at("reason").as_string() ==
        "resolve_failed");
}

TEST_CASE("status JSON: no CertificateRequest -> null; enforced in HTTP -> said") {
  assess::AddressAssessment look = fixture::good_look({"127.0.0.1", 1}, tls::ClientAuthMode::need);
  look.enforced_by = assess::EnforcedBy::http;
  look.versions[0].certificate_request = nullptr;
  look.versions[1].enforced_by = assess::EnforcedBy::tls;
  const json::value status =
      parsed(fixture::snapshot({fixture::target("a", {fixture::entry_of(std::move(look))})}, {}));
  const json::value& address = status.at("targets").at(0).at("addresses").at(0);
  CHECK(address.at("mode").as_string() == "need");
  CHECK(address.at("enforced_by").as_string() == "http");
  CHECK(address.at("tls").at(0).at("certificate_request").is_null());
  CHECK(address.at("tls").at(1).at("enforced_by").as_string() == "tls");
}

TEST_CASE("rollout JSON: a service -> where it stands, what is next, and what is in its way") {
  CHECK(
      rollout_json(fixture::ready_fleet(), fixture::now()) ==
      R"({"at":"2026-11-22T12:00:00Z","summary":"0 of 1 service is at `need`, 1 at `want`. )"
      R"(May take their next step now: gate.","stages":{"plaintext":0,"none":0,"want":1,)"
      R"("need":0,"unknown":0},"next":["gate"],"services":[{"name":"gate","position":1,)"
      R"("stage":"want","declared":"want","agrees":true,"note":"","next":"need","may_go":true,)"
      R"("waiting":null,"blockers":0,"first_blocker":null,"accepted":0,"first_accepted":null,"callers":[],"circle":null}],)"
      R"("not_flipped":[]})"
      "\n");
  const json::value rollout = parsed(fixture::mixed_fleet()).at("rollout");
  CHECK(keys_of(rollout) == "summary stages next services not_flipped");
  const json::value& clouddriver = rollout.at("services").at(3);
  CHECK(clouddriver.at("name").as_string() == "clouddriver");
  CHECK_FALSE(clouddriver.at("may_go").as_bool());
  CHECK(clouddriver.at("blockers").as_int64() == 3);
  CHECK(keys_of(clouddriver.at("first_blocker")) == "target address caller reason detail hint");
  CHECK(json::serialize(clouddriver.at("callers")) == R"(["ci","gate"])");
  CHECK(rollout.at("services").at(4).at("waiting").as_string() == "0 of 3 rounds, 0s of 10m");
  const json::value& unseen = rollout.at("services").at(0);
  CHECK(unseen.at("stage").as_string() == "unknown");
  CHECK(unseen.at("next").is_null());
  CHECK(unseen.at("agrees").is_null());
}

TEST_CASE("rollout JSON: services that call in a circle, and those never flipped -> said") {
  gate::Snapshot snapshot = fixture::ready_fleet();
  gate::TargetEntry deck = fixture::target("deck", {});
  deck.target.goal = fleet::Goal::none;
  gate::TargetEntry orca =
      fixture::target("orca", {fixture::entry_of(fixture::good_look({"127.0.0.1", 8083}))});
  snapshot.targets.push_back(std::make_shared<const gate::TargetEntry>(std::move(deck)));
  snapshot.targets.push_back(std::make_shared<const gate::TargetEntry>(std::move(orca)));
  snapshot.edges = {fixture::surviving_edge("gate", "orca", {"127.0.0.1", 8083}),
                    fixture::surviving_edge("orca", "gate", {"127.0.0.1", 8084})};
  const json::value rollout = json::parse(rollout_json(snapshot, fixture::now()));
  CHECK(json::serialize(rollout.at("not_flipped")) == R"(["deck"])");
  for (std::size_t i = 0; i < 2; ++i) {
    CHECK(rollout.at("services").at(i).at("circle").as_int64() == 1);
  }
}

TEST_CASE("status JSON: hostile texts -> valid UTF-8 that says the same") {
  const std::string text = status_json(fixture::hostile_fleet(), fixture::now());
  CHECK(text == to_valid_utf8(text));
  CHECK(text.find('\x1b') == std::string::npos);
  CHECK(text.find('\n') == text.size() - 1);
  const json::value status = json::parse(text);
  CHECK(status.at("targets").at(0).at("name").as_string() == to_valid_utf8(fixture::hostile));
  CHECK(status.at("targets")
            .at(0)
            .at("addresses")
            .at(0)
            .at("certificates")
            .at(0)
            .at("subject")
            .as_string() == to_valid_utf8(fixture::hostile));
}

TEST_CASE("status JSON: no target, no gate -> still whole") {
  CHECK_NOTHROW(parsed(fixture::snapshot({}, {})));
}

TEST_SUITE_END();

}  // namespace telltale::render
