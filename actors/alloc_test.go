package actors_test

import (
	"runtime"
	"testing"
	"time"

	"github.com/callboard-wamp/callboard/actors"
	"github.com/callboard-wamp/callboard/actors/lane"
	"github.com/callboard-wamp/callboard/codec"
	"github.com/callboard-wamp/callboard/netio"
	"github.com/callboard-wamp/callboard/wamp"
	"github.com/callboard-wamp/callboard/wamp/auth"
)

// pipelined is how many messages leave in one write.
const pipelined = 64

// line is a session that allocates nothing: prepared bytes go out, frames are
// read in place.
type line struct {
	tb         testing.TB
	conn       netio.Conn
	in         *netio.Reader
	serializer codec.Serializer
	framing    netio.Framing
	mask       [4]byte
	got        wamp.Message
}

// draw makes a line of a peer that has joined and subscribed or registered.
func draw(tb testing.TB, p *peer) *line {
	t := p.raw.Transport()
	return &line{
		tb: tb, conn: p.raw.Conn(), serializer: t.Serializer, framing: t.Framing,
		in: netio.NewReader(p.raw.Conn(), netio.ReaderOptions{Framing: t.Framing, Role: netio.Client}),
	}
}

// frame appends a message with its header. Only WebSocket knows the mask, and it
// is zero.
func (l *line) frame(b []byte, m *wamp.Message) []byte {
	b = netio.AppendMaskedHeader(b, l.framing, l.serializer.Size(m), l.mask)
	return netio.AppendMaskedTrailer(l.serializer.Append(b, m), l.framing, l.serializer.Size(m), l.mask)
}

// frames is the message over and over, with request ids from 1.
func (l *line) frames(m *wamp.Message) (b []byte) {
	for i := range pipelined {
		m.Request = wamp.ID(i + 1)
		b = l.frame(b, m)
	}
	return b
}

func (l *line) write(b []byte) {
	if _, err := l.conn.Write(b); err != nil {
		l.tb.Fatal(err)
	}
}

// read passes as many messages on as were pipelined.
func (l *line) read(each func(*wamp.Message)) {
	for left := pipelined; left > 0; {
		f, ok, err := l.in.Next()
		switch {
		case err != nil:
			l.tb.Fatal(err)
		case !ok:
			if err := l.in.Fill(); err != nil {
				l.tb.Fatal(err)
			}
		case f.Kind == netio.Message:
			if err := l.serializer.Parse(f.Data, &l.got); err != nil {
				l.tb.Fatal(err)
			}
			each(&l.got)
			left--
		}
	}
}

// lenient lets request ids repeat.
func lenient() actors.Config {
	return actors.Config{Realms: []actors.RealmConfig{{URI: "realm1", RequestIDs: lane.RequestIDsOff}}}
}

// telling is lenient where everybody is told who calls and publishes, and how far
// it is trusted.
func telling() actors.Config {
	c := lenient()
	always := []auth.DisclosureRule{{Match: wamp.Prefix, Disclose: auth.Always}}
	some := auth.Levels{"anonymous": 1}
	c.Realms[0].Disclosure = actors.DisclosureRules{Callers: always, Publishers: always}
	c.Realms[0].TrustLevels = actors.TrustLevels{Calls: some, Publications: some}
	return c
}

// eventRounds returns a round of PUBLISH → EVENT.
func eventRounds(tb testing.TB, k kind) (round func()) { return eventRoundsOf(tb, k, lenient()) }

func eventRoundsOf(tb testing.TB, k kind, c actors.Config) (round func()) {
	r := start(tb, c)
	from, to := enter(tb, r, k), enter(tb, r, k)
	to.must(tb, subscribe("com.topic", ""), wamp.Subscribed)
	return eventsBetween(tb, from, to)
}

// eventsBetween returns a round from a publisher to a subscriber of com.topic.
func eventsBetween(tb testing.TB, from, to *peer) (round func()) {
	p, s := draw(tb, from), draw(tb, to)
	published := p.frames(&wamp.Message{Type: wamp.Publish, URI: []byte("com.topic"), Payload: from.payload("sixteen octets..", 1)})
	check := func(m *wamp.Message) {
		if m.Type != wamp.Event {
			tb.Fatalf("got %+v", m)
		}
	}
	return func() {
		p.write(published)
		s.read(check)
	}
}

// callRounds returns a round of CALL → INVOCATION → YIELD → RESULT.
func callRounds(tb testing.TB, k kind) (round func()) { return callRoundsIn(tb, k, lenient(), "") }

// timedRounds are callRounds whose calls have a timeout, the realm's.
func timedRounds(tb testing.TB, k kind) (round func()) {
	cfg := lenient()
	cfg.Realms[0].CallTimeout = 30 * time.Second
	return callRoundsIn(tb, k, cfg, "")
}

func callRoundsIn(tb testing.TB, k kind, cfg actors.Config, invoke string, options ...wamp.Field) (round func()) {
	r := start(tb, cfg)
	from, to := enter(tb, r, k), enter(tb, r, k)
	to.must(tb, register("com.procedure", "", invoke), wamp.Registered)
	return callsBetween(tb, from, to, options...)
}

// callsBetween returns a round from a caller to the callee of com.procedure.
func callsBetween(tb testing.TB, from, to *peer, options ...wamp.Field) (round func()) {
	caller, callee := draw(tb, from), draw(tb, to)
	called := caller.frames(&wamp.Message{Type: wamp.Call, URI: []byte("com.procedure"), Fields: options, Payload: from.payload("sixteen octets..", 1)})
	answers := make([]byte, 0, 2*len(called))
	yield := wamp.Message{Type: wamp.Yield}
	serve := func(m *wamp.Message) {
		if m.Type != wamp.Invocation {
			tb.Fatalf("got %+v", m)
		}
		yield.Request, yield.Payload = m.Request, m.Payload
		answers = callee.frame(answers, &yield)
	}
	check := func(m *wamp.Message) {
		if m.Type != wamp.Result {
			tb.Fatalf("got %+v", m)
		}
	}
	return func() {
		caller.write(called)
		callee.read(serve)
		callee.write(answers)
		answers = answers[:0]
		caller.read(check)
	}
}

// progressRounds returns a round in which each call gets one progressive result
// before the final one.
func progressRounds(tb testing.TB, k kind) (round func()) {
	r := start(tb, lenient())
	from, to := enter(tb, r, k), enter(tb, r, k)
	to.must(tb, register("com.procedure", "", ""), wamp.Registered)
	caller, callee := draw(tb, from), draw(tb, to)
	called := caller.frames(&wamp.Message{Type: wamp.Call, URI: []byte("com.procedure"), Fields: []wamp.Field{wamp.True("receive_progress")}})
	answers := make([]byte, 0, 2*len(called))
	part, yield := wamp.Message{Type: wamp.Yield, Fields: []wamp.Field{wamp.True("progress")}}, wamp.Message{Type: wamp.Yield}
	serve := func(m *wamp.Message) {
		if m.Type != wamp.Invocation || !m.Flags.Has(wamp.ReceiveProgress) {
			tb.Fatalf("got %+v", m)
		}
		part.Request, yield.Request = m.Request, m.Request
		answers = callee.frame(callee.frame(answers, &part), &yield)
	}
	results := 0
	check := func(m *wamp.Message) {
		if results++; m.Type != wamp.Result || m.Flags.Has(wamp.Progress) != (results%2 == 1) {
			tb.Fatalf("got %+v", m)
		}
	}
	return func() {
		caller.write(called)
		callee.read(serve)
		callee.write(answers)
		answers = answers[:0]
		caller.read(check)
		caller.read(check)
	}
}

// routes are the ways that are measured, with the messages that a round routes.
var routes = []struct {
	name   string
	rounds func(testing.TB, kind) func()
}{
	{"PUBLISH→EVENT", eventRounds}, {"CALL→RESULT", callRounds},
	{"CALL→RESULT in time", timedRounds}, {"CALL→RESULT with progress", progressRounds},
	{"CALL→RESULT in a time of its own", func(tb testing.TB, k kind) func() {
		return callRoundsIn(tb, k, lenient(), "", wamp.Int("timeout", 30_000))
	}},
	{"PUBLISH→EVENT, telling", func(tb testing.TB, k kind) func() { return eventRoundsOf(tb, k, telling()) }},
	{"CALL→RESULT, _hash", func(tb testing.TB, k kind) func() { return callRoundsIn(tb, k, lenient(), "_hash") }},
	{"CALL→RESULT, _least_pending", func(tb testing.TB, k kind) func() { return callRoundsIn(tb, k, lenient(), "_least_pending") }},
	{"CALL→RESULT, telling", func(tb testing.TB, k kind) func() { return callRoundsIn(tb, k, telling(), "") }},
}

// allocations counts what all goroutines allocate per routed event or call.
func allocations(rounds int, round func()) float64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for range rounds {
		round()
	}
	runtime.ReadMemStats(&after)
	return float64(after.Mallocs-before.Mallocs) / float64(rounds*pipelined)
}

// warm lets pools and buffers find their sizes.
func warm(round func()) {
	for range 200 {
		round()
	}
}

func benchmarkRoute(b *testing.B, rounds func(testing.TB, kind) func()) {
	for _, k := range kinds {
		b.Run(k.String(), func(b *testing.B) {
			round := rounds(b, k)
			warm(round)
			began := time.Now()
			b.ResetTimer()
			got := allocations(b.N, round)
			b.StopTimer()
			b.ReportMetric(got, "allocs/msg")
			b.ReportMetric(float64(time.Since(began).Nanoseconds())/float64(b.N*pipelined), "ns/msg")
		})
	}
}

// BenchmarkRouteEvent routes 64 events at a time to one subscriber.
func BenchmarkRouteEvent(b *testing.B) { benchmarkRoute(b, eventRounds) }

// BenchmarkRouteCall routes 64 calls at a time to one callee, and back.
func BenchmarkRouteCall(b *testing.B) { benchmarkRoute(b, callRounds) }
