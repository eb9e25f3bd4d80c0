// Package interop has no code, only tests: WAMP clients of other people's making
// run against the built binary, over WebSocket and RawSocket, in every serializer
// that a client has; some of them over TLS, too.
//
// autobahn-js and wampy run under Node (autobahn.mjs, wampy.mjs, mixed.mjs on top
// of harness.mjs, their packages pinned in package-lock.json and installed by the
// tests with npm ci); the nexus client is a Go module. One router serves all
// tests: it is built and started by the first and told to stop after the last.
//
//	go test -v -run TestWampy/cbor ./cmd/callboard/interop
//
// A router that is running already is used instead when its addresses are given:
//
//	CALLBOARD_INTEROP_WS=ws://127.0.0.1:8080/ws CALLBOARD_INTEROP_TCP=tcp://127.0.0.1:8081 go test ./cmd/callboard/interop
package interop
