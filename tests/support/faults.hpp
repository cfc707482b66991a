// The faults of the test peer, by the moment they strike.
#pragma once

#include <string_view>

#include "support/socket.hpp"
#include "support/stream.hpp"
#include "support/test_peer.hpp"

namespace telltale::support {

/// Each of these does its fault and returns true if `options.fault` is one of its moment; the
/// connection is then over. Otherwise it returns false and leaves the connection alone.
[[nodiscard]] bool misbehave_at_accept(Socket& socket, const PeerOptions& options);
/// Reads the ClientHello without OpenSSL: none of these faults needs a handshake begun.
[[nodiscard]] bool misbehave_after_client_hello(Socket& socket, const PeerOptions& options);
[[nodiscard]] bool misbehave_after_handshake(Stream& stream, const PeerOptions& options);
[[nodiscard]] bool misbehave_at_request(Stream& stream, const PeerOptions& options);

/// Writes a right reply, a byte at a time if that is the fault. False if nobody takes it any more.
[[nodiscard]] bool write_reply(Stream& stream, std::string_view reply, const PeerOptions& options);

}  // namespace telltale::support
