#include "app/publisher.hpp"

#include <algorithm>
#include <utility>

#include "telltale/enum_names.hpp"
#include "telltale/render/render.hpp"

namespace telltale::app {

namespace {

// Looks that end together are published together: a snapshot is made at most this often.
constexpr auto publishing_gap = std::chrono::milliseconds(50);

/// `identity orca`, `password of redis`, `trust`, or `trust ca.pem` of callers.
std::string to_text(const fleet::CredentialName& which) {
  switch (which.kind) {
    case fleet::CredentialKind::trust:
      return which.name.empty() ? "trust" : "trust " + which.name;
    case fleet::CredentialKind::identity:
      return "identity " + which.name;
    case fleet::CredentialKind::password:
      return "password of " + which.name;
  }
  return {};
}

}  // namespace

Publisher::Publisher(boost::asio::io_context& context, Settings settings, Plan plan, Log& log)
    : log_(log),
      board_(*plan.fleet, describe_credentials(plan, read_clocks().civil), read_clocks(),
             &assess::predict, settings.history_limit),
      plan_(std::make_shared<const Plan>(plan)),
      cell_(board_.snapshot(read_clocks())),
      timer_(context),
      scheduler_(context, plan, board_, scheduler_listener()),
      reloader_(context, std::move(settings.config_file), std::move(plan), reloader_listener(),
                settings.auto_reload_interval) {}

void Publisher::start() {
  scheduler_.start();
  reloader_.start();
}

void Publisher::stop() {
  reloader_.stop();
  scheduler_.stop();
  timer_.cancel();
}

void Publisher::note_internal_error() {
  board_.note_internal_error();
  publish_soon();
}

Scheduler::Listener Publisher::scheduler_listener() {
  return {
      .on_look = [this](const probe::Observation& seen) { tell_of(seen); },
      .on_change = [this] { publish_soon(); },
      .on_internal_error =
          [this](const std::string& what) { tell_of_internal_error("probe", what); },
  };
}

Reloader::Listener Publisher::reloader_listener() {
  return {
      .on_reload = [this](const Loaded& loaded, Now now) { take(loaded, now); },
      .on_failed_reload = [this](const Error& error) { note_failed_reload(error); },
      .on_news = [this](const Rereading& rereading) { take(rereading); },
      .on_unheard =
          [this](const std::string& why) {
            log_.write(LogLevel::warn, "changes of credential files are seen late",
                       {{"error", why}});
          },
      .on_internal_error =
          [this](const std::string& what) { tell_of_internal_error("reload", what); },
  };
}

void Publisher::take(const Loaded& loaded, Now now) {
  const fleet::Fleet& fleet = *loaded.plan.fleet;
  board_.reconfigure(fleet, now);
  board_.set_credentials(loaded.facts);
  board_.note_reload(true, now.civil);
  scheduler_.reconfigure(loaded.plan);
  plan_.exchange(std::make_shared<const Plan>(loaded.plan));
  publish();
  log_.write(LogLevel::info, "reloaded",
             {{"targets", std::to_string(fleet.targets.size())},
              {"gates", std::to_string(fleet.gates.size())}});
}

void Publisher::take(const Rereading& rereading) {
  board_.set_credentials(rereading.loaded->facts);
  scheduler_.set_credentials(rereading.loaded->plan.credentials);
  plan_.exchange(std::make_shared<const Plan>(rereading.loaded->plan));
  publish();
  for (const CredentialNews& news : rereading.news) {
    tell_of(news, *rereading.loaded->plan.credentials);
  }
}

void Publisher::note_failed_reload(const Error& error) {
  board_.note_reload(false, read_clocks().civil);
  publish();
  log_.write(LogLevel::error, "not reloaded, what was loaded before stays in force",
             {{"error", error.detail()}});
}

void Publisher::publish_soon() {
  if (is_dirty_) {
    return;
  }
  is_dirty_ = true;
  timer_.expires_after(publishing_gap);
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (!error) {
      is_dirty_ = false;
      publish();
    }
  });
}

void Publisher::publish() {
  const gate::SnapshotPtr now = board_.snapshot(read_clocks());
  const gate::SnapshotPtr before = cell_.exchange(now);
  tell_of_changes(*before, *now);
  if (snapshot_listener_) {
    snapshot_listener_(*now);
  }
}

void Publisher::tell_of_internal_error(const char* where, const std::string& what) {
  note_internal_error();
  log_.write(LogLevel::error, "internal error", {{"where", where}, {"error", what}});
}

void Publisher::tell_of(const probe::Observation& seen) {
  if (!log_.is_on(LogLevel::debug)) {
    return;
  }
  for (const probe::Attempt& attempt : seen.attempts) {
    log_.write(LogLevel::debug, "looked",
               {{"target", seen.target},
                {"address", fleet::to_text(seen.address)},
                {"tls_version", std::string(tls::label(attempt.version))},
                {"presentation", std::string(name_of(attempt.presentation))},
                {"outcome", attempt.failure ? attempt.failure->detail : "answered"}});
  }
}

void Publisher::tell_of(const CredentialNews& news, const fleet::Credentials& credentials) {
  const std::string name = to_text(news.which);
  if (!news.error.empty()) {
    log_.write(LogLevel::warn, "credential unreadable, the last good one stays in force",
               {{"credential", name}, {"error", news.error}});
    return;
  }
  if (news.which.kind != fleet::CredentialKind::identity) {
    log_.write(LogLevel::info, "credential read anew", {{"credential", name}});
    return;
  }
  const pki::Certificate& leaf = credentials.identities.at(news.which.name)->leaf();
  log_.write(LogLevel::info, "credential read anew",
             {{"credential", name},
              {"subject", leaf.subject.rfc4514},
              {"serial_number", leaf.serial_number},
              {"not_after", to_rfc3339(leaf.validity.not_after)}});
}

void Publisher::tell_of_calls(const gate::Snapshot& before, const gate::Snapshot& after) {
  const auto fresh =
      std::min<std::uint64_t>(after.events_total - before.events_total, after.events->size());
  for (auto event = after.events->end() - static_cast<std::ptrdiff_t>(fresh);
       event != after.events->end(); ++event) {
    if (event->kind != gate::EventKind::edge) {
      continue;
    }
    const bool survives = event->to == name_of(assess::Verdict::survives);
    log_.write(survives ? LogLevel::info : LogLevel::warn,
               survives ? "call survives" : "call does not survive",
               {{"caller", event->caller},
                {"callee", event->callee},
                {"verdict", event->to},
                {"reason", std::string(name_of(event->reason.value_or(assess::Reason::unknown)))},
                {"detail", event->detail}});
  }
}

void Publisher::tell_of_changes(const gate::Snapshot& before, const gate::Snapshot& after) {
  tell_of_calls(before, after);
  for (const gate::GateEntry& gate : after.gates) {
    const auto known = std::ranges::find_if(before.gates, [&](const gate::GateEntry& other) {
      return other.rules.name == gate.rules.name;
    });
    const gate::Status status =
        known == before.gates.end() ? gate::Status::unknown : known->state.whole.status;
    if (status == gate.state.whole.status) {
      continue;
    }
    const gate::Answer answer = gate::answer(after, gate, after.made_at);
    const bool is_open = answer.status == gate::Status::open;
    log_.write(is_open ? LogLevel::info : LogLevel::warn,
               is_open ? "gate opened" : "gate is not open",
               {{"gate", answer.gate},
                {"status", std::string(name_of(answer.status))},
                {"answer", render::gate_line(answer)}});
  }
}

}  // namespace telltale::app
