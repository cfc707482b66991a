#pragma once
// The parts of the page that have a file of their own.

#include <initializer_list>
#include <string_view>
#include <vector>

#include "telltale/gate/rollout.hpp"
#include "telltale/gate/snapshot.hpp"

#include "render/markup.hpp"

namespace telltale::render {

/// Writes the head of a table.
void write_headings(Markup& html, std::initializer_list<std::string_view> headings);

/// Writes a time with its distance from `now`: `2027-01-31T00:00:00Z (in 41d)`.
void write_time(Markup& html, CivilTime time, CivilTime now);

/// Writes findings as a list, each with its hint; nothing for none.
void write_findings(Markup& html, const std::vector<assess::Finding>& findings);

/// Writes our own credentials: the identities, the trust, and the passwords that targets ask for,
/// with what is the matter with each.
void write_credentials(Markup& html, const gate::CredentialEntries& credentials, CivilTime now);

/// Writes who calls whom, as a matrix unless that is too wide, and each call that does not survive
/// with its evidence; nothing where nobody calls.
void write_edges(Markup& html, const gate::Snapshot& snapshot);

/// Writes where each service stands, in the order in which they are best flipped; nothing where
/// none is to be flipped.
void write_rollout(Markup& html, const gate::Rollout& rollout);

/// Writes the newest events, the newest first; nothing for none.
void write_events(Markup& html, const gate::Snapshot& snapshot, CivilTime now);

/// Writes the table of targets: a row for each address, with its findings and details below it.
void write_targets(Markup& html, const gate::Snapshot& snapshot, CivilTime now);

}  // namespace telltale::render
