package broker_test

import (
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/callboard-wamp/callboard/wamp/broker"
	"pgregory.net/rapid"
)

type member struct {
	broker.Slot
	name int
}

type topic = broker.Topic[string, *member]

func newMembers(n int) []*member {
	members := make([]*member, n)
	for i := range members {
		members[i] = &member{name: i}
	}
	return members
}

// listed returns the members of a snapshot by key.
func listed(s *broker.Snapshot[string, *member]) map[string][]*member {
	found := map[string][]*member{}
	for _, g := range s.Groups {
		for chunk := range g.Chunks {
			found[g.Key] = append(found[g.Key], chunk...)
		}
	}
	return found
}

func TestZeroTopic(t *testing.T) {
	var topic topic
	if topic.Len() != 0 || topic.Leave(&member{}) || topic.Has(&member{}) {
		t.Error("a topic without members has one")
	}
	s := topic.Snapshot()
	if s.Len != 0 || len(s.Groups) != 0 || s != topic.Snapshot() {
		t.Errorf("got %+v", s)
	}
}

func TestJoinAndLeave(t *testing.T) {
	var one, two topic
	m := &member{}
	if !one.Join("json", m) || one.Join("json", m) || one.Join("cbor", m) || two.Join("json", m) {
		t.Error("a member joins once, and one topic")
	}
	if !one.Has(m) || two.Has(m) || two.Leave(m) {
		t.Error("membership is in the other topic")
	}
	other := &member{}
	two.Join("json", other)
	if one.Leave(other) || one.Has(other) {
		t.Error("a member of another topic at the same place left")
	}
	if !one.Leave(m) || one.Leave(m) || one.Len() != 0 {
		t.Error("a member leaves once")
	}
	if !two.Join("json", m) || two.Len() != 2 {
		t.Error("a member that left may join elsewhere")
	}
}

func TestVersions(t *testing.T) {
	var topic topic
	m := newMembers(2)
	for i := range m {
		joined := topic.Version()
		topic.Join("json", m[i])
		if s := topic.Snapshot(); s.Version != joined || s != topic.Snapshot() {
			t.Errorf("joined at %d, first snapshot %d", joined, s.Version)
		}
	}
	before := topic.Snapshot().Version
	topic.Leave(m[0])
	if s := topic.Snapshot(); s.Version <= before {
		t.Errorf("version %d after %d", s.Version, before)
	}
}

func TestEmptyGroupIsUsedAgain(t *testing.T) {
	var topic topic
	m := newMembers(3)
	for i, key := range []string{"json", "cbor", "msgpack"} {
		topic.Join(key, m[i])
	}
	topic.Leave(m[1])
	topic.Snapshot()
	topic.Join("json/4096", m[1])
	got := slices.Sorted(maps.Keys(listed(topic.Snapshot())))
	if !slices.Equal(got, []string{"json", "json/4096", "msgpack"}) {
		t.Errorf("got %v", got)
	}
	if topic.Groups() != 3 {
		t.Errorf("%d groups kept for 3 keys", topic.Groups())
	}
}

// machine runs random joins, leaves and snapshots against plain maps and keeps
// every snapshot together with what it has to show for ever.
type machine struct {
	topic     topic
	members   []*member
	model     map[*member]string
	snapshots []*broker.Snapshot[string, *member]
	wanted    []map[string][]*member
}

func byName(a, b *member) int { return a.name - b.name }

func (m *machine) want() map[string][]*member {
	want := map[string][]*member{}
	for member, key := range m.model {
		want[key] = append(want[key], member)
	}
	for _, list := range want {
		slices.SortFunc(list, byName)
	}
	return want
}

func (m *machine) step(t *rapid.T, n int, keys []string) {
	switch member := m.members[rapid.IntRange(0, n-1).Draw(t, "member")]; rapid.IntRange(0, 9).Draw(t, "step") {
	case 0:
		m.snapshots = append(m.snapshots, m.topic.Snapshot())
		m.wanted = append(m.wanted, m.want())
	case 1, 2, 3, 4, 5:
		key := rapid.SampledFrom(keys).Draw(t, "key")
		if _, in := m.model[member]; m.topic.Join(key, member) == in {
			t.Fatalf("join of %d, member before: %v", member.name, in)
		} else if !in {
			m.model[member] = key
		}
	default:
		_, in := m.model[member]
		if m.topic.Leave(member) != in {
			t.Fatalf("leave of %d, member before: %v", member.name, in)
		}
		delete(m.model, member)
	}
}

func (m *machine) check(t *rapid.T) {
	m.snapshots = append(m.snapshots, m.topic.Snapshot())
	m.wanted = append(m.wanted, m.want())
	for i, s := range m.snapshots {
		got, n := listed(s), 0
		for _, list := range got {
			slices.SortFunc(list, byName)
			n += len(list)
		}
		if n != s.Len || !maps.EqualFunc(got, m.wanted[i], slices.Equal) {
			t.Fatalf("snapshot %d of %d: got %v, want %v", i, len(m.snapshots), got, m.wanted[i])
		}
	}
	if err := m.topic.Check(); err != nil {
		t.Fatal(err)
	}
}

func TestTopicAgainstModel(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.SampledFrom([]int{3, 20, 900}).Draw(t, "members")
		m := machine{members: newMembers(n), model: map[*member]string{}}
		// A good start, so that runs cross the borders of chunks.
		for _, member := range m.members[:rapid.IntRange(0, n).Draw(t, "start")] {
			m.topic.Join("json", member)
			m.model[member] = "json"
		}
		for range rapid.IntRange(0, 400).Draw(t, "steps") {
			m.step(t, n, []string{"json", "json", "cbor", "msgpack"})
		}
		m.check(t)
	})
}

// Down to nothing and up again across chunks, a snapshot every few steps.
func TestTopicShrinks(t *testing.T) {
	for _, every := range []int{1, 7, 1000} {
		var topic topic
		members := newMembers(1000)
		order := rand.New(rand.NewPCG(1, uint64(every))).Perm(len(members))
		for range 2 {
			for i, m := range members {
				topic.Join("json", m)
				if i%every == 0 {
					topic.Snapshot()
				}
			}
			for i, at := range order {
				if !topic.Leave(members[at]) {
					t.Fatalf("member %d was lost", at)
				}
				if err := topic.Check(); err != nil {
					t.Fatalf("after %d leaves: %v", i+1, err)
				}
				if i%every == 0 {
					topic.Snapshot()
				}
			}
		}
		if topic.Len() != 0 || topic.Snapshot().Len != 0 {
			t.Error("members are left")
		}
	}
}

// Readers walk old snapshots while the owner goes on: the race detector is the
// judge of what is shared.
func TestSnapshotsAreSafeForReaders(t *testing.T) {
	var topic topic
	members := newMembers(600)
	snapshots := make(chan *broker.Snapshot[string, *member], 64)
	done := make(chan string)
	go func() {
		for s := range snapshots {
			n := 0
			for m := range s.All {
				if m == nil {
					done <- "a snapshot shows an empty place"
					return
				}
				n++
			}
			if n != s.Len {
				done <- "a snapshot shows another number of members than it has"
				return
			}
		}
		done <- ""
	}()
	for _, m := range members {
		topic.Join("json", m)
		snapshots <- topic.Snapshot()
	}
	for i := range members {
		topic.Leave(members[(i*7)%len(members)])
		snapshots <- topic.Snapshot()
	}
	close(snapshots)
	if problem := <-done; problem != "" {
		t.Error(problem)
	}
}

func TestSnapshotWalkDoesNotAllocate(t *testing.T) {
	var topic topic
	for _, m := range newMembers(1000) {
		topic.Join("json", m)
	}
	s, sum := topic.Snapshot(), 0
	if n := testing.AllocsPerRun(10, func() {
		for _, g := range s.Groups {
			for chunk := range g.Chunks {
				for _, m := range chunk {
					sum += m.name
				}
			}
		}
		for m := range s.All {
			sum += m.name
		}
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
