package actors_test

import "github.com/callboard-wamp/callboard/codec"

// kind is a serializer over a framing.
type kind struct {
	serializer   codec.Serializer
	raw, batched bool
}

var kinds = []kind{
	{serializer: codec.JSON}, {serializer: codec.MessagePack}, {serializer: codec.CBOR},
	{codec.JSON, true, false}, {codec.MessagePack, true, false}, {codec.CBOR, true, false},
	{codec.JSON, false, true}, {codec.MessagePack, false, true}, {codec.CBOR, false, true},
}

// rawKinds are those over RawSocket.
var rawKinds = kinds[3:6]

// batchedKinds are those over batched WebSocket.
var batchedKinds = kinds[6:]

func (k kind) String() string {
	if k.raw {
		return k.serializer.String() + "-rawsocket"
	}
	if k.batched {
		return k.serializer.String() + "-batched"
	}
	return k.serializer.String() + "-websocket"
}

func (k kind) url() string {
	if k.raw {
		return "tcp://memory"
	}
	return "ws://memory/ws"
}

// around is what a batch of one has besides the message: it counts, too.
func (k kind) around() int {
	switch {
	case !k.batched:
		return 0
	case k.serializer == codec.JSON:
		return 1
	}
	return 4
}
