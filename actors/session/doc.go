// Package session is the actor of one peer in one realm. It takes what the
// peer's reader parsed and what other sessions post to it, routes by the
// snapshots of topics and registrations, and writes to its transport's outbox:
// one FIFO in, one FIFO out, which is what WAMP's ordering rules ask for.
//
// Start with [Props] and the method Receive; input.go shows what becomes of
// each message of the peer, deliver.go what becomes of each item of others.
// A session that fails is stopped, and its shard settles its ledger.
package session
