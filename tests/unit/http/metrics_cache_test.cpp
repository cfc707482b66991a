#include "telltale/http/metrics_cache.hpp"

#include <memory>

#include <doctest/doctest.h>

#include "telltale/gate/state.hpp"

#include "support/gunzip.hpp"
#include "unit/render/fixture.hpp"

namespace telltale::http {
namespace {

namespace fixture = render::fixture;
using render::Exposition;

gate::SnapshotPtr shared(gate::Snapshot snapshot) {
  return std::make_shared<const gate::Snapshot>(std::move(snapshot));
}

constexpr std::string_view is_open = "telltale_gate_open{gate=\"need\"} 1\n";

TEST_SUITE("http") {
  TEST_CASE("metrics cache: the same snapshot again -> the same bytes, not rendered anew") {
    MetricsCache cache;
    const gate::SnapshotPtr snapshot = shared(fixture::ready_fleet());
    for (const Exposition exposition : {Exposition::text_0_0_4, Exposition::openmetrics_1_0_0}) {
      const std::string_view first = cache.text(snapshot, fixture::now(), exposition);
      CHECK(first == render::metrics(*snapshot, fixture::now(), exposition));
      const std::string_view second =
          cache.text(snapshot, fixture::later(std::chrono::seconds(1)), exposition);
      CHECK((second.data() == first.data()));
      const render::Deflated& packed = cache.deflated(snapshot, fixture::now(), exposition);
      const char* blocks = packed.blocks.data();
      CHECK((cache.deflated(snapshot, fixture::now(), exposition).blocks.data() == blocks));
      CHECK(support::gunzip(render::gzip(packed, "rest")) == std::string(first) + "rest");
    }
  }

  TEST_CASE("metrics cache: the two expositions -> kept apart") {
    MetricsCache cache;
    const gate::SnapshotPtr snapshot = shared(fixture::ready_fleet());
    const std::string_view text = cache.text(snapshot, fixture::now(), Exposition::text_0_0_4);
    const std::string copy(text);
    const std::string_view openmetrics =
        cache.text(snapshot, fixture::now(), Exposition::openmetrics_1_0_0);
    CHECK(text == copy);
    CHECK(openmetrics != copy);
  }

  TEST_CASE("metrics cache: another snapshot -> rendered anew") {
    MetricsCache cache;
    const gate::SnapshotPtr ready = shared(fixture::ready_fleet());
    const gate::SnapshotPtr mixed = shared(fixture::mixed_fleet());
    CHECK(cache.text(ready, fixture::now(), Exposition::text_0_0_4) ==
          render::metrics(*ready, fixture::now(), Exposition::text_0_0_4));
    const render::Deflated before = cache.deflated(ready, fixture::now(), Exposition::text_0_0_4);
    CHECK(cache.text(mixed, fixture::now(), Exposition::text_0_0_4) ==
          render::metrics(*mixed, fixture::now(), Exposition::text_0_0_4));
    CHECK(cache.deflated(mixed, fixture::now(), Exposition::text_0_0_4).crc32 != before.crc32);
  }

  TEST_CASE("metrics cache: the instant of the next change -> rendered anew with that now") {
    MetricsCache cache;
    const gate::SnapshotPtr snapshot = shared(fixture::ready_fleet());
    const auto change = gate::next_change(*snapshot, fixture::now());
    REQUIRE(change.has_value());
    const Duration until_change = *change - fixture::now().steady;
    const auto at = [&](Duration later) {
      return Now{fixture::now().civil + std::chrono::floor<std::chrono::seconds>(later),
                 fixture::now().steady + later};
    };
    const Exposition exposition = Exposition::text_0_0_4;
    const char* first = cache.text(snapshot, fixture::now(), exposition).data();
    const Now last = at(until_change - std::chrono::nanoseconds(1));
    const std::string_view kept = cache.text(snapshot, last, exposition);
    CHECK((kept.data() == first));
    CHECK(kept.find(is_open) != std::string_view::npos);
    const Now changed = at(until_change);
    CHECK(cache.text(snapshot, changed, exposition) ==
          render::metrics(*snapshot, changed, exposition));
    CHECK(cache.text(snapshot, changed, exposition).find(is_open) == std::string_view::npos);
  }
}

}  // namespace
}  // namespace telltale::http
