package actors_test

import (
	"fmt"
	"io"
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/callboard-wamp/callboard/actors"
	"github.com/callboard-wamp/callboard/actors/lane"
	"github.com/callboard-wamp/callboard/netio"
	"github.com/callboard-wamp/callboard/supervisor"
	"github.com/callboard-wamp/callboard/wamp"
	"github.com/callboard-wamp/callboard/wamp/auth"
)

func TestMistakesOfAConfig(t *testing.T) {
	c := actors.Config{
		Realms: []actors.RealmConfig{{URI: "com.a"}, {}, {URI: "com.a"}, {URI: "a b"}, {URI: "wamp.x"}},
		Limits: actors.Limits{OpenCalls: -1, MaxMessage: 1 << 30},
		Policies: supervisor.Table{
			supervisor.Session: {OnPanic: supervisor.Restart, Max: 20_000},
			supervisor.Router:  {OnPanic: supervisor.Escalate},
			supervisor.Topic:   {Backoff: supervisor.Backoff{Min: 5, Max: 1}},
			"sesion":           {},
		},
	}
	want := []string{
		"limits.open_calls: must be from 1 to 1000000",
		"limits.max_message: must be from 4KiB to 16MiB",
		"realms[1].uri: is missing",
		"realms[2].uri: com.a is the URI of realms[0] too",
		`realms[3].uri: "a b" is not a valid URI of a realm`,
		`realms[4].uri: "wamp.x" is not a valid URI of a realm`,
		"supervision.router.on_panic: escalate is not possible at the top of the tree",
		"supervision.sesion: no such kind of actor",
		"supervision.session.max: must be from -1 (no limit) to 10000, not 20000",
		"supervision.session.on_panic: must be stop or escalate: what the peer knows of it cannot be built again",
		"supervision.topic.backoff: max (1ns) must not be less than min (5ns)",
	}
	found := c.Mistakes()
	for i := range max(len(want), len(found)) {
		if i >= len(want) || i >= len(found) || found[i].Error() != want[i] {
			t.Fatalf("got  %v\nwant %v", found, want)
		}
	}
	_, err := actors.NewRouter(actor.NewActorSystem(), c)
	for _, w := range want {
		if err == nil || !strings.Contains(err.Error(), "actors: "+w) {
			t.Errorf("NewRouter does not say %s: %v", w, err)
		}
	}
}

// Each limit that an embedder leaves out has its default.
func TestLimitsAreFilledIn(t *testing.T) {
	want := lane.DefaultLimits()
	want.OpenCalls = 1
	if m := (actors.Config{Limits: actors.Limits{OpenCalls: 1}}).Mistakes(); m != nil {
		t.Fatal(m)
	}
	p := places(t, start(t, actors.Config{Limits: actors.Limits{OpenCalls: 1}}))[0]
	g := p.member(t, kinds[0])
	g.send([]any{64, 1, wamp.Dict{}, "com.one"}) // needs the default of registrations
	g.expect(wamp.Registered)
	g.send([]any{48, 2, wamp.Dict{}, "com.one"})
	g.expect(wamp.Invocation)
	g.send([]any{48, 3, wamp.Dict{}, "com.one"})
	if m := g.expect(wamp.ErrorMessage); m[4] != string(wamp.ErrOptionNotAllowed) {
		t.Errorf("got %v", m)
	}
}

// The outbox of a peer that does not read is as large as was configured.
func TestOutboxLimits(t *testing.T) {
	for name, l := range map[string]actors.Limits{
		"bytes":    {OutboxBytes: 64 << 10},
		"messages": {OutboxMessages: 10},
	} {
		t.Run(name, func(t *testing.T) {
			router := start(t, actors.Config{Limits: l})
			p := places(t, router)[0]
			publisher, slow := p.member(t, kinds[0]), p.member(t, kinds[0])
			slow.send([]any{32, 1, wamp.Dict{}, "com.large"})
			slow.expect(wamp.Subscribed)
			const events = 1000 // of 4 KiB, a quarter of the default
			for n := range events {
				publisher.send([]any{16, n + 1, wamp.Dict{"acknowledge": true}, "com.large", []any{strings.Repeat("x", 4<<10)}})
				publisher.expect(wamp.Published)
			}
			slow.cutOff(events)
		})
	}
}

// A realm announces trust levels where it has some, each role on its own.
func TestTrustLevelsAnnounced(t *testing.T) {
	some := auth.Levels{"anonymous": 1}
	for _, levels := range []actors.TrustLevels{{}, {Calls: some}, {Publications: some}, {Calls: some, Publications: some}} {
		p := places(t, start(t, actors.Config{Realms: []actors.RealmConfig{{URI: "realm1", TrustLevels: levels}}}))[0]
		g := p.guest(t, kinds[0])
		g.send([]any{1, "realm1", wamp.Dict{"roles": wamp.Dict{"caller": wamp.Dict{}}}})
		roles := g.expect(wamp.Welcome)[2].(wamp.Dict)["roles"].(wamp.Dict)
		for role, want := range map[string]struct {
			feature string
			levels  auth.Levels
		}{"dealer": {"call_trustlevels", levels.Calls}, "broker": {"publication_trustlevels", levels.Publications}} {
			got, announced := roles[role].(wamp.Dict)["features"].(wamp.Dict)[want.feature]
			if announced != (want.levels != nil) || announced && got != true {
				t.Errorf("%+v: %s announces %v", levels, role, got)
			}
		}
	}
}

// far is a listener whose peers seem to be on other machines.
type far struct {
	net.Listener
	conns chan net.Conn
}

func (f *far) Accept() (net.Conn, error) {
	c, ok := <-f.conns
	if !ok {
		return nil, net.ErrClosed
	}
	return c, nil
}
func (f *far) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(192, 0, 2, 1), Port: 1} }
func (f *far) Close() error   { close(f.conns); return nil }

type distant struct {
	net.Conn
	from netip.Addr
}

func (d distant) RemoteAddr() net.Addr { return net.TCPAddrFromAddrPort(netip.AddrPortFrom(d.from, 1)) }

// admitted says whether a connection from there gets as far as a handshake.
func (f *far) admitted(t *testing.T, from string) bool {
	t.Helper()
	ours, theirs := net.Pipe()
	t.Cleanup(func() { ours.Close() })
	f.conns <- distant{theirs, netip.MustParseAddr(from)}
	if err := ours.SetDeadline(time.Now().Add(30 * time.Second)); err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(ours, "\x7f\xf1\x00\x00"); err != nil {
		return false
	}
	reply := make([]byte, 4)
	_, err := io.ReadFull(ours, reply)
	return err == nil && reply[0] == 0x7f
}

// Connections without a session are bounded by address and in all, but for
// addresses that are exempt.
func TestEarlyConnections(t *testing.T) {
	router := start(t, actors.Config{Limits: actors.Limits{EarlyConnections: 8, EarlyPerAddress: 2}})
	f := &far{conns: make(chan net.Conn)}
	exempt := []netip.Prefix{netip.MustParsePrefix("198.51.100.0/24")}
	if err := router.Serve(actors.Listener{Net: f, Accept: netio.AcceptOptions{Transports: netio.RawSocketOnly}, Exempt: exempt}); err != nil {
		t.Fatal(err)
	}
	for i, c := range []struct {
		from string
		want bool
	}{
		{"203.0.113.1", true}, {"203.0.113.1", true}, {"203.0.113.1", false}, {"::ffff:203.0.113.1", false},
		{"203.0.113.2", true},
		{"198.51.100.1", true}, {"198.51.100.1", true}, {"::ffff:198.51.100.1", true}, {"127.0.0.1", true}, {"127.0.0.1", true},
		{"198.51.100.1", false}, {"203.0.113.3", false}, // the eighth was the last
	} {
		if got := f.admitted(t, c.from); got != c.want {
			t.Error(fmt.Sprint(i, " ", c.from, ": admitted ", got))
		}
	}
}
