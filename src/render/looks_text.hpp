#pragma once
// The stories of looks as plain text.

#include <string>

#include "telltale/assess/story.hpp"

namespace telltale::render {

/// Appends a line for each connection, indented by two.
void append_story(std::string& text, const assess::Story& story);

}  // namespace telltale::render
