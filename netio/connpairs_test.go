package netio_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"math/big"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/callboard-wamp/callboard/netio"
)

func dial(t testing.TB, network, address string) (a, b net.Conn) {
	t.Helper()
	l, err := net.Listen(network, address)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	if a, err = net.Dial(network, l.Addr().String()); err != nil {
		t.Fatal(err)
	}
	if b, err = l.Accept(); err != nil {
		t.Fatal(err)
	}
	return a, b
}

func sockets(t *testing.T, network, address string) (a, b netio.Conn) {
	t.Helper()
	x, y := dial(t, network, address)
	return socket(t, x), socket(t, y)
}

func socket(t testing.TB, c net.Conn) netio.Conn {
	t.Helper()
	s, err := netio.NewSocket(c)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func queuedTCP(t *testing.T) (a, b netio.Conn) {
	x, y := dial(t, "tcp", "127.0.0.1:0")
	return netio.NewQueued(x), netio.NewQueued(y)
}

// queuedTLS also shows that NewSocket knows what it cannot write to.
func queuedTLS(t *testing.T) (a, b netio.Conn) {
	x, y := dial(t, "tcp", "127.0.0.1:0")
	client := tls.Client(x, &tls.Config{InsecureSkipVerify: true})
	server := tls.Server(y, &tls.Config{Certificates: []tls.Certificate{certificate(t)}})
	shaken := make(chan error, 1)
	go func() { shaken <- client.Handshake() }()
	if err := server.Handshake(); err != nil {
		t.Fatal(err)
	}
	if err := <-shaken; err != nil {
		t.Fatal(err)
	}
	return socket(t, client), socket(t, server)
}

// secureTCP has TLS between two sockets.
func secureTCP(version uint16) func(t *testing.T) (a, b netio.Conn) {
	return func(t *testing.T) (a, b netio.Conn) {
		x, y := sockets(t, "tcp", "127.0.0.1:0")
		return secured(t, x, y, version)
	}
}

// securePipe has TLS between the ends of a pipe that holds less than a record.
func securePipe(t *testing.T) (a, b netio.Conn) {
	x, y := netio.Pipe(1000)
	return secured(t, x, y, 0)
}

// secureQueued is what there is where sockets cannot be written to without waiting.
func secureQueued(t *testing.T) (a, b netio.Conn) {
	x, y := queuedTCP(t)
	return secured(t, x, y, 0)
}

// secured makes a TLS session of at most this version over two ends.
func secured(t testing.TB, x, y netio.Conn, version uint16) (a, b netio.Conn) {
	t.Helper()
	server, err := netio.CompleteTLS(&tls.Config{Certificates: []tls.Certificate{certificate(t)}, MaxVersion: version}, 0)
	if err != nil {
		t.Fatal(err)
	}
	a = netio.ClientTLS(x, &tls.Config{InsecureSkipVerify: true})
	b = netio.ServerTLS(y, server)
	done := make(chan error, 1)
	go func() { _, err := a.Write(nil); done <- err }()
	_, err = b.Write(nil)
	if err := errors.Join(err, <-done); err != nil {
		t.Fatal(err)
	}
	return a, b
}

func certificate(t testing.TB) tls.Certificate {
	t.Helper()
	c, err := certify()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

var certify = sync.OnceValues(func() (tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, err
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour)}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, err
})

func write(t *testing.T, c netio.Conn, s string) {
	t.Helper()
	if n, err := c.TryWrite([][]byte{[]byte(s)}); n != len(s) || err != nil {
		t.Fatalf("TryWrite: %d, %v", n, err)
	}
}

var errNoProgress = errors.New("nothing can be written to a writable connection")

// push writes everything with TryWrite, and closes full when that first came
// out short. After WaitWritable there is space, or waiting would be spinning.
func push(c netio.Conn, rest []byte, full chan struct{}) error {
	for first := true; len(rest) > 0; first = false {
		n, err := c.TryWrite([][]byte{rest[:len(rest)/2], rest[len(rest)/2:]})
		if err != nil {
			return err
		}
		if n == 0 && !first {
			return errNoProgress
		}
		rest = rest[n:]
		if full != nil && len(rest) > 0 {
			close(full)
			full = nil
		}
		if err := c.WaitWritable(); err != nil {
			return err
		}
	}
	return nil
}

func readAll(c netio.Conn, w io.Writer) error {
	space := make([]byte, 5000)
	for {
		n, err := c.ReadReady(func() []byte { return space }, func() {})
		if n > 0 {
			_, _ = w.Write(space[:n])
		}
		if err != nil {
			return err
		}
	}
}

func readN(t *testing.T, c netio.Conn, n int) string {
	t.Helper()
	space, filled := make([]byte, n), 0
	for filled < n {
		k, err := c.ReadReady(func() []byte { return space[filled:] }, func() {})
		if err != nil {
			t.Fatalf("after %d bytes: %v", filled, err)
		}
		filled += k
	}
	return string(space)
}
