package config_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/callboard-wamp/callboard/benchmarks/selfsigned"
	"github.com/callboard-wamp/callboard/cmd/callboard/config"
)

// certified makes two folders with a certificate each, and files that are none.
func certified(t *testing.T) (one, two string) {
	t.Helper()
	one, two = t.TempDir(), t.TempDir()
	for _, folder := range []string{one, two} {
		if _, _, err := selfsigned.Write(folder); err != nil {
			t.Fatal(err)
		}
	}
	for name, text := range map[string]string{
		"empty.pem": "", "prose.pem": "no certificate\n",
		"broken.pem":    "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n",
		"brokenkey.pem": "-----BEGIN PRIVATE KEY-----\nMIIB\n-----END PRIVATE KEY-----\n",
		"large.pem":     strings.Repeat("x", 1<<20+1),
	} {
		if err := os.WriteFile(filepath.Join(one, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return one, two
}

// What is wrong with a certificate is said at the key that names its file.
func TestCertificates(t *testing.T) {
	one, two := certified(t)
	for _, tc := range []struct{ cert, key, at, text string }{
		{one + "/cert.pem", one + "/key.pem", "", ""},
		{one + "/none.pem", one + "/key.pem", "2:18", "tls.cert " + one + "/none.pem cannot be read: no such file or directory"},
		{one + "/cert.pem", one + "/none.pem", "KEY", "tls.key " + one + "/none.pem cannot be read: no such file or directory"},
		{one, one + "/key.pem", "2:18", "cannot be read: no file of up to 1 MiB"},
		{one + "/large.pem", one + "/key.pem", "2:18", "cannot be read: no file of up to 1 MiB"},
		{one + "/empty.pem", one + "/key.pem", "2:18", "tls.cert " + one + "/empty.pem has no certificate in PEM format"},
		{one + "/key.pem", one + "/cert.pem", "2:18", "/key.pem has no certificate in PEM format"},
		{one + "/cert.pem", one + "/prose.pem", "KEY", "tls.key " + one + "/prose.pem has no private key in PEM format"},
		{one + "/broken.pem", one + "/key.pem", "2:18", "/broken.pem has no usable certificate: x509: malformed certificate"},
		{one + "/cert.pem", one + "/brokenkey.pem", "KEY", "/brokenkey.pem has no usable private key: "},
		{one + "/cert.pem", two + "/key.pem", "KEY", "tls.key " + two + "/key.pem does not belong to the certificate in " + one + "/cert.pem"},
	} {
		text := fmt.Sprintf("listeners: [{url: 'wss://127.0.0.1:0/ws', tls: {\n           cert: %s, key: %s}}]\n", tc.cert, tc.key)
		_, err := config.Parse("f", []byte(text), config.Options{})
		if tc.at == "" {
			if err != nil {
				t.Error(err)
			}
			continue
		}
		if tc.at == "KEY" {
			tc.at = fmt.Sprintf("2:%d", len("           cert: "+tc.cert+", key: ")+1)
		}
		var wrong config.Mistakes
		if !errors.As(err, &wrong) || len(wrong) != 1 || !strings.HasPrefix(err.Error(), "f:"+tc.at+": listeners[0].") ||
			!strings.Contains(err.Error(), tc.text) {
			t.Errorf("got\n%v\nwant f:%s: … %s", err, tc.at, tc.text)
		}
	}
}

func TestTLSVersion(t *testing.T) {
	folder, _ := certified(t)
	for written, version := range map[string]string{"1.2": "1.2", `"1.3"`: "1.3", "1.3": "1.3"} {
		f := parse(t, fmt.Sprintf("listeners: [{url: 'tcps://127.0.0.1:0', tls: {cert: %s/cert.pem, key: %[1]s/key.pem, min_version: %s}}]", folder, written))
		if got, err := f.Listeners[0].TLS.MinVersion.MarshalText(); err != nil || string(got) != version {
			t.Errorf("%s is %s, %v", written, got, err)
		}
	}
}
