package netio_test

import (
	"fmt"
	"io"

	"github.com/callboard-wamp/callboard/netio"
)

// Two spans leave in one write; the last reader of the chunk gives it back.
func ExampleOutbox() {
	here, there := netio.Pipe(0)
	o := netio.NewOutbox(here, netio.Limits{}, nil)

	chunk := netio.Copy([]byte("[36,1,2,{}]"))
	_ = o.Append(netio.Span{Chunk: chunk, Bytes: chunk.B}, 1)
	_ = o.Append(netio.Span{Bytes: []byte("\n")}, 0)
	o.CloseAfterFlush()

	got, _ := io.ReadAll(there)
	fmt.Printf("%s%d write\n", got, o.Stats().Writes)
	// Output:
	// [36,1,2,{}]
	// 1 write
}
