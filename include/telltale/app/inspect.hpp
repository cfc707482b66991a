#pragma once
// Inspecting files of certificates and keys, one after the other.

#include <functional>
#include <iosfwd>
#include <string>

#include "telltale/app/options.hpp"
#include "telltale/assess/inspection.hpp"
#include "telltale/pki/store.hpp"
#include "telltale/time.hpp"

namespace telltale::app {

/// Reads one file; its Error names it.
using StoreReader = std::function<Result<pki::StoreFacts>(const std::string& file)>;

/// States what a file holds, with the roles and the login of its certificates. The Error names the
/// file: the principal's regex is too slow for a subject in it.
[[nodiscard]] Result<assess::Inspection> inspect_file(const std::string& file,
                                                      const pki::StoreFacts& facts,
                                                      const InspectOptions& options);

/// Where inspect_files writes, and how.
struct InspectOutput {
  std::ostream& out;
  std::ostream& errors;  ///< one line for each file that cannot be read
  bool as_json = false;
  bool color = false;
};

/// Reads every file and writes what is in it. False if any of them cannot be read.
[[nodiscard]] bool inspect_files(const InspectOptions& options, const StoreReader& read,
                                 CivilTime now, const InspectOutput& output);

}  // namespace telltale::app
