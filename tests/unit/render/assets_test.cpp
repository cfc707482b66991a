#include "telltale/render/assets.hpp"

#include <fstream>
#include <iterator>
#include <set>
#include <string>

#include <doctest/doctest.h>

namespace telltale::render {

namespace {

std::string bytes_of(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

TEST_SUITE_BEGIN("render");

TEST_CASE(
    "assets: what is built in -> the files as they lie in the source, each with its own tag") {
  std::set<std::string_view> tags;
  for (const Asset& asset : assets()) {
    CAPTURE(asset.name);
    const std::string path = TELLTALE_SOURCE_DIR "/src/render/assets/" + std::string(asset.name);
    CHECK((asset.content == bytes_of(path)));
    CHECK(asset.etag.starts_with('"'));
    CHECK(asset.etag.ends_with('"'));
    CHECK(asset.etag.size() == 34);
    CHECK(tags.insert(asset.etag).second);
    CHECK(find_asset(asset.name) == &asset);
  }
  CHECK(tags.size() == 3);
  CHECK(find_asset("page.css")->content_type == "text/css; charset=utf-8");
  CHECK(find_asset("page.js")->content_type == "text/javascript; charset=utf-8");
  CHECK(find_asset("icon.svg")->content_type == "image/svg+xml");
  CHECK(find_asset("") == nullptr);
  CHECK(find_asset("page") == nullptr);
}

TEST_CASE("assets: no request to any other host -> none names one") {
  for (const Asset& asset : assets()) {
    CAPTURE(asset.name);
    std::string content(asset.content);
    const std::string name_space = "http://www.w3.org/2000/svg";  // a name, fetched by nobody
    if (const auto at = content.find(name_space); at != std::string::npos) {
      content.erase(at, name_space.size());
    }
    for (const std::string_view foreign : {"http:", "https:", "//fonts", "@import", "url("}) {
      CAPTURE(foreign);
      CHECK(content.find(foreign) == std::string::npos);
    }
  }
}

TEST_CASE("assets: the script -> makes no markup of strings and runs none") {
  const std::string_view script = find_asset("page.js")->content;
  for (const std::string_view risk : {"innerHTML", "outerHTML", "insertAdjacentHTML",
                                      "document.write", "eval(", "new Function"}) {
    CAPTURE(risk);
    CHECK(script.find(risk) == std::string_view::npos);
  }
}

TEST_SUITE_END();

}  // namespace telltale::render
