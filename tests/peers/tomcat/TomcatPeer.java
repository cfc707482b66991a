// Embedded Tomcat on JSSE, on many ports, each with its own certificateVerification: what a Spring Boot service is.
//
//   java TomcatPeer.java LISTENERS PASSWORD
//
// Each line of LISTENERS is `PORT CERTIFICATE_VERIFICATION PROTOCOLS TRUST KEYSTORE`, for instance
// `20001 optional TLSv1.2+TLSv1.3 A server-rsa.p12`. TRUST names NAME.pem in the working directory; `-` sets no
// truststore.

import jakarta.servlet.http.HttpServlet;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateFactory;
import java.util.HashMap;
import java.util.Map;
import org.apache.catalina.Context;
import org.apache.catalina.LifecycleState;
import org.apache.catalina.connector.Connector;
import org.apache.catalina.startup.Tomcat;
import org.apache.tomcat.util.net.SSLHostConfig;
import org.apache.tomcat.util.net.SSLHostConfigCertificate;

public final class TomcatPeer {
    public static void main(String[] args) throws Exception {
        String base = Path.of("").toAbsolutePath().toString();
        Map<String, KeyStore> keystores = new HashMap<>(); // opening one takes thousands of hashes
        Tomcat tomcat = new Tomcat();
        tomcat.setBaseDir(base);
        for (String line : Files.readAllLines(Path.of(args[0]))) {
            String[] words = line.split(" ");
            if (!keystores.containsKey(words[4])) {
                keystores.put(words[4], readKeys(Path.of(words[4]), args[1]));
            }
            tomcat.getService().addConnector(connect(words, keystores.get(words[4]), args[1]));
        }
        serve(tomcat.addContext("", base));
        tomcat.start();
        requireAllStarted(tomcat);
        tomcat.getServer().await();
    }

    private static KeyStore readKeys(Path file, String password) throws IOException, GeneralSecurityException {
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try (InputStream in = Files.newInputStream(file)) {
            keys.load(in, password.toCharArray());
        }
        return keys;
    }

    private static Connector connect(String[] words, KeyStore keys, String password) throws Exception {
        SSLHostConfig host = new SSLHostConfig();
        host.setCertificateVerification(words[1]);
        host.setProtocols(words[2]);
        if (!words[3].equals("-")) {
            host.setTrustStore(readTrust(Path.of(words[3] + ".pem")));
        }
        SSLHostConfigCertificate certificate =
                new SSLHostConfigCertificate(host, SSLHostConfigCertificate.Type.UNDEFINED);
        certificate.setCertificateKeystore(keys);
        certificate.setCertificateKeystorePassword(password);
        host.addCertificate(certificate);

        Connector connector = new Connector("org.apache.coyote.http11.Http11NioProtocol");
        connector.setProperty("address", "127.0.0.1");
        connector.setPort(Integer.parseInt(words[0]));
        connector.setScheme("https");
        connector.setSecure(true);
        connector.setProperty("SSLEnabled", "true");
        connector.setProperty("sslImplementationName", "org.apache.tomcat.util.net.jsse.JSSEImplementation");
        connector.setProperty("minSpareThreads", "1");
        connector.addSslHostConfig(host);
        return connector;
    }

    private static KeyStore readTrust(Path file) throws IOException, GeneralSecurityException {
        KeyStore trust = KeyStore.getInstance("PKCS12");
        trust.load(null, null);
        try (InputStream in = Files.newInputStream(file)) {
            for (Certificate ca : CertificateFactory.getInstance("X.509").generateCertificates(in)) {
                trust.setCertificateEntry("ca" + trust.size(), ca);
            }
        }
        return trust;
    }

    private static void serve(Context context) {
        Tomcat.addServlet(context, "health", new Health());
        context.addServletMappingDecoded("/*", "health");
    }

    /** A connector that cannot start only logs; a peer that is missing must end the program. */
    private static void requireAllStarted(Tomcat tomcat) {
        for (Connector connector : tomcat.getService().findConnectors()) {
            if (connector.getState() != LifecycleState.STARTED) {
                System.err.println("port " + connector.getPort() + " did not start");
                System.exit(1);
            }
        }
    }

    /** Answers well, only to those with a certificate (as Spring Security would), and never well. */
    private static final class Health extends HttpServlet {
        @Override
        protected void doGet(HttpServletRequest request, HttpServletResponse response) throws IOException {
            switch (request.getRequestURI()) {
                case "/health" -> answer(response, 200, "UP");
                case "/guarded/health" -> {
                    boolean presented = request.getAttribute("jakarta.servlet.request.X509Certificate") != null;
                    answer(response, presented ? 200 : 403, presented ? "UP" : "no certificate");
                }
                case "/down/health" -> answer(response, 503, "DOWN");
                default -> answer(response, 404, "no such path");
            }
        }

        private static void answer(HttpServletResponse response, int code, String status) throws IOException {
            response.setStatus(code);
            response.setContentType("application/json");
            response.getWriter().print("{\"status\":\"" + status + "\"}");
        }
    }
}
