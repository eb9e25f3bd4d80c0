package netio_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/callboard-wamp/callboard/netio"
	"github.com/gobwas/ws"
)

var sizes = []int{0, 1, 125, 126, 127, 65535, 65536, 1<<24 - 1}

func TestAppendHeaderIsReadBackByTheLibrary(t *testing.T) {
	for framing, op := range map[netio.Framing]ws.OpCode{
		netio.WebSocketText: ws.OpText, netio.WebSocketBinary: ws.OpBinary,
	} {
		for _, n := range sizes {
			b := netio.AppendHeader([]byte("x"), framing, n)
			if len(b)-1 != netio.HeaderSize(framing, n) {
				t.Errorf("%v %d: HeaderSize is %d, appended %d", framing, n, netio.HeaderSize(framing, n), len(b)-1)
			}
			h, err := ws.ReadHeader(bytes.NewReader(b[1:]))
			want := ws.Header{Fin: true, OpCode: op, Length: int64(n)}
			if err != nil || h != want {
				t.Errorf("%v %d: header %+v, %v", framing, n, h, err)
			}
		}
	}
}

func TestMaskedFrameIsReadBackByTheLibrary(t *testing.T) {
	for _, n := range []int{0, 1, 125, 126, 65536} {
		payload := bytes.Repeat([]byte("ab1"), n/3+1)[:n]
		mask := netio.NewMask()
		b := netio.AppendMaskedHeader(nil, netio.WebSocketText, n, mask)
		if len(b) != netio.MaskedHeaderSize(netio.WebSocketText, n) {
			t.Errorf("%d: size %d", n, len(b))
		}
		b = append(b, payload...)
		netio.Mask(b[len(b)-n:], netio.WebSocketText, mask)
		h, got := oneFrame(t, b)
		if !h.Masked || !bytes.Equal(got, payload) {
			t.Errorf("%d: frame %+v", n, h)
		}
	}
}

func TestNewMaskChanges(t *testing.T) {
	seen := map[[4]byte]bool{}
	for range 64 {
		seen[netio.NewMask()] = true
	}
	if len(seen) < 60 {
		t.Errorf("%d different masks of 64", len(seen))
	}
}

func TestRawSocketFrames(t *testing.T) {
	var mask [4]byte
	for _, n := range sizes {
		want := []byte{0, byte(n >> 16), byte(n >> 8), byte(n)}
		if got := netio.AppendHeader(nil, netio.RawSocket, n); !bytes.Equal(got, want) {
			t.Errorf("%d: % x", n, got)
		}
		if got := netio.AppendMaskedHeader(nil, netio.RawSocket, n, mask); !bytes.Equal(got, want) {
			t.Errorf("client %d: % x", n, got)
		}
	}
	data := []byte("data")
	netio.Mask(data, netio.RawSocket, [4]byte{1, 2, 3, 4})
	if string(data) != "data" {
		t.Errorf("RawSocket masked: %q", data)
	}
	if got := netio.AppendPing(nil, netio.RawSocket, netio.Client, data); string(got) != "\x01\x00\x00\x04data" {
		t.Errorf("ping: %q", got)
	}
	if got := netio.AppendPong(nil, netio.RawSocket, netio.Server, data); string(got) != "\x02\x00\x00\x04data" {
		t.Errorf("pong: %q", got)
	}
}

func TestControlFrames(t *testing.T) {
	data := []byte("0123456789")
	for role, masked := range map[netio.Role]bool{netio.Server: false, netio.Client: true} {
		for op, b := range map[ws.OpCode][]byte{
			ws.OpPing:  netio.AppendPing(nil, netio.WebSocketText, role, data),
			ws.OpPong:  netio.AppendPong(nil, netio.WebSocketBinary, role, data),
			ws.OpClose: netio.AppendClose(nil, role, netio.CloseGoingAway, "0123456789"),
		} {
			h, got := oneFrame(t, b)
			if h.OpCode != op || h.Masked != masked || !h.Fin {
				t.Fatalf("%v: %+v", op, h)
			}
			if !bytes.HasSuffix(got, data) {
				t.Errorf("%v: payload %q", op, got)
			}
		}
	}
}

func TestAppendClose(t *testing.T) {
	for _, tc := range []struct {
		code   uint16
		reason string
		want   string
	}{
		{0, "not sent", "\x88\x00"},
		{netio.CloseNoStatus, "not sent", "\x88\x00"},
		{1000, "", "\x88\x02\x03\xe8"},
		{1001, "bye", "\x88\x05\x03\xe9bye"},
		{1001, strings.Repeat("x", 124), "\x88\x7d\x03\xe9" + strings.Repeat("x", 123)},
		{1001, strings.Repeat("x", 122) + "é", "\x88\x7c\x03\xe9" + strings.Repeat("x", 122)},
	} {
		got := netio.AppendClose(nil, netio.Server, tc.code, tc.reason)
		if string(got) != tc.want {
			t.Errorf("%d %q: %q", tc.code, tc.reason, got)
		}
		if len(got) > 4 && !utf8.Valid(got[4:]) {
			t.Errorf("%d: reason is cut within a character", tc.code)
		}
	}
}

func TestFramingPanicsOnOurOwnMistakes(t *testing.T) {
	for name, f := range map[string]func(){
		"negative":            func() { netio.AppendHeader(nil, netio.WebSocketText, -1) },
		"negative raw":        func() { netio.AppendHeader(nil, netio.RawSocket, -1) },
		"2^24 over RawSocket": func() { netio.AppendHeader(nil, netio.RawSocket, 1<<24) },
		"long ping":           func() { netio.AppendPing(nil, netio.WebSocketText, netio.Server, make([]byte, 126)) },
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("no panic")
				}
			}()
			f()
		})
	}
}

func TestNames(t *testing.T) {
	got := fmt.Sprint(netio.WebSocketText, netio.WebSocketBinary, netio.RawSocket, netio.WebSocketTextBatched, netio.WebSocketBinaryBatched, netio.Framing(9),
		netio.Message, netio.Ping, netio.Pong, netio.Close, netio.FrameKind(0))
	if got != "websocket-text websocket-binary rawsocket websocket-text-batched websocket-binary-batched unknown message ping pong close none" {
		t.Error(got)
	}
}

// oneFrame reads the one frame in b, and unmasks it.
func oneFrame(t *testing.T, b []byte) (ws.Header, []byte) {
	t.Helper()
	r := bytes.NewReader(b)
	h, err := ws.ReadHeader(r)
	if err != nil || int64(r.Len()) != h.Length {
		t.Fatalf("frame %+v, %d bytes behind its header, %v", h, r.Len(), err)
	}
	payload := b[len(b)-r.Len():]
	if h.Masked {
		ws.Cipher(payload, h.Mask, 0)
	}
	return h, payload
}
