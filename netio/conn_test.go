package netio_test

import (
	"bytes"
	"crypto/tls"
	"errors"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/callboard-wamp/callboard/netio"
)

type connKind struct {
	name string
	pair func(t *testing.T) (a, b netio.Conn)
}

var (
	plainConns = []connKind{
		{"tcp", func(t *testing.T) (a, b netio.Conn) { return sockets(t, "tcp", "127.0.0.1:0") }},
		{"unix", func(t *testing.T) (a, b netio.Conn) { return sockets(t, "unix", t.TempDir()+"/s") }},
		{"pipe", func(*testing.T) (a, b netio.Conn) { return netio.Pipe(1000) }},
		{"queued", queuedTCP},
	}
	secureConns = []connKind{
		{"tls", secureTCP(0)},
		{"tls 1.2", secureTCP(tls.VersionTLS12)},
		{"tls pipe", securePipe},
		{"tls over queued", secureQueued},
		{"queued tls", queuedTLS},
	}
	allConns = slices.Concat(plainConns, secureConns)
)

// eachConn runs a test over every kind of connection.
func eachConn(t *testing.T, test func(t *testing.T, a, b netio.Conn)) { eachOf(t, allConns, test) }

func eachOf(t *testing.T, kinds []connKind, test func(t *testing.T, a, b netio.Conn)) {
	for _, k := range kinds {
		t.Run(k.name, func(t *testing.T) {
			a, b := k.pair(t)
			defer b.Close()
			defer a.Close()
			test(t, a, b)
		})
	}
}

func TestConnMovesBytes(t *testing.T) {
	eachConn(t, func(t *testing.T, a, b netio.Conn) {
		if _, err := a.Write([]byte("hand")); err != nil {
			t.Fatal(err)
		}
		n, err := a.TryWrite([][]byte{[]byte("shake"), nil, []byte(" and"), []byte(" go")})
		if n != 12 || err != nil {
			t.Fatalf("TryWrite: %d, %v", n, err)
		}
		if got := readN(t, b, 16); got != "handshake and go" {
			t.Errorf("read %q", got)
		}
		if n, err := b.TryWrite(nil); n != 0 || err != nil {
			t.Errorf("TryWrite of nothing: %d, %v", n, err)
		}
	})
}

func TestConnReadsBlockingFirst(t *testing.T) {
	eachConn(t, func(t *testing.T, a, b netio.Conn) {
		write(t, a, "0123456789")
		head := make([]byte, 3)
		if _, err := io.ReadFull(b, head); err != nil || string(head) != "012" {
			t.Fatalf("%q, %v", head, err)
		}
		if got := readN(t, b, 7); got != "3456789" {
			t.Errorf("read %q", got)
		}
	})
}

// The space is given back before the reader waits, and asked for again when
// something has arrived.
func TestConnHoldsNoSpaceWhileIdle(t *testing.T) {
	eachConn(t, func(t *testing.T, a, b netio.Conn) {
		space, parked := make([]byte, 100), make(chan bool, 100)
		held, result := false, make(chan string)
		go func() {
			n, err := b.ReadReady(
				func() []byte { held = true; return space },
				func() { held = false; parked <- held })
			if err != nil || !held {
				t.Errorf("%v, asked for space: %v", err, held)
			}
			result <- string(space[:n])
		}()
		if <-parked {
			t.Error("space is held while waiting")
		}
		write(t, a, "now")
		if got := <-result; got != "now" {
			t.Errorf("read %q", got)
		}
	})
}

func TestConnRefusesNoSpace(t *testing.T) {
	eachConn(t, func(t *testing.T, a, b netio.Conn) {
		write(t, a, "x")
		if n, err := b.ReadReady(func() []byte { return nil }, func() {}); n != 0 || err == nil || err == io.EOF {
			t.Errorf("%d, %v", n, err)
		}
		if got := readN(t, b, 1); got != "x" {
			t.Errorf("the byte is lost: %q", got)
		}
	})
}

// Megabytes through TryWrite and WaitWritable while the peer reads only after
// the window was full.
func TestConnGoesOnWhenWritable(t *testing.T) {
	eachConn(t, func(t *testing.T, a, b netio.Conn) {
		sent := make([]byte, 12<<20)
		rng := rand.NewChaCha8([32]byte{1})
		rng.Read(sent)
		full, done := make(chan struct{}), make(chan error, 1)
		go func() { done <- push(a, sent, full); a.CloseWrite() }()
		<-full
		var got bytes.Buffer
		if err := readAll(b, &got); err != io.EOF {
			t.Fatal(err)
		}
		if err := <-done; err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got.Bytes(), sent) {
			t.Errorf("%d of %d bytes arrived, or others", got.Len(), len(sent))
		}
	})
}

// Write goes behind what TryWrite took, and waits.
func TestConnWritesBlockingAfterwards(t *testing.T) {
	eachConn(t, func(t *testing.T, a, b netio.Conn) {
		write(t, a, "first ")
		large, failed := bytes.Repeat([]byte("more "), 1<<20), make(chan error, 1)
		go func() {
			n, err := a.Write(large)
			if err == nil && n != len(large) {
				err = io.ErrShortWrite
			}
			failed <- errors.Join(err, a.CloseWrite())
		}()
		var got bytes.Buffer
		if err := readAll(b, &got); err != io.EOF {
			t.Fatal(err)
		}
		if err := <-failed; err != nil || got.String() != "first "+string(large) {
			t.Errorf("%d bytes, %v", got.Len(), err)
		}
		if n, err := a.Write([]byte("late")); n != 0 || err == nil {
			t.Errorf("a write after CloseWrite: %d, %v", n, err)
		}
	})
}

func TestConnTakesAtMostMaxBuffers(t *testing.T) {
	eachConn(t, func(t *testing.T, a, b netio.Conn) {
		bufs := make([][]byte, netio.MaxBuffers+9)
		for i := range bufs {
			bufs[i] = []byte{byte(i)}
		}
		if n, err := a.TryWrite(bufs); n != netio.MaxBuffers || err != nil {
			t.Fatalf("%d, %v", n, err)
		}
		got := readN(t, b, netio.MaxBuffers)
		for i := range got {
			if got[i] != byte(i) {
				t.Fatalf("byte %d is %d", i, got[i])
			}
		}
	})
}

func TestConnClosesOneDirection(t *testing.T) {
	eachConn(t, func(t *testing.T, a, b netio.Conn) {
		write(t, a, "last words")
		if err := a.CloseWrite(); err != nil {
			t.Fatal(err)
		}
		var got bytes.Buffer
		if err := readAll(b, &got); err != io.EOF || got.String() != "last words" {
			t.Errorf("%q, %v", got.String(), err)
		}
		write(t, b, "answer")
		if got := readN(t, a, 6); got != "answer" {
			t.Errorf("%q", got)
		}
		if n, err := a.TryWrite([][]byte{{1}}); n != 0 || err == nil {
			t.Errorf("a write after CloseWrite: %d, %v", n, err)
		}
	})
}

func TestConnEndsWithThePeer(t *testing.T) {
	eachConn(t, func(t *testing.T, a, b netio.Conn) {
		write(t, a, "left behind")
		if err := a.CloseWrite(); err != nil {
			t.Fatal(err)
		}
		var got bytes.Buffer
		if err := readAll(b, &got); err != io.EOF || got.String() != "left behind" {
			t.Errorf("%q, %v", got.String(), err)
		}
		a.Close()
		if err := push(b, make([]byte, 64<<20), nil); err == nil {
			t.Error("a peer that is gone has taken everything")
		}
	})
}

func TestConnCloseEndsReaders(t *testing.T) {
	eachConn(t, func(t *testing.T, _, b netio.Conn) {
		parked, done := make(chan struct{}, 9), make(chan error, 1)
		go func() {
			_, err := b.ReadReady(func() []byte { return make([]byte, 1) }, func() { parked <- struct{}{} })
			done <- err
		}()
		<-parked
		b.Close()
		if err := <-done; !errors.Is(err, net.ErrClosed) {
			t.Errorf("%v", err)
		}
	})
}

func TestConnCloseEndsWriters(t *testing.T) {
	eachConn(t, func(t *testing.T, a, _ netio.Conn) {
		full, done := make(chan struct{}), make(chan error, 1)
		go func() { done <- push(a, make([]byte, 64<<20), full) }()
		<-full
		a.Close()
		if err := <-done; !errors.Is(err, net.ErrClosed) {
			t.Errorf("%v", err)
		}
	})
}

func TestConnDeadlines(t *testing.T) {
	eachConn(t, func(t *testing.T, a, b netio.Conn) {
		soon := time.Now().Add(10 * time.Millisecond)
		if err := errors.Join(b.SetReadDeadline(soon), a.SetWriteDeadline(soon)); err != nil {
			t.Fatal(err)
		}
		if err := push(a, make([]byte, 64<<20), nil); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("write: %v", err)
		}
		if err := readAll(b, io.Discard); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("read: %v", err)
		}
		if err := b.SetDeadline(time.Time{}); err != nil {
			t.Fatal(err)
		}
		write(t, b, "still open")
	})
}
