package actors_test

import (
	"slices"
	"testing"
	"time"

	"github.com/callboard-wamp/callboard/actors"
	"github.com/callboard-wamp/callboard/wamp"
)

// filtered asks for the history of com.log and returns the first argument of each
// event, or the URI of the ERROR.
func (p *peer) filtered(t testing.TB, id int64, filters wamp.Dict) (values []int64, failure string) {
	t.Helper()
	payload, err := p.serializer().AppendPayload(nil, []any{uint64(id)}, filters)
	if err != nil {
		t.Fatal(err)
	}
	p.ask(&wamp.Message{Type: wamp.Call, URI: []byte("wamp.subscription.get_events"), Payload: payload})
	m := p.next(t)
	if m.Type == wamp.ErrorMessage {
		return nil, string(m.URI)
	}
	events, _, err := p.serializer().DecodePayload(m.Payload)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range events {
		n, _ := number(e.(wamp.Dict)["args"].([]any)[0]).(int64)
		values = append(values, n)
	}
	return values, ""
}

// Each filter of a time ends where its name says (advanced profile, "Event
// History"), two hold together, and each filter of another type is refused.
func TestHistoryFilters(t *testing.T) {
	inBubble(t, keeping(nil), func(t *testing.T, r *actors.Router) {
		p := enter(t, r, kinds[0])
		topic, _ := r.Realm("realm1").Topics.Get([]byte("com.log"))
		at := make([]string, 4)
		for n := 1; n < 4; n++ {
			time.Sleep(time.Second)
			at[n] = time.Now().UTC().Format("2006-01-02T15:04:05.000Z")
			p.log(t, n)
		}
		for _, c := range []struct {
			filters wamp.Dict
			want    []int64
		}{
			{wamp.Dict{}, []int64{1, 2, 3}},
			{wamp.Dict{"from_time": at[2]}, []int64{2, 3}},
			{wamp.Dict{"after_time": at[2]}, []int64{3}},
			{wamp.Dict{"before_time": at[2]}, []int64{1}},
			{wamp.Dict{"until_time": at[2]}, []int64{1, 2}},
			{wamp.Dict{"after_time": at[1], "before_time": at[3]}, []int64{2}},
			{wamp.Dict{"from_time": at[2], "until_time": at[2]}, []int64{2}},
			{wamp.Dict{"from_time": at[3], "until_time": at[1]}, nil},
			{wamp.Dict{"from_time": at[2], "limit": 1}, []int64{2}},
			{wamp.Dict{"until_time": at[2], "reverse": true}, []int64{2, 1}},
			{wamp.Dict{"reverse": false, "limit": 10}, []int64{1, 2, 3}},
			{wamp.Dict{"topic": "com.log"}, []int64{1, 2, 3}},
			{wamp.Dict{"topic": "com.lo"}, nil},
		} {
			if got, failure := p.filtered(t, int64(topic.ID), c.filters); failure != "" || !slices.Equal(got, c.want) {
				t.Errorf("%v: %v %s, not %v", c.filters, got, failure, c.want)
			}
		}
		wrong := map[string][]any{"limit": {0, -1, "2", 1.5, true}, "reverse": {1, "true"}, "topic": {"", 1, []any{"com.log"}}}
		for _, end := range []string{"from", "after", "before", "until"} {
			wrong[end+"_time"] = []any{"", "yesterday", "2026-01-01", 1_700_000_000, true}
			wrong[end+"_publication"] = []any{0, -1, "1", 1.5, true}
		}
		for key, values := range wrong {
			for _, v := range values {
				if got, failure := p.filtered(t, int64(topic.ID), wamp.Dict{key: v}); failure != string(wamp.ErrInvalidArgument) {
					t.Errorf("%s: %v: %v %s", key, v, got, failure)
				}
			}
		}
	})
}
