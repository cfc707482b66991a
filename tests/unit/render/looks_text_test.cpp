#include <doctest/doctest.h>

#include "telltale/render/render.hpp"

#include "unit/render/fixture.hpp"

namespace telltale::render {
namespace {

gate::LookRecordPtr look(std::uint64_t id, std::string target, int seconds_ago, bool succeeded,
                         assess::Story story) {
  gate::LookRecord made;
  made.id = id;
  made.target = std::move(target);
  made.address = {"127.0.0.1", 8084};
  made.glance = {.at = fixture::ago(std::chrono::seconds(seconds_ago)).civil,
                 .mode = succeeded ? tls::ClientAuthMode::want : tls::ClientAuthMode::unknown,
                 .succeeded = succeeded};
  if (!succeeded) {
    made.glance.reason = assess::Reason::connect_refused;
  }
  made.story = std::make_shared<const assess::Story>(std::move(story));
  return std::make_shared<const gate::LookRecord>(std::move(made));
}

gate::Snapshot two_targets() {
  gate::Snapshot snapshot = fixture::ready_fleet();
  const gate::LookRecordPtr failed =
      look(1, "orca", 90, false, {{"nothing presented", "connecting: refused", true}});
  const gate::LookRecordPtr good =
      look(2, "gate", 10, true, {{"nothing presented", "GET /health 200", false}});
  snapshot.looks = std::make_shared<const gate::LookRecords>(gate::LookRecords{failed, good});
  snapshot.failed_looks = std::make_shared<const gate::LookRecords>(gate::LookRecords{failed});
  return snapshot;
}

TEST_SUITE("render") {
  TEST_CASE("looks: all targets -> the newest first, and apart those that failed") {
    CHECK(looks_text(two_targets(), "", fixture::now()) ==
          "The newest looks, the newest first:\n"
          "\n"
          "look 2, 2026-11-22T11:59:50Z (10s ago): gate 127.0.0.1:8084, mode want, ok\n"
          "  nothing presented: GET /health 200\n"
          "\n"
          "look 1, 2026-11-22T11:58:30Z (1m30s ago): orca 127.0.0.1:8084, mode unknown, failed "
          "connect_refused\n"
          "  nothing presented: connecting: refused\n"
          "\n"
          "The newest looks that failed, the newest first:\n"
          "\n"
          "look 1, 2026-11-22T11:58:30Z (1m30s ago): orca 127.0.0.1:8084, mode unknown, failed "
          "connect_refused\n"
          "  nothing presented: connecting: refused\n");
  }

  TEST_CASE("looks: one target -> its own alone") {
    CHECK(looks_text(two_targets(), "gate", fixture::now()) ==
          "The newest looks at gate, the newest first:\n"
          "\n"
          "look 2, 2026-11-22T11:59:50Z (10s ago): gate 127.0.0.1:8084, mode want, ok\n"
          "  nothing presented: GET /health 200\n"
          "\n"
          "The newest looks at gate that failed, the newest first:\n"
          "\n"
          "none\n");
  }

  TEST_CASE("looks: what a peer says -> cannot steer a terminal nor make a line of its own") {
    gate::Snapshot snapshot = fixture::ready_fleet();
    snapshot.looks = std::make_shared<const gate::LookRecords>(gate::LookRecords{
        look(1, "gate", 0, true, {{"a\nb", "c\xE2\x80\xA8\x1b[2J\xE2\x80\xAE\xff", false}})});
    const std::string text = looks_text(snapshot, "", fixture::now());
    CHECK(text.find("\n  a b: c \xEF\xBF\xBD[2J\xEF\xBF\xBD\xEF\xBF\xBD\n") != std::string::npos);
  }
}

}  // namespace
}  // namespace telltale::render
