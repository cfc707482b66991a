#include "render/markup.hpp"

#include "render/text.hpp"

namespace telltale::render {

namespace {

/// U+0080 to U+009F.
bool is_c1_control(std::string_view sequence) {
  return sequence.size() == 2 && sequence[0] == '\xC2' &&
         static_cast<unsigned char>(sequence[1]) < 0xA0;
}

/// What stands for one well-formed UTF-8 sequence.
std::string_view escaped(std::string_view sequence) {
  switch (sequence[0]) {
    case '&':
      return "&amp;";
    case '<':
      return "&lt;";
    case '>':
      return "&gt;";
    case '"':
      return "&quot;";
    case '\'':
      return "&#39;";
    case '\t':
    case '\n':
      return sequence;
    default:
      break;
  }
  const bool forbidden = turns_direction(sequence) ||
                         (sequence.size() == 1 && (sequence[0] < 0x20 || sequence[0] == 0x7F)) ||
                         is_c1_control(sequence) || sequence == "\xEF\xBF\xBE" ||
                         sequence == "\xEF\xBF\xBF";
  return forbidden ? replacement_character : sequence;
}

}  // namespace

void append_escaped(std::string& out, std::string_view text) {
  while (!text.empty()) {
    const std::size_t length = utf8_sequence_length(text);
    out += length == 0 ? replacement_character : escaped(text.substr(0, length));
    text.remove_prefix(length == 0 ? 1 : length);
  }
}

void Markup::begin(std::string_view tag, Attributes attributes) {
  out_.append("<").append(tag);
  for (const auto& [name, value] : attributes) {
    out_.append(" ").append(name).append("=\"");
    append_escaped(out_, value);
    out_.append("\"");
  }
}

Markup::Element Markup::in(std::string_view tag, Attributes attributes) {
  begin(tag, attributes);
  out_ += '>';
  return {out_, tag};
}

void Markup::element(std::string_view tag, std::string_view text, Attributes attributes) {
  const Element open = in(tag, attributes);
  append_escaped(out_, text);
}

void Markup::empty_element(std::string_view tag, Attributes attributes) {
  begin(tag, attributes);
  out_ += "/>";
}

}  // namespace telltale::render
