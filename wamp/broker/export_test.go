package broker

import "fmt"

// Groups is the number of groups that the topic keeps, empty ones included.
func (t *Topic[K, M]) Groups() int { return len(t.groups) }

// Check verifies what the comments promise: places are right, chunks in front
// of the last are full, and nothing behind the last member is referred to.
func (t *Topic[K, M]) Check() error {
	total := 0
	for i := range t.groups {
		g := &t.groups[i]
		total += g.Len()
		if want := (g.Len() + chunkLen - 1) / chunkLen; len(g.spine) != want {
			return fmt.Errorf("group %d: %d members in %d chunks", i, g.Len(), len(g.spine))
		}
		if err := checkGroup(g, uint32(i)); err != nil {
			return err
		}
	}
	if total != t.Len() {
		return fmt.Errorf("%d members counted, %d found", t.Len(), total)
	}
	return nil
}

func checkGroup[K comparable, M Member](g *Group[K, M], number uint32) error {
	var none M
	for c, chunk := range g.spine {
		for j, m := range chunk.members {
			i := c*chunkLen + j
			if i >= g.Len() {
				if m != none {
					return fmt.Errorf("a member that left is held at %d", i)
				}
				continue
			}
			if s := *m.slot(); s != (Slot{number, uint32(i + 1)}) {
				return fmt.Errorf("member at %d has the slot %v", i, s)
			}
		}
	}
	for _, chunk := range g.spine[len(g.spine):cap(g.spine)] {
		if chunk != nil {
			return fmt.Errorf("a chunk is held behind the spine")
		}
	}
	return nil
}
