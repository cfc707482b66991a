#include "http/password_check.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <future>
#include <memory>
#include <mutex>
#include <semaphore>
#include <string>
#include <vector>

#include <doctest/doctest.h>

namespace telltale::http {
namespace {

using Answer = std::optional<bool>;

// Of `s3cret-Password` and of `hunter2`, by libxcrypt's own crypt(3).
const std::string hash_of_secret = "$2y$04$.OGB/.SE/ueHAeqKBO2NC.ugH9mJN8/mpsP9/piUM/xnYL5qvPU16";
const std::string hash_of_hunter2 = "$2b$04$.OGB/.SE/ueHAeqKBO2NC.DWhT18ajyuQbYD//ZCew1J6kBowToIW";

BasicCredentials credentials(std::string_view user, std::string_view password) {
  return {std::string(user), pki::Secret(password)};
}

/// Asks, and waits for the answer.
Answer ask(PasswordCheck& check, const Users& users, std::string_view user,
           std::string_view password) {
  auto promise = std::make_shared<std::promise<Answer>>();
  std::future<Answer> answer = promise->get_future();
  check.judge(users, credentials(user, password),
              [promise](Answer decided) { promise->set_value(decided); });
  return answer.get();
}

/// Counts what it is asked, and by which hashes; every password that equals "right" matches.
struct Counting {
  std::shared_ptr<std::atomic<int>> runs = std::make_shared<std::atomic<int>>(0);

  [[nodiscard]] PasswordCheck::Matches matches() const {
    return [runs = runs](std::string_view password, const std::string&) {
      ++*runs;
      return password == "right";
    };
  }
};

TEST_SUITE("http") {
  TEST_CASE("bcrypt: golden hashes -> their password and no other") {
    // The second is the one by which the toolkit judges unknown users (web/handler.go).
    CHECK(matches_bcrypt("s3cret-Password", hash_of_secret));
    CHECK(matches_bcrypt("fakepassword",
                         "$2y$10$QOauhQNbBCuQDKes6eFzPeMqBSjb7Mr5DUmpZ/VcEd00UAV/LDeSi"));
    CHECK(matches_bcrypt("hunter2", hash_of_hunter2));
    CHECK(matches_bcrypt("hunter2", "$2a" + hash_of_hunter2.substr(3)));
    CHECK_FALSE(matches_bcrypt("hunter3", hash_of_hunter2));
    CHECK_FALSE(matches_bcrypt("", hash_of_hunter2));
    CHECK_FALSE(matches_bcrypt(std::string("hunter2\0x", 9), hash_of_hunter2));
    CHECK_FALSE(matches_bcrypt(std::string(512, 'a'), hash_of_hunter2));
    CHECK_FALSE(matches_bcrypt("hunter2", "*0"));
  }

  TEST_CASE("password tags: more than fit -> the oldest goes") {
    PasswordTags tags;
    const auto tag = [](std::size_t number) {
      PasswordTag made{};
      made[0] = static_cast<unsigned char>(number);
      return made;
    };
    for (std::size_t i = 0; i <= PasswordTags::most; ++i) {
      tags.add(tag(i));
    }
    CHECK_FALSE(tags.contains(tag(0)));
    CHECK(tags.contains(tag(1)));
    CHECK(tags.contains(tag(PasswordTags::most)));
  }

  TEST_CASE("password: right, wrong, of an unknown user -> judged by bcrypt") {
    PasswordCheck check;
    const Users users{{"alice", hash_of_secret}, {"bob", hash_of_hunter2}};
    CHECK(ask(check, users, "alice", "s3cret-Password") == Answer(true));
    CHECK(ask(check, users, "bob", "hunter2") == Answer(true));
    CHECK(ask(check, users, "alice", "hunter2") == Answer(false));
    CHECK(ask(check, users, "alice", "") == Answer(false));
    CHECK(ask(check, users, "", "hunter2") == Answer(false));
    CHECK(ask(check, users, "Alice", "s3cret-Password") == Answer(false));
    CHECK(ask(check, {}, "alice", "s3cret-Password") == Answer(false));
  }

  TEST_CASE("password: asked again -> no bcrypt, right or wrong") {
    const Counting counting;
    PasswordCheck check(counting.matches());
    const Users users{{"alice", "hash"}};
    for (int i = 0; i < 3; ++i) {
      CHECK(ask(check, users, "alice", "right") == Answer(true));
      CHECK(ask(check, users, "alice", "wrong") == Answer(false));
    }
    CHECK(*counting.runs == 2);
  }

  TEST_CASE("password: of an unknown user -> a bcrypt, and wrong even if it is somebody's") {
    const Counting counting;
    PasswordCheck check(counting.matches());
    CHECK(ask(check, {{"alice", "hash"}}, "mallory", "right") == Answer(false));
    CHECK(*counting.runs == 1);
    // Made known since, by the same hash: judged anew.
    CHECK(ask(check, {{"alice", "hash"}, {"mallory", "hash"}}, "mallory", "right") == Answer(true));
    CHECK(*counting.runs == 2);
  }

  TEST_CASE("password: unknown users -> judged by hashes of known ones, each by its own") {
    std::mutex mutex;
    std::vector<std::string> hashes;
    PasswordCheck check([&](std::string_view, const std::string& hash) {
      const std::lock_guard lock(mutex);
      hashes.push_back(hash);
      return false;
    });
    const Users users{{"alice", "cheap"}, {"bob", "dear"}};
    for (int i = 0; i < 64; ++i) {
      CHECK(ask(check, users, "mallory" + std::to_string(i), "x") == Answer(false));
    }
    CHECK(std::ranges::count(hashes, "cheap") > 0);
    CHECK(std::ranges::count(hashes, "dear") > 0);
    hashes.clear();
    for (int i = 0; i < 8; ++i) {
      CHECK(ask(check, users, "mallory", std::to_string(i)) == Answer(false));
    }
    CHECK(std::ranges::count(hashes, hashes.front()) == 8);
  }

  TEST_CASE("password: another hash of the user -> what was right is judged anew") {
    const Counting counting;
    PasswordCheck check(counting.matches());
    CHECK(ask(check, {{"alice", "hash"}}, "alice", "right") == Answer(true));
    CHECK(ask(check, {{"alice", "another"}}, "alice", "right") == Answer(true));
    CHECK(*counting.runs == 2);
  }

  TEST_CASE("password: a flood of wrong ones -> the right one is still remembered") {
    const Counting counting;
    PasswordCheck check(counting.matches());
    const Users users{{"alice", "hash"}};
    CHECK(ask(check, users, "alice", "right") == Answer(true));
    for (std::size_t i = 0; i < 2 * PasswordTags::most; ++i) {
      CHECK(ask(check, users, "alice", std::to_string(i)) == Answer(false));
    }
    const int runs = *counting.runs;
    CHECK(ask(check, users, "alice", "right") == Answer(true));
    CHECK(*counting.runs == runs);
  }

  TEST_CASE("password: too many wait -> nothing for the next, the others when their turn comes") {
    std::binary_semaphore begun(0);
    std::binary_semaphore go_on(0);
    std::atomic<int> runs = 0;
    auto check = std::make_unique<PasswordCheck>([&](std::string_view, const std::string&) {
      if (runs++ == 0) {
        begun.release();
        go_on.acquire();
      }
      return true;
    });
    const Users users{{"alice", "hash"}};
    std::atomic<int> right = 0;
    std::promise<void> all_right;
    const auto count = [&](Answer answer) {
      CHECK(answer == Answer(true));
      if (static_cast<std::size_t>(++right) == 1 + PasswordCheck::most_waiting) {
        all_right.set_value();
      }
    };
    check->judge(users, credentials("alice", "first"), count);
    begun.acquire();
    for (std::size_t i = 0; i < PasswordCheck::most_waiting; ++i) {
      check->judge(users, credentials("alice", i % 2 == 0 ? "even" : "odd"), count);
    }
    bool is_refused = false;
    check->judge(users, credentials("alice", "late"),
                 [&](Answer answer) { is_refused = answer == std::nullopt; });
    CHECK(is_refused);
    go_on.release();
    all_right.get_future().wait();
    CHECK(runs == 3);  // the first, and one each of those that were asked eight times
  }

  TEST_CASE("password: the end comes while some wait -> each is told, once, that there is none") {
    std::binary_semaphore begun(0);
    std::binary_semaphore go_on(0);
    std::atomic<int> runs = 0;
    auto check = std::make_unique<PasswordCheck>([&](std::string_view, const std::string&) {
      if (runs++ == 0) {
        begun.release();
        go_on.acquire();
      }
      return true;
    });
    const Users users{{"alice", "hash"}};
    std::vector<Answer> answers;
    const auto note = [&](Answer answer) { answers.push_back(answer); };
    check->judge(users, credentials("alice", "a"), note);
    begun.acquire();
    check->judge(users, credentials("alice", "b"), note);
    const auto end = std::async(std::launch::async, [&] { check.reset(); });
    go_on.release();
    end.wait();
    // The second may have had its turn before the end began.
    REQUIRE(answers.size() == 2);
    CHECK(answers[0] == Answer(true));
    CHECK((answers[1] == std::nullopt || answers[1] == Answer(true)));
  }
}

}  // namespace
}  // namespace telltale::http
