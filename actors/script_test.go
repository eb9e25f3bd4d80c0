package actors_test

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/callboard-wamp/callboard/actors"
	"github.com/callboard-wamp/callboard/actors/lane"
	"github.com/callboard-wamp/callboard/codec"
	"github.com/callboard-wamp/callboard/netio"
	"github.com/callboard-wamp/callboard/wamp"
	"github.com/callboard-wamp/callboard/wamp/auth"
	"github.com/callboard-wamp/callboard/wamp/client"
)

// TestScripts plays testdata/*.txt: what several peers say to a router and what
// they hear, message by message. Each script runs once for every serializer and
// framing; peers of a script whose name ends in -mixed take turns.
//
//	# a comment
//	option strict_ids | log_ids | strict_uris
//	option progress_without_canceling | disclosure | trust_levels | call_trust_levels
//	option history                com.log exact and by prefix, com..error by wildcard
//	option small_limits           two of everything for a session, three for the realm
//	option few_shapes             two shapes of wildcards with as many components, and history
//	option few_queued             two calls wait for a callee with a free place
//	option few_testaments         two per session, of 1,024 octets
//	a is cbor-rawsocket           what a connects with, whatever its turn
//	a joins [HELLO.Details]       transport, HELLO, WELCOME; $a is the session id
//	a connects                    the transport alone
//	a > [33,1,{},"com.topic"]     a sends
//	a < [33,1,"$sub"]             the next message that a gets; "$x" binds or compares,
//	                              "_" is anything, {"...":0} allows further keys,
//	                              "..." at the end of a list further elements
//	a quiet                       nothing else has come for a
//	a closed 1002                 the transport ends, over WebSocket with this code
//	a drops                       a's transport is cut
//	violation [48,"x",{},"com.p"] a new session sends this and is aborted for it
//	refused wamp.error.x [1,…]    a new transport says this and gets ABORT with this URI
//	router counts slow 1          so often the router has counted this: drops by
//	                              reason, out_of_step, sessions that are open
//
// Some variables are there from the start: $long is a name of 1,025 octets, $deep
// one of 65 components, $nan and $inf are numbers that JSON does not have.
func TestScripts(t *testing.T) {
	files, err := filepath.Glob("testdata/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal("no scripts", err)
	}
	for _, file := range files {
		name := strings.TrimSuffix(filepath.Base(file), ".txt")
		for _, kind := range kinds {
			t.Run(name+"/"+kind.String(), func(t *testing.T) {
				t.Parallel()
				play(t, file, kind, strings.HasSuffix(name, "-mixed"))
			})
		}
	}
}

// stage is a router and the peers of one script.
type stage struct {
	t      *testing.T
	router *actors.Router
	kind   int
	mixed  bool
	peers  map[string]*client.Raw
	fixed  map[string]kind
	vars   map[string]any
}

func play(t *testing.T, file string, k kind, mixed bool) {
	f, err := os.Open(file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	s := newStage(t, slices.Index(kinds, k), mixed)
	cfg := actors.Config{Realms: []actors.RealmConfig{{URI: "realm1", RequestIDs: lane.RequestIDsOff}}}
	lines := bufio.NewScanner(f)
	for n := 1; lines.Scan(); n++ {
		line := strings.TrimSpace(lines.Text())
		if line == "" || line[0] == '#' {
			continue
		}
		if option, ok := strings.CutPrefix(line, "option "); ok {
			s.option(&cfg, option)
			continue
		}
		if s.router == nil {
			s.router = start(t, cfg)
		}
		if err := s.step(line); err != nil {
			t.Fatalf("%s:%d: %s\n%v", file, n, line, err)
		}
	}
}

// newStage returns a stage without a router, whose peers are of this kind.
func newStage(t *testing.T, first int, mixed bool) *stage {
	return &stage{
		t: t, kind: first, mixed: mixed,
		peers: map[string]*client.Raw{}, fixed: map[string]kind{}, vars: map[string]any{
			"$long": strings.Repeat("a", 1025), "$deep": strings.Repeat("a.", 64) + "a",
			"$nan": math.NaN(), "$inf": math.Inf(-1),
		},
	}
}

// disclosures are the rules of the option disclosure.
var disclosures = []auth.DisclosureRule{
	{URI: "com.secret.", Match: wamp.Prefix, Disclose: auth.Never},
	{URI: "com.secret.asked", Disclose: auth.OnRequest},
	{URI: "com..audit", Match: wamp.Wildcard, Disclose: auth.Always},
}

func (s *stage) option(cfg *actors.Config, name string) {
	switch name {
	case "strict_ids":
		cfg.Realms[0].RequestIDs = lane.RequestIDsStrict
	case "log_ids":
		cfg.Realms[0].RequestIDs = lane.RequestIDsLog
	case "strict_uris":
		cfg.Realms[0].URIMode = wamp.Strict
	case "progress_without_canceling":
		cfg.Realms[0].ProgressWithoutCanceling = true
	case "disclosure":
		cfg.Realms[0].Disclosure = actors.DisclosureRules{
			Callers:    append(disclosures[:3:3], auth.DisclosureRule{URI: "com.topic", Disclose: auth.Never}),
			Publishers: append(disclosures[:3:3], auth.DisclosureRule{URI: "com.procedure", Disclose: auth.Never}),
		}
	case "trust_levels":
		cfg.Realms[0].TrustLevels = actors.TrustLevels{
			Calls: auth.Levels{"anonymous": 3}, Publications: auth.Levels{"anonymous": 2, "backend": 7},
		}
	case "call_trust_levels":
		cfg.Realms[0].TrustLevels.Calls = auth.Levels{"backend": 3}
	case "history":
		cfg.Realms[0].History = []actors.HistoryConfig{
			{URI: "com.log"}, {URI: "com.log", Match: wamp.Prefix}, {URI: "com..error", Match: wamp.Wildcard},
		}
	case "small_limits":
		cfg.Limits = lane.DefaultLimits()
		cfg.Limits.Subscriptions, cfg.Limits.Registrations, cfg.Limits.OpenCalls = 2, 2, 2
		cfg.Limits.RealmSubscriptions, cfg.Limits.RealmRegistrations = 3, 3
	case "few_shapes":
		cfg.Limits = lane.DefaultLimits()
		cfg.Limits.WildcardShapes = 2
		s.option(cfg, "history")
	case "few_queued":
		cfg.Limits = lane.DefaultLimits()
		cfg.Limits.QueuedCalls = 2
	case "few_testaments":
		cfg.Limits = lane.DefaultLimits()
		cfg.Limits.Testaments, cfg.Limits.TestamentBytes = 2, 1024
	default:
		s.t.Fatalf("no option %s", name)
	}
}

func (s *stage) step(line string) error {
	ctx, cancel := context.WithTimeout(s.t.Context(), 20*time.Second)
	defer cancel()
	who, rest, _ := strings.Cut(line, " ")
	switch who {
	case "violation":
		return s.violation(ctx, rest)
	case "refused":
		return s.refused(ctx, rest)
	}
	verb, rest, _ := strings.Cut(strings.TrimSpace(rest), " ")
	rest = strings.TrimSpace(rest)
	switch verb {
	case "counts":
		return s.counts(ctx, rest)
	case "is":
		return s.fix(who, rest)
	case "connects":
		return s.connect(ctx, who)
	case "joins":
		return s.join(ctx, who, rest)
	}
	p := s.peers[who]
	if p == nil {
		return fmt.Errorf("no peer %s", who)
	}
	switch verb {
	case ">":
		return s.send(p, rest)
	case "<":
		return s.expect(ctx, p, rest)
	case "quiet":
		return s.quiet(ctx, p)
	case "closed":
		return s.closed(ctx, p, rest)
	case "drops":
		return p.Conn().Close()
	}
	return fmt.Errorf("no verb %s", verb)
}

// fix says what the peer connects with.
func (s *stage) fix(who, name string) error {
	for _, k := range kinds {
		if k.String() == name {
			s.fixed[who] = k
			return nil
		}
	}
	return fmt.Errorf("no kind %s", name)
}

func (s *stage) connect(ctx context.Context, who string) error {
	k := kinds[s.kind]
	if s.mixed {
		k = kinds[(s.kind+len(s.peers))%len(kinds)]
	}
	if fixed, ok := s.fixed[who]; ok {
		k = fixed
	}
	p, err := attach(ctx, s.router, k)
	if err != nil {
		return err
	}
	s.t.Cleanup(func() { p.Close() })
	s.peers[who] = p
	return nil
}

// attach connects to the router in memory.
func attach(ctx context.Context, r *actors.Router, k kind) (*client.Raw, error) {
	ours, theirs := netio.Pipe(64 << 10)
	if err := r.Attach(theirs, netio.AcceptOptions{WebSocketPath: "/ws"}); err != nil {
		return nil, err
	}
	return client.Handshake(ctx, ours, k.url(), client.Options{Serializer: k.serializer, Batched: k.batched})
}

const allRoles = `{"caller":{},"callee":{},"publisher":{},"subscriber":{}}`

func (s *stage) join(ctx context.Context, who, details string) error {
	if err := s.connect(ctx, who); err != nil {
		return err
	}
	if details == "" {
		details = `{"roles":` + allRoles + `}`
	}
	if err := s.send(s.peers[who], `[1,"realm1",`+details+`]`); err != nil {
		return err
	}
	delete(s.vars, "$"+who)
	return s.expect(ctx, s.peers[who], `[2,"$`+who+`",{"...":0}]`)
}

// send sends what the script says in JSON, in the peer's serializer.
func (s *stage) send(p *client.Raw, text string) error {
	v, err := codec.JSON.DecodeValue([]byte(text))
	if err != nil {
		return fmt.Errorf("script: %w", err)
	}
	b, err := p.Transport().Serializer.AppendValue(nil, s.fill(v))
	if err != nil {
		return err
	}
	return p.SendBytes(b)
}

// newcomer is the peer of lines that need a fresh one.
const newcomer = "newcomer"

func (s *stage) violation(ctx context.Context, message string) error {
	if err := s.join(ctx, newcomer, ""); err != nil {
		return err
	}
	return s.rejected(ctx, message, "wamp.error.protocol_violation")
}

func (s *stage) refused(ctx context.Context, rest string) error {
	if err := s.connect(ctx, newcomer); err != nil {
		return err
	}
	uri, message, _ := strings.Cut(rest, " ")
	return s.rejected(ctx, message, uri)
}

func (s *stage) rejected(ctx context.Context, message, uri string) error {
	p := s.peers[newcomer]
	if err := s.send(p, message); err != nil {
		return err
	}
	if err := s.expect(ctx, p, `[3,{"message":"_"},"`+uri+`"]`); err != nil {
		return err
	}
	code := "1000"
	if uri == "wamp.error.protocol_violation" {
		code = "1002"
	}
	return s.closed(ctx, p, code)
}

// counts waits until the router has counted something so often. Most counts
// stand before the answer that a script waited for, some a moment later.
func (s *stage) counts(ctx context.Context, rest string) error {
	name, want, _ := strings.Cut(rest, " ")
	for {
		c := s.router.Counters()
		got := c.Drops()[name]
		switch name {
		case "out_of_step":
			got = c.OutOfStep.Load()
		case "bad_errors":
			got = c.BadErrors.Load()
		case "unknown_modes":
			got = c.UnknownModes.Load()
		case "unreadable":
			got = c.Unreadable.Load()
		case "joins":
			got = c.Joins.Load()
		case "sessions":
			got = uint64(c.Sessions.Load())
		}
		if fmt.Sprint(got) == want {
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("counted %d", got)
		case <-time.After(time.Millisecond):
		}
	}
}

// fill replaces variables.
func (s *stage) fill(v any) any {
	switch x := v.(type) {
	case string:
		if bound, ok := s.vars[x]; ok {
			return bound
		}
	case []any:
		for i := range x {
			x[i] = s.fill(x[i])
		}
	case wamp.Dict:
		for k := range x {
			x[k] = s.fill(x[k])
		}
	}
	return v
}

func (s *stage) expect(ctx context.Context, p *client.Raw, text string) error {
	want, err := codec.JSON.DecodeValue([]byte(text))
	if err != nil {
		return fmt.Errorf("script: %w", err)
	}
	got, err := receive(ctx, p)
	if err != nil {
		return fmt.Errorf("got error %w", err)
	}
	if !s.match(want, got) {
		return fmt.Errorf("got %v", got)
	}
	return nil
}

// receive returns the next message as a value, and answers pings.
func receive(ctx context.Context, p *client.Raw) (any, error) {
	for {
		f, err := p.ReceiveFrame(ctx)
		if err != nil {
			return nil, err
		}
		switch f.Kind {
		case netio.Message:
			return p.Transport().Serializer.DecodeValue(f.Data)
		case netio.Close:
			return nil, &client.CloseError{Code: f.Code, Reason: string(f.Data)}
		}
	}
}

// match compares a value of the script with one that came.
func (s *stage) match(want, got any) bool {
	switch w := want.(type) {
	case string:
		if w == "_" {
			return true
		}
		if !strings.HasPrefix(w, "$") {
			return got == any(w)
		}
		bound, ok := s.vars[w]
		if !ok {
			s.vars[w] = got
			return true
		}
		return number(bound) == number(got)
	case []any:
		g, ok := got.([]any)
		if n := len(w) - 1; ok && n >= 0 && w[n] == "..." && len(g) >= n {
			w, g = w[:n], g[:n]
		}
		if !ok || len(g) != len(w) {
			return false
		}
		for i := range w {
			if !s.match(w[i], g[i]) {
				return false
			}
		}
		return true
	case wamp.Dict:
		return s.matchDict(w, got)
	}
	return reflect.DeepEqual(number(want), number(got))
}

func (s *stage) matchDict(want wamp.Dict, got any) bool {
	g, ok := got.(wamp.Dict)
	if !ok {
		return false
	}
	_, open := want["..."]
	for k, v := range want {
		if k == "..." {
			continue
		}
		if have, ok := g[k]; !ok || !s.match(v, have) {
			return false
		}
	}
	return open || len(g) == len(want)
}

// number makes integers of different types comparable.
func number(v any) any {
	switch n := v.(type) {
	case uint64:
		if n <= math.MaxInt64 {
			return int64(n)
		}
	case int:
		return int64(n)
	}
	return v
}

// quiet asks something that is answered behind everything that came before.
func (s *stage) quiet(ctx context.Context, p *client.Raw) error {
	if err := s.send(p, `[34,9007199254740000,4711]`); err != nil {
		return err
	}
	return s.expect(ctx, p, `[8,34,9007199254740000,{},"wamp.error.no_such_subscription"]`)
}

func (s *stage) closed(ctx context.Context, p *client.Raw, code string) error {
	got, err := receive(ctx, p)
	var closed *client.CloseError
	switch {
	case err == nil:
		return fmt.Errorf("got %v", got)
	case errors.As(err, &closed) && code != "":
		if fmt.Sprint(closed.Code) != code {
			return err
		}
	case errors.Is(err, io.EOF):
	default:
		return err
	}
	return nil
}
