// `telltale inspect`.

#include "telltale/app/inspect.hpp"

#include <iostream>

#include "telltale/app/commands.hpp"
#include "telltale/pki/java_name.hpp"
#include "telltale/render/inspection.hpp"

#include "app/terminal.hpp"

namespace telltale::app {

namespace {

constexpr int exit_bad_input = 2;

void read_roles(assess::InspectedCertificate& inspected, const std::string& oid) {
  auto roles = pki::read_roles(*inspected.certificate, oid);
  if (roles) {
    inspected.roles = *std::move(roles);
  } else {
    inspected.roles_error = roles.error().detail();
  }
}

/// An authority's certificate is for logging in only where it carries roles: `openssl req -x509`
/// makes such a one of a user's, and Java does not mind (sun.security.validator.EndEntityChecker).
Result<void> log_in(assess::InspectedCertificate& inspected, const std::string& regex) {
  if (inspected.certificate->is_ca && !inspected.roles) {
    return {};
  }
  const Result<pki::JavaName> subject = pki::java_name(inspected.certificate->subject);
  if (!subject) {
    return subject.error();
  }
  Result<assess::X509Login> login = assess::x509_login(*inspected.certificate, *subject, regex);
  if (!login) {
    return login.error();
  }
  inspected.login = *std::move(login);
  return {};
}

Result<assess::Inspection> read_and_inspect(const std::string& file, const StoreReader& read,
                                            const InspectOptions& options) {
  const Result<pki::StoreFacts> facts = read(file);
  if (!facts) {
    return facts.error();
  }
  return inspect_file(file, *facts, options);
}

Result<pki::Secret> password_of(const std::optional<pki::SecretSource>& source,
                                std::string_view flag) {
  if (!source) {
    return pki::Secret();
  }
  Result<pki::Secret> password = pki::read_secret(*source);
  if (!password) {
    return password.error().at(flag);
  }
  return password;
}

/// The flag that gave it, `--password` or `--key-password` with its ending.
std::string flag_of(const std::string& flag, const std::optional<pki::SecretSource>& source) {
  const bool is_variable = source && source->kind == pki::SecretSource::Kind::environment;
  return flag + (is_variable ? "-env" : "-file");
}

int complain(const Error& error) {
  std::cerr << render::complaint_text(error.detail());
  return exit_bad_input;
}

/// `-` is the standard input, as elsewhere.
const std::string& path_of(const std::string& file) {
  static const std::string standard_input = "/dev/stdin";
  return file == "-" ? standard_input : file;
}

}  // namespace

Result<assess::Inspection> inspect_file(const std::string& file, const pki::StoreFacts& facts,
                                        const InspectOptions& options) {
  assess::Inspection inspection = assess::inspect(file, facts);
  for (assess::InspectedEntry& entry : inspection.entries) {
    for (assess::InspectedCertificate& inspected : entry.certificates) {
      read_roles(inspected, options.role_oid);
      if (const Result<void> done = log_in(inspected, options.principal_regex); !done) {
        return done.error().at(file);
      }
    }
  }
  return inspection;
}

bool inspect_files(const InspectOptions& options, const StoreReader& read, CivilTime now,
                   const InspectOutput& output) {
  bool all_read = true;
  std::vector<assess::Inspection> inspections;
  for (const std::string& file : options.files) {
    Result<assess::Inspection> inspection = read_and_inspect(file, read, options);
    if (!inspection) {
      all_read = false;
      output.errors << render::complaint_text(inspection.error().detail());
      inspection = assess::Inspection{.file = file, .error = inspection.error().detail()};
    } else if (!output.as_json) {
      output.out << (&file == &options.files.front() ? "" : "\n")
                 << render::inspection_text(*inspection, now, output.color) << std::flush;
    }
    inspections.push_back(*std::move(inspection));
  }
  if (output.as_json) {
    output.out << render::inspections_json(inspections) << std::flush;
  }
  return all_read;
}

int run_inspect(const Options& options) {
  const auto password =
      password_of(options.inspect.password, flag_of("--password", options.inspect.password));
  if (!password) {
    return complain(password.error());
  }
  const auto key_password = password_of(options.inspect.key_password,
                                        flag_of("--key-password", options.inspect.key_password));
  if (!key_password) {
    return complain(key_password.error());
  }
  const StoreReader read = [&](const std::string& file) {
    return pki::read_store(path_of(file), *password, *key_password);
  };
  const bool all_read = inspect_files(options.inspect, read, read_clocks().civil,
                                      {.out = std::cout,
                                       .errors = std::cerr,
                                       .as_json = options.output == Output::json,
                                       .color = wants_color()});
  return all_read ? 0 : exit_bad_input;
}

}  // namespace telltale::app
