package netio_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/callboard-wamp/callboard/netio"
	"github.com/gobwas/ws"
)

// prefixed is messages as a batch of the binary serializers has them.
func prefixed(messages ...string) string {
	var b []byte
	for _, m := range messages {
		b = append(binary.BigEndian.AppendUint32(b, uint32(len(m))), m...)
	}
	return string(b)
}

// separated is messages as a batch of JSON has them.
func separated(messages ...string) string { return strings.Join(messages, "\x1e") + "\x1e" }

func binaryFrame(payload string) string { return masked(ws.OpBinary, final, payload) }

var batchRules = []struct {
	name    string
	framing netio.Framing
	stream  string
	want    string // a line for each frame, and the end
}{
	{"one", netio.WebSocketTextBatched, text("[1]\x1e"), `message "[1]"|EOF`},
	{"three", netio.WebSocketTextBatched, text(separated("[1]", "[2]", "[3]")) + text(separated("[4]")), `message "[1]"|message "[2]"|message "[3]"|message "[4]"|EOF`},
	{"octal", netio.WebSocketTextBatched, text("[1]\x18[2]\x18"), `message "[1]"|message "[2]"|EOF`},
	{"octal among others", netio.WebSocketTextBatched, text("[1]\x18[2]\x1e"), `message "[1]\x18[2]"|EOF`},
	{"others among octal", netio.WebSocketTextBatched, text("[1]\x1e[2]\x18"), `message "[1]\x1e[2]"|EOF`},
	{"nothing", netio.WebSocketTextBatched, text(separated("[1]")) + text("") + text(separated("[2]")), `message "[1]"|1002`},
	{"an empty message", netio.WebSocketTextBatched, text("\x1e[1]\x1e"), `message ""|message "[1]"|EOF`},
	{"no separator", netio.WebSocketTextBatched, text("[1]"), `1002`},
	{"no last separator", netio.WebSocketTextBatched, text("[1]\x1e[2]") + text("[3]\x1e"), `message "[1]"|1002`},
	{"fragments", netio.WebSocketTextBatched, masked(ws.OpText, more, "[1]\x1e[") + masked(ws.OpPing, final, "p") + continued(final, "2]\x1e"), `ping "p"|message "[1]"|message "[2]"|EOF`},
	{"control frames", netio.WebSocketTextBatched, text("[1]\x1e[2]\x1e") + masked(ws.OpPing, final, "") + text("[3]\x1e"), `message "[1]"|message "[2]"|ping ""|message "[3]"|EOF`},
	{"binary for text", netio.WebSocketTextBatched, binaryFrame("[1]\x1e"), `1003`},

	{"binary one", netio.WebSocketBinaryBatched, binaryFrame(prefixed("\x91\x01")), `message "\x91\x01"|EOF`},
	{"binary three", netio.WebSocketBinaryBatched, binaryFrame(prefixed("a", "", "bc")), `message "a"|message ""|message "bc"|EOF`},
	{"binary nothing", netio.WebSocketBinaryBatched, binaryFrame(prefixed("a")) + binaryFrame(""), `message "a"|1002`},
	{"binary beyond the end", netio.WebSocketBinaryBatched, binaryFrame(prefixed("a")+"\x00\x00\x00\x02b") + binaryFrame(prefixed("c")), `message "a"|1002`},
	{"binary far beyond the end", netio.WebSocketBinaryBatched, binaryFrame(prefixed("a") + "\xff\xff\xff\xffb"), `message "a"|1002`},
	{"binary half a length", netio.WebSocketBinaryBatched, binaryFrame(prefixed("a") + "\x00\x00\x00"), `message "a"|1002`},
	{"binary fragments", netio.WebSocketBinaryBatched, masked(ws.OpBinary, more, "\x00\x00") + continued(final, "\x00\x01a"), `message "a"|EOF`},
	{"text for binary", netio.WebSocketBinaryBatched, text(prefixed("a")), `1003`},
}

// The rules of batches (advanced profile, "Message Batching"), with streams that
// come in one piece, octet by octet, and in between.
func TestBatchRules(t *testing.T) {
	chunks := held(t)
	for _, tc := range batchRules {
		t.Run(tc.name, func(t *testing.T) {
			for _, n := range []int{1, 3, 1 << 20} {
				got := read(split([]byte(tc.stream), n), netio.ReaderOptions{Framing: tc.framing})
				if s := strings.ReplaceAll(got.String(), "\n", "|"); s != tc.want {
					t.Errorf("pieces of %d: got %s, want %s", n, s, tc.want)
				}
			}
		})
	}
	if chunks() != 0 {
		t.Errorf("%d chunks are left", chunks())
	}
}

// The limit is that of the WebSocket message, whatever is in it.
func TestBatchLimit(t *testing.T) {
	for _, tc := range []struct {
		framing netio.Framing
		stream  string
		want    string
	}{
		{netio.WebSocketTextBatched, text(separated("1234", "5678")), `message "1234"|message "5678"|EOF`},
		{netio.WebSocketTextBatched, text(separated("1234", "56789")), `1009`},
		{netio.WebSocketBinaryBatched, binaryFrame(prefixed("1", "2")), `message "1"|message "2"|EOF`},
		{netio.WebSocketBinaryBatched, binaryFrame(prefixed("1", "23")), `1009`},
	} {
		got := read(split([]byte(tc.stream), 5), netio.ReaderOptions{Framing: tc.framing, MaxMessage: 10})
		if s := strings.ReplaceAll(got.String(), "\n", "|"); s != tc.want {
			t.Errorf("%q: got %s, want %s", tc.stream, s, tc.want)
		}
	}
}

// Filling in the middle of a batch neither loses its messages nor overwrites them.
func TestFillWithinABatch(t *testing.T) {
	r := netio.NewReader(&script{pieces: [][]byte{[]byte(text("[1]\x1e[2]\x1e")), []byte(text("[3]\x1e"))}}, netio.ReaderOptions{Framing: netio.WebSocketTextBatched})
	defer r.Close()
	for i := range 3 {
		fill(t, r) // the second time within the batch
		f, ok, err := r.Next()
		if want := fmt.Sprintf("[%d]", i+1); !ok || err != nil || string(f.Data) != want || cap(f.Data) != len(want) {
			t.Fatalf("got %s, %v, %v", line(f), ok, err)
		}
	}
	if f, ok, err := r.Next(); ok || err != nil {
		t.Fatalf("got %s, %v behind the last message", line(f), err)
	}
}

// What is written for one message is a batch of one in both directions, of the
// size that was promised.
func TestBatchOfOne(t *testing.T) {
	for _, f := range []netio.Framing{netio.WebSocketTextBatched, netio.WebSocketBinaryBatched} {
		for _, n := range []int{0, 1, 120, 121, 122, 123, 124, 125, 126, 127, 65530, 65531, 65532, 65534, 65535, 65536, 1 << 20} {
			payload := long(n)
			body := separated(payload)
			if f == netio.WebSocketBinaryBatched {
				body = prefixed(payload)
			}
			b := append(netio.AppendHeader(nil, f, n), payload...)
			if len(b) != netio.HeaderSize(f, n)+n {
				t.Errorf("%v %d: HeaderSize is %d", f, n, netio.HeaderSize(f, n))
			}
			b = netio.AppendTrailer(b, f)
			if h, got := oneFrame(t, b); h.Masked || string(got) != body || len(b) != netio.FrameSize(f, n) {
				t.Errorf("%v %d: header %+v, size %d of %d", f, n, h, netio.FrameSize(f, n), len(b))
			}
			mask := netio.NewMask()
			b = append(netio.AppendMaskedHeader(nil, f, n, mask), payload...)
			if len(b) != netio.MaskedHeaderSize(f, n)+n {
				t.Errorf("%v %d: MaskedHeaderSize is %d", f, n, netio.MaskedHeaderSize(f, n))
			}
			netio.Mask(b[len(b)-n:], f, mask)
			b = netio.AppendMaskedTrailer(b, f, n, mask)
			if h, got := oneFrame(t, b); !h.Masked || string(got) != body || len(b) != netio.MaskedFrameSize(f, n) {
				t.Errorf("%v %d: masked header %+v, size %d of %d", f, n, h, netio.MaskedFrameSize(f, n), len(b))
			}
		}
	}
}

func TestTooLongForABatch(t *testing.T) {
	for name, n := range map[string]int{"negative": -1, "2^32": math.MaxUint32 + 1} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", name)
				}
			}()
			netio.AppendHeader(nil, netio.WebSocketBinaryBatched, n)
		}()
	}
}

// Framings without batches have nothing behind a message.
func TestFrameSizeWithoutBatches(t *testing.T) {
	for _, f := range []netio.Framing{netio.WebSocketText, netio.WebSocketBinary, netio.RawSocket} {
		for _, n := range []int{0, 125, 126, 70_000} {
			b := append(netio.AppendHeader(nil, f, n), long(n)...)
			if got := netio.AppendTrailer(b, f); !bytes.Equal(got, b) || netio.FrameSize(f, n) != len(b) {
				t.Errorf("%v %d: %d bytes of %d", f, n, len(got), netio.FrameSize(f, n))
			}
			m := append(netio.AppendMaskedHeader(nil, f, n, [4]byte{}), long(n)...)
			if got := netio.AppendMaskedTrailer(m, f, n, [4]byte{}); !bytes.Equal(got, m) || netio.MaskedFrameSize(f, n) != len(m) {
				t.Errorf("%v %d: %d bytes masked of %d", f, n, len(got), netio.MaskedFrameSize(f, n))
			}
		}
	}
}

// The batch inside a WebSocket message: the messages written one behind the other
// again are what was read, up to what is wrong with it.
func FuzzBatch(f *testing.F) {
	for i, s := range []string{
		separated("[1]"), separated("[1]", "", "[2]"), "[1]\x18[2]\x18", "[1]\x1e[2]\x18", "[1]\x1e[2]", "[1]", "", "\x1e", "\x18",
		prefixed("a"), prefixed("a", "", "bc"), prefixed("a") + "\x00\x00", "\x00\x00\x00\x05abcd", "\xff\xff\xff\xff",
		prefixed(long(300), long(5)),
	} {
		f.Add([]byte(s), uint64(i), i > 8)
	}
	f.Fuzz(func(t *testing.T, body []byte, seed uint64, binaryBatch bool) {
		framing, stream := netio.WebSocketTextBatched, text(string(body))
		if binaryBatch {
			framing, stream = netio.WebSocketBinaryBatched, binaryFrame(string(body))
		}
		o := netio.ReaderOptions{Framing: framing, MaxMessage: fuzzLimit}
		got := everySplit(t, []byte(stream), seed, o)
		if len(body) > fuzzLimit {
			if got.end != "1009" {
				t.Fatalf("%d bytes ended with %s", len(body), got.end)
			}
			return
		}
		var back []byte
		for _, frame := range allFrames([]byte(stream), o) {
			if binaryBatch {
				back = append(back, prefixed(string(frame.Data))...)
			} else {
				back = append(append(back, frame.Data...), body[len(back)+len(frame.Data)])
			}
		}
		whole := len(body) > 0 && len(back) == len(body)
		if !bytes.HasPrefix(body, back) || whole != (got.end == "EOF") || !whole && got.end != "1002" {
			t.Fatalf("%q is written back as %q and ends with %s", body, back, got.end)
		}
		if framing == netio.WebSocketTextBatched && whole {
			if last := body[len(body)-1]; last != 0x1e && last != 0x18 || len(got.frames) != bytes.Count(body, []byte{last}) {
				t.Fatalf("%d messages in %q", len(got.frames), body)
			}
		}
	})
}
