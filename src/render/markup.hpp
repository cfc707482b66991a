#pragma once
// Markup: a writer of HTML and XML that escapes everything it is given and closes what it opened.

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace telltale::render {

/// Appends `text` so that it means itself in XML 1.0 and HTML, in content and in quoted attributes.
/// Bytes that are no UTF-8, control characters, those that turn the direction of text (UAX 9 2) and
/// what XML forbids (XML 1.0, 2.2) become U+FFFD.
void append_escaped(std::string& out, std::string_view text);

class Markup {
 public:
  using Attributes = std::initializer_list<std::pair<std::string_view, std::string_view>>;

  /// Closes its element at the end of its life.
  class Element {
   public:
    Element(std::string& out, std::string_view tag) : out_(out), tag_(tag) {}

    ~Element() { out_.append("</").append(tag_).append(">"); }

    Element(const Element&) = delete;
    Element& operator=(const Element&) = delete;

   private:
    std::string& out_;
    std::string_view tag_;
  };

  /// Opens an element that stays open as long as the result lives. `tag` is a literal.
  [[nodiscard]] Element in(std::string_view tag, Attributes attributes = {});

  /// Writes an element that holds only text.
  void element(std::string_view tag, std::string_view text, Attributes attributes = {});

  /// Writes an element without content, `<meta …/>`.
  void empty_element(std::string_view tag, Attributes attributes = {});

  void text(std::string_view text) { append_escaped(out_, text); }

  /// Writes text of our own as it is: a document type, a style sheet, line breaks between elements.
  void verbatim(std::string_view text) { out_ += text; }

  [[nodiscard]] std::string take() && { return std::move(out_); }

 private:
  void begin(std::string_view tag, Attributes attributes);

  std::string out_;
};

}  // namespace telltale::render
