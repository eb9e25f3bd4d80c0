package actors_test

import (
	"bytes"
	"strings"
	"sync"
	"testing"

	"github.com/callboard-wamp/callboard/actors"
	"github.com/callboard-wamp/callboard/codec"
	"github.com/callboard-wamp/callboard/wamp"
	"github.com/rs/zerolog"
)

// logbook is a log that a test reads.
type logbook struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *logbook) Write(line []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(line)
}

func (l *logbook) count(text string) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Count(l.b.String(), text)
}

// Mistakes that end nothing are logged once for each session that makes them, however
// often it does, and counted each time.
func TestMistakesAreLoggedOnce(t *testing.T) {
	const sessions, times = 2, 4
	log := new(logbook)
	r := start(t, actors.Config{Log: zerolog.New(log)})
	for range sessions {
		callee := enterWith(t, r, wamp.Dict{"callee": wamp.Dict{"features": wamp.Dict{"payload_passthru_mode": true}}})
		caller := enterWith(t, r, wamp.Dict{"caller": wamp.Dict{}})
		callee.must(t, register("com.wrong", "", ""), wamp.Registered)
		for range times {
			caller.raw.Send(&wamp.Message{Type: wamp.Call, Request: caller.last + 7, URI: []byte("com.wrong")}) // out of step
			caller.last += 7
			callee.raw.Send(&wamp.Message{
				Type: wamp.ErrorMessage, Failed: wamp.Invocation, Request: callee.expect(t, wamp.Invocation).Request, URI: []byte("not a uri"),
			})
			caller.expect(t, wamp.ErrorMessage)

			caller.ask(&wamp.Message{Type: wamp.Call, URI: []byte("com.wrong")})
			callee.raw.Send(&wamp.Message{
				Type: wamp.Yield, Request: callee.expect(t, wamp.Invocation).Request, Fields: []wamp.Field{wamp.Text("ppt_scheme", "x_own")},
			})
			if m := caller.expect(t, wamp.ErrorMessage); string(m.URI) != string(wamp.ErrFeatureNotSupported) {
				t.Errorf("ERROR %s", m.URI)
			}

			id, _ := caller.ask(&wamp.Message{Type: wamp.Call, URI: []byte("com.wrong")})
			callee.expect(t, wamp.Invocation)
			caller.raw.Send(&wamp.Message{Type: wamp.Cancel, Request: id, Fields: []wamp.Field{wamp.Text("mode", "gently")}})
			caller.expect(t, wamp.ErrorMessage)
		}
		callee.cut()
		caller.cut()
		left(t, r)
	}
	c := r.Counters()
	for _, m := range []struct {
		text    string
		counted uint64
	}{
		{"request id out of sequence", c.OutOfStep.Load()},
		{"ERROR of a callee whose URI is not valid", c.BadErrors.Load()},
		{"CANCEL with an unknown mode", c.UnknownModes.Load()},
		{"YIELD with payload passthru", c.Unreadable.Load()},
	} {
		if got := log.count(m.text); got != sessions || m.counted != sessions*times {
			t.Errorf("%s: logged %d times, not %d; counted %d times, not %d", m.text, got, sessions, m.counted, sessions*times)
		}
	}
}

// enterWith joins realm1 in these roles.
func enterWith(t testing.TB, r *actors.Router, roles wamp.Dict) *peer {
	t.Helper()
	raw, err := attach(t.Context(), r, kind{serializer: codec.JSON})
	if err != nil {
		t.Fatal(err)
	}
	p := &peer{raw: raw}
	t.Cleanup(p.cut)
	details, err := codec.JSON.AppendValue(nil, wamp.Dict{"roles": roles})
	if err != nil {
		t.Fatal(err)
	}
	if err := raw.Send(&wamp.Message{Type: wamp.Hello, URI: []byte("realm1"), Dict: details}); err != nil {
		t.Fatal(err)
	}
	p.id = p.expect(t, wamp.Welcome).Request
	return p
}
