package netio_test

import (
	"bytes"
	"sync"
	"testing"

	"github.com/callboard-wamp/callboard/netio"
)

func TestTakeRoundsUpToClasses(t *testing.T) {
	for _, c := range []struct{ n, size int }{
		{0, 4 << 10}, {1, 4 << 10}, {4 << 10, 4 << 10}, {4<<10 + 1, 16 << 10}, {16 << 10, 16 << 10},
		{64 << 10, 64 << 10}, {64<<10 + 1, 256 << 10}, {256 << 10, 256 << 10}, {256<<10 + 1, 256<<10 + 1},
	} {
		chunk := netio.Take(c.n)
		if len(chunk.B) != c.size {
			t.Errorf("Take(%d): %d bytes, want %d", c.n, len(chunk.B), c.size)
		}
		chunk.Release()
	}
}

func TestReleaseRestoresTheLength(t *testing.T) {
	chunk := netio.Copy([]byte("short"))
	if string(chunk.B) != "short" {
		t.Fatalf("copy is %q", chunk.B)
	}
	chunk.Release()
	if len(chunk.B) != 4<<10 {
		t.Errorf("a pooled chunk has %d bytes", len(chunk.B))
	}
}

func TestReferences(t *testing.T) {
	before := netio.LiveChunks()
	chunk := netio.Take(1)
	if !chunk.Exclusive() {
		t.Error("a new chunk is shared")
	}
	chunk.Retain(3)
	chunk.ReleaseN(2)
	if chunk.Exclusive() {
		t.Error("exclusive with two references")
	}
	chunk.Release()
	if !chunk.Exclusive() || netio.LiveChunks() != before+1 {
		t.Error("not exclusive with one reference")
	}
	chunk.Release()
	if n := netio.LiveChunks(); n != before {
		t.Errorf("%d chunks are live", n-before)
	}
}

func TestWrongReferencesPanic(t *testing.T) {
	for name, misuse := range map[string]func(*netio.Chunk){
		"release twice":        func(c *netio.Chunk) { c.Release(); c.Release() },
		"release too many":     func(c *netio.Chunk) { c.ReleaseN(2) },
		"retain after release": func(c *netio.Chunk) { c.Release(); c.Retain(1) },
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("no panic")
				}
			}()
			misuse(netio.NewUnpooledChunk())
		})
	}
}

func TestConcurrentReferences(t *testing.T) {
	before := netio.LiveChunks()
	chunk := netio.Take(1)
	var group sync.WaitGroup
	for range 8 {
		chunk.Retain(1)
		group.Go(func() {
			for range 1000 {
				chunk.Retain(2)
				chunk.ReleaseN(2)
			}
			chunk.Release()
		})
	}
	chunk.Release()
	group.Wait()
	if n := netio.LiveChunks(); n != before {
		t.Errorf("%d chunks are live", n-before)
	}
}

// With the build tag poison nothing of released bytes can be read.
func TestPoison(t *testing.T) {
	chunk := netio.NewUnpooledChunk()
	bytesOf := chunk.B
	copy(bytesOf, "secret")
	chunk.Release()
	if gone := !bytes.HasPrefix(bytesOf, []byte("secret")); gone != netio.Poisoned {
		t.Errorf("overwritten: %v, want %v", gone, netio.Poisoned)
	}
}
