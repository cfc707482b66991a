#include "gate/edge_scale.hpp"

#include <algorithm>
#include <utility>

namespace telltale::gate {

using assess::EdgeAssessment;
using assess::Reason;
using assess::Verdict;

namespace {

/// The row as it stands about the flip to STRICT. Which certificate the caller itself holds matters
/// only where it was rehearsed; a caller in the mesh needs none of its own.
EdgeAssessment about_strict(const EdgeAssessment& row) {
  EdgeAssessment strict{.address = row.address};
  if (!row.strict) {
    strict.reason = row.address.port == 0 ? row.reason : Reason::mesh_mode_unknown;
    strict.detail = row.address.port == 0
                        ? row.detail
                        : std::string(assess::row_of(Reason::mesh_mode_unknown).summary);
    return strict;
  }
  strict.verdict = row.strict->verdict;
  strict.reason = row.strict->reason;
  strict.detail = row.strict->detail;
  strict.hint = row.strict->hint;
  strict.presents = row.strict->rehearsed;
  if (row.strict->rehearsed) {
    strict.evidence = row.evidence;
    strict.first_to_end = row.first_to_end;
  }
  return strict;
}

/// The newest look shows that no sidecar stands in front of the caller itself.
bool lacks_sidecar(const TargetEntry& caller) {
  return std::ranges::any_of(caller.addresses, [](const AddressEntry& address) {
    return address.assessment && address.assessment->mesh &&
           address.assessment->mesh->is_sidecar_missing;
  });
}

}  // namespace

/// Its claim to be in the mesh is the configuration's; what is seen of it can refute that.
void EdgeScale::weigh_strict() {
  if (entry_.edge.in_mesh && caller_ != nullptr && lacks_sidecar(*caller_)) {
    filing_.block({.caller = entry_.edge.caller,
                   .reason = Reason::caller_outside_mesh,
                   .detail = "No sidecar stands in front of " + entry_.edge.caller +
                             ", so that none presents a certificate of the mesh for it."});
  }
  for (const EdgeAssessment& row : entry_.rows) {
    weigh_row(about_strict(row));
  }
}

void EdgeScale::weigh() {
  if (filing_.rules().step == fleet::Step::strict) {
    weigh_strict();
    return;
  }
  if (entry_.edge.is_observed) {
    ask_caller();
  }
  for (const EdgeAssessment& row : entry_.rows) {
    weigh_row(row);
  }
}

/// What every replica of the caller shows counts, and a round is one of the caller's, too.
void EdgeScale::ask_caller() {
  if (caller_ == nullptr || !caller_->resolution) {
    caller_looks_ = CallerLooks::absent;
    return;
  }
  if (is_from_a_resolver(*caller_->resolution)) {
    ask_about(caller_->resolution->resolved_at, false);
  }
  if (caller_->resolution->failure) {
    caller_looks_ = std::max(caller_looks_, CallerLooks::unresolved);
  }
  Weight& weight = filing_.weight();
  for (const AddressEntry& address : caller_->addresses) {
    if (judges_the_flip()) {
      keep_later(weight.newest_appearance, std::optional(address.appeared_at));
    }
    if (!address.assessment) {
      caller_looks_ = std::max(caller_looks_, CallerLooks::absent);
      continue;
    }
    ask_about(address.assessment->looked_at, address.is_outdated);
    if (judges_the_flip()) {
      keep_earlier(weight.oldest_look, std::optional(address.assessment->looked_at.steady));
    }
  }
}

void EdgeScale::ask_about(const Now& seen_at, bool is_outdated) {
  if (!filing_.is_fresh(seen_at)) {
    caller_looks_ = std::max(caller_looks_, CallerLooks::stale);
    keep_earlier(stale_since_, std::optional(seen_at.steady));
  } else if (is_outdated) {
    caller_looks_ = std::max(caller_looks_, CallerLooks::outdated);
  }
}

void EdgeScale::weigh_row(const EdgeAssessment& row) {
  if (filing_.is_unseen(row.address) || (!judges_the_flip() && !fails(row))) {
    return;
  }
  if (caller_looks_ == CallerLooks::stale) {
    tell_of_caller();
    return;
  }
  if (judges_the_flip()) {
    weigh_end(row);
  }
  if (fails(row)) {
    filing_.block(about(row));
  } else if (row.verdict == Verdict::unknown) {
    weigh_doubt(row);
  } else {
    weigh_evidence(row);
  }
}

/// What is said of the address itself is not said again for each caller. Each way out of here but
/// the last leaves the filing as it is because it cannot be clean any more.
void EdgeScale::weigh_doubt(const EdgeAssessment& row) {
  const bool has_address = row.address.port != 0;
  const bool is_told =
      has_address ? filing_.is_doubtful(row.address) || filing_.is_blocked(row.address, row.reason)
                  : filing_.weight().missing;
  if (is_told) {
    return;
  }
  if (caller_looks_ != CallerLooks::certain) {
    tell_of_caller();
    return;
  }
  filing_.miss_present(about(row));
}

void EdgeScale::weigh_evidence(const EdgeAssessment& row) {
  if (caller_looks_ != CallerLooks::certain) {
    tell_of_caller();
    return;
  }
  const bool nothing_is_needed = row.presents && !*row.presents;
  if (nothing_is_needed || row.evidence >= filing_.rules().evidence) {
    return;
  }
  Matter matter = about(row);
  matter.reason = Reason::evidence_insufficient;
  matter.detail = "It would survive, but the evidence is `" + std::string(name_of(row.evidence)) +
                  "`; the gate asks for `" + std::string(name_of(filing_.rules().evidence)) + "`.";
  matter.hint = {};
  filing_.miss_present(matter);
}

void EdgeScale::weigh_end(const EdgeAssessment& row) {
  const bool is_told_as_expired = fails(row) && row.reason == Reason::identity_expired;
  if (!row.first_to_end || is_told_as_expired) {
    return;
  }
  const auto& [not_after, subject] = *row.first_to_end;
  const CivilTime begins = margin_begins(not_after, filing_.rules());
  if (filing_.now().civil <= begins) {
    return;
  }
  Matter matter = about(row);
  matter.reason = Reason::identity_expiring;
  matter.detail = subject + ", which " + entry_.edge.caller + " presents, ends at " +
                  to_rfc3339(not_after) + ", within the " +
                  to_text(filing_.rules().certificate_validity) + " that the gate asks for.";
  matter.hint = {};
  filing_.block(matter, begins);
}

/// Says once that the caller's own endpoint does not show well enough what it holds.
void EdgeScale::tell_of_caller() {
  if (std::exchange(caller_is_told_, true)) {
    return;
  }
  Matter matter{.caller = entry_.edge.caller};
  const std::string what = "The newest look at " + matter.caller;
  switch (caller_looks_) {
    case CallerLooks::certain:
      return;
    case CallerLooks::outdated:
      filing_.miss_outdated(matter, what);
      return;
    case CallerLooks::stale:
      filing_.miss_stale(matter, what, *stale_since_);
      return;
    case CallerLooks::absent:
      matter.detail = "What " + matter.caller +
                      " presents is not known: not all of its addresses were looked at yet.";
      filing_.miss_absent(matter);
      return;
    case CallerLooks::unresolved:
      matter.detail = "What every replica of " + matter.caller +
                      " presents is not known: its name does not resolve.";
      filing_.miss_present(matter);
  }
}

bool EdgeScale::fails(const EdgeAssessment& row) const {
  return row.verdict == Verdict::broken || (row.verdict == Verdict::breaks && judges_the_flip());
}

Matter EdgeScale::about(const EdgeAssessment& row) const {
  return {.address = row.address.port == 0 ? nullptr : &row.address,
          .caller = entry_.edge.caller,
          .reason = row.reason,
          .detail = row.detail,
          .hint = row.hint};
}

}  // namespace telltale::gate
