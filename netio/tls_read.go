package netio

import "io"

// inbound is the ciphertext that was read and not yet decrypted. It is used by
// the goroutine that reads. Its chunk is held only while something is in it:
// an incomplete record moves into the buffer of crypto/tls.
type inbound struct {
	chunk    *Chunk
	pos, end int
	size     int   // of the next chunk
	err      error // what ended the stream, for crypto/tls to judge

	waitless bool // ReadReady is at work: reads of the wire do not wait
	more     bool // crypto/tls may hold something that nobody has asked for

	spaceFn func() []byte // method values made once: ReadReady does not allocate
	parkFn  func()
	idle    func()
}

func (in *inbound) begin() {
	in.size, in.more = defaultChunk, true
	in.spaceFn, in.parkFn = in.space, in.park
}

func (in *inbound) space() []byte {
	if in.chunk == nil {
		in.chunk = Take(in.size)
	}
	return in.chunk.B
}

func (in *inbound) park() {
	in.drop()
	in.idle()
}

func (in *inbound) drop() {
	if in.chunk != nil {
		in.chunk.Release()
	}
	in.chunk, in.pos, in.end = nil, 0, 0
}

// arrived is told how much a read has brought. Like a [Reader] it takes larger
// chunks from a peer that fills them.
func (in *inbound) arrived(n int) {
	in.pos, in.end = 0, n
	if n == len(in.chunk.B) {
		in.size = largeChunk
	} else if n < defaultChunk {
		in.size = defaultChunk
	}
}

func (in *inbound) take(p []byte) int {
	n := copy(p, in.chunk.B[in.pos:in.end])
	if in.pos += n; in.pos == in.end {
		in.drop()
	}
	return n
}

// Read is what crypto/tls reads with.
func (w *wire) Read(p []byte) (int, error) {
	in := &w.in
	switch {
	case in.chunk != nil:
		return in.take(p), nil
	case in.err != nil:
		return 0, in.err
	case in.waitless:
		return 0, errWouldBlock
	}
	n, err := w.under.Read(p)
	if err != nil && !w.ready.Load() {
		in.err = err // no deadline is moved within a handshake
	}
	return n, err
}

// Read implements [net.Conn].
func (s *secure) Read(b []byte) (int, error) {
	if s.raw.Load() {
		return s.under.Read(b)
	}
	if err := s.handshake(); err != nil {
		return 0, err
	}
	s.in.more = true
	return s.tls.Read(b)
}

// ReadReady implements [Conn]. It waits for ciphertext, and asks for space when
// there is some; all records that arrived at once are one read.
func (s *secure) ReadReady(buf func() []byte, idle func()) (int, error) {
	if err := s.handshake(); err != nil {
		return 0, err
	}
	s.in.waitless, s.in.idle = true, idle
	n, err := s.readReady(buf)
	s.in.waitless, s.in.idle = false, nil
	return n, err
}

func (s *secure) readReady(buf func() []byte) (int, error) {
	for {
		if !s.in.more {
			if err := s.receive(); err != nil {
				return 0, err
			}
		}
		s.in.more = true
		b := buf()
		if len(b) == 0 {
			return 0, errNoSpace
		}
		if n, err := s.decrypt(b); n > 0 || err != nil {
			return n, err
		}
	}
}

// receive waits for ciphertext. The end of the stream is for crypto/tls to judge,
// which knows whether it comes within a record.
func (s *secure) receive() error {
	n, err := s.under.ReadReady(s.in.spaceFn, s.in.parkFn)
	if n > 0 {
		s.in.arrived(n)
		return nil
	}
	s.in.drop()
	if err == io.EOF {
		s.in.err = err
		return nil
	}
	return err
}

// decrypt fills b as far as there is something. An error waits for the next call
// when something came before it: crypto/tls repeats it.
func (s *secure) decrypt(b []byte) (n int, err error) {
	for n < len(b) {
		k, err := s.tls.Read(b[n:])
		n += k
		switch {
		case err == errWouldBlock:
			s.in.more = false
			return n, nil
		case err != nil && n > 0:
			return n, nil
		case err != nil:
			s.in.drop()
			return 0, err
		}
	}
	return n, nil
}
