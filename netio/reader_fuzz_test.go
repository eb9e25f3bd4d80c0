package netio_test

import (
	"bytes"
	"encoding/binary"
	"io"
	"math/rand/v2"
	"slices"
	"testing"
	"unicode/utf8"

	"github.com/callboard-wamp/callboard/netio"
	"github.com/gobwas/ws"
)

const fuzzLimit = 40_000

func FuzzReaderWebSocket(f *testing.F) {
	for i, tc := range webSocketRules {
		if len(tc.stream) < 2_000 {
			f.Add([]byte(tc.stream), uint64(i))
		}
	}
	f.Fuzz(func(t *testing.T, stream []byte, seed uint64) {
		want := everySplit(t, stream, seed, netio.ReaderOptions{MaxMessage: fuzzLimit})
		frames, valid := oracle(stream)
		if valid && (want.end != "EOF" || !slices.Equal(frames, want.frames)) {
			t.Fatalf("got\n%v\nthe library reads\n%v", want, frames)
		}
		if !valid && want.end == "EOF" {
			t.Fatalf("got\n%v\nthe library refuses that", want)
		}
	})
}

func FuzzReaderRawSocket(f *testing.F) {
	for i, stream := range []string{
		raw(0, "hello") + raw(1, "p") + raw(2, ""), raw(3, ""), raw(0x80, ""), "\x08\x00\x00\x00",
		"\x08\x00\x00\x01", "\x00\xff\xff\xff", raw(0, long(500)), raw(0, "hello")[:6],
	} {
		f.Add([]byte(stream), uint64(i))
	}
	f.Fuzz(func(t *testing.T, stream []byte, seed uint64) {
		got := everySplit(t, stream, seed, netio.ReaderOptions{Framing: netio.RawSocket, MaxMessage: fuzzLimit})
		var back []byte
		for _, f := range allFrames(stream, netio.ReaderOptions{Framing: netio.RawSocket, MaxMessage: fuzzLimit}) {
			back = append(back, raw(byte(f.Kind-netio.Message), string(f.Data))...)
		}
		if !bytes.HasPrefix(stream, back) || got.end == "EOF" && len(back) != len(stream) {
			t.Fatalf("%q is written back as %q", stream, back)
		}
	})
}

// everySplit reads a stream in one piece and in pieces of any length, expects
// the same, and holds the space that is taken against what was received.
func everySplit(t *testing.T, stream []byte, seed uint64, o netio.ReaderOptions) outcome {
	chunks := held(t)
	want := read(split(stream, 1<<30), o)
	random := rand.New(rand.NewPCG(seed, 1))
	var pieces [][]byte
	for rest := bytes.Clone(stream); len(rest) > 0; {
		n := min(1+random.IntN(1<<random.IntN(12)), len(rest))
		pieces, rest = append(pieces, rest[:n:n]), rest[n:]
	}
	s := &script{pieces: pieces, wakes: wakes(seed % uint64(allWakes))}
	if got := readBy(s, o, nextEither); got.String() != want.String() {
		t.Fatalf("in pieces\n%.1000v\nin one\n%.1000v", got, want)
	}
	if chunks() != 0 {
		t.Fatalf("%d chunks are left", chunks())
	}
	bounded(t, split(stream, 100), o)
	return want
}

func bounded(t *testing.T, pieces [][]byte, o netio.ReaderOptions) {
	received := 0
	r := netio.NewReader(&script{pieces: pieces}, o)
	defer r.Close()
	for r.Fill() == nil {
		received += 100
		for ok := true; ok; {
			_, ok, _ = r.Next()
		}
		if r.Space() > 8*received+32<<10 {
			t.Fatalf("%d bytes of space for %d received", r.Space(), received)
		}
	}
}

func allFrames(stream []byte, o netio.ReaderOptions) (frames []netio.Frame) {
	r := netio.NewReader(&script{pieces: split(stream, 1<<30)}, o)
	defer r.Close()
	for r.Fill() == nil {
		for f, ok, _ := r.Next(); ok; f, ok, _ = r.Next() {
			f.Data = bytes.Clone(f.Data)
			frames = append(frames, f)
		}
	}
	return frames
}

// oracle reads a stream of client frames with the functions of package ws, and
// says whether it is valid up to its end or a Close frame.
func oracle(stream []byte) (frames []string, valid bool) {
	in := bytes.NewReader(stream)
	state, message, empty := ws.StateServerSide, []byte(nil), 0
	for {
		if in.Len() == 0 {
			return frames, !state.Fragmented()
		}
		h, err := ws.ReadHeader(in)
		shortest := ws.HeaderSize(h)
		at := len(stream) - in.Len()
		if err != nil || ws.CheckHeader(h, state) != nil || h.Length > int64(in.Len()) ||
			at < shortest || !sameLength(stream[at-shortest:at], h) {
			return frames, false
		}
		payload := make([]byte, h.Length)
		_, _ = io.ReadFull(in, payload)
		ws.Cipher(payload, h.Mask, 0)
		f := netio.Frame{Kind: netio.Message, Data: payload}
		switch h.OpCode {
		case ws.OpPing, ws.OpPong:
			f.Kind = netio.Ping + netio.FrameKind(h.OpCode-ws.OpPing)
			frames = append(frames, line(f))
			continue
		case ws.OpClose:
			f, valid = oracleClose(f)
			if !valid {
				return frames, false
			}
			return append(frames, line(f)), true
		case ws.OpBinary:
			return frames, false
		case ws.OpText:
			message, empty = nil, 0
		case ws.OpContinuation:
			if h.Length == 0 {
				empty++
			}
		}
		message = append(message, payload...)
		if state = state.Set(ws.StateFragmented); h.Fin {
			state = state.Clear(ws.StateFragmented)
		}
		if len(message) > fuzzLimit || empty > 1024 {
			return frames, false
		}
		if f.Data = message; h.Fin {
			frames = append(frames, line(f))
		}
	}
}

// sameLength says whether the header, written by the library, which takes the
// shortest form, is what was read.
func sameLength(b []byte, h ws.Header) bool {
	var out bytes.Buffer
	_ = ws.WriteHeader(&out, h)
	return bytes.Equal(out.Bytes(), b)
}

func oracleClose(f netio.Frame) (netio.Frame, bool) {
	f.Kind, f.Code = netio.Close, netio.CloseNoStatus
	if len(f.Data) == 0 {
		return f, true
	}
	if len(f.Data) == 1 {
		return f, false
	}
	f.Code, f.Data = binary.BigEndian.Uint16(f.Data), f.Data[2:]
	registered := f.Code >= 1012 && f.Code <= 1014 && utf8.Valid(f.Data)
	checked := ws.CheckCloseFrameData(ws.StatusCode(f.Code), string(f.Data)) == nil && f.Code < 5000
	return f, registered || checked
}
