#pragma once
// Words: the parts of sentences that several rules share.

#include <span>
#include <string>
#include <vector>

#include "telltale/probe/observation.hpp"

namespace telltale::assess {

/// `a, b, c and 4 more`.
[[nodiscard]] std::string enumerate(std::span<const std::string> items, std::size_t limit = 3);

/// `1 certificate`, `3 certificates`.
[[nodiscard]] std::string count(std::size_t number, const std::string& noun);

/// Ends a sentence with a full stop, unless the peer's words at its end brought one along.
[[nodiscard]] std::string as_sentence(std::string text);

/// What really left in an attempt: `no certificate`, `telltale's identity`, `a stranger's
/// certificate`.
[[nodiscard]] std::string what_was_presented(const probe::Attempt& attempt);

/// What the peer did instead of answering: `sends the alert unknown_ca (48)`, `resets the
/// connection`, `does not answer in time`.
[[nodiscard]] std::string how_it_failed(const probe::Failure& failure,
                                        const tls::Handshake& handshake);

/// What the peer did in the end: `answers HTTP 400`, `sends the alert unknown_ca (48)`, `resets the
/// connection`, `does not answer in time`.
[[nodiscard]] std::string what_the_peer_did(const probe::Attempt& attempt);

}  // namespace telltale::assess
