#pragma once
// JavaOptions: what JAVA_OPTS says about the JVM's own key and trust stores, which Redis and JDBC
// connections use.

#include <optional>
#include <string>
#include <string_view>

namespace telltale::fleet {

/// System properties of JSSE (JSSE Reference Guide, Customizing JSSE), and the algorithm that kork
/// asks the KeyManagerFactory for. Values as written: they may hold `${…}`, and a password is a
/// secret.
struct JavaOptions {
  std::optional<std::string> key_store;              ///< javax.net.ssl.keyStore
  std::optional<std::string> key_store_password;     ///< javax.net.ssl.keyStorePassword
  std::optional<std::string> key_store_type;         ///< javax.net.ssl.keyStoreType
  std::optional<std::string> trust_store;            ///< javax.net.ssl.trustStore
  std::optional<std::string> trust_store_password;   ///< javax.net.ssl.trustStorePassword
  std::optional<std::string> trust_store_type;       ///< javax.net.ssl.trustStoreType
  std::optional<std::string> key_manager_algorithm;  ///< ssl.KeyManagerFactory.algorithm

  friend bool operator==(const JavaOptions&, const JavaOptions&) = default;
};

/// Reads JAVA_OPTS as the start scripts do, in which a shell splits it (POSIX.1-2017 Shell 2.2,
/// Quoting): white space separates, quotes and backslashes keep together. A quote that is never
/// closed reaches to the end. Of a property given twice the last counts, and one without `=` is
/// empty, as java has it.
[[nodiscard]] JavaOptions parse_java_options(std::string_view text);

}  // namespace telltale::fleet
