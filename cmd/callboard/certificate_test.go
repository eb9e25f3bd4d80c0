package main

import (
	"bytes"
	"crypto/tls"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/callboard-wamp/callboard/benchmarks/selfsigned"
	"github.com/callboard-wamp/callboard/cmd/callboard/config"
	"github.com/rs/zerolog"
)

// wardrobe is a certificate whose files a test changes, and its clock and log.
type wardrobe struct {
	t      *testing.T
	folder string
	now    time.Time
	log    bytes.Buffer
	*certificate
}

func newWardrobe(t *testing.T) *wardrobe {
	t.Helper()
	w := &wardrobe{t: t, folder: t.TempDir(), now: time.Now()}
	cert, key, err := selfsigned.Write(w.folder)
	if err != nil {
		t.Fatal(err)
	}
	files := &config.TLS{Cert: cert, Key: key}
	if w.certificate, err = newCertificate(files, zerolog.New(&w.log), func() time.Time { return w.now }); err != nil {
		t.Fatal(err)
	}
	return w
}

// shown is the certificate that a handshake gets after this time.
func (w *wardrobe) shown(later time.Duration) string {
	w.t.Helper()
	w.now = w.now.Add(later)
	c, err := w.get(&tls.ClientHelloInfo{})
	if err != nil {
		w.t.Fatal(err)
	}
	return string(c.Certificate[0])
}

// take renames files of another certificate into place.
func (w *wardrobe) take(names ...string) {
	w.t.Helper()
	other, err := os.MkdirTemp(w.folder, "")
	if err != nil {
		w.t.Fatal(err)
	}
	if _, _, err := selfsigned.Write(other); err != nil {
		w.t.Fatal(err)
	}
	for _, name := range names {
		if err := os.Rename(filepath.Join(other, name), filepath.Join(w.folder, name)); err != nil {
			w.t.Fatal(err)
		}
	}
}

// The files are looked at once a second, and what has changed is shown then.
func TestCertificateChanges(t *testing.T) {
	w := newWardrobe(t)
	first := w.shown(0)
	w.take("cert.pem", "key.pem")
	if w.shown(lookEvery-1) != first {
		t.Error("the files are looked at again too soon")
	}
	second := w.shown(1)
	if second == first {
		t.Fatal("the old certificate is shown")
	}
	if w.shown(time.Hour) != second || strings.Count(w.log.String(), "\n") != 1 || !strings.Contains(w.log.String(), `"until":"`) {
		t.Errorf("logged: %s", w.log.String())
	}
}

// While the files do not fit, or are gone, the certificate stays, and that is
// logged once for each change.
func TestCertificateIsBad(t *testing.T) {
	w := newWardrobe(t)
	first := w.shown(0)
	w.take("cert.pem")
	for range 3 {
		if w.shown(lookEvery) != first {
			t.Fatal("a certificate without its key is shown")
		}
	}
	if err := os.Remove(filepath.Join(w.folder, "key.pem")); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if w.shown(lookEvery) != first {
			t.Fatal("the certificate is lost")
		}
	}
	if got := w.log.String(); strings.Count(got, "\n") != 2 || strings.Count(got, "does not belong") != 1 || strings.Count(got, "no such file") != 1 {
		t.Errorf("logged: %s", got)
	}
	w.take("cert.pem", "key.pem")
	if w.shown(lookEvery) == first {
		t.Error("the old certificate is shown though the new one is good")
	}
}
