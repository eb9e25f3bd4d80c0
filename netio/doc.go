// Package netio moves bytes: connections, pooled chunks, the framings of
// WebSocket and RawSocket, and what is to be sent. It knows nothing of the
// messages inside and imports nothing of the project.
//
// Start with [Conn], which [NewSocket] makes of an accepted connection and
// [Pipe] makes in memory, and on which [ServerTLS] puts TLS; [Accept] does the
// opening handshake. Then one goroutine owns the [Reader], and everybody may
// append to the [Outbox]. Where batches were agreed on, it joins what is appended
// ([Outbox.Batch]).
//
// Bytes lie in a [Chunk], which counts who holds it. Whoever passes bytes on
// passes a reference with them; whoever keeps them for long makes a copy.
// The goroutines of this package are the writer of a queued connection, the
// one that waits while an outbox is blocked, and the one that sends the end of a
// TLS session to a peer that takes nothing at the moment; all end when their
// connection or outbox is closed.
//
// An idle connection holds no chunk. With TLS it costs about 7 KiB of heap more:
// keys, and the buffer of crypto/tls for one record, which grows with the longest
// record that the peer has sent, so that it is 27 KiB at most. Each record that is read
// costs two small allocations in crypto/tls; records are written as full as
// what is flushed together allows, without any.
//
//	o := netio.NewOutbox(conn, netio.Limits{}, onError)
//	c := netio.Copy(frame)
//	if err := o.Append(netio.Span{Chunk: c, Bytes: c.B}, 1); err != nil {
//		return err
//	}
//	return o.Flush() // one write, which never waits
package netio
