#pragma once
// LookLog: the newest looks at all targets, and apart from them the newest that failed, so that a
// fault of last night is still told when a thousand good looks came after it.

#include <cstddef>
#include <cstdint>
#include <deque>
#include <set>
#include <string>

#include "telltale/assess/assessment.hpp"
#include "telltale/gate/history.hpp"

namespace telltale::gate {

class LookLog {
 public:
  /// Keeps at most `limit` looks of each of the two kinds; 0: none.
  explicit LookLog(std::size_t limit) : limit_(limit) {}

  /// Takes one look and numbers it.
  void note(LookRecord record);

  /// Drops the looks at all targets but these.
  void keep_only(const std::set<std::string>& targets);

  /// The newest looks, oldest first; the same as before if none was noted since.
  [[nodiscard]] LookRecordsPtr share() { return all_.share(); }

  /// The newest of those that failed.
  [[nodiscard]] LookRecordsPtr share_failed() { return failed_.share(); }

 private:
  class Ring {
   public:
    void push(const LookRecordPtr& record, std::size_t limit);
    void keep_only(const std::set<std::string>& targets);
    [[nodiscard]] LookRecordsPtr share();

   private:
    std::deque<LookRecordPtr> records_;
    LookRecordsPtr shared_ = std::make_shared<const LookRecords>();  // null after a change
  };

  std::size_t limit_;
  std::uint64_t last_id_ = 0;
  Ring all_;
  Ring failed_;
};

/// A look as it was judged.
[[nodiscard]] Glance glance_at(const assess::AddressAssessment& look);

/// `before` and one more, without the oldest where that is too many.
[[nodiscard]] GlancesPtr with(const Glances& before, const Glance& glance);

}  // namespace telltale::gate
