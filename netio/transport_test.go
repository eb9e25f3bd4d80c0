package netio_test

import (
	"errors"
	"fmt"
	"io"
	"testing"

	"github.com/callboard-wamp/callboard/netio"
)

// A whole conversation over every kind of connection: handshake, messages of
// all sizes right behind it, their echo, and the end.
func TestTransport(t *testing.T) {
	for _, tc := range []struct{ url, subprotocol string }{
		{"ws://localhost/ws", "wamp.2.json"},
		{"rs://localhost:1", "wamp.2.json"},
		{"ws://localhost/ws", "wamp.2.json.batched"},
		{"ws://localhost/ws", "wamp.2.cbor.batched"},
	} {
		t.Run(tc.url+" "+tc.subprotocol, func(t *testing.T) {
			eachConn(t, func(t *testing.T, a, b netio.Conn) {
				done := make(chan error, 2)
				go func() { done <- echoServer(a) }()
				client, err := netio.ClientHandshake(b, netio.ClientOptions{URL: tc.url, Subprotocols: []string{tc.subprotocol}})
				if err != nil {
					t.Fatal(err)
				}
				go func() { done <- send(b, client) }()
				if err := receive(b, client); err != nil {
					t.Fatal(err)
				}
				for range 2 {
					if err := <-done; err != nil {
						t.Fatal(err)
					}
				}
			})
		})
	}
}

var messageSizes = []int{0, 1, 125, 126, 5_000, 16 << 10, 60_000, 70_000, 300_000, 10, 1_000_000, 7}

func send(c netio.Conn, h netio.Handshake) error {
	var b []byte
	for round := range 5 {
		for _, n := range messageSizes {
			mask := netio.NewMask()
			b = append(netio.AppendMaskedHeader(b, h.Framing, n+round, mask), long(n+round)...)
			netio.Mask(b[len(b)-n-round:], h.Framing, mask)
			b = netio.AppendMaskedTrailer(b, h.Framing, n+round, mask)
		}
		b = netio.AppendPing(b, h.Framing, netio.Client, []byte("ping"))
		if _, err := c.Write(b); err != nil {
			return err
		}
		b = b[:0]
	}
	return c.CloseWrite()
}

// echoServer accepts one client and sends back what it receives.
func echoServer(c netio.Conn) error {
	h, err := netio.Accept(c, netio.AcceptOptions{Subprotocols: []string{"wamp.2.json", "wamp.2.json.batched", "wamp.2.cbor.batched"}})
	if err != nil {
		return err
	}
	return each(c, h, netio.Server, func(f netio.Frame) error {
		var b []byte
		if f.Kind == netio.Ping {
			b = netio.AppendPong(nil, h.Framing, netio.Server, f.Data)
		} else {
			b = append(netio.AppendHeader(nil, h.Framing, len(f.Data)), f.Data...)
			b = netio.AppendTrailer(b, h.Framing)
		}
		_, err := c.Write(b)
		return err
	}, c.CloseWrite)
}

func receive(c netio.Conn, h netio.Handshake) error {
	frames := 0
	return each(c, h, netio.Client, func(f netio.Frame) error {
		i, round := frames%(len(messageSizes)+1), frames/(len(messageSizes)+1)
		frames++
		want := `pong "ping"`
		if i < len(messageSizes) {
			want = show(messageSizes[i] + round)
		}
		if got := line(f); got != want {
			return fmt.Errorf("frame %d is %s, want %s", frames, got, want)
		}
		return nil
	}, func() error {
		if frames != 5*(len(messageSizes)+1) {
			return fmt.Errorf("%d frames", frames)
		}
		return nil
	})
}

// each calls f for every frame until the peer has ended, then end.
func each(c netio.Conn, h netio.Handshake, r netio.Role, f func(netio.Frame) error, end func() error) error {
	reader := netio.NewReader(c, netio.ReaderOptions{Framing: h.Framing, Role: r, MaxMessage: h.MaxReceive, Rest: h.Rest})
	defer reader.Close()
	for {
		if err := reader.Fill(); errors.Is(err, io.EOF) {
			return end()
		} else if err != nil {
			return err
		}
		for {
			frame, ok, err := reader.Next()
			if err != nil {
				return err
			}
			if !ok {
				break
			}
			if err := f(frame); err != nil {
				return err
			}
		}
	}
}
