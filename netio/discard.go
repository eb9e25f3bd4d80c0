package netio

import (
	"errors"
	"io"
)

// ErrDiscardLimit says that a peer went on sending beyond the limit of [Discard].
var ErrDiscardLimit = errors.New("netio: peer sends on after the end")

// Discard reads and drops until the peer closes (nil), maxBytes were read
// ([ErrDiscardLimit]), or reading fails, for example because the deadline that
// the caller has set passes. It is for connections without a [Reader]: after a
// handshake that failed.
func Discard(c io.Reader, maxBytes int) error {
	space := Take(parkedChunk)
	defer space.Release()
	for maxBytes > 0 {
		n, err := c.Read(space.B[:min(len(space.B), maxBytes)])
		maxBytes -= n
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
	return ErrDiscardLimit
}
