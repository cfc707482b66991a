// What happens in a directory, heard through inotify.

#include "app/directory_watch.hpp"

#include <filesystem>
#include <functional>
#include <vector>

#include <doctest/doctest.h>

#include "support/temp_dir.hpp"

namespace telltale::app {
namespace {

namespace fs = std::filesystem;

/// A watch, and how often it has spoken.
class Ear {
 public:
  Ear() { watch.start(); }

  /// Reads what is there to hear, and says whether there was anything.
  [[nodiscard]] bool hears() {
    events_ = 0;
    io.restart();
    io.poll();  // what has happened is in the queue already: there is nothing to wait for
    return events_ > 0;
  }

  boost::asio::io_context io{1};
  DirectoryWatch watch{io, [this] { ++events_; }};

 private:
  int events_ = 0;
};

TEST_SUITE("net") {
  TEST_CASE("directory watch: whatever may change a file -> heard") {
    struct Row {
      const char* what;
      std::function<void(const mint::TempDir&)> happen;
      bool is_heard;
    };

    const std::vector<Row> rows = {
        {"nothing", [](const auto&) {}, false},
        {"a file read", [](const auto& files) { (void)fs::file_size(files.path() / "d/a"); },
         false},
        {"written", [](const auto& files) { (void)files.write("d/a", "two"); }, true},
        {"created", [](const auto& files) { (void)files.write("d/b", ""); }, true},
        {"removed", [](const auto& files) { fs::remove(files.path() / "d/a"); }, true},
        {"moved here",
         [](const auto& files) { fs::rename(files.path() / "e/a", files.path() / "d/a"); }, true},
        {"a link swapped",
         [](const auto& files) {
           fs::create_directory_symlink("../e", files.path() / "e/link");
           fs::rename(files.path() / "e/link", files.path() / "d/link");
         },
         true},
        {"made unreadable",
         [](const auto& files) { fs::permissions(files.path() / "d/a", fs::perms::none); }, true},
        {"the directory moved away",
         [](const auto& files) { fs::rename(files.path() / "d", files.path() / "gone"); }, true},
        {"the directory removed", [](const auto& files) { fs::remove_all(files.path() / "d"); },
         true},
        {"another directory", [](const auto& files) { (void)files.write("e/b", ""); }, false},
    };
    for (const Row& row : rows) {
      CAPTURE(row.what);
      const mint::TempDir files;
      (void)files.write("d/a", "one");
      (void)files.write("e/a", "one");
      Ear ear;
      REQUIRE(ear.watch.watch({(files.path() / "d").string()}).empty());
      row.happen(files);
      CHECK(ear.hears() == row.is_heard);
    }
  }

  TEST_CASE("directory watch: watched again -> what replaced a directory, and no other any more") {
    const mint::TempDir files;
    const fs::path base = files.path();
    (void)files.write("d/a", "one");
    Ear ear;
    CHECK(ear.watch.watch({(base / "d").string(), (base / "not there").string()}).empty());
    fs::rename(base / "d", base / "old");
    (void)files.write("d/a", "two");
    CHECK(ear.hears());
    CHECK(ear.watch.watch({(base / "d").string()}).empty());
    (void)ear.hears();  // that the old one is let go is an event, too
    (void)files.write("old/a", "three");
    CHECK_FALSE(ear.hears());
    (void)files.write("d/a", "three");
    CHECK(ear.hears());
    CHECK(ear.watch.watch({}).empty());
    (void)ear.hears();
    (void)files.write("d/a", "four");
    CHECK_FALSE(ear.hears());
  }

  TEST_CASE("directory watch: one that cannot be watched -> why; the others are heard") {
    const mint::TempDir files;
    fs::create_directory(files.path() / "d");
    fs::create_directory_symlink("loop", files.path() / "loop");
    Ear ear;
    const std::string loop = (files.path() / "loop").string();
    const std::string why = ear.watch.watch({(files.path() / "d").string(), loop});
    CHECK(why == loop + ": inotify: Too many levels of symbolic links");
    (void)files.write("d/a", "");
    CHECK(ear.hears());
  }

  TEST_CASE("directory watch: more events than fit the queue or the buffer -> still heard") {
    const mint::TempDir files;
    (void)files.write("d/a", "");
    Ear ear;
    CHECK(ear.watch.watch({(files.path() / "d").string()}).empty());
    for (int i = 0; i < 500; ++i) {
      (void)files.write("d/" + std::string(200, 'a') + std::to_string(i), "");
    }
    CHECK(ear.hears());
    while (ear.hears()) {
    }
    (void)files.write("d/a", "two");
    CHECK(ear.hears());
    ear.watch.stop();
    (void)ear.hears();
    (void)files.write("d/a", "three");
    CHECK_FALSE(ear.hears());
  }
}

}  // namespace
}  // namespace telltale::app
