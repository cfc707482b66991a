// Go clients: each call on a fresh connection, with a certificate, a pool of roots and TLS versions of its own.
//
//	go-client < CALLS
//
// Each line of CALLS is, between tabs, `ID KIND RULE HOST PORT PATH STEM ROOTS VERSIONS`; `-` is none. KIND is `go`
// (net/http) or `redis` (crypto/tls and a PING). STEM names STEM.crt and STEM.key. RULE is go, or go-yaml-tools, which
// loads its certificate as armory/go-yaml-tools does. Each answer is `ID OUTCOME`: the HTTP status, the first line that
// Redis says, or the error.
package main

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"os"
	"strings"
	"time"
)

const timeout = 10 * time.Second

var versions = map[string]uint16{"TLSv1.2": tls.VersionTLS12, "TLSv1.3": tls.VersionTLS13}

type call struct {
	kind, rule, host, port, path, stem, roots string
	versions                                  []string
}

func main() {
	log.SetFlags(0)
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		words := strings.Split(lines.Text(), "\t")
		if len(words) != 9 {
			log.Fatalf("%d words: %s", len(words), lines.Text())
		}
		outcome, err := outcomeOf(call{words[1], words[2], words[3], words[4], words[5], words[6], words[7],
			strings.Split(words[8], ",")})
		if err != nil {
			outcome = strings.Join(strings.Fields(err.Error()), " ")
		}
		fmt.Printf("%s\t%s\n", words[0], outcome)
	}
}

func outcomeOf(c call) (string, error) {
	config := &tls.Config{
		ServerName: c.host,
		MinVersion: versions[c.versions[0]],
		MaxVersion: versions[c.versions[len(c.versions)-1]],
	}
	if c.roots != "-" {
		text, err := os.ReadFile(c.roots)
		if err != nil {
			return "", err
		}
		config.RootCAs = x509.NewCertPool()
		config.RootCAs.AppendCertsFromPEM(text)
	}
	if c.stem != "-" {
		certificate, err := load(c.rule, c.stem+".crt", c.stem+".key")
		if err != nil {
			return "", err
		}
		config.Certificates = []tls.Certificate{certificate}
	}
	if c.kind == "redis" {
		return ping(c, config)
	}
	return get(c, config)
}

func load(rule, certificate, key string) (tls.Certificate, error) {
	if rule != "go-yaml-tools" {
		return tls.LoadX509KeyPair(certificate, key)
	}
	leaf, err := firstBlock(certificate, "CERTIFICATE")
	if err != nil {
		return tls.Certificate{}, err
	}
	private, err := firstBlock(key, "RSA PRIVATE KEY")
	if err != nil {
		return tls.Certificate{}, err
	}
	return tls.X509KeyPair(leaf, private)
}

// firstBlock keeps of a PEM file what go-yaml-tools' GetX509KeyPair does: the first block, if it is of that type.
func firstBlock(file, wanted string) ([]byte, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	block, _ := pem.Decode(text)
	if block == nil || block.Type != wanted {
		return nil, errors.New(file + " does not begin with a " + wanted)
	}
	return pem.EncodeToMemory(block), nil
}

func dial(ctx context.Context, network, address string) (net.Conn, error) {
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	dialer := net.Dialer{Timeout: timeout}
	return dialer.DialContext(ctx, network, net.JoinHostPort("127.0.0.1", port))
}

func get(c call, config *tls.Config) (string, error) {
	transport := &http.Transport{TLSClientConfig: config, DialContext: dial, DisableKeepAlives: true}
	client := http.Client{Transport: transport, Timeout: timeout}
	response, err := client.Get("https://" + net.JoinHostPort(c.host, c.port) + c.path)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	_, err = io.Copy(io.Discard, response.Body)
	return fmt.Sprintf("HTTP %d", response.StatusCode), err
}

func ping(c call, config *tls.Config) (string, error) {
	plain, err := dial(context.Background(), "tcp", net.JoinHostPort(c.host, c.port))
	if err != nil {
		return "", err
	}
	connection := tls.Client(plain, config)
	defer connection.Close()
	connection.SetDeadline(time.Now().Add(timeout))
	if err := connection.Handshake(); err != nil {
		return "", err
	}
	if _, err := io.WriteString(connection, "PING\r\n"); err != nil {
		return "", err
	}
	line, err := bufio.NewReader(connection).ReadString('\n')
	return strings.TrimSpace(line), err
}
