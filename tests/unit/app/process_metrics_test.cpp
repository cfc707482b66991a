#include "telltale/app/process_metrics.hpp"

#include <chrono>
#include <fcntl.h>
#include <sys/resource.h>
#include <thread>
#include <unistd.h>

#include <doctest/doctest.h>

#include "app/process_figures.hpp"

namespace telltale::app {
namespace {

constexpr const char* stat_of_a_daemon =
    "4242 (telltale) S 1 4242 4242 0 -1 4194560 1200 0 3 0 150 50 0 0 20 0 4 0 98765 21000192 2900 "
    "18446744073709551615 1 1 0 0 0 0 0 4096 17474 0 0 0 17 1 0 0 0 0 0 0 0 0 0 0 0 0 0\n";

constexpr const char* limits_of_a_daemon =
    "Limit                     Soft Limit           Hard Limit           Units     \n"
    "Max cpu time              unlimited            unlimited            seconds   \n"
    "Max open files            1024                 524288               files     \n"
    "Max address space         unlimited            unlimited            bytes     \n";

TEST_SUITE("app") {
  TEST_CASE("/proc/<pid>/stat: well-formed -> its figures, whatever the command is called") {
    const ProcessStat expected{150, 50, 4, 98765, 21000192, 2900};
    const std::string text = stat_of_a_daemon;
    for (const char* command : {"telltale", "a b", "a) S 9 (b", "", ")", "\n"}) {
      CAPTURE(command);
      const auto stat = parse_stat("4242 (" + std::string(command) + text.substr(14));
      REQUIRE(stat.has_value());
      CHECK((*stat == expected));
    }
  }

  TEST_CASE("/proc/<pid>/stat: cut off before field 24 -> nothing") {
    const std::string_view text = stat_of_a_daemon;
    const std::size_t field_24 = text.find(" 2900 ") + 1;
    for (std::size_t size = 0; size < field_24; ++size) {
      CAPTURE(size);
      CHECK_FALSE(parse_stat(text.substr(0, size)).has_value());
    }
    CHECK_FALSE(parse_stat("1 (a) S x x x x x x x x x x x x x x x x x x x x x x").has_value());
    CHECK_FALSE(parse_stat("1 (a) S 1 1 1 1 1 1 1 1 1 1 -5 1 1 1 1 1 1 1 1 1 1 1").has_value());
  }

  TEST_CASE("/proc/<pid>/limits: a row -> its soft limit, nothing if absent or unlimited") {
    CHECK(parse_soft_limit(limits_of_a_daemon, "Max open files") == 1024);
    CHECK_FALSE(parse_soft_limit(limits_of_a_daemon, "Max address space").has_value());
    CHECK_FALSE(parse_soft_limit(limits_of_a_daemon, "Max locks").has_value());
    CHECK_FALSE(parse_soft_limit("Max open files", "Max open files").has_value());
    CHECK_FALSE(parse_soft_limit("", "Max open files").has_value());
  }

  TEST_CASE("/proc/stat: btime -> the second of the start") {
    CHECK(parse_boot_time("cpu  1 2 3\nbtime 1700000000\nprocesses 5\n") == 1700000000);
    CHECK_FALSE(parse_boot_time("cpu  1 2 3\n").has_value());
    CHECK_FALSE(parse_boot_time("btime soon\n").has_value());
  }

  TEST_CASE("process figures: this process -> what the system says of it") {
    const render::ProcessFigures figures = read_process_figures();
    rlimit descriptors{};
    REQUIRE(getrlimit(RLIMIT_NOFILE, &descriptors) == 0);
    CHECK(figures.max_fds == descriptors.rlim_cur);
    CHECK(figures.resident_memory_bytes > 1'000'000);
    CHECK(figures.virtual_memory_bytes >= figures.resident_memory_bytes);
    CHECK(figures.cpu_seconds >= 0);

    const auto now = std::chrono::system_clock::now().time_since_epoch();
    const double now_seconds = std::chrono::duration<double>(now).count();
    REQUIRE(figures.start_time_seconds.has_value());
    CHECK(*figures.start_time_seconds <= now_seconds + 2);  // btime is rounded
    CHECK(*figures.start_time_seconds > now_seconds - 24 * 3600);
  }

  TEST_CASE("process figures: another descriptor, another thread -> counted") {
    const render::ProcessFigures before = read_process_figures();
    REQUIRE(before.open_fds >= 3);
    const int descriptor = open("/dev/null", O_RDONLY | O_CLOEXEC);
    REQUIRE(descriptor >= 0);
    render::ProcessFigures meanwhile;
    std::jthread([&] { meanwhile = read_process_figures(); }).join();
    close(descriptor);
    CHECK(*meanwhile.open_fds == *before.open_fds + 1);
    CHECK(*meanwhile.threads > *before.threads);  // sanitizers may start one of their own
    CHECK(read_process_figures().open_fds == before.open_fds);
  }
}

}  // namespace
}  // namespace telltale::app
