package broker_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/callboard-wamp/callboard/wamp"
	"github.com/callboard-wamp/callboard/wamp/broker"
)

// BenchmarkJoinLeave is the worst case of an owner: a snapshot after every
// single change of a large topic.
func BenchmarkJoinLeave(b *testing.B) {
	const n = 100_000
	members := newMembers(n)
	order := rand.New(rand.NewPCG(1, 1)).Perm(n)
	b.Run("join", func(b *testing.B) {
		b.ReportAllocs()
		var topic topic
		for i := 0; b.Loop(); i++ {
			if i%n == 0 {
				b.StopTimer()
				topic, members = broker.Topic[string, *member]{}, newMembers(n)
				b.StartTimer()
			}
			topic.Join("json", members[i%n])
			topic.Snapshot()
		}
	})
	b.Run("leave", func(b *testing.B) {
		b.ReportAllocs()
		var topic topic
		for i := 0; b.Loop(); i++ {
			if i%n == 0 {
				b.StopTimer()
				topic, members = broker.Topic[string, *member]{}, newMembers(n)
				for _, m := range members {
					topic.Join("json", m)
				}
				topic.Snapshot()
				b.StartTimer()
			}
			topic.Leave(members[order[i%n]])
			topic.Snapshot()
		}
	})
}

func BenchmarkWalk(b *testing.B) {
	for _, n := range []int{1, 100, 10_000, 100_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			var topic topic
			for _, m := range newMembers(n) {
				topic.Join("json", m)
			}
			s, sum := topic.Snapshot(), 0
			b.ReportAllocs()
			for b.Loop() {
				for m := range s.All {
					sum += m.name
				}
			}
		})
	}
}

func BenchmarkFilter(b *testing.B) {
	for _, n := range []int{1, 32, 1000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			f := broker.NewFilter(&wamp.Receivers{Exclude: make([]wamp.ID, n)})
			b.ReportAllocs()
			for b.Loop() {
				f.Admits(7, "joe", "user")
			}
		})
	}
}
