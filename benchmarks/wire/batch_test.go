package wire_test

import (
	"bytes"
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/callboard-wamp/callboard/benchmarks/faulty"
	"github.com/callboard-wamp/callboard/benchmarks/wire"
	"github.com/callboard-wamp/callboard/netio"
	"github.com/callboard-wamp/callboard/wamp"
	"github.com/gobwas/ws"
)

// recorder keeps what is written through a connection.
type recorder struct {
	netio.Conn
	mu   sync.Mutex
	sent []byte
}

func (r *recorder) TryWrite(bufs [][]byte) (int, error) {
	n, err := r.Conn.TryWrite(bufs)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.sent = append(r.sent, slices.Concat(bufs...)[:n]...)
	return n, err
}

// frames are the payloads of the WebSocket messages written so far, unmasked.
func (r *recorder) frames(t *testing.T) (payloads [][]byte) {
	t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	for in := bytes.NewReader(r.sent); in.Len() > 0; {
		//lint:ignore SA1019 the frames are those of this project, and short
		f, err := ws.ReadFrame(in)
		if err != nil || !f.Header.Masked || !f.Header.Fin {
			t.Fatalf("%+v, %v", f.Header, err)
		}
		ws.Cipher(f.Payload, f.Header.Mask, 0)
		payloads = append(payloads, f.Payload)
	}
	return payloads
}

// What is flushed together leaves in one WebSocket message, and arrives.
func TestBatches(t *testing.T) {
	const many = 64
	for _, s := range serializers {
		router := faulty.New(faulty.Faults{})
		defer router.Close()
		ours, theirs := netio.Pipe(1 << 20)
		conn := &recorder{Conn: ours}
		router.Attach(theirs)
		c, err := wire.Join(t.Context(), wire.Target{
			URL: "ws://pipe/", Realm: "realm1", Serializer: s, Batched: true,
			Dial: func(context.Context) (netio.Conn, error) { return conn, nil },
		})
		if err != nil {
			t.Fatal(s, err)
		}
		acknowledged, served := make(chan wamp.ID, 2*many), make(chan error, 1)
		go func() {
			served <- c.Serve(func(m *wamp.Message) { acknowledged <- m.Request }, func() {})
		}()
		publish := func(uri []byte) {
			c.Request(&wamp.Message{Type: wamp.Publish, URI: uri, Fields: []wamp.Field{wamp.True("acknowledge")}})
		}
		for range many {
			publish([]byte("com.topic"))
		}
		if err := c.Flush(); err != nil {
			t.Error(s, err)
		}
		for range 3 { // of which two fit into one batch
			publish(bytes.Repeat([]byte("x"), 30_000))
		}
		if err := c.Flush(); err != nil {
			t.Error(s, err)
		}
		for _, size := range []int{70_000, 10} {
			publish(bytes.Repeat([]byte("x"), size))
		}
		if err := c.Flush(); err != nil {
			t.Error(s, err)
		}
		for want := wamp.ID(1); want <= many+5; want++ {
			if id := <-acknowledged; id != want {
				t.Fatalf("%v: answer to %d, not to %d", s, id, want)
			}
		}
		// HELLO, those that are small, two that are large, the third, one beyond every
		// batch, and the last.
		frames := conn.frames(t)
		if len(frames) != 6 || len(frames[2]) < 60_000 || len(frames[3]) < 30_000 || len(frames[4]) < 70_000 || len(frames[5]) > 100 {
			t.Errorf("%v: %d WebSocket messages", s, len(frames))
		}
		c.Goodbye(time.Minute)
		if err := <-served; err != nil {
			t.Error(s, err)
		}
		c.Close()
	}
}
