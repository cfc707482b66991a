#include "http/password_check.hpp"

#include <algorithm>
#include <cctype>
#include <crypt.h>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <memory>
#include <stdexcept>
#include <sys/resource.h>
#include <unistd.h>
#include <utility>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

namespace telltale::http {
namespace {

// `$2y$10$`, 22 characters of salt, 31 of the hash.
constexpr std::size_t hash_size = 60;
constexpr std::size_t salt_begin = 7;
constexpr int least_cost = 4;
constexpr int most_cost = 31;
constexpr int niceness = 10;

bool is_bcrypt_digit(unsigned char c) {
  return std::isalnum(c) != 0 || c == '.' || c == '/';
}

PasswordTag hmac(const PasswordTag& key, std::string_view text) {
  PasswordTag tag{};
  unsigned size = 0;
  if (HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
           reinterpret_cast<const unsigned char*>(text.data()), text.size(), tag.data(),
           &size) == nullptr) {
    throw std::runtime_error("OpenSSL: cannot make an HMAC");
  }
  return tag;
}

/// Parts that no other parts run together to.
void append_part(std::string& text, std::string_view part) {
  text.append(std::to_string(part.size())).append(":").append(part);
}

}  // namespace

std::optional<int> bcrypt_cost(std::string_view hash) {
  const auto is_digit = [](unsigned char c) { return std::isdigit(c) != 0; };
  const bool has_prefix =
      hash.starts_with("$2a$") || hash.starts_with("$2b$") || hash.starts_with("$2y$");
  if (hash.size() != hash_size || !has_prefix ||
      !std::ranges::all_of(hash.substr(4, 2), is_digit) || hash[6] != '$' ||
      !std::ranges::all_of(hash.substr(salt_begin), is_bcrypt_digit)) {
    return std::nullopt;
  }
  const int cost = (hash[4] - '0') * 10 + (hash[5] - '0');
  return cost >= least_cost && cost <= most_cost ? std::optional(cost) : std::nullopt;
}

bool matches_bcrypt(std::string_view password, const std::string& hash) {
  if (password.size() >= CRYPT_MAX_PASSPHRASE_SIZE ||
      password.find('\0') != std::string_view::npos) {
    return false;
  }
  // 32 KiB, in which the password is left behind.
  const auto wipe = [](crypt_data* data) {
    OPENSSL_cleanse(data, sizeof(crypt_data));
    delete data;
  };
  const std::unique_ptr<crypt_data, decltype(wipe)> data(new crypt_data{}, wipe);
  std::string text(password);
  // Not crypt_r: the sanitizers put theirs in its place, which looks for a shared library.
  const char* const found =
      crypt_rn(text.c_str(), hash.c_str(), data.get(), static_cast<int>(sizeof(crypt_data)));
  pki::wipe(text);
  return found != nullptr && std::strlen(found) == hash.size() &&
         CRYPTO_memcmp(found, hash.data(), hash.size()) == 0;
}

bool PasswordTags::contains(const PasswordTag& tag) const {
  bool is_there = false;
  for (const PasswordTag& each : tags_) {
    is_there |= CRYPTO_memcmp(each.data(), tag.data(), tag.size()) == 0;
  }
  return is_there;
}

void PasswordTags::add(const PasswordTag& tag) {
  if (tags_.size() < most) {
    tags_.push_back(tag);
    return;
  }
  tags_[oldest_] = tag;
  oldest_ = (oldest_ + 1) % most;
}

PasswordCheck::PasswordCheck(Matches matches) : matches_(std::move(matches)) {
  if (RAND_priv_bytes(key_.data(), static_cast<int>(key_.size())) != 1) {
    throw std::runtime_error("OpenSSL: cannot make random bytes");
  }
}

PasswordCheck::~PasswordCheck() {
  thread_.request_stop();
  if (thread_.joinable()) {
    thread_.join();
  }
  for (const Job& job : waiting_) {
    job.decided(std::nullopt);
  }
  OPENSSL_cleanse(key_.data(), key_.size());
}

void PasswordCheck::judge(const Users& users, BasicCredentials credentials,
                          const Decided& decided) {
  if (users.empty()) {
    decided(false);
    return;
  }
  Job job = make_job(users, std::move(credentials));
  if (const std::optional<bool> known = remembered(job.tag)) {
    decided(known);
    return;
  }
  job.decided = decided;
  if (!enqueue(std::move(job))) {
    decided(std::nullopt);
  }
}

/// The same one for the same user, so that nobody is told apart by the costs of several tries.
const std::string& PasswordCheck::decoy_for(std::string_view user, const Users& users) const {
  const PasswordTag tag = hmac(key_, user);
  const std::size_t number = (std::size_t{tag[0]} << 8U | tag[1]) % users.size();
  return std::next(users.begin(), static_cast<std::ptrdiff_t>(number))->second;
}

PasswordCheck::Job PasswordCheck::make_job(const Users& users, BasicCredentials credentials) const {
  const auto user = users.find(credentials.user);
  Job job;
  job.is_known = user != users.end();
  job.hash = job.is_known ? user->second : decoy_for(credentials.user, users);
  const std::string_view password = credentials.password.reveal();
  std::string text;
  text.reserve(credentials.user.size() + job.hash.size() + password.size() + 64);
  append_part(text, job.is_known ? "known" : "unknown");
  append_part(text, credentials.user);
  append_part(text, job.hash);
  append_part(text, password);
  job.tag = hmac(key_, text);
  pki::wipe(text);
  job.password = std::move(credentials.password);
  return job;
}

std::optional<bool> PasswordCheck::remembered(const PasswordTag& tag) const {
  const std::lock_guard lock(mutex_);
  if (right_.contains(tag)) {
    return true;
  }
  return wrong_.contains(tag) ? std::optional(false) : std::nullopt;
}

bool PasswordCheck::enqueue(Job job) {
  const std::lock_guard lock(mutex_);
  if (waiting_.size() >= most_waiting) {
    return false;
  }
  waiting_.push_back(std::move(job));
  if (!thread_.joinable()) {
    thread_ = std::jthread([this](const std::stop_token& stop) { work(stop); });
  }
  has_job_.notify_one();
  return true;
}

std::optional<PasswordCheck::Job> PasswordCheck::next(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  has_job_.wait(lock, stop, [this] { return !waiting_.empty(); });
  if (stop.stop_requested() || waiting_.empty()) {
    return std::nullopt;
  }
  Job job = std::move(waiting_.front());
  waiting_.pop_front();
  return job;
}

bool PasswordCheck::hash(const Job& job) {
  const bool is_right = matches_(job.password.reveal(), job.hash) && job.is_known;
  const std::lock_guard lock(mutex_);
  (is_right ? right_ : wrong_).add(job.tag);
  return is_right;
}

void PasswordCheck::work(const std::stop_token& stop) {
  // Of this thread alone, which Linux lets have a niceness of its own (setpriority(2)).
  (void)setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), niceness);
  while (std::optional<Job> job = next(stop)) {
    // Another may have asked the same while this one waited.
    const std::optional<bool> known = remembered(job->tag);
    job->decided(known ? *known : hash(*job));
  }
}

}  // namespace telltale::http
