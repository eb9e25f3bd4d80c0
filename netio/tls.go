package netio

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"sync/atomic"
	"time"
)

// secure is a [Conn] over another one with TLS between. The [crypto/tls.Conn] in
// it reads and writes a [wire], which never waits once the handshake is done: it
// takes ciphertext that has been read already, and gives ciphertext that
// TryWrite passes on. So encrypting never blocks, each write of the outbox is a
// write of the connection below, and readiness is asked for down there.
type secure struct {
	under Conn
	tls   *tls.Conn
	ready atomic.Bool // the handshake is done
	raw   atomic.Bool // it failed, and what arrives is not TLS or of no use

	in  inbound
	out outbound
}

// wire is what the [crypto/tls.Conn] of a [secure] sees as its connection.
type wire secure

// ServerTLS makes a [Conn] of the server's side of a TLS session over c, with a
// configuration that [CompleteTLS] returned. The handshake is done by the first
// Read, and thus by [Accept], within the deadlines that are set; when it fails the
// error is a *[TLSError], and Read then returns what the peer sends as it is, for
// [Discard]. c belongs to the Conn from then on.
//
// While nothing arrives, a session holds no chunk, but its keys and what
// crypto/tls keeps to read the next record into: the docs of the package say how
// much that is. While the peer takes nothing, it holds the ciphertext of up to
// 240 KiB that TryWrite has not reported as written; these count among the
// backlog of an [Outbox], in bytes before encryption.
//
// Close and CloseWrite send close_notify, if the peer takes it; CloseWrite then
// ends the writes of c.
func ServerTLS(c Conn, config *tls.Config) Conn {
	s := newSecure(c)
	s.tls = tls.Server((*wire)(s), config)
	return s
}

// ClientTLS is [ServerTLS] for the client's side. The configuration needs a
// ServerName, or InsecureSkipVerify.
func ClientTLS(c Conn, config *tls.Config) Conn {
	s := newSecure(c)
	s.tls = tls.Client((*wire)(s), config)
	return s
}

func newSecure(c Conn) *secure {
	s := &secure{under: c}
	s.in.begin()
	return s
}

// CompleteTLS returns a copy of a server's configuration for [ServerTLS], to be
// shared by the connections of one listener: TLS 1.2 at least, and of the
// application protocols of HTTP only http/1.1, where WebSocket is offered. There
// must be a certificate.
func CompleteTLS(config *tls.Config, t Transports) (*tls.Config, error) {
	if len(config.Certificates) == 0 && config.GetCertificate == nil && config.GetConfigForClient == nil {
		return nil, errors.New("netio: TLS without a certificate")
	}
	c := whole(config)
	c.MinVersion = max(c.MinVersion, tls.VersionTLS12)
	c.NextProtos = nil // any that a client of RawSocket may name
	if t != RawSocketOnly {
		c.NextProtos = []string{"http/1.1"}
	}
	return c, nil
}

// whole is a copy that fills records from the first one on: shorter ones at first
// help a browser to begin with the first part of a page, and nobody here.
func whole(config *tls.Config) *tls.Config {
	c := config.Clone()
	c.DynamicRecordSizingDisabled = true
	return c
}

// TLSError is a TLS handshake that failed.
type TLSError struct {
	// Lost says that the connection failed, or was too slow: there is nobody to be
	// told. Otherwise one side refused the other, and an alert was sent.
	Lost bool
	// Err is what crypto/tls or the connection says.
	Err error
}

// Error returns what went wrong.
func (e *TLSError) Error() string { return "TLS handshake: " + e.Err.Error() }

// Unwrap returns Err.
func (e *TLSError) Unwrap() error { return e.Err }

// plainHTTP answers a browser that was sent to the port without TLS.
const plainHTTP = "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\nConnection: close\r\n\r\n" +
	"This port speaks TLS: use https or wss.\n"

// handshake waits for the handshake, and does nothing once it is done.
func (s *secure) handshake() error {
	if s.ready.Load() {
		return nil
	}
	err := s.tls.HandshakeContext(context.Background())
	if err == nil {
		s.ready.Store(true)
		return nil
	}
	failure := &TLSError{Err: err, Lost: s.in.err != nil}
	if s.raw.Swap(true) || failure.Lost {
		return failure
	}
	if header, ok := errors.AsType[tls.RecordHeaderError](err); ok && looksLikeHTTP(header.RecordHeader) {
		_, _ = s.under.Write([]byte(plainHTTP))
		failure.Err = errors.New("a request of HTTP without TLS")
	}
	return failure
}

// looksLikeHTTP knows the methods by as many octets as a record header has.
func looksLikeHTTP(b [5]byte) bool {
	switch string(b[:]) {
	case "GET /", "HEAD ", "POST ", "PUT /", "OPTIO", "DELET", "PATCH", "CONNE", "TRACE":
		return true
	}
	return false
}

// LocalAddr implements [net.Conn].
func (s *secure) LocalAddr() net.Addr { return s.under.LocalAddr() }

// RemoteAddr implements [net.Conn].
func (s *secure) RemoteAddr() net.Addr { return s.under.RemoteAddr() }

// SetDeadline implements [net.Conn].
func (s *secure) SetDeadline(t time.Time) error { return s.under.SetDeadline(t) }

// SetReadDeadline implements [net.Conn].
func (s *secure) SetReadDeadline(t time.Time) error { return s.under.SetReadDeadline(t) }

// SetWriteDeadline implements [net.Conn].
func (s *secure) SetWriteDeadline(t time.Time) error { return s.under.SetWriteDeadline(t) }

// The connection below is closed, and its deadlines are set, by the [secure]:
// crypto/tls would set some around the alerts that it sends.

func (w *wire) Close() error                     { return w.under.Close() }
func (w *wire) LocalAddr() net.Addr              { return w.under.LocalAddr() }
func (w *wire) RemoteAddr() net.Addr             { return w.under.RemoteAddr() }
func (w *wire) SetDeadline(time.Time) error      { return nil }
func (w *wire) SetReadDeadline(time.Time) error  { return nil }
func (w *wire) SetWriteDeadline(time.Time) error { return nil }

// wouldBlock is what crypto/tls is told when nothing has arrived: it goes on at
// the same place of a record, because the error says that it is temporary.
type wouldBlock struct{}

var errWouldBlock net.Error = wouldBlock{}

func (wouldBlock) Error() string   { return "netio: nothing has arrived" }
func (wouldBlock) Timeout() bool   { return false }
func (wouldBlock) Temporary() bool { return true }

var errEarly = errors.New("netio: TLS: a write before the handshake")
