// The gate against events in any order: whatever happens, it is never open while something that is
// required is stale, absent, unknown or blocked; and it does open when all has been well for long.

#include <algorithm>
#include <array>
#include <map>
#include <random>
#include <string>

#include <doctest/doctest.h>

#include "unit/gate/calls.hpp"

using namespace telltale;
using namespace telltale::gate;
using namespace telltale::gate::build;

namespace {

/// What a look showed, as the play remembers it by itself.
enum class Shown { well, blocked, unclear };

struct Memory {
  SteadyTime appeared;
  std::vector<std::pair<SteadyTime, Shown>> looks;
  bool is_outdated = false;
};

/// Plays random events on a board and keeps its own account of them, from which it says whether the
/// gate may be open. The account is kept the simple way: as a history.
class Play {
 public:
  explicit Play(unsigned seed) : random_(seed), fleet_(called_fleet()), stage_(fleet_, oracle_) {}

  void run(unsigned events) {
    for (unsigned i = 0; i < events; ++i) {
      elapsed_ += std::chrono::milliseconds(number(1, 4000));
      happen();
      check_whenever(number(0, 9) == 0 ? Duration(number(1, 90) * 1s) : Duration(0));
    }
  }

  [[nodiscard]] unsigned times_open() const { return times_open_; }

  [[nodiscard]] unsigned times_shut() const { return times_shut_; }

 private:
  /// ci calls orca, and so does echo, whose own endpoint shows what it holds.
  static fleet::Fleet called_fleet() {
    fleet::Fleet fleet = fleet_of({"orca", "echo"});
    fleet.targets[1].calls = {{.target = "orca"}};
    add_caller(fleet, "ci", "orca");
    return fleet;
  }

  int number(int low, int high) { return std::uniform_int_distribution(low, high)(random_); }

  [[nodiscard]] Now now() const { return at(elapsed_); }

  void happen() {
    // Long calm stretches, so that the gate opens at times, and troubles in between.
    if (number(0, 400) == 0) {
      is_troubled_ = !is_troubled_;
    }
    if (number(0, is_troubled_ ? 40 : 400) == 0) {
      return reload();
    }
    change_a_call();
    const std::string name = number(0, 1) == 0 ? "orca" : "echo";
    switch (is_troubled_ ? number(0, 9) : number(0, 7)) {
      case 0:
      case 1:
        resolve_as_before(name);
        return;
      case 8:
        return resolve_anew(name);
      case 9:
        return stage_.fail_to_resolve(name, now()), void(failed_[name] = true);
      default:
        return look(name);
    }
  }

  /// From the next look at orca on a call fares otherwise.
  void change_a_call() {
    const std::string caller = number(0, 1) == 0 ? "ci" : "echo";
    if (!is_troubled_) {
      oracle_.script->erase(caller);
    } else if (number(0, 20) == 0) {
      constexpr std::array verdicts = enumerators<Verdict>();
      const Verdict verdict = verdicts.at(static_cast<std::size_t>(number(0, 3)));
      (*oracle_.script)[caller] = row(verdict, Reason::identity_rejected);
    }
  }

  /// Moves the targets in the file; changes one of them, so that nothing is known of it any more;
  /// takes one out and puts it back; changes the credentials that one is looked at with; or changes
  /// nothing.
  void reload() {
    const std::size_t which = static_cast<std::size_t>(number(0, 1));
    const std::string name = fleet_.targets[which].name;
    switch (number(0, 4)) {
      case 0:
        std::swap(fleet_.targets[0], fleet_.targets[1]);
        fleet_.targets[which].source = "telltale.yml:" + std::to_string(number(1, 9));
        break;
      case 1:
        fleet_.targets[which].health += "/";
        forget(name);
        break;
      case 2: {
        fleet::Fleet without = fleet_;
        std::erase_if(without.targets, [&](const auto& target) { return target.name == name; });
        stage_.board.reconfigure(without, now());
        forget(name);
        break;
      }
      case 3:
        stage_.board.outdate(name);
        for (auto& [address, memory] : known_[name]) {
          memory.is_outdated = true;
        }
        break;
      default:
        break;
    }
    stage_.board.reconfigure(fleet_, now());
  }

  void forget(const std::string& name) {
    known_.erase(name);
    resolved_.erase(name);
    failed_.erase(name);
  }

  void resolve_as_before(const std::string& name) {
    std::vector<int> addresses;
    for (const auto& [address, memory] : known_[name]) {
      addresses.push_back(address);
    }
    if (addresses.empty()) {
      addresses = {1, 2};
    }
    resolve(name, addresses);
  }

  void resolve_anew(const std::string& name) {
    const int first = number(1, 3);
    resolve(name, number(0, 1) == 0 ? std::vector{first} : std::vector{first, first + 1});
  }

  void resolve(const std::string& name, const std::vector<int>& addresses) {
    stage_.resolve(name, addresses, now());
    std::map<int, Memory> kept;
    for (const int address : addresses) {
      const auto known = known_[name].find(address);
      kept[address] = known != known_[name].end() ? known->second : Memory{now().steady, {}, false};
    }
    known_[name] = kept;
    resolved_[name] = now().steady;
    failed_[name] = false;
  }

  void look(const std::string& name) {
    if (known_[name].empty()) {
      return;
    }
    auto chosen = known_[name].begin();
    std::advance(chosen, number(0, static_cast<int>(known_[name].size()) - 1));
    const int luck = is_troubled_ ? number(0, 5) : 5;
    const Shown shown = luck == 0 ? Shown::blocked : luck == 1 ? Shown::unclear : Shown::well;
    stage_.look(name, chosen->first, now(),
                shown == Shown::blocked   ? refused_look()
                : shown == Shown::unclear ? unclear_look()
                                          : healthy_want());
    chosen->second.looks.emplace_back(now().steady, shown);
    chosen->second.is_outdated = false;
  }

  void check_whenever(Duration later) {
    stage_.step(now());
    bool all_survive = true;
    for (const EdgeEntryPtr& entry : stage_.snapshot->edges) {
      all_survive = all_survive && entry->verdict == Verdict::survives;
    }
    calls_.emplace_back(now().steady, all_survive);
    const Answer answer = stage_.later(at(elapsed_ + later));
    if (answer.ready()) {
      ++times_open_;
      CHECK(may_be_open(at(elapsed_ + later).steady));
    } else {
      ++times_shut_;
    }
  }

  /// Necessary conditions, from the history alone.
  [[nodiscard]] bool may_be_open(SteadyTime instant) {
    for (const std::string name : {"orca", "echo"}) {
      const bool is_resolved = resolved_.contains(name) && !failed_[name] &&
                               instant - resolved_[name] < 65s && !known_[name].empty();
      if (!is_resolved) {
        return false;
      }
      for (const auto& [address, memory] : known_[name]) {
        if (!has_been_well(memory, instant)) {
          return false;
        }
      }
    }
    return std::ranges::none_of(
        calls_, [&](const auto& seen) { return !seen.second && instant - seen.first < 1min; });
  }

  /// Looked at just now and well; well in every look of the last minute; and for three looks.
  static bool has_been_well(const Memory& memory, SteadyTime instant) {
    if (memory.is_outdated || memory.looks.size() < 3 ||
        instant - memory.looks.back().first >= 65s) {
      return false;
    }
    for (std::size_t i = 0; i < memory.looks.size(); ++i) {
      const auto& [when, shown] = memory.looks[i];
      const bool is_of_the_last_three = i + 3 >= memory.looks.size();
      if (shown != Shown::well && (is_of_the_last_three || instant - when < 1min)) {
        return false;
      }
    }
    return instant - memory.appeared >= 1min;
  }

  std::mt19937 random_;
  fleet::Fleet fleet_;
  Oracle oracle_;
  Stage stage_;
  std::vector<std::pair<SteadyTime, bool>> calls_;  // whether all survived, at each step
  Duration elapsed_ = 0s;
  bool is_troubled_ = false;
  std::map<std::string, std::map<int, Memory>> known_;
  std::map<std::string, SteadyTime> resolved_;
  std::map<std::string, bool> failed_;
  unsigned times_open_ = 0;
  unsigned times_shut_ = 0;
};

}  // namespace

TEST_SUITE("gate") {
  TEST_CASE("gate: events in any order -> never open without the evidence, and open with it") {
    unsigned times_open = 0;
    unsigned times_shut = 0;
    for (unsigned seed = 1; seed <= 8; ++seed) {
      CAPTURE(seed);
      Play play(seed);
      play.run(1500);
      times_open += play.times_open();
      times_shut += play.times_shut();
    }
    // Both happened often enough for the property to have been tried.
    CHECK(times_open > 500);
    CHECK(times_shut > 500);
  }
}
