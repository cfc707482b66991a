// The rules of lint, as data: what docs/lint.md is made of.

#include <array>

#include "telltale/fleet/lint.hpp"

namespace telltale::fleet {
namespace {

using enum LintSeverity;

constexpr auto table = std::to_array<LintRule>({
    // What files have wrong by themselves.
    {.id = "yaml-tab",
     .severity = error,
     .summary = "A line is indented with a tab.",
     .why = "YAML allows spaces only; kubectl, Halyard and Spring stop at the line.",
     .remedy = "Replace the tab by spaces, as many as the lines around it have.",
     .source = "YAML 1.2.2 6.1"},
    {.id = "yaml-malformed",
     .severity = error,
     .summary = "The text, or a patch within it, is not YAML.",
     .why = "What stands there is not applied, and nothing else in the file is looked at.",
     .remedy = "Mend the line that is named, or the one before it.",
     .source = "YAML 1.2.2"},
    {.id = "yaml-duplicate-key",
     .severity = error,
     .summary = "A key is given twice in one mapping.",
     .why = "Some readers refuse it, others keep the last and drop the first in silence.",
     .remedy = "Leave one of them out, or join what stands below them.",
     .source = "YAML 1.2.2 3.2.1.1"},
    {.id = "spinnaker-service-version",
     .severity = warning,
     .summary = "A SpinnakerService has another apiVersion than the one that is known.",
     .why = "Its shape is not known, so it was not looked at.",
     .remedy = "Write `spinnaker.io/v1alpha2`, or `spinnaker.armory.io/v1alpha2`.",
     .source = "armory/spinnaker-operator:pkg/apis/spinnaker/v1alpha2"},
    {.id = "spinnaker-service-name",
     .severity = warning,
     .summary = "There are SpinnakerServices of several names.",
     .why = "They are several installations: only one was looked at.",
     .remedy = "Give lint the files of one installation at a time.",
     .source = "armory/spinnaker-operator:pkg/apis/spinnaker/interfaces/interfaces.go"},
    {.id = "file-unknown",
     .severity = info,
     .summary = "A file, or a document in it, is none of Spinnaker's.",
     .why = "It was not looked at.",
     .remedy = "Nothing, unless it was meant to be read: a profile is named after its service.",
     .source = "telltale"},
    {.id = "resource-unread",
     .severity = info,
     .summary = "A kustomization names something that is not on this disk.",
     .why = "It was not looked at, and what it says may settle other findings.",
     .remedy = "Fetch it first, or give lint the output of `kustomize build`.",
     .source = "kubernetes-sigs/kustomize:api/types/kustomization.go"},
    {.id = "profile-inert",
     .severity = warning,
     .summary = "A profile has `-local` in its name.",
     .why = "The operator adds `-local.yml` by itself, so the file is one that no service reads.",
     .remedy = "Name it without `-local`: `profiles.spinnaker` is for all services.",
     .source = "armory/spinnaker-operator:pkg/halyard/halyard.go"},

    // server.ssl of Java services, and what peers are told to call.
    {.id = "base-url-http",
     .severity = error,
     .summary = "Peers are told to call http, and the server has TLS.",
     .why = "Tomcat answers plain HTTP on a port with TLS with status 400.",
     .remedy = "Set `scheme: https`, or a `baseUrl` with https, in the service's service-settings "
               "(or in `services` of spinnaker.yml).",
     .source = "spinnaker/halyard:ServiceSettings.java (buildBaseUri)"},
    {.id = "base-url-https",
     .severity = error,
     .summary = "Peers are told to call https, and the server has no TLS.",
     .why = "Every call ends in the handshake.",
     .remedy = "Set `server.ssl.enabled: true` and a key store in the service's profile, or tell "
               "peers http.",
     .source = "spinnaker/halyard:ServiceSettings.java (buildBaseUri)"},
    {.id = "override-base-url-contradicts",
     .severity = warning,
     .summary = "overrideBaseUrl says something else than baseUrl or scheme.",
     .why = "overrideBaseUrl wins, so what stands beside it has no effect.",
     .remedy = "Correct overrideBaseUrl, or take it out.",
     .source = "spinnaker/halyard:ServiceSettings.java (buildBaseUri)"},
    {.id = "url-http-to-tls",
     .severity = error,
     .summary = "A profile writes out an http URL of a service that has TLS.",
     .why = "Such a URL does not follow service-settings; the call gets status 400.",
     .remedy = "Write https there.",
     .source = "apache/tomcat:TLSClientHelloExtractor.java"},
    {.id = "server-ssl-not-enabled",
     .severity = warning,
     .summary = "server.ssl has no `enabled`.",
     .why = "Spring serves TLS all the same, but kork opens default.apiPort and "
            "default.legacyServerPort only where `server.ssl.enabled` is true. An error where one "
            "of them is set.",
     .remedy = "Add `enabled: true`.",
     .source = "spinnaker/kork:kork-tomcat/.../TomcatConfiguration.java"},
    {.id = "api-port-without-tls",
     .severity = warning,
     .summary = "default.apiPort is set, and the server has no TLS.",
     .why = "The port is opened only where `server.ssl.enabled` is true; the operator's "
            "spin-gate-x509 Service then leads nowhere.",
     .remedy = "Configure `server.ssl` with `enabled: true`, or take the port out.",
     .source = "spinnaker/kork:kork-tomcat/.../TomcatConfiguration.java"},
    {.id = "client-auth-unknown",
     .severity = error,
     .summary = "client-auth of a Java service is none of none, want and need.",
     .why = "Spring cannot bind the value, and the service does not start.",
     .remedy = "Write none, want or need, in any case of letters.",
     .source = "spring-projects/spring-boot:.../web/server/Ssl.java"},
    {.id = "client-auth-without-trust-store",
     .severity = error,
     .summary = "The server asks for certificates and has no trust store.",
     .why = "Tomcat then takes the JRE's cacerts: any of some 144 public CAs is accepted, yours is "
            "not, and Java and Go callers whose CA is not listed present nothing.",
     .remedy = "Set `server.ssl.trust-store` with nothing but your own CA in it.",
     .source = "apache/tomcat:SSLHostConfig.java, SSLUtilBase.java"},
    {.id = "legacy-port-open",
     .severity = warning,
     .summary = "default.legacyServerPort is open beside the port with TLS.",
     .why = "It is plain HTTP without any client's certificate: a way round mutual TLS. An error "
            "under `need`.",
     .remedy = "Take it out once no caller uses it.",
     .source = "spinnaker/kork:kork-tomcat/.../TomcatConfiguration.java"},
    {.id = "server-protocols-inert",
     .severity = warning,
     .summary = "server.ssl.enabled-protocols or server.ssl.ciphers is set.",
     .why = "kork-tomcat overrides both after Spring Boot, in all Java services but kayenta.",
     .remedy = "Set `default.tlsVersions` and `default.cipherSuites`.",
     .source = "spinnaker/kork:kork-tomcat/.../DefaultTomcatConnectorCustomizer.java"},
    {.id = "kayenta-key-inert",
     .severity = warning,
     .summary = "kayenta has a key of kork-tomcat's.",
     .why = "kayenta is built without kork-tomcat: default.apiPort, default.legacyServerPort, "
            "default.tlsVersions, default.cipherSuites and server.ssl.crl-file do nothing.",
     .remedy = "Take it out; TLS versions and ciphers are `server.ssl.enabled-protocols` and "
               "`server.ssl.ciphers` there.",
     .source = "spinnaker/kayenta:kayenta-web/kayenta-web.gradle"},
    {.id = "x509-without-client-auth",
     .severity = warning,
     .summary = "X.509 login is on, and gate asks nobody for a certificate.",
     .why = "Without `client-auth` and without default.apiPort no certificate ever reaches gate.",
     .remedy = "Set `server.ssl.client-auth: want`, or `default.apiPort` with TLS.",
     .source = "spinnaker/spinnaker#2075"},
    {.id = "ha-certificate-names",
     .severity = info,
     .summary = "Variants of a high-availability service share the certificate of their base.",
     .why = "Peers call spin-clouddriver-rw and its like; OkHttp and Go accept no certificate that "
            "does not name them.",
     .remedy = "Check that subjectAltName has every variant, or give each its own key store.",
     .source = "spinnaker/halyard:SpinnakerService.java (Type)"},

    // Services written in Go.
    {.id = "go-client-auth-misspelt",
     .severity = error,
     .summary = "clientAuth of a Go service is not spelt as go-yaml-tools has it.",
     .why = "Anything but the exact lower-case word under `clientAuth` means that no certificate "
            "is asked for, and nothing says so.",
     .remedy = "Write `clientAuth: need` or `clientAuth: want`.",
     .source = "armory/go-yaml-tools:pkg/tls/server/server.go (getClientCertMode)"},
    {.id = "go-client-auth-unverified",
     .severity = warning,
     .summary = "clientAuth of a Go service is any or request.",
     .why = "Whatever certificate comes is taken, from anybody.",
     .remedy = "Write `clientAuth: need` or `clientAuth: want`.",
     .source = "armory/go-yaml-tools:pkg/tls/server/server.go (getClientCertMode)"},
    {.id = "go-client-auth-without-ca",
     .severity = warning,
     .summary = "A Go service asks for certificates and has no cacertFile.",
     .why = "It takes certFile for the CA of its clients: unless your CA is in that file, nobody "
            "is accepted.",
     .remedy = "Set `server.ssl.cacertFile` to your CA.",
     .source = "armory/go-yaml-tools:pkg/tls/server/config.go"},
    {.id = "go-key-password-name",
     .severity = error,
     .summary = "Dinghy's key password stands under a name that it does not read.",
     .why = "Dinghy decodes with mapstructure, by the name of the field: keyPassword. An encrypted "
            "key does not open, and the service does not start.",
     .remedy = "Write `keyPassword`.",
     .source = "armory/dinghy:pkg/settings/source/initializer.go"},
    {.id = "dinghy-key-format",
     .severity = info,
     .summary = "Dinghy has a key of its own.",
     .why = "go-yaml-tools reads PKCS#1 RSA keys only, and the first certificate only: with PKCS#8 "
            "or EC it does not start, and with an intermediate CA Java callers refuse it.",
     .remedy = "Convert the key (`openssl rsa -traditional`), and issue the certificate from a CA "
               "that callers trust directly; `telltale inspect` shows both.",
     .source = "armory/go-yaml-tools:pkg/tls/tls.go (GetX509KeyPair)"},
    {.id = "dinghy-client-tls-not-applied",
     .severity = warning,
     .summary = "Dinghy has a certificate for its calls.",
     .why = "Dinghy initialises a copy of `http` and calls without it: orca and front50 see no "
            "certificate from it, and under `need` refuse it. Armory's image may differ.",
     .remedy = "Look at what it presents (`telltale check`) before orca, front50 and echo get "
               "`need`.",
     .source = "armory/dinghy:pkg/settings/source/initializer.go"},

    // Clients.
    {.id = "ok-http-client-half",
     .severity = error,
     .summary = "ok-http-client has one store of two.",
     .why = "kork opens both as soon as one is set, and the service does not start.",
     .remedy = "Set `ok-http-client.key-store` and `ok-http-client.trust-store`, both or neither.",
     .source = "spinnaker/kork:kork-web/.../DefaultOkHttpClientBuilderProvider.java"},
    {.id = "caller-without-key-store",
     .severity = error,
     .summary = "A service asks for certificates, and callers of it have none.",
     .why = "Without a key store a client sends an empty Certificate: `want` lets it in, `need` "
            "does not. A warning under `want`.",
     .remedy = "Give each caller `ok-http-client.key-store` and `trust-store` (in Go "
               "`http.clientCertFile` and `http.clientKeyFile`) before the service gets `need`.",
     .source = "spinnaker/kork:kork-web/.../OkHttpClientConfigurationProperties.java"},
    {.id = "gate-proxy-presents-nothing",
     .severity = error,
     .summary = "A proxy of gate's leads to a service with TLS.",
     .why = "gate's proxies use a client without key store and without verification: they break "
            "at `need` whatever the certificates. A warning under `want`, else a note.",
     .remedy = "Leave that service at `want`, or do without the proxy.",
     .source = "spinnaker/gate:gate-proxy/.../Proxy.kt"},
    {.id = "echo-endpoint-insecure",
     .severity = error,
     .summary = "A rest endpoint of echo's with `insecure: true` is a service with TLS.",
     .why = "insecure takes a client without key store and without verification: it breaks at "
            "`need` whatever the certificates. A warning under `want`, else a note.",
     .remedy = "Take `insecure` out and let ok-http-client's trust store have the CA.",
     .source = "spinnaker/echo:echo-rest/.../RestConfig.java"},
    {.id = "orca-lambda-presents-nothing",
     .severity = error,
     .summary = "Lambda stages are on, and clouddriver asks for certificates.",
     .why = "orca's Lambda stages call clouddriver with a bare client that has no key store: they "
            "break at `need` whatever the certificates. A warning under `want`.",
     .remedy = "Leave clouddriver at `want` while Lambda stages are used.",
     .source = "spinnaker/orca:orca-clouddriver/.../LambdaCloudDriverUtils.java"},
    {.id = "monitoring-daemon-presents-nothing",
     .severity = error,
     .summary = "The monitoring daemon runs beside services that ask for certificates.",
     .why = "It cannot present a certificate: at `need` its metrics end. A warning under `want`.",
     .remedy = "Scrape with Spinnaker's observability plugin, or from a port of management that "
               "asks for none.",
     .source = "spinnaker/spinnaker-monitoring:spinnaker-monitoring-daemon/.../__main__.py"},

    // Probes and hooks.
    {.id = "probe-breaks-at-need",
     .severity = error,
     .summary = "A probe speaks HTTP to a port that asks for certificates.",
     .why = "Neither kubelet nor wget presents a certificate: at `need` the pod never becomes "
            "ready, or is restarted. A warning under `want`.",
     .remedy = "Set `kubernetes.useTcpProbe: true` in service-settings, or a tcpSocket probe.",
     .source = "spinnaker/halyard:KubernetesV2Service.java (getProbe)"},
    {.id = "probe-scheme-http",
     .severity = error,
     .summary = "A probe asks in plain HTTP, and the server has TLS.",
     .why = "Tomcat answers 400, and kubelet takes that for ill health.",
     .remedy = "Set `scheme: HTTPS`; where certificates are asked for, a tcpSocket probe.",
     .source = "Kubernetes HTTPGetAction; apache/tomcat:TLSClientHelloExtractor.java"},
    {.id = "orca-pre-stop",
     .severity = warning,
     .summary = "orca asks for certificates, and its preStop hook has none.",
     .why = "The hook tells orca to stop taking work, by wget: at `need` it fails in silence, and "
            "a rollout kills running stages. A note under `want`.",
     .remedy = "Replace the hook by a patch of orca's Deployment (`lifecycle`) that presents a "
               "certificate.",
     .source = "spinnaker/halyard:KubernetesV2OrcaService.java"},
    {.id = "operator-server-port-probe",
     .severity = info,
     .summary = "A profile sets server.port, and the readiness probe is no exec.",
     .why = "The operator rewrites the probe's command without looking whether there is one.",
     .remedy = "Set the port by `port` in service-settings instead.",
     .source = "armory/spinnaker-operator:pkg/deploy/spindeploy/transformer/serverport.go"},

    // Redis and the JVM.
    {.id = "redis-scheme-mixed",
     .severity = error,
     .summary = "Services disagree whether a Redis has TLS.",
     .why = "One port has TLS or has not: one of them cannot connect. A warning where the ports "
            "differ, since the plain one would stay open.",
     .remedy = "Write rediss and the port with TLS for all of them.",
     .source = "redis.io/docs TLS (port, tls-port)"},
    {.id = "redis-plain-port",
     .severity = error,
     .summary = "rediss is used with a Redis that has no TLS.",
     .why = "A plain port does not answer a ClientHello, so the service hangs at start.",
     .remedy = "Give Redis TLS (tls-port, tls-cert-file, tls-key-file), or name one that has it.",
     .source = "spinnaker/halyard:RedisService.java; redis.io/docs TLS"},
    {.id = "redis-scheme-plain",
     .severity = error,
     .summary = "redis is used with a Redis that has TLS.",
     .why = "Spinnaker's clients use TLS by the scheme of the URL alone.",
     .remedy = "Write rediss, and the port with TLS.",
     .source = "redis/jedis:JedisURIHelper.java"},
    {.id = "redis-client-without-certificate",
     .severity = error,
     .summary = "Redis asks for certificates, and a Java service has none for it.",
     .why = "Spinnaker has no key for it: Jedis presents what javax.net.ssl.keyStore holds. Redis "
            "asks unless tls-auth-clients says otherwise. A warning where only another service's "
            "key store speaks for it.",
     .remedy = "Set javax.net.ssl.keyStore and trustStore in `env.JAVA_OPTS` of the service, or "
               "`tls-auth-clients optional` in Redis.",
     .source = "redis/redis:redis.conf (tls-auth-clients); redis/jedis"},
    {.id = "redis-go-client",
     .severity = error,
     .summary = "Redis asks for certificates, and a Go service cannot present one.",
     .why = "Dinghy builds its Redis client without certificate and with the system's CAs; "
            "Terraformer is closed, and no such setting of it is known (a warning).",
     .remedy = "Set `tls-auth-clients optional`, or give the service a Redis of its own, or SQL.",
     .source = "armory/dinghy:cmd/dinghy.go (NewRedisOptions)"},
    {.id = "gate-redis-config-command",
     .severity = error,
     .summary = "gate sends CONFIG to a Redis that may not have it.",
     .why = "gate sets up keyspace notifications by CONFIG at start; ElastiCache, Azure and a "
            "renamed command refuse it, and gate does not start. A note where it is not known.",
     .remedy = "Set `redis.configuration.secure: true` in gate's profile. It has nothing to do "
               "with TLS.",
     .source = "spinnaker/gate:gate-web/.../RedisActionConfig.java"},
    {.id = "jvm-key-store-reaches-sql",
     .severity = warning,
     .summary = "JAVA_OPTS has a key store, and the service has a database.",
     .why = "javax.net.ssl.* is for the whole JVM: the database is offered that certificate, too, "
            "and is verified against that trust store.",
     .remedy = "Put the database's CA into the same trust store, and test before the rollout.",
     .source = "JSSE Reference Guide (javax.net.ssl.keyStore); MySQL Connector/J"},
    {.id = "java-opts-without-memory",
     .severity = info,
     .summary = "JAVA_OPTS does not say how much memory the JVM may take.",
     .why = "It replaces Halyard's own value, which has -XX:MaxRAMPercentage=50.0; the JVM then "
            "takes a quarter of the container's memory.",
     .remedy = "Add `-XX:MaxRAMPercentage=50.0`.",
     .source = "spinnaker/halyard:KubernetesV2Service.java"},

    // Secrets.
    {.id = "plaintext-password",
     .severity = warning,
     .summary = "A password is written out.",
     .why = "Whoever reads the manifest, its history or `kubectl get` has it. A note for trust "
            "stores, and nothing for changeit there, which every JRE has.",
     .remedy = "Write a reference in place of the whole value: with the operator "
               "`encrypted:k8s!n:SECRET!k:KEY`, else one of another engine (s3, gcs, vault).",
     .source = "spinnaker.io/docs/reference/halyard/secrets"},
    {.id = "java-opts-secret",
     .severity = warning,
     .summary = "A password in JAVA_OPTS is written out, or is a secret reference.",
     .why = "Whoever reads the manifest or the Deployment has it; and nothing resolves references "
            "in JAVA_OPTS, so one is taken for the password itself: an error. A note for trust "
            "stores, and nothing for changeit there.",
     .remedy = "Write the option with the password into a file of a Secret, mount that "
               "(`kubernetes.volumes` in service-settings), and have `@/path/of/the/file` in its "
               "place in JAVA_OPTS; Java reads options from it.",
     .source = "armory/spinnaker-operator:.../transformer/secrets.go; java(1), argument files"},
    {.id = "secret-reference-malformed",
     .severity = error,
     .summary = "A secret reference is not well-formed.",
     .why = "It is an error at start, or is taken for the secret itself.",
     .remedy = "Write `encrypted:ENGINE!NAME:VALUE!NAME:VALUE`; with k8s exactly one colon in "
               "each element.",
     .source = "spinnaker/kork:EncryptedSecret.java; "
               "armory/spinnaker-operator:pkg/secrets/kubernetes.go"},
    {.id = "secret-engine-unusable",
     .severity = error,
     .summary = "Nothing resolves a secret reference of this engine here.",
     .why = "k8s is the operator's engine; outside of it Java services have it only with "
            "`spinnaker.secrets.kubernetes.enabled`, and Go services and Halyard never.",
     .remedy = "Use s3, gcs, secrets-manager, google-secrets-manager or vault, or mount the Secret "
               "and write its path.",
     .source = "spinnaker/kork:kork-secrets-k8s/.../KubernetesSecretEngine.java; "
               "armory/go-yaml-tools:pkg/secrets"},

    // Istio.
    {.id = "mesh-port-named-http",
     .severity = error,
     .summary = "A sidecar takes the port for HTTP, and the service has TLS of its own.",
     .why = "Even PERMISSIVE has no filter chain for TLS on a port that is declared HTTP, so it "
            "is reset. The operator names every single port http.",
     .remedy = "Name the port `https` or `tcp` by a patch of the Service (`spec.kustomize`), or "
               "set its appProtocol.",
     .source = "istio/istio:pilot/.../filterchain_options.go; "
               "armory/spinnaker-operator:.../name_ports.go"},
    {.id = "mesh-strict-without-sidecar",
     .severity = error,
     .summary = "The namespace is STRICT, and a service has no sidecar.",
     .why = "It presents no mesh certificate, so its calls to services with a sidecar are reset.",
     .remedy = "Inject a sidecar, or stay at PERMISSIVE.",
     .source = "istio.io/docs PeerAuthentication"},
    {.id = "mesh-strict-probe",
     .severity = error,
     .summary = "The namespace is STRICT, and kubelet's probes are not rewritten.",
     .why = "kubelet has no mesh certificate: the sidecar resets its HTTP probes.",
     .remedy = "Take `sidecar.istio.io/rewriteAppHTTPProbers: \"false\"` out.",
     .source = "istio.io/docs Health Checking of Istio Services"},
});

}  // namespace

std::span<const LintRule> lint_rules() {
  return table;
}

}  // namespace telltale::fleet
