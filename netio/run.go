package netio

// run reads slices one after the other, in pieces that are worth a record each.
type run struct {
	bufs  [][]byte
	at    int // bytes taken so far
	index int // bufs[index][from:] comes next
	from  int

	joined *Chunk // where short slices come together
}

func (r *run) size() (n int) {
	for _, b := range r.bufs {
		n += len(b)
	}
	return n
}

// skip goes on at the n-th byte of all.
func (r *run) skip(n int) {
	for r.at < n {
		r.advance(n - r.at)
	}
}

// advance takes at most n bytes of the current slice.
func (r *run) advance(n int) int {
	n = min(n, len(r.bufs[r.index])-r.from)
	r.at, r.from = r.at+n, r.from+n
	if r.from == len(r.bufs[r.index]) {
		r.index, r.from = r.index+1, 0
	}
	return n
}

// next returns up to limit bytes: as they lie there if they are many or all that
// is left, else several slices together. They are lent until the next call.
func (r *run) next(limit int) []byte {
	current := r.bufs[r.index][r.from:]
	switch n := len(current); {
	case n >= limit:
		return current[:r.advance(limit)]
	case n >= record:
		return current[:r.advance(n-n%record)]
	}
	if r.joined == nil {
		r.joined = Take(record)
	}
	n := 0
	for limit = min(limit, record); n < limit; {
		from := r.bufs[r.index][r.from:]
		n += copy(r.joined.B[n:limit], from[:r.advance(limit-n)])
	}
	return r.joined.B[:n]
}

// done gives the space back.
func (r *run) done() {
	if r.joined != nil {
		r.joined.Release()
		r.joined = nil
	}
}
