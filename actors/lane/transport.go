package lane

import (
	"sync/atomic"

	"github.com/callboard-wamp/callboard/actors/mailbox"
	"github.com/callboard-wamp/callboard/codec"
	"github.com/callboard-wamp/callboard/netio"
)

// Group tells receivers apart that need different bytes: equal groups get the
// same span.
type Group struct {
	// MaxSend is the largest message that the peer accepts, in octets.
	MaxSend    int32
	Serializer codec.Serializer
	Framing    netio.Framing
	// Trust: EVENTs say how far their publisher is trusted. No transport has it,
	// only the members of topics; see [Session.Receives].
	Trust bool
}

// encodings is the number of ways to write a message: three serializers, each
// over WebSocket, over RawSocket and over batched WebSocket. EVENTs of one encoding are of two kinds,
// with and without the level of trust.
const (
	encodings = 3 * framings
	framings  = 3
	kinds     = 2 * encodings
)

// Kind numbers what members of a group get different bytes by, from 0: the
// encodings, then those with the level of trust. A serializer has one framing of
// WebSocket only, text or binary, and one of batches.
func (g Group) Kind() int {
	k := framings * (int(g.Serializer) - 1)
	switch g.Framing {
	case netio.RawSocket:
		k++
	case netio.WebSocketTextBatched, netio.WebSocketBinaryBatched:
		k += 2
	}
	if g.Trust {
		k += encodings
	}
	return k
}

// Transport is the handle of one connection: what its session may use of it.
// Outbox is safe for concurrent use; Target says where the reader posts.
type Transport struct {
	Group  Group
	Outbox *netio.Outbox
	// Box is the connection actor's mailbox.
	Box *Box
	// Target is where the reader posts what it reads: Box before WELCOME and
	// after GOODBYE, the session's mailbox in between.
	Target atomic.Pointer[mailbox.Mailbox[Item]]
	// Remote is the peer's address, for logs.
	Remote string
	// Raised is set when a session is established: larger messages are welcome.
	Raised atomic.Bool
	// Closing tells the reader to discard what still comes.
	Closing atomic.Bool
	// Reads counts the reader's reads: a sign of life.
	Reads atomic.Uint64
}
