// Package connection is the actor of one transport, as long as it lives: it
// owns the socket, starts its reader, takes HELLO and hands the transport to a
// session, keeps it alive while that session lasts, and closes it.
//
// Start with [Open]. The reader (reader.go) is the one goroutine that reads the
// socket; it ends when the connection is closed, and its failure is the
// connection's. The connection closes the socket in every case in which its
// actor ends.
package connection
