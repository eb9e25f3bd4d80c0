package dealer_test

import (
	"maps"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"

	"github.com/callboard-wamp/callboard/wamp"
	"github.com/callboard-wamp/callboard/wamp/dealer"
	"pgregory.net/rapid"
)

type pending = dealer.Pending[int]

func TestZeroPending(t *testing.T) {
	var p pending
	if _, ok := p.Take(1); ok || p.Get(1) != nil || p.Get(0) != nil || p.Len() != 0 {
		t.Error("an empty table has an entry")
	}
	p.Trim()
	for range p.All {
		t.Error("an empty table shows an entry")
	}
	if p.Put(0, 1) {
		t.Error("0 is no id")
	}
	p.Put(1, 1)
	if _, ok := p.Take(0); ok || p.Get(0) != nil {
		t.Error("a free place was taken for an entry")
	}
}

func TestPutRefusesOpenIDs(t *testing.T) {
	var p pending
	for id := wamp.ID(1); id <= 5000; id++ {
		if !p.Put(id, int(id)) {
			t.Fatalf("%d was refused", id)
		}
	}
	for _, id := range []wamp.ID{1, 2, 3000, 4999, 5000} {
		if p.Put(id, 0) || *p.Get(id) != int(id) {
			t.Errorf("open id %d was overwritten", id)
		}
	}
	if p.Len() != 5000 {
		t.Errorf("%d open", p.Len())
	}
}

func TestGetMayChangeTheValue(t *testing.T) {
	var p pending
	for id := wamp.ID(1); id <= 3000; id++ {
		p.Put(id, 0)
	}
	for _, id := range []wamp.ID{1, 3000} {
		*p.Get(id) = 7
		if v, ok := p.Take(id); !ok || v != 7 {
			t.Errorf("%d: got %d, %v", id, v, ok)
		}
	}
}

func TestAllMayTake(t *testing.T) {
	var p pending
	for id := wamp.ID(1); id <= 3000; id++ {
		p.Put(id, int(id))
	}
	seen := 0
	for id, v := range p.All {
		if *v != int(id) {
			t.Errorf("%d: got %d", id, *v)
		}
		p.Take(id)
		seen++
	}
	if seen != 3000 || p.Len() != 0 {
		t.Errorf("%d seen, %d left", seen, p.Len())
	}
	p.Put(1, 1)
	p.Put(2, 2)
	for range p.All {
		seen++
		break
	}
	if seen != 3001 {
		t.Error("All goes on after false")
	}
}

// Sequential ids with stragglers, jumps, the wrap at 2^53, and ids at random.
func TestPendingAgainstMap(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var p pending
		model := map[wamp.ID]int{}
		var ids []wamp.ID
		next := wamp.ID(rapid.SampledFrom([]uint64{1, 1 << 32, 1<<53 - 500}).Draw(t, "first"))
		keep := rapid.IntRange(0, 100).Draw(t, "keep")
		source := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		for i := range rapid.IntRange(0, 4000).Draw(t, "steps") {
			id := next
			switch source.IntN(20) {
			case 0:
				id = wamp.ID(source.Uint64N(uint64(wamp.MaxID)) + 1)
			case 1:
				id = wamp.ID(source.Uint64N(4096) + 1)
			case 2:
				p.Trim()
			default:
				next = next.Next()
			}
			_, open := model[id]
			if p.Put(id, i) == open {
				t.Fatalf("put %d, open before: %v", id, open)
			}
			if !open {
				model[id] = i
				ids = append(ids, id)
			}
			for len(ids) > 0 && source.IntN(100) >= keep {
				at := source.IntN(len(ids))
				id, want := ids[at], model[ids[at]]
				if got, ok := p.Take(id); !ok || got != want {
					t.Fatalf("take %d: got %d, %v, want %d", id, got, ok, want)
				}
				delete(model, id)
				ids = slices.Delete(ids, at, at+1)
			}
			if _, open := model[next]; !open && p.Get(next) != nil {
				t.Fatalf("%d is not open", next)
			}
		}
		got := map[wamp.ID]int{}
		for id, v := range p.All {
			got[id] = *v
		}
		if p.Len() != len(model) || !maps.Equal(got, model) {
			t.Fatalf("got %v, want %v", got, model)
		}
	})
}

func TestPendingAllocations(t *testing.T) {
	for _, window := range []int{1, 5, 64, 1000, 3000} {
		var p pending
		id := wamp.ID(1)
		turn := func() {
			p.Put(id, 1)
			if id > wamp.ID(window) {
				p.Take(id - wamp.ID(window))
			}
			id++
		}
		for range 20_000 {
			turn()
		}
		if n := testing.AllocsPerRun(5000, turn); n != 0 {
			t.Errorf("window %d: %v allocations", window, n)
		}
	}
}

func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

func TestMemoryFollowsOpenEntries(t *testing.T) {
	for _, passing := range []wamp.ID{1000, 10_000_000} {
		var p dealer.Pending[[4]uint64]
		before := heap()
		p.Put(1, [4]uint64{7})
		for id := wamp.ID(2); id < passing; id++ {
			p.Put(id, [4]uint64{})
			p.Take(id)
		}
		if grown := int64(heap()) - int64(before); grown > 8<<10 {
			t.Errorf("one open entry holds %d octets after %d others", grown, passing)
		}
		if v := p.Get(1); v == nil || v[0] != 7 {
			t.Error("the entry was lost")
		}
		runtime.KeepAlive(&p)
	}
}

func TestMemoryIsGivenBackAfterABurst(t *testing.T) {
	tests := map[string]func(p *dealer.Pending[[4]uint64], id wamp.ID){
		"by a trim": func(p *dealer.Pending[[4]uint64], _ wamp.ID) { p.Trim() },
		"by little use": func(p *dealer.Pending[[4]uint64], id wamp.ID) {
			for range 20 {
				p.Put(id, [4]uint64{})
				p.Take(id)
				id++
			}
		},
	}
	for name, after := range tests {
		t.Run(name, func(t *testing.T) {
			var p dealer.Pending[[4]uint64]
			before := heap()
			for id := wamp.ID(1); id <= 16_000; id++ {
				p.Put(id, [4]uint64{})
			}
			full := int64(heap()) - int64(before)
			for id := range p.All {
				p.Take(id)
			}
			after(&p, 16_001)
			if left := int64(heap()) - int64(before); left > 8<<10 || full < 500<<10 {
				t.Errorf("%d octets when full, %d left", full, left)
			}
			runtime.KeepAlive(&p)
		})
	}
}

func BenchmarkPending(b *testing.B) {
	for _, window := range []struct {
		name string
		n    wamp.ID
	}{{"1", 1}, {"64", 64}, {"1000", 1000}, {"4000", 4000}} {
		b.Run(window.name, func(b *testing.B) {
			var p dealer.Pending[[4]uint64]
			id := wamp.ID(1)
			b.ReportAllocs()
			for b.Loop() {
				p.Put(id, [4]uint64{})
				if id > window.n {
					p.Take(id - window.n)
				}
				id++
			}
		})
	}
	// Answers come in any order: some calls stay open much longer than others.
	b.Run("random order", func(b *testing.B) {
		var p dealer.Pending[[4]uint64]
		open := make([]wamp.ID, 0, 64)
		id := wamp.ID(1)
		b.ReportAllocs()
		for b.Loop() {
			p.Put(id, [4]uint64{})
			if open = append(open, id); len(open) == cap(open) {
				i := rand.IntN(len(open))
				p.Take(open[i])
				open[i] = open[len(open)-1]
				open = open[:len(open)-1]
			}
			id++
		}
	})
}
