#pragma once
// Unpacks gzip with zlib, for tests.

#include <stdexcept>
#include <string>
#include <string_view>

#include <zlib.h>

namespace telltale::support {

/// Unpacks exactly one gzip member. Throws if it is damaged, unfinished or followed by anything.
[[nodiscard]] inline std::string gunzip(std::string_view member) {
  constexpr int gzip_only = 15 + 16;
  z_stream stream{};
  if (inflateInit2(&stream, gzip_only) != Z_OK) {
    throw std::bad_alloc();
  }
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(member.data()));
  stream.avail_in = static_cast<uInt>(member.size());
  std::string text;
  int outcome = Z_OK;
  while (outcome == Z_OK) {
    char piece[16384];
    stream.next_out = reinterpret_cast<Bytef*>(piece);
    stream.avail_out = sizeof piece;
    outcome = inflate(&stream, Z_NO_FLUSH);
    text.append(piece, sizeof piece - stream.avail_out);
  }
  const bool whole = outcome == Z_STREAM_END && stream.avail_in == 0;
  inflateEnd(&stream);
  if (!whole) {
    throw std::runtime_error("not exactly one gzip member");
  }
  return text;
}

}  // namespace telltale::support
