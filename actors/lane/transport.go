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
	Serializer codec.Serializer
	Framing    netio.Framing
	// MaxSend is the largest message that the peer accepts, in octets.
	MaxSend int32
}

// kinds is the number of different encodings: three serializers, each over
// WebSocket and over RawSocket.
const kinds = 3 * 2

// Kind numbers the encoding of a group, from 0. A serializer has one framing of
// WebSocket only, text or binary.
func (g Group) Kind() int {
	k := 2 * (int(g.Serializer) - 1)
	if g.Framing == netio.RawSocket {
		k++
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
