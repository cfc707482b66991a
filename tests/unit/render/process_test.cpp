#include "telltale/render/process.hpp"

#include <doctest/doctest.h>

namespace telltale::render {
namespace {

TEST_SUITE("render") {
  TEST_CASE("process_*: figures -> families of the text format, those unknown left out") {
    ProcessFigures figures;
    figures.cpu_seconds = 1.5;
    figures.max_fds = 1024;
    figures.start_time_seconds = 1700000000.25;
    CHECK(process_metrics(figures, Exposition::text_0_0_4) ==
          "# HELP process_cpu_seconds_total Total user and system CPU time spent in seconds.\n"
          "# TYPE process_cpu_seconds_total counter\n"
          "process_cpu_seconds_total 1.5\n"
          "# HELP process_max_fds Maximum number of open file descriptors.\n"
          "# TYPE process_max_fds gauge\n"
          "process_max_fds 1024\n"
          "# HELP process_start_time_seconds Start time of the process since unix epoch in "
          "seconds.\n"
          "# TYPE process_start_time_seconds gauge\n"
          "process_start_time_seconds 1700000000.25\n");
  }

  TEST_CASE("process_*: figures -> families of OpenMetrics, the counter's without _total") {
    ProcessFigures figures;
    figures.cpu_seconds = 1.5;
    figures.threads = 3;
    CHECK(process_metrics(figures, Exposition::openmetrics_1_0_0) ==
          "# TYPE process_cpu_seconds counter\n"
          "# HELP process_cpu_seconds Total user and system CPU time spent in seconds.\n"
          "process_cpu_seconds_total 1.5\n"
          "# TYPE process_threads gauge\n"
          "# HELP process_threads Number of OS threads in the process.\n"
          "process_threads 3\n");
  }

  TEST_CASE("process_*: all figures -> the eight families that client libraries have") {
    const ProcessFigures figures{1, 2, 3, 4, 5, 6, 7, 8};
    const std::string text = process_metrics(figures, Exposition::text_0_0_4);
    for (const char* sample :
         {"\nprocess_cpu_seconds_total 1\n", "\nprocess_open_fds 2\n", "\nprocess_max_fds 3\n",
          "\nprocess_virtual_memory_bytes 4\n", "\nprocess_virtual_memory_max_bytes 5\n",
          "\nprocess_resident_memory_bytes 6\n", "\nprocess_start_time_seconds 7\n",
          "\nprocess_threads 8\n"}) {
      CAPTURE(sample);
      CHECK(text.find(sample) != std::string::npos);
    }
    CHECK(process_metrics({}, Exposition::text_0_0_4).empty());
    CHECK(process_metrics({}, Exposition::openmetrics_1_0_0).empty());
  }
}

}  // namespace
}  // namespace telltale::render
