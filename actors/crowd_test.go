package actors_test

import (
	"encoding/binary"
	"io"
	"testing"

	"github.com/callboard-wamp/callboard/actors"
	"github.com/callboard-wamp/callboard/codec"
	"github.com/callboard-wamp/callboard/netio"
	"github.com/callboard-wamp/callboard/wamp"
	"github.com/callboard-wamp/callboard/wamp/client"
)

// crowd is very many sessions in memory that one goroutine speaks for:
// RawSocket and MessagePack, without a goroutine or buffer of their own.
type crowd struct {
	t       testing.TB
	conns   []netio.Conn
	request wamp.ID // the last one, of every session
	buf     [4096]byte
}

// crowdChunk is how many sessions join at a time: their WELCOMEs wait in pipes.
const crowdChunk = 256

func gather(t testing.TB, r *actors.Router, n int) *crowd {
	t.Helper()
	c := &crowd{t: t}
	t.Cleanup(c.cut)
	roles, err := codec.MessagePack.AppendValue(nil, wamp.Dict{"roles": client.DefaultRoles()})
	if err != nil {
		t.Fatal(err)
	}
	hello := c.frame(&wamp.Message{Type: wamp.Hello, URI: []byte("realm1"), Dict: roles})
	for len(c.conns) < n {
		from := len(c.conns)
		for range min(crowdChunk, n-from) {
			ours, theirs := netio.Pipe(1 << 10)
			if err := r.Attach(theirs, netio.AcceptOptions{}); err != nil {
				t.Fatal(err)
			}
			c.conns = append(c.conns, ours)
			c.write(ours, []byte{0x7F, 0xF2, 0, 0}) // 16 MiB, MessagePack
		}
		for _, conn := range c.conns[from:] {
			c.read(conn, 4)
			c.write(conn, hello)
		}
		for _, conn := range c.conns[from:] {
			c.expect(conn, wamp.Welcome)
		}
	}
	return c
}

func (c *crowd) cut() {
	for _, conn := range c.conns {
		conn.Close()
	}
}

// frame encodes a message with its header.
func (c *crowd) frame(m *wamp.Message) []byte {
	b := netio.AppendHeader(nil, netio.RawSocket, codec.MessagePack.Size(m))
	return codec.MessagePack.Append(b, m)
}

// all lets every session send this request, and then every one get this reply.
// The ids of what was granted are the same for all.
func (c *crowd) all(m *wamp.Message, reply wamp.MessageType) (id wamp.ID) {
	c.t.Helper()
	c.request++
	m.Request = c.request
	b := c.frame(m)
	for _, conn := range c.conns {
		c.write(conn, b)
	}
	for _, conn := range c.conns {
		m := c.expect(conn, reply)
		if m.Request != c.request {
			c.t.Fatalf("reply to request %d instead of %d", m.Request, c.request)
		}
		id = m.ID
	}
	return id
}

func (c *crowd) write(conn netio.Conn, b []byte) {
	if _, err := conn.Write(b); err != nil {
		c.t.Fatal(err)
	}
}

func (c *crowd) read(conn netio.Conn, n int) []byte {
	if _, err := io.ReadFull(conn, c.buf[:n]); err != nil {
		c.t.Fatal(err)
	}
	return c.buf[:n]
}

// expect reads one message.
func (c *crowd) expect(conn netio.Conn, want wamp.MessageType) *wamp.Message {
	c.t.Helper()
	n := int(binary.BigEndian.Uint32(c.read(conn, 4)) & 0xFFFFFF)
	m := new(wamp.Message)
	if err := codec.MessagePack.Parse(c.read(conn, n), m); err != nil {
		c.t.Fatal(err)
	}
	if m.Type != want {
		c.t.Fatalf("got %v %s instead of %v", m.Type, m.URI, want)
	}
	return m
}

// members is how many members an exact topic has.
func members(r *actors.Router, uri string) int {
	t, ok := r.Realm("realm1").Topics.Get([]byte(uri))
	if !ok {
		return 0
	}
	s, ok := t.Subscribers()
	if !ok || s == nil {
		return 0
	}
	return s.Len
}

// A crowd joins one topic and leaves it: nobody is missing, nothing is left.
func TestJoinAndLeaveOfACrowd(t *testing.T) {
	const n = 2_000
	r := start(t, actors.Config{})
	c := gather(t, r, n)
	publisher := enter(t, r, kinds[0])
	sub := c.all(subscribe("com.crowd", ""), wamp.Subscribed)
	if got := members(r, "com.crowd"); got != n {
		t.Fatalf("%d members, not %d", got, n)
	}
	publisher.must(t, &wamp.Message{
		Type: wamp.Publish, URI: []byte("com.crowd"), Fields: []wamp.Field{wamp.True("acknowledge")},
	}, wamp.Published)
	for _, conn := range c.conns {
		if m := c.expect(conn, wamp.Event); m.ID != sub {
			t.Fatalf("EVENT of subscription %d, not %d", m.ID, sub)
		}
	}
	c.all(&wamp.Message{Type: wamp.Unsubscribe, ID: sub}, wamp.Unsubscribed)
	eventually(t, "the topic is gone", func() bool {
		topics, _ := r.Realm("realm1").Counts()
		return topics == 0
	})
	c.cut()
	publisher.cut()
	left(t, r)
}

// BenchmarkJoinTopic measures how long 100,000 sessions take to join one topic,
// from the first SUBSCRIBE to the last SUBSCRIBED.
func BenchmarkJoinTopic(b *testing.B) {
	r := start(b, actors.Config{})
	c := gather(b, r, 100_000)
	for b.Loop() {
		sub := c.all(subscribe("com.crowd", ""), wamp.Subscribed)
		b.StopTimer()
		c.all(&wamp.Message{Type: wamp.Unsubscribe, ID: sub}, wamp.Unsubscribed)
		eventually(b, "the topic is gone", func() bool { return members(r, "com.crowd") == 0 })
		b.StartTimer()
	}
	b.ReportMetric(b.Elapsed().Seconds()/float64(b.N), "s/100k")
}

// BenchmarkLeaveTopic measures how long they take to leave it, until it is gone.
func BenchmarkLeaveTopic(b *testing.B) {
	r := start(b, actors.Config{})
	c := gather(b, r, 100_000)
	for b.Loop() {
		b.StopTimer()
		sub := c.all(subscribe("com.crowd", ""), wamp.Subscribed)
		b.StartTimer()
		c.all(&wamp.Message{Type: wamp.Unsubscribe, ID: sub}, wamp.Unsubscribed)
		eventually(b, "the topic is gone", func() bool { return members(r, "com.crowd") == 0 })
	}
	b.ReportMetric(b.Elapsed().Seconds()/float64(b.N), "s/100k")
}
