package wamp_test

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/callboard-wamp/callboard/wamp"
	"pgregory.net/rapid"
)

func TestIDValid(t *testing.T) {
	for id, want := range map[wamp.ID]bool{
		0: false, 1: true, wamp.MaxID - 1: true, wamp.MaxID: true, wamp.MaxID + 1: false, math.MaxUint64: false,
	} {
		if got := id.Valid(); got != want {
			t.Errorf("%d: got %v, want %v", id, got, want)
		}
	}
}

func TestIDNext(t *testing.T) {
	for id, want := range map[wamp.ID]wamp.ID{
		0: 1, 1: 2, wamp.MaxID - 1: wamp.MaxID, wamp.MaxID: 1, wamp.MaxID + 1: 1,
	} {
		if got := id.Next(); got != want {
			t.Errorf("%d: got %d, want %d", id, got, want)
		}
	}
}

func TestGlobalIDCoversTheRange(t *testing.T) {
	if got := wamp.GlobalID(0); got != 1 {
		t.Errorf("lowest: got %d", got)
	}
	if got := wamp.GlobalID(math.MaxUint64); got != wamp.MaxID {
		t.Errorf("highest: got %d", got)
	}
	rapid.Check(t, func(t *rapid.T) {
		random := rapid.Uint64().Draw(t, "random")
		id := wamp.GlobalID(random)
		if !id.Valid() {
			t.Fatalf("GlobalID(%d) = %d", random, id)
		}
		// Equally many random words lead to every id: 2^11.
		if first := uint64(id-1) << 11; wamp.GlobalID(first) != id || wamp.GlobalID(first|(1<<11-1)) != id {
			t.Fatalf("id %d is not hit by exactly 2^11 words", id)
		}
	})
}

// Sixteen equal parts of the range are hit equally often: chi-square with 15
// degrees of freedom stays below 60 but for one seed in millions; the seed is
// fixed.
func TestGlobalIDUniform(t *testing.T) {
	const parts, draws = 16, 160_000
	source := rand.New(rand.NewPCG(1, 2))
	var hits [parts]int
	for range draws {
		hits[uint64(wamp.GlobalID(source.Uint64())-1)/(uint64(wamp.MaxID)/parts)]++
	}
	chi := 0.0
	for _, n := range hits {
		d := float64(n - draws/parts)
		chi += d * d / (draws / parts)
	}
	if chi > 60 {
		t.Errorf("chi-square %.1f, hits %v", chi, hits)
	}
}
