package netio

// Space is how many bytes the chunks of the reader have.
func (r *Reader) Space() int {
	n := 0
	for _, c := range append([]*Chunk{r.chunk, r.fragments.chunk}, r.fragments.full...) {
		if c != nil {
			n += len(c.B)
		}
	}
	return n
}
