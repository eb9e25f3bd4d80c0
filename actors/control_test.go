package actors_test

import (
	"bytes"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/callboard-wamp/callboard/actors"
	"github.com/callboard-wamp/callboard/actors/lane"
	"github.com/callboard-wamp/callboard/netio"
	"github.com/callboard-wamp/callboard/wamp"
)

// controlFrame is a ping or a pong as a peer of this kind sends it.
func controlFrame(k kind, first byte, data string) []byte {
	if k.raw {
		return append([]byte{first - ping + 1, 0, 0, byte(len(data))}, data...)
	}
	return webFrame(first, data)
}

// cutFor reads until the end, which is for too many control frames, and returns how
// many pongs came before it.
func cutFor(t *testing.T, r *actors.Router, p *peer, k kind, floods uint64) (pongs int) {
	t.Helper()
	for {
		f, err := p.raw.ReceiveFrame(t.Context())
		switch {
		case err == nil && f.Kind == netio.Pong:
			pongs++
			continue
		case k.raw && errors.Is(err, io.EOF):
		case err == nil && f.Kind == netio.Close && f.Code == netio.ClosePolicy:
		default:
			t.Errorf("%v: got %v %d %q, %v", k, f.Kind, f.Code, f.Data, err)
		}
		if got := r.Counters().Floods.Load(); got != floods {
			t.Errorf("%v: counted %d, not %d", k, got, floods)
		}
		return pongs
	}
}

// A peer may ping as often as it likes while it reads the answers. It is cut off by
// the 101st ping of a second whose answer waits, and by the 101st pong.
func TestBubbleControlFrames(t *testing.T) {
	most := lane.DefaultLimits().ControlFrames
	data := strings.Repeat("x", 125)
	inBubble(t, actors.Config{}, func(t *testing.T, r *actors.Router) {
		for i, k := range kinds {
			reads := enter(t, r, k)
			for range 10 * most {
				reads.raw.Write(controlFrame(k, ping, data))
				if f, err := reads.raw.ReceiveFrame(t.Context()); err != nil || f.Kind != netio.Pong || string(f.Data) != data {
					t.Fatalf("%v: got %v %q, %v", k, f.Kind, f.Data, err)
				}
			}
			for range 3 { // as many as there may be in each second
				reads.raw.Write(bytes.Repeat(controlFrame(k, pong, data), most))
				time.Sleep(time.Second)
			}
			reads.must(t, &wamp.Message{Type: wamp.Publish, URI: []byte("com.topic"), Fields: acknowledged}, wamp.Published)
			reads.raw.Write(bytes.Repeat(controlFrame(k, pong, data), most))
			reads.must(t, &wamp.Message{Type: wamp.Publish, URI: []byte("com.topic"), Fields: acknowledged}, wamp.Published)
			reads.raw.Write(controlFrame(k, pong, data))
			cutFor(t, r, reads, k, uint64(2*i+1))

			deaf := enter(t, r, k)
			answered := pipeSize / len(netio.AppendPong(nil, deaf.raw.Transport().Framing, netio.Server, []byte(data)))
			deaf.raw.Write(bytes.Repeat(controlFrame(k, ping, data), answered+most))
			synctest.Wait()
			if got := r.Counters().Floods.Load(); got != uint64(2*i+1) {
				t.Fatalf("%v: cut after %d unanswered pings at most", k, most)
			}
			deaf.raw.Write(bytes.Repeat(controlFrame(k, ping, data), most))
			synctest.Wait() // before it reads
			if pongs := cutFor(t, r, deaf, k, uint64(2*i+2)); pongs != answered+most+1 {
				t.Errorf("%v: %d pongs, not %d", k, pongs, answered+most+1)
			}
		}
	})
}

// pipeSize is what waits between the peers of [attach].
const pipeSize = 64 << 10
