package netio_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"

	"github.com/callboard-wamp/callboard/netio"
)

// script is a connection that delivers given pieces, one for each read. Then it
// is at its end.
type script struct {
	net.Conn
	pieces  [][]byte
	wakes   wakes
	sizes   []int // what the reader offered
	written bytes.Buffer
}

func (s *script) Write(b []byte) (int, error) { return s.written.Write(b) }
func (s *script) RemoteAddr() net.Addr        { return &net.UnixAddr{Name: "peer", Net: "unix"} }

// wakes is how a connection asks for space and says that it is about to wait.
type wakes int

const (
	waits  wakes = iota // waits before each read, as a pipe
	tries               // finds nothing, waits, reads: as a socket
	always              // always has something to read
	allWakes
)

func (s *script) ReadReady(buf func() []byte, idle func()) (int, error) {
	if s.wakes == tries {
		buf()
	}
	if s.wakes != always {
		idle()
	}
	b := buf()
	s.sizes = append(s.sizes, len(b))
	return s.Read(b)
}

func (s *script) Read(b []byte) (int, error) {
	if len(s.pieces) == 0 {
		return 0, io.EOF
	}
	n := copy(b, s.pieces[0])
	if s.pieces[0] = s.pieces[0][n:]; len(s.pieces[0]) == 0 {
		s.pieces = s.pieces[1:]
	}
	return n, nil
}

func (s *script) TryWrite([][]byte) (int, error) { return 0, errors.ErrUnsupported }
func (s *script) WaitWritable() error            { return errors.ErrUnsupported }
func (s *script) CloseWrite() error              { return errors.ErrUnsupported }

// split cuts stream into pieces of at most n bytes, which it copies: readers
// unmask in place.
func split(stream []byte, n int) [][]byte {
	stream = append([]byte(nil), stream...)
	var pieces [][]byte
	for len(stream) > 0 {
		k := min(n, len(stream))
		pieces = append(pieces, stream[:k:k])
		stream = stream[k:]
	}
	return pieces
}

// outcome is everything that a reader makes of a stream: a line for each frame,
// and how it ended.
type outcome struct {
	frames []string
	end    string
}

func (o outcome) String() string { return strings.Join(append(o.frames, o.end), "\n") }

// read runs a reader over the pieces until its end.
func read(pieces [][]byte, o netio.ReaderOptions) outcome {
	return readFrom(&script{pieces: pieces}, o)
}

func readFrom(c netio.Conn, o netio.ReaderOptions) outcome {
	return readBy(c, o, (*netio.Reader).Next)
}

// nextEither is Next of a caller that asks for plain frames first.
func nextEither(r *netio.Reader) (netio.Frame, bool, error) {
	if data, chunk, ok := r.NextPlain(); ok {
		return netio.Frame{Kind: netio.Message, Data: data, Chunk: chunk}, true, nil
	}
	return r.Next()
}

func readBy(c netio.Conn, o netio.ReaderOptions, next func(*netio.Reader) (netio.Frame, bool, error)) outcome {
	r := netio.NewReader(c, o)
	defer r.Close()
	var out outcome
	for {
		if err := r.Fill(); err != nil {
			out.end = ending(err)
			return out
		}
		for {
			f, ok, err := next(r)
			if err != nil {
				out.end = ending(err)
				return out
			}
			if !ok {
				break
			}
			out.frames = append(out.frames, line(f))
		}
	}
}

func line(f netio.Frame) string {
	switch {
	case f.Kind == netio.Close:
		return fmt.Sprintf("close %d %q", f.Code, f.Data)
	case len(f.Data) > 200:
		return fmt.Sprintf("%s of %d %x", f.Kind, len(f.Data), sum(f.Data))
	}
	return fmt.Sprintf("%s %q", f.Kind, f.Data)
}

func sum(b []byte) uint64 {
	h := uint64(14695981039346656037)
	for _, c := range b {
		h = (h ^ uint64(c)) * 1099511628211
	}
	return h
}

func ending(err error) string {
	var f *netio.FrameError
	if errors.As(err, &f) {
		return fmt.Sprint(f.Code)
	}
	return err.Error()
}
