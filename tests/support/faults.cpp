#include "support/faults.hpp"

#include <array>
#include <cstdint>
#include <string>

namespace telltale::support {

namespace {

/// Neither a TLS record nor HTTP nor RESP, and without a line end.
std::string garbage() {
  std::string bytes;
  std::uint32_t state = 0x9e3779b9;
  for (int i = 0; i < 1024; ++i) {
    state = state * 1664525 + 1013904223;
    bytes += static_cast<char>(0x80 | (state >> 25U));
  }
  return bytes;
}

/// Reads one TLS record's worth, in which every ClientHello of ours fits; what is no TLS at all is
/// left after five bytes.
void read_client_hello(Socket& socket) {
  PlainStream stream(socket);
  constexpr char handshake = 22;
  const auto header = stream.read_exactly(5);
  if (!header || header->front() != handshake) {
    return;
  }
  const auto byte = [&](std::size_t i) {
    return static_cast<std::size_t>(static_cast<unsigned char>((*header)[i]));
  };
  static_cast<void>(stream.read_exactly(byte(3) << 8U | byte(4)));
}

void write_and_close(Socket& socket, std::string_view bytes) {
  if (socket.write(bytes)) {
    socket.close_gracefully();
  }
}

void write_without_end(Stream& stream, std::string_view opening, const std::string& unit) {
  std::string block;
  while (block.size() < 8192) {
    block += unit;
  }
  bool is_taken = stream.write(opening);
  while (is_taken) {
    is_taken = stream.write(block);
  }
}

void write_nested_array(Stream& stream) {
  constexpr int depth = 1'000'000;
  constexpr int depth_per_block = 1000;
  std::string block;
  for (int i = 0; i < depth_per_block; ++i) {
    block += "*1\r\n";
  }
  for (int i = 0; i < depth / depth_per_block; ++i) {
    if (!stream.write(block)) {
      return;
    }
  }
  stream.finish();
}

}  // namespace

bool misbehave_at_accept(Socket& socket, const PeerOptions& options) {
  switch (options.fault) {
    case Fault::silent_at_accept:
      socket.drain();
      return true;
    case Fault::reset_at_accept:
      socket.reset();
      return true;
    case Fault::close_at_accept:
      socket.close_gracefully();
      return true;
    case Fault::garbage_at_accept:
      write_and_close(socket, garbage());
      return true;
    case Fault::plaintext_http_400:
      static_cast<void>(socket.peek());
      write_and_close(socket,
                      "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
      return true;
    default:
      return false;
  }
}

bool misbehave_after_client_hello(Socket& socket, const PeerOptions& options) {
  switch (options.fault) {
    case Fault::silent_after_client_hello:
      socket.drain();
      return true;
    case Fault::reset_after_client_hello:
      read_client_hello(socket);
      socket.reset();
      return true;
    case Fault::close_after_client_hello:
      read_client_hello(socket);
      socket.close_gracefully();
      return true;
    case Fault::alert_after_client_hello: {
      read_client_hello(socket);
      constexpr char fatal = 2;
      const std::array alert = {
          char{21}, char{3}, char{3}, char{0}, char{2}, fatal, static_cast<char>(options.alert)};
      write_and_close(socket, {alert.data(), alert.size()});
      return true;
    }
    default:
      return false;
  }
}

bool misbehave_after_handshake(Stream& stream, const PeerOptions& options) {
  switch (options.fault) {
    case Fault::silent_after_handshake:
      stream.socket().drain();
      return true;
    case Fault::reset_after_handshake:
      stream.socket().reset();
      return true;
    case Fault::close_after_handshake:
      stream.socket().close_gracefully();
      return true;
    default:
      return false;
  }
}

bool misbehave_at_request(Stream& stream, const PeerOptions& options) {
  switch (options.fault) {
    case Fault::silent_at_request:
      stream.socket().drain();
      return true;
    case Fault::reset_at_request:
      stream.socket().reset();
      return true;
    case Fault::close_at_request:
      stream.socket().close_gracefully();
      return true;
    case Fault::garbage_reply:
      if (stream.write(garbage())) {
        stream.finish();
      }
      return true;
    case Fault::endless_http_header:
      write_without_end(stream, "HTTP/1.1 200 OK\r\n", "X-Endless: and on and on\r\n");
      return true;
    case Fault::endless_http_body:
      write_without_end(stream, "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n", "and on and on ");
      return true;
    case Fault::endless_chunk_extension:
      write_without_end(stream, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;",
                        "and on and on ");
      return true;
    case Fault::endless_resp_array:
      write_without_end(stream, "*1000000000\r\n", "$4\r\nmore\r\n");
      return true;
    case Fault::nested_resp_array:
      write_nested_array(stream);
      return true;
    default:
      return false;
  }
}

bool write_reply(Stream& stream, std::string_view reply, const PeerOptions& options) {
  if (options.fault != Fault::dribbled_reply) {
    return stream.write(reply);
  }
  for (std::size_t i = 0; i < reply.size(); ++i) {
    if (!stream.write(reply.substr(i, 1)) || !stream.socket().pause(options.dribble_interval)) {
      return false;
    }
  }
  return true;
}

}  // namespace telltale::support
