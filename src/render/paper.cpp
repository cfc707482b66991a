#include "render/paper.hpp"

#include <algorithm>
#include <array>
#include <vector>

#include "render/text.hpp"

namespace telltale::render {

void Paper::write(std::string_view text, Style style) {
  constexpr std::array<std::string_view, 6> codes = {"", "1", "2", "31", "33", "32"};
  if (!color_ || style == Style::plain || text.empty()) {
    text_ += text;
    return;
  }
  text_.append("\x1b[").append(codes[static_cast<std::size_t>(style)]).append("m");
  text_.append(text).append("\x1b[0m");
}

void Paper::write_wrapped(std::string_view sentence, std::size_t indent, Style style) {
  for (const std::string& line : wrap(sentence, width_ - indent)) {
    text_.append(indent, ' ');
    write(line, style);
    end_line();
  }
}

void Paper::write_labelled(std::string_view label, std::size_t indent, std::string_view sentence,
                           std::size_t column, Style style) {
  text_.append(indent, ' ');
  write(label, Style::dim);
  std::size_t written = indent + width_of(label);
  for (const std::string& line : wrap(sentence, width_ - column)) {
    text_.append(column - std::min(column, written), ' ');
    write(line, style);
    end_line();
    written = 0;
  }
}

}  // namespace telltale::render
