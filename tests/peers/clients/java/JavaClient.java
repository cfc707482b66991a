// JSSE clients: each call on a fresh connection, with a keystore, a truststore and TLS versions of its own.
//
//   java JavaClient.java PASSWORD < CALLS
//
// Each line of CALLS is, between tabs, `ID KIND RULE HOST PORT PATH KEYSTORE TRUSTSTORE PROTOCOLS`; KEYSTORE may be `-`
// for none. KIND is `url` (HttpsURLConnection), `http` (java.net.http.HttpClient) or `redis` (a plain SSLSocket, as
// Jedis has). RULE is java (SunX509), java-pkix (NewSunX509) or java-refreshable. Each answer is `ID OUTCOME`: the HTTP
// status, the first line that Redis says, or what was thrown.

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.URL;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedKeyManager;

public final class JavaClient {
    private static final int TIMEOUT_MS = 10_000;
    private static final int CALLS_AT_ONCE = 4;

    // Opening a PKCS#12 takes thousands of hashes, and many calls share theirs. Managers keep no state between calls.
    private static final Map<String, KeyManager[]> KEYS = new ConcurrentHashMap<>();
    private static final Map<String, TrustManager[]> TRUSTS = new ConcurrentHashMap<>();

    public static void main(String[] args) throws Exception {
        System.setProperty("http.keepAlive", "false");
        BufferedReader calls = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        ExecutorService callers = Executors.newFixedThreadPool(CALLS_AT_ONCE);
        for (String line = calls.readLine(); line != null; line = calls.readLine()) {
            Call call = Call.parse(line.split("\t"));
            callers.submit(() -> System.out.println(call.id + "\t" + outcome(call, args[0].toCharArray())));
        }
        callers.shutdown();
    }

    private record Call(String id, String kind, String rule, String host, int port, String path, String keystore,
                        String truststore, String[] protocols) {
        static Call parse(String[] words) {
            return new Call(words[0], words[1], words[2], words[3], Integer.parseInt(words[4]), words[5], words[6],
                            words[7], words[8].split(","));
        }

        String url() {
            return "https://" + host + ":" + port + path;
        }
    }

    private static String outcome(Call call, char[] password) {
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(KEYS.computeIfAbsent(call.rule + call.keystore, key -> keyManagers(call, password)),
                    TRUSTS.computeIfAbsent(call.truststore, key -> trustManagers(call.truststore, password)), null);
            return switch (call.kind) {
                case "url" -> throughUrl(call, context);
                case "http" -> throughHttpClient(call, context);
                case "redis" -> throughSocket(call, context);
                default -> throw new IllegalArgumentException("no such kind: " + call.kind);
            };
        } catch (Exception error) {
            return error.toString().replaceAll("\\s+", " ");
        }
    }

    /** None, where there is no keystore. */
    private static KeyManager[] keyManagers(Call call, char[] password) {
        if (call.keystore.equals("-")) {
            return new KeyManager[0];
        }
        try {
            KeyStore keys = KeyStore.getInstance(new File(call.keystore), password);
            if (call.rule.equals("java-refreshable")) {
                return new KeyManager[] {new FixedAliasKeyManager(keys, password)};
            }
            KeyManagerFactory factory =
                    KeyManagerFactory.getInstance(call.rule.equals("java") ? "SunX509" : "NewSunX509");
            factory.init(keys, password);
            return factory.getKeyManagers();
        } catch (IOException | GeneralSecurityException error) {
            throw new IllegalStateException(call.keystore + ": " + error, error);
        }
    }

    private static TrustManager[] trustManagers(String truststore, char[] password) {
        try {
            TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            factory.init(KeyStore.getInstance(new File(truststore), password));
            return factory.getTrustManagers();
        } catch (IOException | GeneralSecurityException error) {
            throw new IllegalStateException(truststore + ": " + error, error);
        }
    }

    private static String throughUrl(Call call, SSLContext context) throws IOException {
        HttpsURLConnection connection = (HttpsURLConnection) new URL(call.url()).openConnection();
        connection.setSSLSocketFactory(new PinnedFactory(context.getSocketFactory(), call.protocols));
        connection.setConnectTimeout(TIMEOUT_MS);
        connection.setReadTimeout(TIMEOUT_MS);
        return "HTTP " + connection.getResponseCode();
    }

    private static String throughHttpClient(Call call, SSLContext context) throws IOException, InterruptedException {
        SSLParameters parameters = new SSLParameters();
        parameters.setProtocols(call.protocols);
        HttpClient client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).sslContext(context)
                .sslParameters(parameters).connectTimeout(Duration.ofMillis(TIMEOUT_MS)).build();
        HttpRequest request =
                HttpRequest.newBuilder(URI.create(call.url())).timeout(Duration.ofMillis(TIMEOUT_MS)).build();
        return "HTTP " + client.send(request, HttpResponse.BodyHandlers.ofString()).statusCode();
    }

    /** Jedis checks no name unless it is told to. */
    private static String throughSocket(Call call, SSLContext context) throws IOException {
        try (SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket()) {
            socket.setEnabledProtocols(call.protocols);
            socket.connect(new InetSocketAddress(call.host, call.port), TIMEOUT_MS);
            socket.setSoTimeout(TIMEOUT_MS);
            socket.startHandshake();
            socket.getOutputStream().write("PING\r\n".getBytes(StandardCharsets.US_ASCII));
            return String.valueOf(new BufferedReader(new InputStreamReader(socket.getInputStream())).readLine());
        }
    }

    /** As kork-crypto's IdentityX509KeyManager: the store's first key, whatever the server asks for. */
    private static final class FixedAliasKeyManager extends X509ExtendedKeyManager {
        private final String alias;
        private final PrivateKey key;
        private final X509Certificate[] chain;

        FixedAliasKeyManager(KeyStore keys, char[] password) throws GeneralSecurityException {
            alias = firstKey(keys);
            key = (PrivateKey) keys.getKey(alias, password);
            chain = Arrays.stream(keys.getCertificateChain(alias)).toArray(X509Certificate[]::new);
        }

        private static String firstKey(KeyStore keys) throws GeneralSecurityException {
            List<String> aliases = Collections.list(keys.aliases());
            for (String each : aliases) {
                if (keys.isKeyEntry(each)) {
                    return each;
                }
            }
            throw new GeneralSecurityException("no key");
        }

        @Override
        public String chooseClientAlias(String[] keyTypes, Principal[] issuers, Socket socket) {
            return alias;
        }

        @Override
        public String chooseEngineClientAlias(String[] keyTypes, Principal[] issuers, SSLEngine engine) {
            return alias;
        }

        @Override
        public String[] getClientAliases(String keyType, Principal[] issuers) {
            return new String[] {alias};
        }

        @Override
        public String[] getServerAliases(String keyType, Principal[] issuers) {
            return new String[] {alias};
        }

        @Override
        public String chooseServerAlias(String keyType, Principal[] issuers, Socket socket) {
            return alias;
        }

        @Override
        public X509Certificate[] getCertificateChain(String which) {
            return chain;
        }

        @Override
        public PrivateKey getPrivateKey(String which) {
            return key;
        }
    }

    /** Makes sockets that speak these TLS versions only. */
    private static final class PinnedFactory extends SSLSocketFactory {
        private final SSLSocketFactory factory;
        private final String[] protocols;

        PinnedFactory(SSLSocketFactory factory, String[] protocols) {
            this.factory = factory;
            this.protocols = protocols;
        }

        private Socket pin(Socket socket) {
            ((SSLSocket) socket).setEnabledProtocols(protocols);
            return socket;
        }

        @Override
        public String[] getDefaultCipherSuites() {
            return factory.getDefaultCipherSuites();
        }

        @Override
        public String[] getSupportedCipherSuites() {
            return factory.getSupportedCipherSuites();
        }

        @Override
        public Socket createSocket() throws IOException {
            return pin(factory.createSocket());
        }

        @Override
        public Socket createSocket(Socket socket, String host, int port, boolean close) throws IOException {
            return pin(factory.createSocket(socket, host, port, close));
        }

        @Override
        public Socket createSocket(String host, int port) throws IOException {
            return pin(factory.createSocket(host, port));
        }

        @Override
        public Socket createSocket(String host, int port, java.net.InetAddress local, int from) throws IOException {
            return pin(factory.createSocket(host, port, local, from));
        }

        @Override
        public Socket createSocket(java.net.InetAddress host, int port) throws IOException {
            return pin(factory.createSocket(host, port));
        }

        @Override
        public Socket createSocket(java.net.InetAddress host, int port, java.net.InetAddress local, int from)
                throws IOException {
            return pin(factory.createSocket(host, port, local, from));
        }
    }
}
