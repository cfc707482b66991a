// What becomes of YAML that is wrong, or too much.

#include <string>
#include <string_view>

#include <doctest/doctest.h>

#include "unit/fleet/installation_files.hpp"

namespace telltale::fleet {
namespace {

constexpr std::string_view service =
    "---\n"
    "apiVersion: v1\n"
    "kind: Service\n"
    "metadata: {name: spin-orca}\n";

std::string complaint_of(InstallationFiles& files, std::string_view text) {
  try {
    (void)files.read_text(text);
    return "nothing";
  } catch (const BadConfig& bad) {
    return files.shortened(bad.error().detail());
  }
}

/// Nine of the one before, twenty times.
std::string many_laughs(std::string_view use) {
  std::string text = "a0: &a0 {x: 1, y: 2}\n";
  for (int level = 1; level < 20; ++level) {
    const std::string number = std::to_string(level);
    text.append("a").append(number).append(": &a").append(number).append(use);
    for (int copy = 0; copy < 9; ++copy) {
      text.append(copy == 0 ? "[" : ",").append("*a").append(std::to_string(level - 1));
    }
    text.append("]\n");
  }
  return text;
}

TEST_SUITE("fleet") {
  TEST_CASE("read_paths: a fault of YAML -> a defect, and the next document is read") {
    struct Row {
      std::string_view text;
      std::string_view defects;
    };

    constexpr Row rows[] = {
        {"gate:\n\tport: 1\n",
         "yaml-tab manifest.yml:2: is indented with a tab; YAML wants spaces\n"},
        {"a: |\n  text\n\ttab\n",
         "yaml-tab manifest.yml:3: is indented with a tab; YAML wants spaces\n"},
        {"a: 'open\n",
         "yaml-malformed manifest.yml:3: is not YAML: illegal document indicator in scalar\n"},
        {"a: \x01\n",
         "yaml-malformed manifest.yml:1: has a control character; YAML is plain UTF-8 text\n"},
        {"a: \xe9\n", "yaml-malformed manifest.yml:1: is not UTF-8; save the file as UTF-8\n"},
        {"a: *b\n", ""},
    };
    for (const Row& row : rows) {
      CAPTURE(row.text);
      InstallationFiles files;
      const Installation installation = files.read_text(std::string(row.text).append(service));
      CHECK(installation.objects.size() == 1);
      if (!row.defects.empty() && !row.defects.starts_with("yaml-malformed manifest.yml:3")) {
        CHECK(files.defects_of(installation) == row.defects);
      }
      CHECK(installation.defects.size() == 1);
    }
  }

  TEST_CASE("read_paths: a doubled key -> a defect, and the last counts") {
    InstallationFiles files;
    files.write("gate-local.yml", "server:\n  port: 1\n  port: 2\n");
    const Installation installation = files.read({"gate-local.yml"});
    CHECK(files.defects_of(installation) ==
          "yaml-duplicate-key gate-local.yml:3: server.port: is given twice, first on line 2; "
          "leave one out\n");
    CHECK(files.found(installation, "gate", "server.port") == "2 at gate-local.yml:3");
    CHECK(files.complaint({.profiles = {files.path("gate-local.yml")}}) ==
          "gate-local.yml:3: server.port: is given twice, first on line 2; leave one out");
  }

  TEST_CASE("parse_manifest: a tab in a block scalar or in JSON -> no fault") {
    for (const std::string_view text :
         {"a: |\n  x:\n  \ty\nb: 1\n", "a:\n- |\n \tx\n- k: >-\n    \tx\n", "--- |\n \tx\n",
          "a: |2-\n    \tx\n", "a: | # why\n  \tx\n", "a: &x |\n  \tx\n",
          "{\n\t\"a\": [\n\t\t1\n\t]\n}\n", "a: 1\n\t# comment\n\t\nb: 2\n"}) {
      CAPTURE(text);
      CHECK_NOTHROW((void)parse_manifest(text, "file", 0));
    }
    for (const std::string_view text :
         {"a: |\n  x\nb:\n\tc: 1\n", "a: x|\n\tb: 1\n", "- a: |\n    x\n- b:\n\tc\n"}) {
      CAPTURE(text);
      CHECK_THROWS_AS((void)parse_manifest(text, "file", 0), BadConfig);
    }
  }

  TEST_CASE("parse_manifest: a literal block -> the line on which its text begins") {
    const auto documents =
        parse_manifest("a: |\n  x\nb:\n- |-\n  y\n- &c |\n  z\n- >\n  f\n- 'q'\n", "file", 0);
    const YamlNode& list = documents.at(0).children.at(1);
    CHECK(documents.at(0).children.at(0).text_line == 2);
    CHECK(list.children.at(0).text_line == 5);
    CHECK(list.children.at(1).text_line == 7);
    CHECK(list.children.at(2).text_line == 0);
    CHECK(list.children.at(3).text_line == 0);
  }

  TEST_CASE("read_paths: too much -> one line, whatever its shape") {
    InstallationFiles files;
    const std::string long_text(1'000'000, 'x');
    std::string copies = "a: &a " + long_text + "\nb: [";
    std::string nested;
    std::string embedded =
        "apiVersion: spinnaker.io/v1alpha2\nkind: SpinnakerService\nspec:\n  kustomize:\n"
        "    gate:\n      deployment:\n        patches:\n";
    for (int copy = 0; copy < 500; ++copy) {
      copies += "*a,";
    }
    for (int level = 0; level < 100; ++level) {
      nested.append(static_cast<std::size_t>(level), ' ').append("a:\n");
    }
    for (int patch = 0; patch < 3000; ++patch) {
      embedded +=
          "        - |\n          a: &a [x,x,x,x,x,x,x,x,x]\n"
          "          b: [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\n";
    }

    const struct {
      std::string text;
      std::string_view complaint;
    } rows[] = {
        {std::string(max_manifest_bytes + 1, 'a'), "is larger than 8388608 bytes"},
        {nested, "is nested too deeply"},
        {std::string(2'000'000, '['), "has more than 1000000 brackets and commas"},
        {many_laughs(" "), "has more than 300000 values"},
        {many_laughs("\n  <<: "), "has more than 300000 values"},
        {copies + "]\n", "comes to more than 128 MiB with its aliases"},
        {embedded, "has more than 300000 values"},
    };

    for (const auto& row : rows) {
      CAPTURE(row.complaint);
      const std::string complaint = complaint_of(files, row.text);
      CHECK(complaint.starts_with("manifest.yml:"));
      CHECK(complaint.find(row.complaint) != std::string::npos);
      CHECK(complaint.find('\n') == std::string::npos);
      CHECK(files.complaint({.manifests = {files.path("manifest.yml")}}) == complaint);
    }
  }

  TEST_CASE("read_paths: nothing there, or nothing of Spinnaker's -> one line") {
    InstallationFiles files;
    constexpr std::string_view nothing =
        ": has nothing of Spinnaker's; name a SpinnakerService manifest, a Halyard directory or "
        "profile files such as gate-local.yml";
    files.write("empty/readme.txt", "hello");
    files.write("foreign.yml", "a: b\n");
    CHECK(files.complaint({.manifests = {files.path("nowhere.yml")}}) ==
          "nowhere.yml: cannot be read: No such file or directory");
    CHECK(files.complaint({.manifests = {files.path("empty")}}) == "empty" + std::string(nothing));
    CHECK(files.complaint({.manifests = {files.path("foreign.yml")}}) ==
          "foreign.yml" + std::string(nothing));
    CHECK_THROWS_AS((void)files.read({"empty"}), BadConfig);
    CHECK(files.defects_of(files.read({"foreign.yml"})) ==
          "file-unknown foreign.yml:1: is none of Spinnaker's files; a profile is named after its "
          "service, as gate-local.yml, and a manifest says its kind\n");
  }

  TEST_CASE("read_paths: every defect's rule -> listed") {
    InstallationFiles files;
    const Installation installation = files.read_text("a:\n\tb\n--- \n- x\n---\na: 'b\n");
    for (const Defect& defect : installation.defects) {
      CAPTURE(defect.rule);
      CHECK(std::ranges::count(defect_rules, defect.rule) == 1);
    }
    CHECK(installation.defects.size() == 3);
  }

  TEST_CASE("merge_patch: the cases of RFC 7396 -> as it has them") {
    struct Row {
      std::string_view base;
      std::string_view patch;
      std::string_view merged;
    };

    constexpr Row rows[] = {
        {"{a: b}", "{a: c}", "{a: c}"},
        {"{a: b}", "{b: c}", "{a: b, b: c}"},
        {"{a: b}", "{a: }", "{}"},
        {"{a: b, b: c}", "{a: }", "{b: c}"},
        {"{a: [b]}", "{a: c}", "{a: c}"},
        {"{a: c}", "{a: [b]}", "{a: [b]}"},
        {"{a: {b: c}}", "{a: {b: d, c: }}", "{a: {b: d}}"},
        {"{a: [{b: c}]}", "{a: [1]}", "{a: [1]}"},
        {"[a, b]", "[c, d]", "[c, d]"},
    };
    const auto spelled = [](const YamlNode& node, const auto& self) -> std::string {
      std::string text = node.key + '=' + node.text;
      for (const YamlNode& child : node.children) {
        text += '(' + self(child, self) + ')';
      }
      return text;
    };
    for (const Row& row : rows) {
      CAPTURE(row.base);
      CAPTURE(row.patch);
      YamlNode base = parse_yaml(row.base, "base");
      merge_patch(base, parse_yaml(row.patch, "patch"));
      CHECK(spelled(base, spelled) == spelled(parse_yaml(row.merged, "merged"), spelled));
    }
  }
}

}  // namespace
}  // namespace telltale::fleet
