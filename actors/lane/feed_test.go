package lane_test

import (
	"slices"
	"sync"
	"testing"

	"github.com/callboard-wamp/callboard/actors/lane"
	"github.com/callboard-wamp/callboard/actors/mailbox"
	"github.com/callboard-wamp/callboard/wamp"
)

// reader attaches a reader whose mailbox is never run: what is posted to it can
// be counted.
func reader(f *lane.Feed, wants ...lane.ChangeKind) (*lane.FeedReader, *lane.Box) {
	box := mailbox.New(&mailbox.Options[lane.Item]{Scheduler: mailbox.NewScheduler(nil, mailbox.SchedulerOptions{})}, nil)
	r := f.Attach(box)
	r.Want(func(k lane.ChangeKind) bool { return slices.Contains(wants, k) })
	return r, box
}

func change(k lane.ChangeKind, id wamp.ID) lane.Change {
	return lane.Change{Kind: k, Session: &lane.Session{ID: id}}
}

func all(r *lane.FeedReader) (ids []wamp.ID) {
	for c, ok := r.Next(); ok; c, ok = r.Next() {
		ids = append(ids, c.Session.ID)
	}
	return ids
}

// A reader gets what it wants, in order, and is woken once until it has taken all.
func TestFeed(t *testing.T) {
	var f lane.Feed
	joins, joinsBox := reader(&f, lane.SessionJoined)
	both, bothBox := reader(&f, lane.SessionJoined, lane.SessionLeft)
	for id := range wamp.ID(4) {
		f.Post(change(lane.SessionJoined, 2*id))
		f.Post(change(lane.SessionLeft, 2*id+1))
		f.Post(change(lane.CalleeAdded, 100))
	}
	if joinsBox.Len() != 1 || bothBox.Len() != 1 {
		t.Errorf("woken %d and %d times", joinsBox.Len(), bothBox.Len())
	}
	if got := all(joins); !slices.Equal(got, []wamp.ID{0, 2, 4, 6}) {
		t.Errorf("got %v", got)
	}
	if got := all(both); !slices.Equal(got, []wamp.ID{0, 1, 2, 3, 4, 5, 6, 7}) {
		t.Errorf("got %v", got)
	}
	f.Post(change(lane.SessionLeft, 9))
	if joinsBox.Len() != 1 || bothBox.Len() != 2 {
		t.Errorf("woken %d and %d times", joinsBox.Len(), bothBox.Len())
	}
}

// While nobody wants a kind of change it costs nothing, and that is so again when
// the last one has stopped to want it.
func TestFeedWithoutReaders(t *testing.T) {
	var f lane.Feed
	r, box := reader(&f, lane.SessionLeft)
	c := change(lane.SessionJoined, 1)
	free := func() {
		t.Helper()
		if f.Wants(lane.SessionJoined) {
			t.Error("somebody wants it")
		}
		if n := testing.AllocsPerRun(100, func() { f.Post(c) }); n != 0 {
			t.Errorf("%v allocations", n)
		}
	}
	free()
	r.Want(func(k lane.ChangeKind) bool { return k == lane.SessionJoined })
	if !f.Wants(lane.SessionJoined) || f.Wants(lane.SessionLeft) {
		t.Error("the reader is not heard")
	}
	r.Want(func(lane.ChangeKind) bool { return false })
	free()
	if got := all(r); got != nil || box.Len() != 0 {
		t.Errorf("got %v, woken %d times", got, box.Len())
	}
	var none *lane.Feed
	if none.Wants(lane.SessionJoined) {
		t.Error("somebody wants what is never told")
	}
}

// A reader that starts again knows whether the one before it failed on a change.
func TestFeedResume(t *testing.T) {
	var f lane.Feed
	r, box := reader(&f, lane.SessionJoined)
	if r.Resume() {
		t.Error("a change is lost before there was one")
	}
	f.Post(change(lane.SessionJoined, 1))
	f.Post(change(lane.SessionJoined, 2))
	if _, ok := r.Next(); !ok || !r.Resume() {
		t.Error("the loss of a change is not noticed")
	}
	if r.Resume() {
		t.Error("it is lost twice")
	}
	r.Next()
	r.Again()
	if r.Resume() {
		t.Error("a change is lost that the reader was done with")
	}
	r.Next()
	if got := all(r); got != nil || r.Resume() {
		t.Errorf("got %v", got)
	}
	if n := box.Len(); n != 6 { // each Resume and Again, and none for the posts
		t.Errorf("woken %d times", n)
	}
}

// However many post at once, every reader sees the same order, and in it that of
// each poster.
func TestFeedOrder(t *testing.T) {
	const posters, each = 8, 2000
	var f lane.Feed
	a, _ := reader(&f, lane.SessionJoined)
	b, _ := reader(&f, lane.SessionJoined)
	var posting, reading sync.WaitGroup
	var got [2][]wamp.ID
	for i, r := range []*lane.FeedReader{a, b} {
		reading.Go(func() {
			for len(got[i]) < posters*each {
				got[i] = append(got[i], all(r)...)
			}
		})
	}
	for p := range posters {
		posting.Go(func() {
			for n := range each {
				f.Post(change(lane.SessionJoined, wamp.ID(p*each+n)))
			}
		})
	}
	posting.Wait()
	reading.Wait()
	if !slices.Equal(got[0], got[1]) {
		t.Error("two readers see different orders")
	}
	var next [posters]int
	for _, id := range got[0] {
		p, n := int(id)/each, int(id)%each
		if n != next[p] {
			t.Fatalf("poster %d: change %d comes instead of %d", p, n, next[p])
		}
		next[p]++
	}
}
