// Spinnaker's files. An error must be one line that names the file, and what was read must be
// possible to look into.

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "fleet/reading.hpp"
#include "fleet/yaml_text.hpp"

namespace {

using namespace telltale::fleet;

const std::string file = "/telltale-fuzz/manifest.yml";

void require(bool is_true) {
  if (!is_true) {
    std::abort();
  }
}

void require_line(const telltale::Error& error) {
  require(error.detail().starts_with("/telltale-fuzz/"));
  require(error.detail().find('\n') == std::string::npos);
}

void look_into(const Installation& installation) {
  for (const Defect& defect : installation.defects) {
    require(std::ranges::count(defect_rules, defect.rule) == 1);
    require(defect.source.starts_with("/telltale-fuzz/"));
  }
  for (const std::string_view service : {"gate", "clouddriver-rw", "dinghy", "nothing"}) {
    const Properties properties = properties_of(installation, service);
    for (const std::string_view key : {"server.ssl.client-auth", "a", "redis.connection"}) {
      (void)properties.find(key);
      (void)properties.is_true(key, true);
    }
  }
  for (const KubernetesObject& object : installation.objects) {
    (void)installation.position(object.object);
  }
}

void read(std::string_view text, OnFault on_fault) {
  try {
    Reading reading(on_fault);
    for (YamlNode& document : reading.read_text(text, file)) {
      take_document(reading, std::move(document), {.file = file});
    }
    look_into(finish_reading(reading));
  } catch (const BadConfig& bad) {
    require_line(bad.error());
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text{reinterpret_cast<const char*>(data), size};
  read(text, OnFault::throws);
  read(text, OnFault::goes_on);
  return 0;
}
