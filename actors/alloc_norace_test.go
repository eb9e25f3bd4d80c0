//go:build !race

package actors_test

import "testing"

// In the steady state a routed message costs no allocation of its own; what
// there is, is shared by the messages of a read. The race detector allocates.
func TestAllocations(t *testing.T) {
	for _, way := range routes {
		for _, k := range kinds {
			t.Run(way.name+"/"+k.String(), func(t *testing.T) {
				round := way.rounds(t, k)
				warm(round)
				got := allocations(1_000, round)
				t.Logf("%.3f allocations per message", got)
				if got > 0.5 {
					t.Errorf("%.3f allocations per routed message, at most 0.5", got)
				}
			})
		}
	}
}
