#pragma once
// The query of a request target, taken apart as HTML forms write it (WHATWG URL 5.1): what
// Prometheus makes of `params`.

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "telltale/error.hpp"

namespace telltale::http {

class Query {
 public:
  /// Reads what stands behind the first `?` of a request target: names and values, percent-decoded,
  /// with `+` for a space. A name without `=` has an empty value; empty parts are passed over.
  /// Errc::malformed for an escape that is none, a control character, and more than 64 parameters.
  [[nodiscard]] static Result<Query> parse(std::string_view target);

  /// The value of a parameter, empty if it is not given. Errc::invalid_value if it is given more
  /// than once: nobody knows which of them is meant.
  [[nodiscard]] Result<std::string> find(std::string_view name) const;

 private:
  std::map<std::string, std::vector<std::string>, std::less<>> values_;
};

}  // namespace telltale::http
