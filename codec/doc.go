// Package codec turns bytes into words and back: the envelopes of WAMP
// messages in JSON, MessagePack and CBOR (basic profile, "Serializers").
//
// Start with [Serializer]: its Parse decodes the envelope of one message into a
// [wamp.Message] and validates the rest, its Size and Append write one.
// [Transcode] carries a payload from one serializer to another. Values of the
// control path go through DecodeDict, DecodePayload and AppendPayload.
//
// Application payloads are validated but never decoded: a parsed message
// aliases the bytes that it was parsed from and lives as long as they do.
// The package holds no state; all functions may be called concurrently, as
// long as each call has its own bytes and message.
//
//	var m wamp.Message
//	if err := codec.JSON.Parse(line, &m); err != nil { ... }
//	event := wamp.Message{Type: wamp.Event, ID: 1, Request: 4711, Payload: m.Payload}
//	out := codec.JSON.Append(make([]byte, 0, codec.JSON.Size(&event)), &event)
package codec
