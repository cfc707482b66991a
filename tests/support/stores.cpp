#include "support/stores.hpp"

#include <fstream>
#include <iterator>
#include <stdexcept>

#include "support/child_process.hpp"

namespace telltale::support {

namespace {

using Arguments = std::vector<std::string>;

constexpr const char* openssl = "/usr/bin/openssl";
constexpr const char* keytool = "/usr/bin/keytool";

Arguments joined(Arguments first, const Arguments& second) {
  first.insert(first.end(), second.begin(), second.end());
  return first;
}

const std::string password(store_password);

void export_orca(const Stores& made, const std::string& name, const Arguments& options) {
  run_tool(joined({openssl, "pkcs12", "-export", "-inkey", made.path("orca.key"), "-in",
                   made.path("orca.crt"), "-out", made.path(name)},
                  options));
}

void export_certificates(const Stores& made, const std::string& name, const Arguments& options) {
  run_tool(joined({openssl, "pkcs12", "-export", "-nokeys", "-in", made.path("anchors.pem"), "-out",
                   made.path(name), "-passout", "pass:" + password},
                  options));
}

/// A JVM starts twice as fast without its larger compiler and collectors.
void run_keytool(const Arguments& arguments) {
  run_tool(joined({keytool, "-J-XX:TieredStopAtLevel=1", "-J-XX:+UseSerialGC"}, arguments));
}

void import_store(const Stores& made, const std::string& from, const std::string& to,
                  const Arguments& options) {
  run_keytool(
      joined({"-importkeystore", "-noprompt", "-srckeystore", made.path(from), "-srcstorepass",
              password, "-destkeystore", made.path(to), "-deststorepass", password},
             options));
}

void import_certificate(const Stores& made, const std::string& alias, const std::string& store,
                        const std::string& type, const std::string& store_pass) {
  run_keytool({"-importcert", "-noprompt", "-alias", alias, "-file", made.path(alias + ".crt"),
               "-keystore", made.path(store), "-storetype", type, "-storepass", store_pass});
}

void copy(const Stores& made, const std::string& from, const std::string& to) {
  std::filesystem::copy_file(made.path(from), made.path(to));
}

void write_texts(const Stores& made) {
  const mint::TempDir& files = made.files;
  files.write("orca.key", made.orca.key_pem());
  files.write("orca.crt", made.orca.certificate_pem());
  files.write("gate.key", made.gate.key_pem());
  files.write("gate.crt", made.gate.chain_pem());
  files.write("root.crt", made.root.certificate_pem());
  files.write("policy.crt", made.policy.certificate_pem());
  files.write("chain.pem", made.issuing.certificate_pem() + made.policy.certificate_pem());
  files.write("reversed.pem", made.root.certificate_pem() + made.policy.certificate_pem() +
                                  made.issuing.certificate_pem());
  files.write("anchors.pem", made.root.certificate_pem() + made.issuing.certificate_pem());
}

void write_by_openssl(const Stores& made) {
  const Arguments name = {"-name", "orca"};
  const Arguments pass = {"-passout", "pass:" + password};
  const Arguments with_chain = joined(name, {"-certfile", made.path("chain.pem")});
  const Arguments usual = joined(with_chain, pass);
  export_orca(made, "modern.p12", usual);
  export_orca(made, "legacy.p12", joined(usual, {"-legacy"}));
  export_orca(made, "3des.p12",
              joined(usual, {"-keypbe", "PBE-SHA1-3DES", "-certpbe", "PBE-SHA1-3DES"}));
  export_orca(made, "reversed.p12",
              joined(joined(name, pass), {"-certfile", made.path("reversed.pem")}));
  export_orca(made, "leaf.p12", joined(name, pass));
  export_orca(made, "nomac.p12", joined(usual, {"-nomac", "-certpbe", "AES-256-CBC"}));
  export_orca(made, "plain.p12", joined(usual, {"-nomac", "-keypbe", "NONE", "-certpbe", "NONE"}));
  export_orca(made, "nopass.p12", joined(with_chain, {"-passout", "pass:"}));
  export_orca(made, "changeit.p12", joined(with_chain, {"-passout", "pass:changeit"}));
  export_orca(made, "named.p12", joined(pass, {"-name", "two\nlines"}));
  export_certificates(made, "nokeys.p12", {});
  export_certificates(made, "nokeys_plain.p12", {"-nomac", "-certpbe", "NONE"});
  run_tool(joined({openssl, "pkcs12", "-export", "-inkey", made.path("gate.key"), "-in",
                   made.path("gate.crt"), "-out", made.path("gate.p12"), "-name", "gate"},
                  pass));
}

void write_by_keytool(const Stores& made) {
  import_store(made, "modern.p12", "java.p12", {"-deststoretype", "PKCS12"});
  import_store(made, "modern.p12", "java_legacy.p12",
               {"-deststoretype", "PKCS12", "-J-Dkeystore.pkcs12.legacy"});
  import_store(made, "modern.p12", "java.jks", {"-deststoretype", "JKS"});
  copy(made, "java.p12", "two.p12");
  import_store(made, "gate.p12", "two.p12", {});
  copy(made, "java.jks", "two.jks");
  import_store(made, "gate.p12", "two.jks",
               {"-srcalias", "gate", "-srckeypass", password, "-destkeypass", "another-one"});
  import_certificate(made, "root", "trust.p12", "PKCS12", password);
  import_certificate(made, "policy", "trust.p12", "PKCS12", password);
  import_certificate(made, "root", "trust.jks", "JKS", password);
  import_certificate(made, "policy", "trust.jks", "JKS", password);
  import_certificate(made, "root", "trust_changeit.p12", "PKCS12", "changeit");
  copy(made, "java.p12", "mixed.p12");
  import_certificate(made, "root", "mixed.p12", "PKCS12", password);
}

}  // namespace

std::string run_tool(const std::vector<std::string>& arguments) {
  Finished finished = run_program(arguments);
  if (finished.exit_code != 0) {
    std::string command;
    for (const std::string& argument : arguments) {
      command += argument + " ";
    }
    throw std::runtime_error(command + "ended with " + std::to_string(finished.exit_code) + ": " +
                             finished.output);
  }
  return std::move(finished.output);
}

std::string keytool_list(const std::string& file, std::string_view password_of_file) {
  return run_tool({keytool, "-J-XX:TieredStopAtLevel=1", "-J-XX:+UseSerialGC", "-list", "-keystore",
                   file, "-storepass", std::string(password_of_file)});
}

std::string bytes_of_file(const std::string& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

const Stores& stores() {
  static const Stores made;
  static const bool is_filled = [] {
    write_texts(made);
    write_by_openssl(made);
    write_by_keytool(made);
    return true;
  }();
  (void)is_filled;
  return made;
}

}  // namespace telltale::support
