#pragma once
// The parts of the page that have a file of their own.

#include <initializer_list>
#include <string_view>

#include "telltale/gate/snapshot.hpp"

#include "render/markup.hpp"

namespace telltale::render {

/// Writes the head of a table.
void write_headings(Markup& html, std::initializer_list<std::string_view> headings);

/// Writes a time with its distance from `now`: `2027-01-31T00:00:00Z (in 41d)`.
void write_time(Markup& html, CivilTime time, CivilTime now);

/// Writes the table of targets: a row for each address, with its findings and details below it.
void write_targets(Markup& html, const gate::Snapshot& snapshot, CivilTime now);

}  // namespace telltale::render
