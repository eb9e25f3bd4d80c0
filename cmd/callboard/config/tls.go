package config

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
)

// TLS is what a listener shows of itself to peers that ask for proof.
type TLS struct {
	// Cert and Key are files in PEM format: the certificate, those of the
	// authorities between behind it, and its private key.
	Cert string `yaml:"cert"`
	Key  string `yaml:"key"`
	// MinVersion is the oldest version that is spoken.
	MinVersion TLSVersion `yaml:"min_version" values:"1.2, 1.3"`
}

// TLSVersion is a version as crypto/tls has it; zero is 1.2.
type TLSVersion uint16

// UnmarshalText reads 1.2 or 1.3.
func (v *TLSVersion) UnmarshalText(text []byte) error {
	switch string(text) {
	case "1.2":
		*v = 0
	case "1.3":
		*v = tls.VersionTLS13
	default:
		return fmt.Errorf("must be 1.2 or 1.3, not %q", text)
	}
	return nil
}

// MarshalText returns 1.2 or 1.3.
func (v TLSVersion) MarshalText() ([]byte, error) {
	if v == tls.VersionTLS13 {
		return []byte("1.3"), nil
	}
	return []byte("1.2"), nil
}

// KeyError is what is wrong with one of the two files of a [TLS].
type KeyError struct {
	// Key is the key that names it: "cert" or "key".
	Key  string
	File string
	Err  error
}

// Error returns the file and what is wrong with it.
func (e *KeyError) Error() string { return e.File + " " + e.Err.Error() }

// Unwrap returns what is wrong.
func (e *KeyError) Unwrap() error { return e.Err }

// Load reads the certificate and its key. The error is a *[KeyError].
func (t *TLS) Load() (*tls.Certificate, error) {
	cert, block, err := readPEM(t.Cert, "CERTIFICATE")
	if err == nil {
		if _, err = x509.ParseCertificate(block.Bytes); err != nil {
			err = fmt.Errorf("has no usable certificate: %w", err)
		}
	}
	if err != nil {
		return nil, &KeyError{"cert", t.Cert, err}
	}
	key, _, err := readPEM(t.Key, "PRIVATE KEY")
	if err != nil {
		return nil, &KeyError{"key", t.Key, err}
	}
	pair, err := tls.X509KeyPair(cert, key)
	switch {
	case err == nil:
		return &pair, nil
	case strings.Contains(err.Error(), "does not match"):
		return nil, &KeyError{"key", t.Key, errors.New("does not belong to the certificate in " + t.Cert)}
	}
	return nil, &KeyError{"key", t.Key, fmt.Errorf("has no usable private key: %w", err)}
}

// maxPEM is more than any chain of certificates has.
const maxPEM = 1 << 20

// readPEM reads a file, and returns all of it and its first block of this kind.
func readPEM(name, kind string) ([]byte, *pem.Block, error) {
	text, err := readRegular(name)
	if err != nil {
		if e, ok := errors.AsType[*fs.PathError](err); ok {
			err = e.Err
		}
		return nil, nil, fmt.Errorf("cannot be read: %w", err)
	}
	for rest := text; ; {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			return nil, nil, fmt.Errorf("has no %s in PEM format", strings.ToLower(kind))
		}
		if strings.HasSuffix(block.Type, kind) {
			return text, block, nil
		}
	}
}

// readRegular never waits, as reading a pipe does.
func readRegular(name string) ([]byte, error) {
	info, err := os.Stat(name)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() || info.Size() > maxPEM {
		return nil, errors.New("no file of up to 1 MiB")
	}
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, maxPEM))
}

// checkTLS finds listeners that lack a certificate or cannot use one, and files
// that are none.
func (d *decoder) checkTLS(key string, l *Listener, a Address) {
	at := key + ".tls"
	_, given := d.at[at]
	switch {
	case d.unread(at):
	case key == "" || a.Scheme == "":
	case !a.Secure() && given:
		d.reject(at, fmt.Sprintf("is for wss:// and tcps:// only, not for %s", l.URL))
	case !a.Secure():
	case !given:
		d.reject(at, fmt.Sprintf("is missing: %s needs tls: {cert: FILE, key: FILE}", l.URL))
	case l.TLS.Cert == "":
		d.reject(at+".cert", "is missing: the file of the certificate")
	case l.TLS.Key == "":
		d.reject(at+".key", "is missing: the file of the private key")
	default:
		_, err := l.TLS.Load()
		if e, ok := errors.AsType[*KeyError](err); ok {
			d.reject(at+"."+e.Key, e.Error())
		}
	}
}
