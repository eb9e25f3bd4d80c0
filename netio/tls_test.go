package netio_test

import (
	"bytes"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/callboard-wamp/callboard/netio"
)

// observed is a connection whose writes are looked at, and taken up to a budget.
type observed struct {
	netio.Conn
	writes int
	sent   []byte
	budget int // negative: without end
	waits  chan struct{}
}

func (o *observed) WaitWritable() error {
	select {
	case o.waits <- struct{}{}:
	default:
	}
	return o.Conn.WaitWritable()
}

func observe(c netio.Conn) *observed { return &observed{Conn: c, budget: -1} }

func (o *observed) TryWrite(bufs [][]byte) (int, error) {
	o.writes++
	b := bytes.Join(bufs, nil)
	if o.budget >= 0 {
		b = b[:min(len(b), o.budget)]
		o.budget -= len(b)
	}
	n, err := o.Conn.TryWrite([][]byte{b})
	o.sent = append(o.sent, b[:n]...)
	return n, err
}

// records returns the types and lengths of the records that were sent.
func (o *observed) records(t *testing.T) (types []byte, lengths []int) {
	t.Helper()
	for rest := o.sent; len(rest) > 0; {
		n := int(rest[3])<<8 | int(rest[4])
		if len(rest) < 5+n {
			t.Fatalf("%d octets of a record of %d", len(rest), n)
		}
		types, lengths = append(types, rest[0]), append(lengths, n)
		rest = rest[5+n:]
	}
	return types, lengths
}

// observedTLS is a session whose server's ciphertext is looked at from the end of
// the handshake on. TLS 1.2 shows the types of records.
func observedTLS(t *testing.T, version uint16) (client, server netio.Conn, o *observed) {
	t.Helper()
	x, y := sockets(t, "tcp", "127.0.0.1:0")
	o = observe(y)
	client, server = secured(t, x, o, version)
	t.Cleanup(func() { client.Close(); server.Close() })
	return client, server, o
}

// What is flushed together is one write, and short messages share records.
func TestTLSJoinsMessages(t *testing.T) {
	noChunksLeft(t)
	for _, tc := range []struct {
		spans, size, writes, records int
	}{
		{1, 10, 1, 1},
		{64, 16, 1, 1},
		{512, 100, 1, 4},
		{600, 200, 2, 9}, // more than MaxBuffers
		{12, 17_000, 1, 13},
		{1, 200_000, 1, 13},
	} {
		client, server, o := observedTLS(t, tls.VersionTLS12)
		out := netio.NewOutbox(server, netio.Limits{}, nil)
		for range tc.spans {
			if err := out.Append(shared(tc.size), 1); err != nil {
				t.Fatal(err)
			}
		}
		read := make(chan string, 1)
		go func() { read <- readN(t, client, tc.spans*tc.size) }()
		if err := out.Flush(); err != nil {
			t.Fatal(err)
		}
		<-read
		if types, _ := o.records(t); o.writes != tc.writes || len(types) != tc.records {
			t.Errorf("%d spans of %d bytes: %d writes, %d records", tc.spans, tc.size, o.writes, len(types))
		}
		out.Close()
	}
}

// The outbox bounds what waits, in bytes before encryption, though ciphertext of
// it has been made already.
func TestTLSBacklogIsBounded(t *testing.T) {
	noChunksLeft(t)
	client, server := securePipe(t)
	out := netio.NewOutbox(server, netio.Limits{Bytes: 50_000}, nil)
	defer out.Close()
	sent := 0
	for ; sent < 1000; sent++ {
		if err := out.Append(shared(1000), 1); err != nil {
			if !errors.Is(err, netio.ErrFull) {
				t.Fatal(err)
			}
			break
		}
		if err := out.Flush(); err != nil {
			t.Fatal(err)
		}
	}
	s := out.Stats()
	if sent != 51 || s.BacklogBytes < 50_000 || s.BacklogBytes > 50_100 || s.StalledSince.IsZero() {
		t.Errorf("%d messages were taken, %+v", sent, s)
	}
	server.Close()
	client.Close()
}

// Half of a record has arrived: neither side of its decryption holds a chunk.
func TestTLSHoldsNoChunkWhileIdle(t *testing.T) {
	client, server, o := observedTLS(t, 0)
	r := netio.NewReader(client, netio.ReaderOptions{Framing: netio.RawSocket, Role: netio.Client})
	frame := append(netio.AppendHeader(nil, netio.RawSocket, 10_000), long(10_000)...)
	for _, budget := range []int{0, 3, 500, 9_000} {
		before, parked := netio.LiveChunks(), make(chan int64, 100)
		o.budget = budget
		n, err := server.TryWrite([][]byte{frame})
		if err != nil {
			t.Fatal(err)
		}
		sealed := netio.LiveChunks() - before // what the server could not send
		done := make(chan error, 1)
		go func() { // a Conn is enough to see when the reader waits
			_, err := client.ReadReady(func() []byte { return make([]byte, 100) }, func() { parked <- netio.LiveChunks() - before - sealed })
			done <- err
		}()
		if held := <-parked; held != 0 {
			t.Errorf("%d chunks are held behind %d octets", held, budget)
		}
		client.SetReadDeadline(time.Unix(1, 0))
		if err := <-done; !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("%v", err)
		}
		client.SetReadDeadline(time.Time{})
		o.budget = -1
		frame = frame[n:]
		if n, err := server.TryWrite([][]byte{frame}); n != len(frame) || err != nil {
			t.Fatal(n, err)
		}
		frame = append(netio.AppendHeader(nil, netio.RawSocket, 10_000), long(10_000)...)
		readFrames(t, r, 1)
	}
	r.Close()
}

// close_notify is the last record, and the end of the stream comes behind it.
func TestTLSSaysGoodbye(t *testing.T) {
	for name, end := range map[string]func(netio.Conn) error{"close": netio.Conn.Close, "close write": netio.Conn.CloseWrite} {
		t.Run(name, func(t *testing.T) {
			noChunksLeft(t)
			client, server, o := observedTLS(t, tls.VersionTLS12)
			write(t, server, "last words")
			if err := end(server); err != nil {
				t.Fatal(err)
			}
			if got := readN(t, client, 10); got != "last words" {
				t.Errorf("read %q", got)
			}
			if n, err := client.ReadReady(func() []byte { return make([]byte, 9) }, func() {}); n != 0 || err != io.EOF {
				t.Errorf("%d, %v", n, err)
			}
			types, _ := o.records(t)
			if want := []byte{23, 21}; !bytes.Equal(types, want) {
				t.Errorf("records of types %v, want %v", types, want)
			}
		})
	}
}

// While the peer takes nothing, CloseWrite leaves the rest to a goroutine, and
// everything arrives.
func TestTLSGoodbyeWaits(t *testing.T) {
	noChunksLeft(t)
	client, server := securePipe(t)
	defer client.Close()
	defer server.Close()
	n, err := server.TryWrite([][]byte{[]byte(long(100_000))})
	if n == 100_000 || err != nil {
		t.Fatal(n, err)
	}
	if err := server.CloseWrite(); err != nil {
		t.Fatal(err)
	}
	if n, err := server.TryWrite([][]byte{{1}}); n != 0 || !errors.Is(err, net.ErrClosed) {
		t.Errorf("a write after CloseWrite: %d, %v", n, err)
	}
	var got bytes.Buffer
	if err := readAll(client, &got); err != io.EOF || !bytes.Equal(got.Bytes(), []byte(long(100_000))) {
		t.Errorf("%d bytes, %v", got.Len(), err)
	}
}

// Close does not wait for a peer that takes nothing, whoever waits for it.
func TestTLSCloseEndsTheGoodbye(t *testing.T) {
	for name, end := range map[string]func(netio.Conn) error{
		"close": netio.Conn.Close, "close write, close": func(c netio.Conn) error { return errors.Join(c.CloseWrite(), c.Close()) },
	} {
		t.Run(name, func(t *testing.T) {
			noChunksLeft(t)
			_, server, o := observedTLS(t, 0)
			o.waits = make(chan struct{}, 1)
			for n := 1; n > 0; {
				var err error
				if n, err = server.TryWrite([][]byte{[]byte(long(100_000))}); err != nil {
					t.Fatal(err)
				}
			}
			waiting := make(chan error, 1)
			go func() { waiting <- server.WaitWritable() }()
			<-o.waits
			if err := end(server); err != nil {
				t.Fatal(err)
			}
			if err := <-waiting; !errors.Is(err, net.ErrClosed) {
				t.Errorf("%v", err)
			}
		})
	}
}

// A record that was tampered with ends the connection, and the peer is told.
func TestTLSNoticesTampering(t *testing.T) {
	noChunksLeft(t)
	x, y := sockets(t, "tcp", "127.0.0.1:0")
	client, server := secured(t, x, y, 0)
	defer client.Close()
	defer server.Close()
	write(t, x, "\x17\x03\x03\x00\x20"+strings.Repeat("x", 32))
	_, err := server.ReadReady(func() []byte { return make([]byte, 9) }, func() {})
	if err == nil || !strings.Contains(err.Error(), "bad record MAC") {
		t.Errorf("server: %v", err)
	}
	_, err = client.ReadReady(func() []byte { return make([]byte, 9) }, func() {})
	if err == nil || !strings.Contains(err.Error(), "bad record MAC") {
		t.Errorf("client: %v", err)
	}
}

// A stream that ends within a record is not a proper end.
func TestTLSNoticesTruncation(t *testing.T) {
	x, y := sockets(t, "tcp", "127.0.0.1:0")
	_, server := secured(t, x, y, 0)
	defer server.Close()
	write(t, x, "\x17\x03\x03\x00\x20abc")
	x.Close()
	if _, err := server.ReadReady(func() []byte { return make([]byte, 9) }, func() {}); err != io.ErrUnexpectedEOF {
		t.Errorf("%v", err)
	}
}

func TestTLSNeedsACertificate(t *testing.T) {
	if _, err := netio.CompleteTLS(&tls.Config{}, netio.WebSocketAndRawSocket); err == nil {
		t.Error("a server without a certificate")
	}
}
