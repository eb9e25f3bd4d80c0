// Package wire is a WAMP session as load generators need it: cheap. Messages
// are made beforehand and written into one run of bytes, which leaves in one
// write; what arrives is handed out in place, and the handler learns when a read
// is used up, so that all its answers leave together.
//
// Start with [Join], then [Session.Ask] for what comes before the load, then
// [Session.Serve] in a goroutine of the caller. Each payload carries a [Stamp]:
// whose message it is, the how-manieth and when it was due.
//
// A session owns its connection. Bytes of a message that is handed out are lent
// until the handler returns.
//
//	s, err := wire.Join(ctx, wire.Target{URL: "ws://127.0.0.1:8080/ws", Realm: "realm1", Serializer: codec.JSON})
//	if err != nil { … }
//	go s.Serve(func(m *wamp.Message) { … }, func() { … })
//	s.Request(&publish)
//	s.Flush()
package wire
