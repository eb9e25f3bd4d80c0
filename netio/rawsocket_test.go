package netio_test

import (
	"strings"
	"testing"

	"github.com/callboard-wamp/callboard/netio"
)

// raw is a RawSocket frame with this first octet.
func raw(first byte, payload string) string {
	n := len(payload)
	return string([]byte{first, byte(n >> 16), byte(n >> 8), byte(n)}) + payload
}

func TestRawSocketRules(t *testing.T) {
	for _, tc := range []struct {
		name   string
		stream string
		frames []string
		end    string
	}{
		{"message", raw(0, "hello"), []string{`message "hello"`}, "EOF"},
		{"empty message", raw(0, ""), []string{`message ""`}, "EOF"},
		{"messages", raw(0, "a") + raw(0, "bc"), []string{`message "a"`, `message "bc"`}, "EOF"},
		{"ping", raw(1, "p") + raw(1, ""), []string{`ping "p"`, `ping ""`}, "EOF"},
		{"pong", raw(2, "q"), []string{`pong "q"`}, "EOF"},
		{"exactly the limit", raw(0, long(limit)), []string{show(limit)}, "EOF"},
		{"over the limit", raw(0, "a") + raw(0, long(limit+1)), []string{`message "a"`}, "1009"},
		{"ping over the limit", raw(1, long(limit+1)), nil, "1009"},
		{"2^24-1 announced", "\x00\xff\xff\xff", nil, "1009"},
		{"2^24 announced", "\x08\x00\x00\x00", nil, "1009"},
		{"X bit with a length", "\x08\x00\x00\x01", nil, "1002"},
		{"type 3", raw(3, ""), nil, "1002"},
		{"type 7", raw(7, ""), nil, "1002"},
		{"reserved bit 0x10", raw(0x10, ""), nil, "1002"},
		{"reserved bit 0x80", raw(0x80, ""), nil, "1002"},
		{"cut in a header", "\x00\x00", nil, "unexpected EOF"},
		{"cut in a message", raw(0, "hello")[:6], nil, "unexpected EOF"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			o := netio.ReaderOptions{Framing: netio.RawSocket, MaxMessage: limit}
			everyDelivery(t, tc.stream, o, outcome{tc.frames, tc.end})
			o.Role = netio.Client
			everyDelivery(t, tc.stream, o, outcome{tc.frames, tc.end})
		})
	}
}

func TestRawSocketOf16MiB(t *testing.T) {
	payload := strings.Repeat("0123456789abcdef", 1<<20)
	stream := "\x08\x00\x00\x00" + payload + raw(0, "x")
	o := netio.ReaderOptions{Framing: netio.RawSocket, MaxMessage: 1 << 24}
	got := read(split([]byte(stream), 1<<20), o)
	want := outcome{[]string{show2(payload), `message "x"`}, "EOF"}
	if got.String() != want.String() {
		t.Errorf("got %v", got)
	}
}
