#include "render/markup.hpp"

#include <doctest/doctest.h>

namespace telltale::render {

TEST_SUITE_BEGIN("render");

TEST_CASE("markup: what means something in XML -> an entity, in text and in attributes") {
  Markup xml;
  xml.element("a", "<&>\"'", {{"title", "<&>\"'"}});
  CHECK(std::move(xml).take() ==
        "<a title=\"&lt;&amp;&gt;&quot;&#39;\">&lt;&amp;&gt;&quot;&#39;</a>");
}

TEST_CASE("markup: what XML forbids -> U+FFFD; tab and line end stay") {
  std::string out;
  append_escaped(out, std::string_view("\0\x01\t\n\r\x1b\x7f", 7));
  CHECK(out == "\xef\xbf\xbd\xef\xbf\xbd\t\n\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd");
  out.clear();
  append_escaped(out, "\xff|\xed\xa0\x80|\xef\xbf\xbe|\xef\xbf\xbf|\xc3\xa9");
  CHECK(out ==
        "\xef\xbf\xbd|\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd|\xef\xbf\xbd|\xef\xbf\xbd|\xc3\xa9");
}

TEST_CASE("markup: an element that goes out of scope -> is closed, the innermost first") {
  Markup html;
  {
    const auto outer = html.in("p", {{"class", "x"}, {"id", "y"}});
    html.text("1");
    {
      const auto inner = html.in("b");
      html.text("2");
    }
    html.empty_element("br");
    html.verbatim("<!-- as it is -->");
  }
  CHECK(std::move(html).take() == "<p class=\"x\" id=\"y\">1<b>2</b><br/><!-- as it is --></p>");
}

TEST_SUITE_END();

}  // namespace telltale::render
