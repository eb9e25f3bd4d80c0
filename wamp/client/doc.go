// Package client is a WAMP client for programs: it publishes, subscribes,
// calls and registers over WebSocket and RawSocket, in JSON, MessagePack and
// CBOR.
//
// Start with [Dial], which returns a [Session]. What the router answers with
// ERROR, ABORT or GOODBYE comes back as an [*Error]. [Raw] is the level below: a
// transport over which any message and any octets can be sent, for tests of a
// router and for load generators.
//
// A session owns its transport and one goroutine that reads. Event handlers of
// a session run one after the other, in the order in which the router sent the
// events; each invocation runs in a goroutine of its own. All of them end with
// [Session.Leave] or [Session.Close]. Values that are handed to a handler or
// returned belong to who gets them.
//
//	s, err := client.Dial(ctx, "ws://127.0.0.1:8080/ws", client.Options{Realm: "realm1"})
//	if err != nil { ... }
//	defer s.Close()
//	sum, err := s.Call(ctx, "com.example.add", []any{2, 3}, nil)
//	fmt.Println(sum.Args[0]) // 5
package client
