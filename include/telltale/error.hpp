#pragma once
// Error and Result: how bad input is reported. What a peer does is never an Error: it is data (see
// probe/observation.hpp).

#include <string>
#include <string_view>
#include <utility>

#include <boost/system/result.hpp>

namespace telltale {

/// The kind of bad input, for callers that must tell kinds apart. People read Error::detail().
enum class Errc {
  unreadable,      ///< a file is missing or may not be read
  malformed,       ///< bytes that are not what they should be (YAML, PEM, DER, URL)
  invalid_value,   ///< well-formed, but not allowed here
  wrong_password,  ///< a key or store did not open with the password given
  key_mismatch,    ///< a private key that does not belong to its certificate
  unsupported,     ///< a format this build cannot read
};

/// One sentence about bad input: which file, which line or key, what is wrong, what would be right.
/// Never holds a secret.
class Error {
 public:
  /// Says nothing. Boost 1.81's result<T, Error>::error() needs it to compile.
  Error() = default;

  Error(Errc code, std::string detail) : code_(code), detail_(std::move(detail)) {}

  [[nodiscard]] Errc code() const noexcept { return code_; }

  [[nodiscard]] const std::string& detail() const noexcept { return detail_; }

  /// Puts `where` (a file, or file and key) in front of the sentence.
  [[nodiscard]] Error at(std::string_view where) const {
    return Error(code_, std::string(where) + ": " + detail_);
  }

  friend bool operator==(const Error&, const Error&) = default;

 private:
  Errc code_ = Errc::malformed;
  std::string detail_;
};

/// A value or the Error that kept it from being made.
template <class T>
using Result = boost::system::result<T, Error>;

/// Lets Result::value() throw something that says what was wrong.
[[noreturn]] void throw_exception_from_error(const Error& error,
                                             const boost::source_location& where);

}  // namespace telltale
