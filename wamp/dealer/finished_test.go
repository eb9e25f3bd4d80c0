package dealer_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/callboard-wamp/callboard/wamp"
	"github.com/callboard-wamp/callboard/wamp/dealer"
	"pgregory.net/rapid"
)

func TestFinished(t *testing.T) {
	var f dealer.Finished
	at := time.Unix(1000, 0)
	call := func(id wamp.ID, uri string, flags wamp.Flags) *wamp.Message {
		return &wamp.Message{Type: wamp.Call, Request: id, URI: []byte(uri), Flags: flags}
	}
	if f.Late(call(1, "a", 0), at) || f.Len() != 0 {
		t.Error("an empty table knows a call")
	}
	f.Add(1, "a", at)
	for _, tt := range []struct {
		name  string
		m     *wamp.Message
		after time.Duration
		want  bool
	}{
		{"more input", call(1, "a", wamp.Progress), 0, true},
		{"more input, later", call(1, "a", wamp.Progress), dealer.Grace - 1, true},
		{"another id", call(2, "a", 0), 0, false},
		{"another procedure", call(1, "b", 0), 0, false},
		{"the last of it", call(1, "a", 0), 1, true},
		{"what follows is a new call", call(1, "a", 0), 2, false},
	} {
		if got := f.Late(tt.m, at.Add(tt.after)); got != tt.want {
			t.Errorf("%s: got %v", tt.name, got)
		}
	}
	f.Add(1, "a", at)
	if f.Late(call(1, "a", wamp.Progress), at.Add(dealer.Grace)) || f.Len() != 0 {
		t.Error("it is remembered for too long")
	}
}

func TestFinishedIsBounded(t *testing.T) {
	var f dealer.Finished
	at := time.Unix(1000, 0)
	for id := range wamp.ID(3 * dealer.MaxFinished) {
		f.Add(id+1, "a", at)
	}
	if f.Len() != dealer.MaxFinished {
		t.Errorf("%d calls", f.Len())
	}
	newest := wamp.Message{Type: wamp.Call, Request: 3 * dealer.MaxFinished, URI: []byte("a"), Flags: wamp.Progress}
	if !f.Late(&newest, at) {
		t.Error("the newest was forgotten")
	}
	if f.Late(&wamp.Message{Type: wamp.Call, Request: 1, URI: []byte("a"), Flags: wamp.Progress}, at) {
		t.Error("the oldest was kept")
	}
}

// Against a list of all that ever ended.
func TestFinishedAgainstModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var f dealer.Finished
		type one struct {
			procedure string
			at        time.Time
		}
		model := map[wamp.ID]one{}
		now := time.Unix(1000, 0)
		for range rapid.IntRange(0, 200).Draw(t, "steps") {
			now = now.Add(time.Duration(rapid.IntRange(0, 20).Draw(t, "seconds")) * time.Second)
			id := wamp.ID(rapid.IntRange(1, 6).Draw(t, "id"))
			procedure := fmt.Sprint(rapid.IntRange(1, 2).Draw(t, "procedure"))
			if rapid.Bool().Draw(t, "ends") {
				f.Add(id, procedure, now)
				model[id] = one{procedure, now}
				continue
			}
			m := wamp.Message{Type: wamp.Call, Request: id, URI: []byte(procedure)}
			if rapid.Bool().Draw(t, "more") {
				m.Flags = wamp.Progress
			}
			known, ok := model[id]
			want := ok && known.procedure == procedure && now.Sub(known.at) < dealer.Grace
			if got := f.Late(&m, now); got != want {
				t.Fatalf("CALL %d of %s: got %v, want %v", id, procedure, got, want)
			}
			if want && m.Flags == 0 {
				delete(model, id)
			}
		}
	})
}
