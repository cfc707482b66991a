// prometheus-cpp's own Exposer, with the series that a text says: what /metrics of telltale is
// measured against.
//
//   exposer FILE     FILE as telltale's /metrics answers it, in text format 0.0.4

#include <csignal>
#include <fstream>
#include <iostream>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include <prometheus/exposer.h>
#include <prometheus/gauge.h>
#include <prometheus/registry.h>

namespace {

struct Sample {
  std::string name;
  prometheus::Labels labels;
  double value = 0;
};

/// Reads `name="value",…}` up to its end; telltale's label values have no escapes that matter here.
std::size_t read_labels(const std::string& line, std::size_t at, prometheus::Labels& labels) {
  while (line[at] != '}') {
    const std::size_t equals = line.find('=', at);
    std::size_t end = equals + 2;
    while (line[end] != '"' || line[end - 1] == '\\') {
      ++end;
    }
    labels[line.substr(at, equals - at)] = line.substr(equals + 2, end - equals - 2);
    at = line[end + 1] == ',' ? end + 2 : end + 1;
  }
  return at + 1;
}

Sample read_sample(const std::string& line) {
  Sample sample;
  std::size_t at = line.find_first_of("{ ");
  sample.name = line.substr(0, at);
  if (line[at] == '{') {
    at = read_labels(line, at + 1, sample.labels);
  }
  sample.value = std::stod(line.substr(at));
  return sample;
}

/// A gauge for each sample: of counters and of what a histogram has, too, so that the series are
/// as many and the same.
std::size_t fill(prometheus::Registry& registry, std::istream& text) {
  std::map<std::string, std::string> helps;
  std::map<std::string, prometheus::Family<prometheus::Gauge>*> families;
  std::size_t series = 0;
  for (std::string line; std::getline(text, line);) {
    if (line.starts_with("# HELP ")) {
      const std::size_t end = line.find(' ', 7);
      helps[line.substr(7, end - 7)] = line.substr(end + 1);
    }
    if (line.empty() || line.front() == '#') {
      continue;
    }
    Sample sample = read_sample(line);
    auto& family = families[sample.name];
    if (family == nullptr) {
      family =
          &prometheus::BuildGauge().Name(sample.name).Help(helps[sample.name]).Register(registry);
    }
    family->Add(sample.labels).Set(sample.value);
    ++series;
  }
  return series;
}

}  // namespace

int main(int argc, char** argv) {
  std::ifstream text(argc == 2 ? argv[1] : "");
  const auto registry = std::make_shared<prometheus::Registry>();
  if (!text || fill(*registry, text) == 0) {
    std::cerr << "usage: exposer FILE, with series in it\n";
    return 2;
  }
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  prometheus::Exposer exposer("127.0.0.1:0");
  exposer.RegisterCollectable(registry);
  std::cout << "listening on 127.0.0.1:" << exposer.GetListeningPorts().front() << std::endl;
  int signal = 0;
  sigwait(&signals, &signal);
  return 0;
}
