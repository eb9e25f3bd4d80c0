package lane

import (
	"github.com/callboard-wamp/callboard/netio"
	"github.com/callboard-wamp/callboard/wamp"
)

// arenaSize is the chunk that encoded messages are written into.
const arenaSize = 16 << 10

// arena is a chunk that messages of one encoding are written into, one after
// the other. It holds a reference of its own; spans that leave it take more.
type arena struct {
	chunk *netio.Chunk
	used  int
	body  int // where the last message begins that append wrote, behind its header
}

// fits says whether size more octets can be written.
func (a *arena) fits(size int) bool { return a.chunk != nil && len(a.chunk.B)-a.used >= size }

// room makes them fit: a full arena is given back and replaced.
func (a *arena) room(size int) {
	if !a.fits(size) {
		a.giveBack()
		*a = arena{chunk: netio.Take(max(arenaSize, size))}
	}
}

func (a *arena) giveBack() {
	if a.chunk != nil {
		a.chunk.Release()
		*a = arena{}
	}
}

// append encodes m, of the given size, framed, and returns where it
// stands. With a batched framing it is an element: spans are shared by receivers
// that are sent other things besides, and each outbox makes batches of its own.
// There must be room.
func (a *arena) append(g Group, m *wamp.Message, size int) (from, to int) {
	from = a.used
	b := netio.AppendElementHeader(a.chunk.B[:from], g.Framing, size)
	a.body = len(b)
	b = netio.AppendTrailer(g.Serializer.Append(b, m), g.Framing)
	a.used = len(b)
	return from, a.used
}

// copy is append for a message that is encoded already.
func (a *arena) copy(g Group, body []byte) (from, to int) {
	from = a.used
	b := netio.AppendElementHeader(a.chunk.B[:from], g.Framing, len(body))
	b = netio.AppendTrailer(append(b, body...), g.Framing)
	a.used = len(b)
	return from, a.used
}
