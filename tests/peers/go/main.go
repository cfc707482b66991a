// A Go net/http server on many ports, each with its own tls.ClientAuthType.
//
//	go-peer LISTENERS
//
// Each line of LISTENERS is `PORT CLIENT_AUTH VERSIONS TRUST CERTIFICATE [OPTION…]`, for instance
// `20001 VerifyClientCertIfGiven TLSv1.2+TLSv1.3 A server-ec`. TRUST names NAME.pem in the working directory, `-`
// leaves ClientCAs unset; CERTIFICATE names NAME.crt and NAME.key. Options: SessionTicketsDisabled;
// TLSv1.2=CLIENT_AUTH for clients that speak no TLS 1.3.
package main

import (
	"bufio"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"strings"
)

var clientAuthTypes = map[string]tls.ClientAuthType{
	"NoClientCert":               tls.NoClientCert,
	"RequestClientCert":          tls.RequestClientCert,
	"RequireAnyClientCert":       tls.RequireAnyClientCert,
	"VerifyClientCertIfGiven":    tls.VerifyClientCertIfGiven,
	"RequireAndVerifyClientCert": tls.RequireAndVerifyClientCert,
}

var versions = map[string]uint16{"TLSv1.2": tls.VersionTLS12, "TLSv1.3": tls.VersionTLS13}

func main() {
	log.SetFlags(0)
	if len(os.Args) != 2 {
		log.Fatal("usage: go-peer LISTENERS")
	}
	listeners, err := os.Open(os.Args[1])
	if err != nil {
		log.Fatal(err)
	}
	failed := make(chan error)
	for lines := bufio.NewScanner(listeners); lines.Scan(); {
		server, err := newServer(strings.Fields(lines.Text()))
		if err != nil {
			log.Fatalf("%s: %v", lines.Text(), err)
		}
		go func() { failed <- server.ListenAndServeTLS("", "") }()
	}
	log.Fatal(<-failed)
}

// newServer makes the server that the words of one line describe.
func newServer(words []string) (*http.Server, error) {
	if len(words) < 5 {
		return nil, fmt.Errorf("want PORT CLIENT_AUTH VERSIONS TRUST CERTIFICATE")
	}
	config, err := newConfig(words[1], words[2], words[3], words[4])
	if err != nil {
		return nil, err
	}
	for _, option := range words[5:] {
		if err := apply(option, config); err != nil {
			return nil, err
		}
	}
	return &http.Server{Addr: "127.0.0.1:" + words[0], Handler: routes(), TLSConfig: config}, nil
}

func newConfig(clientAuth, spoken, trust, name string) (*tls.Config, error) {
	clientAuthType, known := clientAuthTypes[clientAuth]
	if !known {
		return nil, fmt.Errorf("no tls.ClientAuthType %s", clientAuth)
	}
	certificate, err := tls.LoadX509KeyPair(name+".crt", name+".key")
	if err != nil {
		return nil, err
	}
	bounds := strings.Split(spoken, "+")
	config := &tls.Config{
		Certificates: []tls.Certificate{certificate},
		ClientAuth:   clientAuthType,
		MinVersion:   versions[bounds[0]],
		MaxVersion:   versions[bounds[len(bounds)-1]],
	}
	if trust == "-" {
		return config, nil
	}
	pem, err := os.ReadFile(trust + ".pem")
	if err != nil {
		return nil, err
	}
	config.ClientCAs = x509.NewCertPool()
	config.ClientCAs.AppendCertsFromPEM(pem)
	return config, nil
}

func apply(option string, config *tls.Config) error {
	if option == "SessionTicketsDisabled" {
		config.SessionTicketsDisabled = true
		return nil
	}
	version, name, _ := strings.Cut(option, "=")
	clientAuthType, known := clientAuthTypes[name]
	if version != "TLSv1.2" || !known {
		return fmt.Errorf("unknown option %s", option)
	}
	config.GetConfigForClient = func(hello *tls.ClientHelloInfo) (*tls.Config, error) {
		if speaks(hello, tls.VersionTLS13) {
			return nil, nil // the configuration itself
		}
		older := config.Clone()
		older.ClientAuth = clientAuthType
		return older, nil
	}
	return nil
}

func speaks(hello *tls.ClientHelloInfo, version uint16) bool {
	for _, supported := range hello.SupportedVersions {
		if supported == version {
			return true
		}
	}
	return false
}

// routes answers well, only to those with a certificate, and never well.
func routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/health", func(response http.ResponseWriter, _ *http.Request) {
		answer(response, http.StatusOK, "UP")
	})
	mux.HandleFunc("/guarded/health", func(response http.ResponseWriter, request *http.Request) {
		if len(request.TLS.PeerCertificates) == 0 {
			answer(response, http.StatusForbidden, "no certificate")
			return
		}
		answer(response, http.StatusOK, "UP")
	})
	mux.HandleFunc("/down/health", func(response http.ResponseWriter, _ *http.Request) {
		answer(response, http.StatusServiceUnavailable, "DOWN")
	})
	return mux
}

func answer(response http.ResponseWriter, code int, status string) {
	response.Header().Set("Content-Type", "application/json")
	response.WriteHeader(code)
	io.WriteString(response, `{"status":"`+status+`"}`)
}
