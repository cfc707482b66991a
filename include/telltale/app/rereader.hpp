#pragma once
// Rereader: reads those credentials anew whose files have changed, and says what came of it.

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "telltale/app/plan.hpp"

namespace telltale::app {

/// One credential that has been read anew, or whose reading has failed for good.
struct CredentialNews {
  fleet::CredentialName which;
  std::string error;  ///< why it cannot be read; empty: it was

  friend bool operator==(const CredentialNews&, const CredentialNews&) = default;
};

/// What came of looking for changes.
struct Rereading {
  std::vector<CredentialNews> news;  ///< empty: all is as it was
  std::optional<Loaded> loaded;      ///< what is in force from now on; nothing without news
  std::optional<Duration> again_in;  ///< something did not read; after so long it may
};

/// Holds the plan in force. A changed file is perhaps half written, or waits for the key that
/// belongs to it: what does not read is read again, with growing gaps, until it does or its time
/// is up; only then is that news. What was read last stays in force all the while. Not for several
/// threads; blocks as files do.
class Rereader {
 public:
  /// For so long a credential may fail to read before that counts.
  static constexpr Duration patience = std::chrono::seconds(3);

  explicit Rereader(Plan plan);

  /// Whether to try those too that were unreadable and have not changed since.
  enum class Effort { changed, changed_and_unreadable };

  [[nodiscard]] Rereading reread(Effort effort, Now now);

  /// Where changes show.
  [[nodiscard]] std::set<std::string> directories() const;

 private:
  using Names = std::set<fleet::CredentialName>;

  /// Takes the files' present signatures; names the credentials whose files look different.
  [[nodiscard]] Names take_signatures();
  /// What is to be told of a credential that was just read into `after`. A failure that does not
  /// count yet is taken out of there.
  [[nodiscard]] std::optional<CredentialNews> news_of(const fleet::CredentialName& which,
                                                      fleet::Credentials& after, SteadyTime now);
  [[nodiscard]] std::optional<Duration> next_attempt(SteadyTime now) const;

  Plan plan_;
  std::map<fleet::CredentialName, std::vector<std::string>> files_;
  std::map<fleet::CredentialName, SteadyTime> failing_since_;  // those that may still read
};

}  // namespace telltale::app
