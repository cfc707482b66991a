// Prints Java's canonical form of each name given as hexadecimal DER, one a line on standard input.
// The expectations in tests/unit/pki/distinguished_name_test.cpp are what OpenJDK 17 printed.
//
//   java CanonicalNames.java < names.txt

import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.util.HexFormat;
import javax.security.auth.x500.X500Principal;

public class CanonicalNames {
  public static void main(String[] arguments) throws Exception {
    PrintStream out = new PrintStream(System.out, true, "UTF-8");
    BufferedReader in = new BufferedReader(new InputStreamReader(System.in));
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      byte[] der = HexFormat.of().parseHex(line.strip());
      out.println(new X500Principal(der).getName(X500Principal.CANONICAL));
    }
  }
}
