package netio_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"strings"
	"testing"

	"github.com/callboard-wamp/callboard/netio"
	"github.com/gobwas/ws"
)

const (
	final = true
	more  = false
)

// masked is a frame as a client sends it.
func masked(op ws.OpCode, fin bool, payload string) string {
	f := ws.MaskFrameWith(ws.NewFrame(op, fin, []byte(payload)), [4]byte{0x11, 0xa2, 0x33, 0xf4})
	return string(ws.MustCompileFrame(f))
}

// unmasked is a frame as a server sends it.
func unmasked(op ws.OpCode, fin bool, payload string) string {
	return string(ws.MustCompileFrame(ws.NewFrame(op, fin, []byte(payload))))
}

func text(payload string) string                { return masked(ws.OpText, final, payload) }
func continued(fin bool, payload string) string { return masked(ws.OpContinuation, fin, payload) }
func ping(payload string) string                { return masked(ws.OpPing, final, payload) }

func closing(code uint16, reason string) string {
	return masked(ws.OpClose, final, string(binary.BigEndian.AppendUint16(nil, code))+reason)
}

func announced(length uint64) string {
	b := binary.BigEndian.AppendUint64([]byte{0x81, 0xff}, length)
	return string(append(b, 1, 2, 3, 4))
}

const limit = 70_000

var webSocketRules = []struct {
	name   string
	stream string
	frames []string
	end    string
}{
	{"one message", text("hello"), []string{`message "hello"`}, "EOF"},
	{"empty message", text(""), []string{`message ""`}, "EOF"},
	{"several messages", text("a") + text("bc") + text("def"), []string{`message "a"`, `message "bc"`, `message "def"`}, "EOF"},
	{"length 125", text(long(125)), []string{show(125)}, "EOF"},
	{"length 126", text(long(126)), []string{show(126)}, "EOF"},
	{"length 65535", text(long(65535)), []string{show(65535)}, "EOF"},
	{"length 65536", text(long(65536)), []string{show(65536)}, "EOF"},
	{"exactly the limit", text(long(limit)) + text("x"), []string{show(limit), `message "x"`}, "EOF"},
	{"over the limit", text("x") + text(long(limit+1)), []string{`message "x"`}, "1009"},
	{"1 GiB announced", announced(1 << 30), nil, "1009"},
	{"2^63 announced", announced(1 << 63), nil, "1002"},
	{"longest announced", announced(1<<63 - 1), nil, "1009"},

	{"fragments", masked(ws.OpText, more, "he") + continued(more, "l") + continued(final, "lo"), []string{`message "hello"`}, "EOF"},
	{"fragments twice", strings.Repeat(masked(ws.OpText, more, "he")+continued(final, "y"), 2), []string{`message "hey"`, `message "hey"`}, "EOF"},
	{"fragments then whole", masked(ws.OpText, more, "a") + continued(final, "b") + text("c"), []string{`message "ab"`, `message "c"`}, "EOF"},
	{"control between fragments", masked(ws.OpText, more, "a") + ping("p") + masked(ws.OpPong, final, "q") + continued(final, "b"), []string{`ping "p"`, `pong "q"`, `message "ab"`}, "EOF"},
	{"close between fragments", masked(ws.OpText, more, "a") + closing(1000, ""), []string{`close 1000 ""`}, "EOF"},
	{"empty fragments", masked(ws.OpText, more, "") + continued(more, "") + continued(final, ""), []string{`message ""`}, "EOF"},
	{"1024 empty continuations", masked(ws.OpText, more, "a") + strings.Repeat(continued(more, ""), 1024) + continued(final, "b"), []string{`message "ab"`}, "EOF"},
	{"1025 empty continuations", masked(ws.OpText, more, "a") + strings.Repeat(continued(more, ""), 1025) + continued(final, "b"), nil, "1008"},
	{"empty continuations in two messages", strings.Repeat(masked(ws.OpText, more, "a")+strings.Repeat(continued(more, ""), 1024)+continued(final, "b"), 2), []string{`message "ab"`, `message "ab"`}, "EOF"},
	{"many small fragments", masked(ws.OpText, more, "") + strings.Repeat(continued(more, long(16)), 4374) + continued(final, long(16)), []string{show(70000)}, "EOF"},
	{"limit over fragments", masked(ws.OpText, more, long(limit-1)) + continued(more, "x") + continued(final, ""), []string{show2(long(limit-1) + "x")}, "EOF"},
	{"over the limit by fragments", masked(ws.OpText, more, long(limit-1)) + continued(more, "xy"), nil, "1009"},
	{"over the limit in a continuation", masked(ws.OpText, more, "x") + strings.Replace(announced(1<<63-1), "\x81", "\x80", 1), nil, "1009"},
	{"continuation of nothing", continued(final, "a"), nil, "1002"},
	{"continuation after the last", masked(ws.OpText, more, "a") + continued(final, "b") + continued(final, "c"), []string{`message "ab"`}, "1002"},
	{"new longer message within fragments", masked(ws.OpText, more, "a") + text("a whole message"), nil, "1002"},
	{"longer message without a mask", unmasked(ws.OpText, final, "a whole message") + text("x"), nil, "1002"},
	{"longer message with a long length", "\x81\xfe\x00\x0fmaskabcdefghijklmno", nil, "1002"},
	{"new message within fragments", masked(ws.OpText, more, "a") + text("b"), nil, "1002"},
	{"new fragmented message within fragments", masked(ws.OpText, more, "a") + masked(ws.OpText, more, "b"), nil, "1002"},
	{"cut within fragments", masked(ws.OpText, more, "a"), nil, "unexpected EOF"},
	{"cut within a fragment", masked(ws.OpText, more, "abc")[:8], nil, "unexpected EOF"},
	{"cut within a frame", text("hello")[:8], nil, "unexpected EOF"},
	{"cut within a header", text("hello")[:1], nil, "unexpected EOF"},
	{"nothing at all", "", nil, "EOF"},

	{"ping", ping("are you there"), []string{`ping "are you there"`}, "EOF"},
	{"empty ping", ping(""), []string{`ping ""`}, "EOF"},
	{"pong", masked(ws.OpPong, final, "yes"), []string{`pong "yes"`}, "EOF"},
	{"longest ping", ping(long(125)), []string{"ping" + strings.TrimPrefix(show(125), "message")}, "EOF"},
	{"ping too long", ping(long(126)), nil, "1002"},
	{"fragmented ping", masked(ws.OpPing, more, "a"), nil, "1002"},
	{"fragmented close", masked(ws.OpClose, more, "\x03\xe8"), nil, "1002"},

	{"close", closing(1000, "done") + text("not read"), []string{`close 1000 "done"`}, "EOF"},
	{"close without a code", masked(ws.OpClose, final, ""), []string{`close 1005 ""`}, "EOF"},
	{"close of one octet", masked(ws.OpClose, final, "\x03"), nil, "1002"},
	{"close reason not UTF-8", closing(1000, "\xc3\x28"), nil, "1007"},
	{"close reason UTF-8", closing(1000, "κόσμε"), []string{`close 1000 "κόσμε"`}, "EOF"},
	{"close too long", closing(1000, long(124)), nil, "1002"},

	{"not masked", unmasked(ws.OpText, final, "hello"), nil, "1002"},
	{"ping not masked", unmasked(ws.OpPing, final, ""), nil, "1002"},
	{"RSV1", string([]byte{0xc1, 0x80, 0, 0, 0, 0}), nil, "1002"},
	{"RSV2", string([]byte{0xa1, 0x80, 0, 0, 0, 0}), nil, "1002"},
	{"RSV3 of a ping", string([]byte{0x99, 0x80, 0, 0, 0, 0}), nil, "1002"},
	{"binary for a text serializer", masked(ws.OpBinary, final, "x"), nil, "1003"},
	{"fragmented binary for a text serializer", masked(ws.OpBinary, more, "x"), nil, "1003"},
	{"16 bit length not the shortest", string([]byte{0x81, 0xfe, 0, 125, 0, 0, 0, 0}), nil, "1002"},
	{"64 bit length not the shortest", announced(65535), nil, "1002"},
}

func TestWebSocketRules(t *testing.T) {
	for _, tc := range webSocketRules {
		t.Run(tc.name, func(t *testing.T) {
			everyDelivery(t, tc.stream, netio.ReaderOptions{MaxMessage: limit}, outcome{tc.frames, tc.end})
		})
	}
}

// Whole frames that come one by one are held against what came before.
func TestWholeFramesWithinFragments(t *testing.T) {
	for _, next := range []func(*netio.Reader) (netio.Frame, bool, error){(*netio.Reader).Next, nextEither} {
		pieces := [][]byte{[]byte(masked(ws.OpText, more, "a")), []byte(text("a whole message"))}
		if got := readBy(&script{pieces: pieces}, netio.ReaderOptions{}, next); got.String() != "1002" {
			t.Error(got)
		}
	}
}

// A short limit holds for short frames, too.
func TestShortLimit(t *testing.T) {
	for _, n := range []int{100, 125, 126, 500} {
		want := outcome{[]string{show(n)}, "1009"}
		everyDelivery(t, text(long(n))+text(long(n+1)), netio.ReaderOptions{MaxMessage: n}, want)
	}
}

func TestReservedOpCodes(t *testing.T) {
	for _, op := range []ws.OpCode{3, 4, 5, 6, 7, 0xb, 0xc, 0xd, 0xe, 0xf} {
		everyDelivery(t, text("a")+masked(op, final, ""), netio.ReaderOptions{}, outcome{[]string{`message "a"`}, "1002"})
	}
}

func TestCloseCodes(t *testing.T) {
	allowed := func(code int) bool {
		return code >= 1000 && code <= 1003 || code >= 1007 && code <= 1014 || code >= 3000 && code <= 4999
	}
	for code := range 1 << 16 {
		want := "1002"
		if allowed(code) {
			want = fmt.Sprintf("close %d \"x\"\nEOF", code)
		}
		got := read(split([]byte(closing(uint16(code), "x")), 1000), netio.ReaderOptions{})
		if got.String() != want {
			t.Fatalf("%d: %v", code, got)
		}
	}
}

func TestBinaryFraming(t *testing.T) {
	o := netio.ReaderOptions{Framing: netio.WebSocketBinary}
	everyDelivery(t, masked(ws.OpBinary, final, "x")+text("y"), o, outcome{[]string{`message "x"`}, "1003"})
}

func TestClientRole(t *testing.T) {
	o := netio.ReaderOptions{Role: netio.Client}
	stream := unmasked(ws.OpText, final, "a") + unmasked(ws.OpText, more, "b") + unmasked(ws.OpPing, final, "p") +
		unmasked(ws.OpContinuation, final, "c")
	want := []string{`message "a"`, `ping "p"`, `message "bc"`}
	everyDelivery(t, stream, o, outcome{want, "EOF"})
	everyDelivery(t, stream+text("x"), o, outcome{want, "1002"})
}

// Frames of all sizes, small and large ones in turn, come out of every place in
// chunks of every size.
func TestLongStream(t *testing.T) {
	var stream strings.Builder
	var want outcome
	for i := range 400 {
		n := i * i * 7919 % 6_000
		if i%50 == 49 {
			n = 60_000 + i
		}
		stream.WriteString(text(long(n)))
		want.frames = append(want.frames, show(n))
	}
	want.end = "EOF"
	everyDelivery(t, stream.String(), netio.ReaderOptions{}, want)
}

// everyDelivery holds the reader to one outcome however the stream is cut.
func everyDelivery(t *testing.T, stream string, o netio.ReaderOptions, want outcome) {
	t.Helper()
	for _, n := range []int{1, 2, 3, 7, 1021, 16 << 10, 1 << 30} {
		if n < 7 && len(stream) > 20_000 {
			continue // one byte at a time is slow under the race detector
		}
		for w := range allWakes {
			s := &script{pieces: split([]byte(stream), n), wakes: w}
			if got := readBy(s, o, nextEither); got.String() != want.String() {
				t.Errorf("pieces of %d, %d: got\n%.500v\nwant\n%.500v", n, w, got, want)
			}
		}
	}
	o.Rest = []byte(stream)
	if got := read(nil, o); got.String() != want.String() {
		t.Errorf("behind the handshake: got\n%.500v\nwant\n%.500v", got, want)
	}
}

func long(n int) string { return string(bytes.Repeat([]byte("0123456789abcdef"), n/16+1)[:n]) }

func show(n int) string { return show2(strings.Repeat("0123456789abcdef", n/16+1)[:n]) }

func show2(payload string) string {
	return line(netio.Frame{Kind: netio.Message, Data: []byte(payload)})
}
