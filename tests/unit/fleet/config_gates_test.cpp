// What is wrong with a gate of a configuration, and with what it accepts.

#include <string>
#include <string_view>

#include <doctest/doctest.h>

#include "unit/fleet/config_files.hpp"

namespace telltale::fleet {
namespace {

using test::check;

/// A configuration whose second line is `line`, beside a target.
std::string beside(std::string_view line) {
  return "targets: [{name: orca, url: \"https://orca\"}]\n" + std::string(line) + "\n";
}

/// A configuration whose third line is `line`, within an acceptance.
std::string accepted(std::string_view line) {
  return beside("gates: [{name: need, targets: [orca], accept: [{\n" + std::string(line) + "}]}]");
}

TEST_SUITE("fleet") {
  TEST_CASE("config errors: what a gate accepts -> a target's, a reason, a day and why") {
    check({
        {accepted("target: orka, reason: chain_untrusted, until: 2027-01-31, why: x"),
         "3: gates[0].accept[0].target: \"orka\" is not a target; did you mean \"orca\"?"},
        {accepted("target: orca, reason: chain_untrustd, until: 2027-01-31, why: x"),
         "3: gates[0].accept[0].reason: \"chain_untrustd\" is not a reason that can be accepted of "
         "a target; did you mean "
         "\"chain_untrusted\"?"},
        {accepted("target: orca, reason: whim, until: 2027-01-31, why: x"),
         "3: gates[0].accept[0].reason: \"whim\" is not a reason that can be accepted of a target; "
         "known: chain_untrusted, "
         "certificate_expiring, redis_version"},
        {accepted("until: 2027-02-29"),
         "3: gates[0].accept[0].until: must be the last day it counts, such as 2027-01-31"},
        {accepted("until: next week"),
         "3: gates[0].accept[0].until: must be the last day it counts, such as 2027-01-31"},
        {accepted("why: \"\""),
         "3: gates[0].accept[0].why: is an empty text; give it a value or leave the key out"},
        {"targets:\n  - {name: orca, url: \"https://a\"}\n  - {name: gate, url: \"https://b\"}\n"
         "gates:\n  - name: need\n    targets: [orca]\n    accept:\n      - {target: gate, reason: "
         "redis_version, until: 2027-01-31, why: x}\n",
         "8: gates[0].accept[0].target: \"gate\" is not among the gate's targets; add it or leave "
         "this out"},
    });
  }

  TEST_CASE("config errors: what a gate accepts of a call -> a call that there is") {
    const auto of_call = [](std::string_view accepted) {
      return "targets:\n"
             "  - {name: orca, url: \"https://a\", runtime: java, calls: [gate]}\n"
             "  - {name: gate, url: \"https://b\"}\n"
             "callers: [{name: ci, runtime: go, calls: [orca]}]\n"
             "gates: [{name: need, targets: [gate], accept: [{\n" +
             std::string(accepted) + "}]}]\n";
    };
    const std::string rest = ", reason: chain_untrusted, until: 2027-01-31, why: x";
    check({
        {of_call("caller: orca" + rest), "5: gates[0].accept[0]: lacks the key \"callee\""},
        {of_call("callee: gate" + rest), "5: gates[0].accept[0]: lacks the key \"caller\""},
        {of_call("reason: chain_untrusted"),
         "5: gates[0].accept[0]: lacks the key \"target\", or \"caller\" and \"callee\""},
        {of_call("target: gate, caller: orca" + rest),
         "6: gates[0].accept[0].caller: contradicts target; leave one of the two out"},
        {of_call("callee: gate, target: gate" + rest),
         "6: gates[0].accept[0].callee: contradicts target; leave one of the two out"},
        {of_call("caller: orka, callee: gate" + rest),
         "6: gates[0].accept[0].caller: \"orka\" calls nothing; did you mean \"orca\"?"},
        {of_call("caller: gate, callee: gate" + rest),
         "6: gates[0].accept[0].caller: \"gate\" calls nothing; known: ci, orca"},
        {of_call("caller: orca, callee: gat" + rest),
         "6: gates[0].accept[0].callee: \"gat\" is not a target; did you mean \"gate\"?"},
        {of_call("caller: ci, callee: gate" + rest),
         "6: gates[0].accept[0].callee: \"gate\" is not called by ci; known: orca"},
        {of_call("caller: ci, callee: orca" + rest),
         "6: gates[0].accept[0].callee: \"orca\" is not among the gate's targets; add it or leave "
         "this out"},
        {of_call("caller: orca, callee: gate, reason: redis_version, until: 2027-01-31, why: x"),
         "6: gates[0].accept[0].reason: \"redis_version\" is not a reason that can be accepted of "
         "a call; it is one of a target: give target instead of caller and callee"},
        {of_call("caller: orca, callee: gate, reason: whim, until: 2027-01-31, why: x"),
         "6: gates[0].accept[0].reason: \"whim\" is not a reason that can be accepted of a call; "
         "known: chain_untrusted, caller_presents_nothing"},
        {of_call("target: gate, reason: caller_presents_nothing, until: 2027-01-31, why: x"),
         "6: gates[0].accept[0].reason: \"caller_presents_nothing\" is not a reason that can be "
         "accepted of a target; it is one of a call: give caller and callee instead of target"},
    });
  }

  TEST_CASE("config errors: evidence -> one of the three that open a gate") {
    const std::string choice =
        "2: gates[0].evidence: must be one of observed, certificate, keystore, is ";
    check({
        {beside("gates: [{name: need, evidence: none}]"), choice + "\"none\""},
        {beside("gates: [{name: need, evidence: hearsay}]"), choice + "\"hearsay\""},
    });
  }

  TEST_CASE("config errors: a gate accepts the same twice -> leave one out, whatever the days") {
    const std::string call = "target: orca, reason: redis_version, until: 2027-01-31, why: x";
    check({
        {accepted(call + "}, {target: orca, reason: chain_untrusted, until: 2027-01-31, why: x},\n"
                         "{target: orca, reason: redis_version, until: 2027-02-28, why: y"),
         "4: gates[0].accept[2]: accepts the same as gates[0].accept[0]; leave one out"},
    });
  }
}

}  // namespace
}  // namespace telltale::fleet
