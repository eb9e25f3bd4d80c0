package lane_test

import (
	"testing"
	"time"

	"github.com/callboard-wamp/callboard/actors/lane"
	"github.com/callboard-wamp/callboard/actors/mailbox"
	"github.com/callboard-wamp/callboard/codec"
	"github.com/callboard-wamp/callboard/netio"
	"github.com/callboard-wamp/callboard/supervisor"
	"github.com/callboard-wamp/callboard/wamp"
	"github.com/callboard-wamp/callboard/wamp/auth"
)

// everyGroup are the encodings that there are.
var everyGroup = []lane.Group{
	{Serializer: codec.JSON, Framing: netio.WebSocketText, MaxSend: 1 << 20},
	{Serializer: codec.MessagePack, Framing: netio.WebSocketBinary, MaxSend: 1 << 20},
	{Serializer: codec.CBOR, Framing: netio.WebSocketBinary, MaxSend: 1 << 20},
	{Serializer: codec.JSON, Framing: netio.RawSocket, MaxSend: 1 << 20},
	{Serializer: codec.MessagePack, Framing: netio.RawSocket, MaxSend: 1 << 20},
	{Serializer: codec.CBOR, Framing: netio.RawSocket, MaxSend: 1 << 20},
}

// hall is a topic with members of every encoding, whose mailboxes nobody reads,
// and a publisher who is none of them.
type hall struct {
	env       *lane.Env
	enc       *lane.Encoder
	topic     *lane.Topic
	publisher *lane.Session
	sessions  []*lane.Session
}

// fill makes n members take their seats, every one of another encoding than the
// one before, and of either receive limit.
func fill(tb testing.TB, n int) *hall {
	tb.Helper()
	env := &lane.Env{
		Random: func() uint64 { return 42 }, Now: time.Now, Registry: supervisor.NewRegistry(),
	}
	env.Scheduler = mailbox.NewScheduler(func() mailbox.Local { return lane.NewEncoder(env) }, mailbox.SchedulerOptions{})
	env.Prepare()
	tb.Cleanup(env.Scheduler.Wait)
	realm := lane.NewRealm(env, "realm1")
	h := &hall{env: env, enc: lane.NewEncoder(env), topic: new(lane.Topic)}
	h.topic.ID, h.topic.URI = 1, "com.topic"
	h.publisher = &lane.Session{ID: 1 << 50, Realm: realm}
	for i := range n {
		g := everyGroup[i%len(everyGroup)]
		if i%(2*len(everyGroup)) < len(everyGroup) {
			g.MaxSend /= 2
		}
		s := &lane.Session{
			ID: wamp.ID(i + 1), Realm: realm, Identity: auth.Identity{AuthID: "joe", AuthRole: "user"},
			Transport: &lane.Transport{Group: g},
		}
		s.Box = env.NewBox(supervisor.Session, s)
		h.topic.Joined(&lane.Member{Session: s, Topic: h.topic, URI: "com.topic"})
		h.sessions = append(h.sessions, s)
	}
	h.topic.Commit()
	return h
}

// empty closes the mailboxes: nobody takes an event any more.
func (h *hall) empty() {
	for _, s := range h.sessions {
		s.Box.Close()
	}
	h.env.Scheduler.Wait()
}

// publish sends one event of a publisher with this serializer, and returns how
// often it was encoded and how many got it.
func (h *hall) publish(receivers *wamp.Receivers) (encoded uint64, posted uint64) {
	before, got := h.enc.Encoded(), h.env.Counters.Events.Load()
	p := lane.Publication{
		ID: 1, From: h.publisher, Serializer: codec.JSON, Payload: wamp.Payload{Bytes: []byte(`["sixteen octets.."]`), N: 1}, Receivers: receivers,
	}
	h.enc.BeginPublication()
	h.enc.Send(&p, h.topic, nil)
	h.enc.EndRun()
	return h.enc.Encoded() - before, h.env.Counters.Events.Load() - got
}

// One event to 6,000 receivers of three serializers over two framings is encoded
// once for each serializer, and its payload converted once for each other serializer.
// For receivers that a list excludes nothing is encoded.
func TestFanOutEncodesOncePerSerializer(t *testing.T) {
	h := fill(t, 6000)
	var json []wamp.ID // over both framings
	for _, s := range h.sessions {
		if s.Transport.Group.Serializer == codec.JSON {
			json = append(json, s.ID)
		}
	}
	for name, c := range map[string]struct {
		receivers       *wamp.Receivers
		encoded, posted uint64
		converted       int
	}{
		"everybody":               {nil, 3, 6000, 2},
		"all but one":             {&wamp.Receivers{Exclude: []wamp.ID{1}}, 3, 5999, 2},
		"one":                     {&wamp.Receivers{Eligible: []wamp.ID{5}}, 1, 1, 1},
		"one serializer":          {&wamp.Receivers{Eligible: json}, 1, 2000, 0},
		"nobody by authrole":      {&wamp.Receivers{EligibleAuthRole: []string{"admin"}}, 0, 0, 0},
		"nobody by exclusion":     {&wamp.Receivers{ExcludeAuthID: []string{"joe"}}, 0, 0, 0},
		"nobody by an empty list": {&wamp.Receivers{Eligible: []wamp.ID{}}, 0, 0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			encoded, posted := h.publish(c.receivers)
			if encoded != c.encoded || posted != c.posted || h.enc.Converted() != c.converted {
				t.Errorf("encoded %d times, converted into %d, %d got it; not %d, %d, %d",
					encoded, h.enc.Converted(), posted, c.encoded, c.converted, c.posted)
			}
		})
	}
}

// What a receiver costs that a list excludes, beside one that gets the event: a
// comparison, and no encoding. Members whose mailbox is closed stand for those that
// get it, so that nothing piles up.
func BenchmarkFanOut(b *testing.B) {
	h := fill(b, 6000)
	h.empty()
	for _, c := range []struct {
		name      string
		receivers *wamp.Receivers
	}{
		{"to everybody", nil},
		{"to nobody, by authrole", &wamp.Receivers{EligibleAuthRole: []string{"admin"}}},
		{"to nobody, by an empty list", &wamp.Receivers{Eligible: []wamp.ID{}}},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			var encoded uint64
			for b.Loop() {
				n, _ := h.publish(c.receivers)
				encoded += n
			}
			b.ReportMetric(float64(encoded)/float64(b.N), "encodings/op")
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/6000, "ns/receiver")
		})
	}
}
