package wamp

import "strconv"

// MessageType is the first element of every message
// (basic profile, "Message Codes and Direction").
type MessageType uint16

// The message types that the router knows.
const (
	Hello         MessageType = 1
	Welcome       MessageType = 2
	Abort         MessageType = 3
	Challenge     MessageType = 4
	Authenticate  MessageType = 5
	Goodbye       MessageType = 6
	ErrorMessage  MessageType = 8
	Publish       MessageType = 16
	Published     MessageType = 17
	Subscribe     MessageType = 32
	Subscribed    MessageType = 33
	Unsubscribe   MessageType = 34
	Unsubscribed  MessageType = 35
	Event         MessageType = 36
	Call          MessageType = 48
	Cancel        MessageType = 49
	Result        MessageType = 50
	Register      MessageType = 64
	Registered    MessageType = 65
	Unregister    MessageType = 66
	Unregistered  MessageType = 67
	Invocation    MessageType = 68
	Interrupt     MessageType = 69
	Yield         MessageType = 70
	EventReceived MessageType = 337
)

var typeNames = map[MessageType]string{
	Hello: "HELLO", Welcome: "WELCOME", Abort: "ABORT", Challenge: "CHALLENGE", Authenticate: "AUTHENTICATE",
	Goodbye: "GOODBYE", ErrorMessage: "ERROR", Publish: "PUBLISH", Published: "PUBLISHED", Subscribe: "SUBSCRIBE",
	Subscribed: "SUBSCRIBED", Unsubscribe: "UNSUBSCRIBE", Unsubscribed: "UNSUBSCRIBED", Event: "EVENT", Call: "CALL",
	Cancel: "CANCEL", Result: "RESULT", Register: "REGISTER", Registered: "REGISTERED", Unregister: "UNREGISTER",
	Unregistered: "UNREGISTERED", Invocation: "INVOCATION", Interrupt: "INTERRUPT", Yield: "YIELD",
	EventReceived: "EVENT_RECEIVED",
}

// String returns the name that the specification uses, or the number.
func (t MessageType) String() string {
	if s, ok := typeNames[t]; ok {
		return s
	}
	return strconv.Itoa(int(t))
}

// FromClient says whether a client may send messages of this type at all.
func (t MessageType) FromClient() bool {
	switch t {
	case Hello, Abort, Authenticate, Goodbye, ErrorMessage, Publish, Subscribe, Unsubscribe,
		Call, Cancel, Register, Unregister, Yield, EventReceived:
		return true
	}
	return false
}
