package client_test

import (
	"bytes"
	"encoding/binary"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/callboard-wamp/callboard/codec"
	"github.com/callboard-wamp/callboard/netio"
	"github.com/callboard-wamp/callboard/wamp"
	"github.com/gobwas/ws"
)

// batches are how many messages are in each of the WebSocket messages that the
// peer reads until it has this many. A control frame counts as 0.
func (p *peer) batches(messages int) (counts []int) {
	p.t.Helper()
	for n := 0; n < messages; {
		//lint:ignore SA1019 the frames are those of this project, and short
		f, err := ws.ReadFrame(p.conn)
		if err != nil || !f.Header.Masked || !f.Header.Fin {
			p.t.Fatalf("%+v, %v", f.Header, err)
		}
		if f.Header.OpCode.IsControl() {
			counts = append(counts, 0)
			continue
		}
		ws.Cipher(f.Payload, f.Header.Mask, 0)
		count := bytes.Count(f.Payload, []byte{0x1e})
		if p.serializer != codec.JSON {
			count = 0
			for rest := f.Payload; len(rest) > 0; count++ {
				rest = rest[4+binary.BigEndian.Uint32(rest):]
			}
		}
		n += count
		counts = append(counts, count)
	}
	return counts
}

// What is sent at a time is one WebSocket message, as far as 64 KiB go; octets of
// the program's own are one by themselves.
func TestBatches(t *testing.T) {
	for _, s := range []codec.Serializer{codec.JSON, codec.MessagePack, codec.CBOR} {
		t.Run(s.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				framing := netio.WebSocketBinaryBatched
				if s == codec.JSON {
					framing = netio.WebSocketTextBatched
				}
				r, p := pipe(t, framing, s)
				message := func(size int) *wamp.Message {
					return &wamp.Message{Type: wamp.Publish, Request: 1, URI: []byte(strings.Repeat("x", size))}
				}
				sent := make(chan error, 1)
				go func() { // the pipe is shorter than what is sent
					err := r.Send(slices.Repeat([]*wamp.Message{message(10)}, 64)...)
					if err == nil {
						err = r.Send(message(30_000), message(30_000), message(30_000), message(100_000), message(1))
					}
					if err == nil {
						err = r.Ping(nil)
					}
					if err == nil {
						err = r.SendBytes(s.Append(nil, message(1)))
					}
					sent <- err
				}()
				synctest.Wait()
				counts := p.batches(64 + 5 + 1)
				must(t, <-sent)
				if want := []int{64, 2, 1, 1, 1, 0, 1}; !slices.Equal(counts, want) {
					t.Errorf("messages in each WebSocket message: %v, want %v", counts, want)
				}
			})
		})
	}
}
