#include "telltale/gate/look_log.hpp"

#include <algorithm>
#include <utility>

namespace telltale::gate {

void LookLog::note(LookRecord record) {
  record.id = ++last_id_;
  if (limit_ == 0) {
    return;
  }
  const auto shared = std::make_shared<const LookRecord>(std::move(record));
  all_.push(shared, limit_);
  if (!shared->glance.succeeded) {
    failed_.push(shared, limit_);
  }
}

void LookLog::keep_only(const std::set<std::string>& targets) {
  all_.keep_only(targets);
  failed_.keep_only(targets);
}

void LookLog::Ring::push(const LookRecordPtr& record, std::size_t limit) {
  records_.push_back(record);
  if (records_.size() > limit) {
    records_.pop_front();
  }
  shared_ = nullptr;
}

void LookLog::Ring::keep_only(const std::set<std::string>& targets) {
  const auto is_gone = [&](const LookRecordPtr& record) {
    return !targets.contains(record->target);
  };
  if (std::erase_if(records_, is_gone) != 0) {
    shared_ = nullptr;
  }
}

LookRecordsPtr LookLog::Ring::share() {
  if (shared_ == nullptr) {
    shared_ = std::make_shared<const LookRecords>(records_.begin(), records_.end());
  }
  return shared_;
}

Glance glance_at(const assess::AddressAssessment& look) {
  using assess::Severity;

  Glance glance{.at = look.looked_at.civil, .mode = look.mode, .succeeded = look.reachable};
  for (const Severity severity : {Severity::error, Severity::warning}) {
    const auto worst = std::ranges::find(look.findings, severity, &assess::Finding::severity);
    if (worst != look.findings.end()) {
      glance.reason = worst->reason;
      break;
    }
  }
  return glance;
}

GlancesPtr with(const Glances& before, const Glance& glance) {
  const std::size_t kept = std::min(before.size(), max_glances - 1);
  Glances glances;
  glances.reserve(kept + 1);
  glances.assign(before.end() - static_cast<std::ptrdiff_t>(kept), before.end());
  glances.push_back(glance);
  return std::make_shared<const Glances>(std::move(glances));
}

}  // namespace telltale::gate
