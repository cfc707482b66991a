#include "app/reloader.hpp"

#include <exception>
#include <malloc.h>
#include <optional>
#include <utility>

#include <boost/asio/post.hpp>

namespace telltale::app {

namespace asio = boost::asio;
using Task = ReloadQueue::Task;

namespace {

// Events come in swarms: a rotation is several of them.
constexpr auto after_an_event = std::chrono::milliseconds(150);
// For what makes no event: network file systems, directories that nobody could watch.
constexpr auto poll_interval = std::chrono::seconds(4);

}  // namespace

/// What a task has come to: one of these.
struct Reloader::Outcome {
  std::optional<Result<Loaded>> reload;
  std::optional<Rereading> rereading;
  std::optional<std::string> unheard;  // what the watch said, if it was asked
  std::string internal_error;
};

Reloader::Reloader(asio::io_context& context, std::string config_file, Plan plan, Listener listener,
                   std::optional<Duration> auto_interval)
    : context_(context),
      config_file_(std::move(config_file)),
      listener_(std::move(listener)),
      auto_interval_(auto_interval),
      rereader_(plan),
      inputs_(std::move(plan.inputs)),
      watch_(context, [this] { reread_within(after_an_event); }),
      soon_(context),
      poll_(context),
      auto_(context),
      thread_(1) {}

Reloader::~Reloader() {
  thread_.join();
}

void Reloader::start() {
  watch_.start();
  poll();
  if (auto_interval_) {
    reload_if_changed();
  }
}

void Reloader::stop() {
  is_stopped_ = true;
  watch_.stop();
  soon_.cancel();
  poll_.cancel();
  auto_.cancel();
  for (const ReloadListener& listener : queue_.abandon()) {
    listener(Error(Errc::unreadable, "telltale is stopping"));
  }
}

void Reloader::reload(ReloadListener listener) {
  queue_.ask_for_reload(std::move(listener));
  begin_next();
}

void Reloader::begin_next() {
  if (is_stopped_) {
    return;
  }
  const std::optional<Task> task = queue_.begin();
  if (!task) {
    return;
  }
  asio::post(thread_, [this, task = *task] {
    asio::post(context_, [this, outcome = std::make_shared<const Outcome>(perform(task))] {
      finish(*outcome);
    });
  });
}

/// On the reading thread.
Reloader::Outcome Reloader::perform(Task task) {
  Outcome outcome;
  try {
    if (task == Task::reload || task == Task::reload_if_changed) {
      read_configuration(task, outcome);
      return outcome;
    }
    // In this order: what changes in between makes an event.
    outcome.unheard = watch_.watch(rereader_.directories());
    outcome.rereading =
        rereader_.reread(task == Task::reread_changed ? Rereader::Effort::changed
                                                      : Rereader::Effort::changed_and_unreadable,
                         read_clocks());
  } catch (const std::exception& exception) {
    outcome.internal_error = exception.what();
  }
  return outcome;
}

/// On the reading thread. What goes wrong by itself is told once, and tried again until it is
/// mended: which files the mended configuration has, nobody knows.
void Reloader::read_configuration(Task task, Outcome& outcome) {
  const bool is_asked_for = task == Task::reload;
  if (!is_asked_for && failure_.empty() && !has_changed(inputs_)) {
    return;
  }
  auto loaded = load(config_file_, read_clocks().civil);
  malloc_trim(0);  // the configuration's syntax tree is gone
  if (!loaded) {
    const std::string told = std::exchange(failure_, loaded.error().detail());
    if (is_asked_for || told != failure_) {
      outcome.reload = std::move(loaded);
    }
    return;
  }
  failure_.clear();
  inputs_ = loaded->plan.inputs;
  rereader_ = Rereader(loaded->plan);
  outcome.unheard = watch_.watch(rereader_.directories());
  outcome.reload = std::move(loaded);
}

void Reloader::finish(const Outcome& outcome) {
  const std::vector<ReloadListener> waiting = queue_.end();
  if (is_stopped_) {
    return;
  }
  const Now now = read_clocks();
  Result<CivilTime> end = now.civil;
  if (!outcome.internal_error.empty()) {
    listener_.on_internal_error(outcome.internal_error);
    end = Error(Errc::malformed, "an internal error; the log says more");
    if (!waiting.empty()) {
      listener_.on_failed_reload(end.error());
    }
  } else if (outcome.reload && *outcome.reload) {
    listener_.on_reload(**outcome.reload, now);
  } else if (outcome.reload) {
    end = outcome.reload->error();
    listener_.on_failed_reload(end.error());
  } else if (outcome.rereading && !outcome.rereading->news.empty()) {
    listener_.on_news(*outcome.rereading);
  }
  tell_of_unheard(outcome);
  for (const ReloadListener& listener : waiting) {
    listener(end);
  }
  if (outcome.rereading && outcome.rereading->again_in) {
    reread_within(*outcome.rereading->again_in);
  }
  if (outcome.reload) {
    queue_.ask_for_reread(false);  // what changed before the directories were watched
  }
  begin_next();
}

void Reloader::tell_of_unheard(const Outcome& outcome) {
  if (outcome.unheard && std::exchange(unheard_, *outcome.unheard) != *outcome.unheard &&
      !unheard_.empty()) {
    listener_.on_unheard(unheard_);
  }
}

void Reloader::poll() {
  queue_.ask_for_reread(true);
  begin_next();
  poll_.expires_after(poll_interval);
  poll_.async_wait([this](const boost::system::error_code& error) {
    if (!error) {
      poll();
    }
  });
}

void Reloader::reload_if_changed() {
  auto_.expires_after(*auto_interval_);
  auto_.async_wait([this](const boost::system::error_code& error) {
    if (!error) {
      queue_.ask_for_reload_if_changed();
      begin_next();
      reload_if_changed();
    }
  });
}

void Reloader::reread_within(Duration gap) {
  const SteadyTime then = SteadyTime::clock::now() + gap;
  if (is_stopped_ || (is_soon_ && soon_.expiry() <= then)) {
    return;
  }
  is_soon_ = true;
  soon_.expires_at(then);
  soon_.async_wait([this](const boost::system::error_code& error) {
    if (!error) {
      is_soon_ = false;
      queue_.ask_for_reread(false);
      begin_next();
    }
  });
}

}  // namespace telltale::app
