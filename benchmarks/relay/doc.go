// Package relay is the floor that no router can go below: it moves the same
// bytes between the same sockets as a router would, in bursts as they come, with
// no WAMP: of a message it reads the length and, of an answer, who asked. There
// is a goroutine that reads and one that writes for each connection.
//
// Start with [New] and [Relay.Serve]; "callboard bench --relay" drives it. The
// load generators send through it what their counterparts would get from a
// router, EVENT in place of PUBLISH and INVOCATION in place of CALL, over
// RawSocket. What comes before the traffic it answers as a router would:
//
//	HELLO, GOODBYE                   are answered
//	SUBSCRIBE uri, REGISTER uri      this connection gets what is sent to uri
//	REGISTER relay.to.<uri>          what comes from here goes to uri
//	REGISTER relay.from.<n>.<uri>    so it does, and answers to stream n come here
//
// Over WebSocket sessions only join and leave: the floor of what that costs.
//
// One goroutine for each connection reads, another writes; both end with it.
// Those that only join and leave have one that does both.
package relay

import "fmt"

// To is the URI that says where a publisher's messages go.
func To(uri []byte) []byte { return fmt.Appendf(nil, "relay.to.%s", uri) }

// From is the URI that says where a caller's messages go, and that the answers to
// its stream come to it.
func From(stream uint32, uri []byte) []byte { return fmt.Appendf(nil, "relay.from.%d.%s", stream, uri) }
