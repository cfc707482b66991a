#pragma once
// RespReader: bytes of a RESP2 answer become a value, by hiredis' reader under caps of our own (its
// own limits are none). No I/O.

#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>

#include "probe/http_reader.hpp"

struct redisReader;

namespace telltale::probe {

/// One RESP value. Of an array only that it is one is kept: no command of ours is answered by one.
struct RespValue {
  enum class Kind { status, error, string, integer, nil, array };
  Kind kind = Kind::nil;
  std::string text;  ///< of status, error, string and integer
};

/// Spells a command as RESP. The caller wipes it where it holds a secret.
[[nodiscard]] std::string resp_command(std::initializer_list<std::string_view> words);

/// Reads one answer after the other: at most 64 KiB and 256 elements each, nested 8 deep.
class RespReader {
 public:
  RespReader();
  ~RespReader();
  RespReader(const RespReader&) = delete;
  RespReader& operator=(const RespReader&) = delete;

  [[nodiscard]] ReaderState feed(std::string_view bytes);

  /// The value, after ReaderState::done; then the next answer can be fed.
  [[nodiscard]] RespValue take();

  [[nodiscard]] const std::string& error() const noexcept { return error_; }

 private:
  struct Objects;  // what hiredis calls back into

  struct Free {
    void operator()(redisReader* reader) const noexcept;
  };

  std::unique_ptr<Objects> objects_;
  std::unique_ptr<redisReader, Free> reader_;
  std::size_t fed_ = 0;
  std::string error_;
};

}  // namespace telltale::probe
