#include "telltale/app/file_signature.hpp"

#include <cerrno>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "support/temp_dir.hpp"

namespace telltale::app {
namespace {

namespace fs = std::filesystem;

TEST_SUITE("app") {
  TEST_CASE("signature: whatever makes a file another one -> another signature") {
    struct Row {
      const char* what;
      std::function<void(const mint::TempDir&)> change;
    };

    const std::vector<Row> rows = {
        {"written over, longer", [](const auto& files) { (void)files.write("v1/a", "longer"); }},
        {"written over at the same length, a while later",
         [](const auto& files) {
           (void)files.write("v1/a", "two");
           fs::last_write_time(files.path() / "v1/a",
                               fs::file_time_type::clock::now() + std::chrono::seconds(1));
         }},
        {"replaced by a file of the same size and times",
         [](const auto& files) {
           const fs::path file = files.path() / "v1/a";
           const auto time = fs::last_write_time(file);
           fs::last_write_time(files.write("v1/b", "two"), time);
           fs::rename(files.path() / "v1/b", file);
         }},
        {"a link on the way leads elsewhere",
         [](const auto& files) {
           (void)files.write("v2/a", "one");
           fs::create_directory_symlink("v2", files.path() / "new");
           fs::rename(files.path() / "new", files.path() / "data");
         }},
        {"unreadable mode",
         [](const auto& files) { fs::permissions(files.path() / "v1/a", fs::perms::none); }},
        {"removed", [](const auto& files) { fs::remove(files.path() / "v1/a"); }},
        {"its directory removed", [](const auto& files) { fs::remove_all(files.path() / "v1"); }},
    };
    for (const Row& row : rows) {
      CAPTURE(row.what);
      const mint::TempDir files;
      (void)files.write("v1/a", "one");
      fs::create_directory_symlink("v1", files.path() / "data");
      fs::create_symlink("data/a", files.path() / "a");
      const std::string file = (files.path() / "a").string();
      const FileSignature before = read_signature(file);
      CHECK((before == read_signature(file)));
      row.change(files);
      CHECK_FALSE((before == read_signature(file)));
    }
  }

  TEST_CASE("signature: a file that cannot be asked for -> why, and the same each time") {
    const FileSignature missing = read_signature("/nowhere/a");
    CHECK(missing.error == ENOENT);
    CHECK((missing == read_signature("/nowhere/a")));
    const mint::TempDir files;
    CHECK(read_signature(files.write("a", "") + "/b").error == ENOTDIR);
  }

  TEST_CASE("directories: each link on a file's way -> the directory it lies in") {
    const mint::TempDir files;
    const std::string base = files.path().string();
    (void)files.write("..2026_1/tls.crt", "");
    fs::create_directory_symlink("..2026_1", files.path() / "..data");
    fs::create_symlink("..data/tls.crt", files.path() / "tls.crt");
    fs::create_symlink("/nowhere/at/all", files.path() / "dangling");
    fs::create_symlink("loop", files.path() / "loop");
    using Set = std::set<std::string>;
    CHECK((directories_of(base + "/tls.crt") == Set{base, base + "/..data"}));
    CHECK((directories_of(base + "/..data/tls.crt") == Set{base + "/..data"}));
    CHECK((directories_of(base + "/dangling") == Set{base, "/nowhere/at"}));
    CHECK((directories_of(base + "/missing") == Set{base}));
    CHECK((directories_of(base + "/loop") == Set{base}));
    CHECK((directories_of("telltale.crt") == Set{"."}));
    CHECK((directories_of("/a") == Set{"/"}));
  }
}

}  // namespace
}  // namespace telltale::app
