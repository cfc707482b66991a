#pragma once
// Paper: text for a terminal, with or without colors.

#include <cstddef>
#include <string>
#include <string_view>

namespace telltale::render {

enum class Style { plain, bold, dim, red, yellow, green };

/// Collects lines. What is written must be fit for a terminal already: see to_one_line().
class Paper {
 public:
  /// Sentences are broken at the column `width`; colors are those of ECMA-48 SGR.
  Paper(std::size_t width, bool color) : width_(width), color_(color) {}

  void write(std::string_view text, Style style = Style::plain);

  void end_line() { text_ += '\n'; }

  /// Writes a sentence in lines that begin at `indent`.
  void write_wrapped(std::string_view sentence, std::size_t indent, Style style = Style::plain);

  /// Writes `label` at `indent` and the sentence beside it, in lines that begin at `column`.
  void write_labelled(std::string_view label, std::size_t indent, std::string_view sentence,
                      std::size_t column, Style style = Style::plain);

  [[nodiscard]] std::size_t width() const { return width_; }

  [[nodiscard]] std::string take() && { return std::move(text_); }

 private:
  std::size_t width_;
  bool color_;
  std::string text_;
};

}  // namespace telltale::render
