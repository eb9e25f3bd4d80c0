package main

import (
	"crypto/tls"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"sync"
	"time"

	"github.com/callboard-wamp/callboard/cmd/callboard/config"
	"github.com/rs/zerolog"
)

// lookEvery is how often the files of a certificate are looked at, at most.
const lookEvery = time.Second

// certificate is that of a listener. It is read again when its files have
// changed: handshakes look for that, sessions that there are do not notice. While
// what stands in the files is wrong, the one before is used.
type certificate struct {
	files config.TLS
	log   zerolog.Logger
	now   func() time.Time

	mu      sync.Mutex
	current *tls.Certificate
	read    [2]fs.FileInfo // the files as they were when they were last read
	looked  time.Time
}

// secure is the TLS configuration of a listener whose files can be used.
func secure(files *config.TLS, log zerolog.Logger) (*tls.Config, error) {
	if files.Cert == "" {
		return nil, errors.New("--cert and --key are missing: TLS needs a certificate")
	}
	c, err := newCertificate(files, log, time.Now)
	if err != nil {
		return nil, err
	}
	return &tls.Config{GetCertificate: c.get, MinVersion: uint16(files.MinVersion)}, nil
}

func newCertificate(files *config.TLS, log zerolog.Logger, now func() time.Time) (*certificate, error) {
	c := &certificate{files: *files, log: log, now: now, looked: now()}
	c.read = c.stat()
	current, err := files.Load()
	if e, ok := errors.AsType[*config.KeyError](err); ok {
		return nil, fmt.Errorf("tls.%s: %w", e.Key, err)
	}
	c.current = current
	return c, nil
}

func (c *certificate) get(*tls.ClientHelloInfo) (*tls.Certificate, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if now := c.now(); now.Sub(c.looked) >= lookEvery {
		c.looked = now
		c.look()
	}
	return c.current, nil
}

// look reads the files if one of them has changed: before that is done, so that a
// change while they are read is seen the next time.
func (c *certificate) look() {
	found := c.stat()
	if same(found[0], c.read[0]) && same(found[1], c.read[1]) {
		return
	}
	c.read = found
	next, err := c.files.Load()
	if err != nil {
		c.log.Error().Err(err).Msg("the certificate has changed and cannot be used: the one before stays")
		return
	}
	c.current = next
	c.log.Info().Str("cert", c.files.Cert).Time("until", next.Leaf.NotAfter).Msg("the certificate has changed")
}

// stat leaves out what is not there.
func (c *certificate) stat() (found [2]fs.FileInfo) {
	for i, name := range []string{c.files.Cert, c.files.Key} {
		if info, err := os.Stat(name); err == nil {
			found[i] = info
		}
	}
	return found
}

func same(a, b fs.FileInfo) bool {
	if a == nil || b == nil {
		return a == b
	}
	return os.SameFile(a, b) && a.Size() == b.Size() && a.ModTime().Equal(b.ModTime())
}
