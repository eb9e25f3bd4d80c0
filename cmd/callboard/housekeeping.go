package main

import (
	"context"
	"runtime/debug"
	"runtime/metrics"
	"time"
)

const (
	roundEvery = 30 * time.Second
	little     = 1 << 20 // bytes that are not worth a look, beside a part of the heap
)

// keepHouse gives memory back to the operating system when the router has become
// calm, until ctx ends. The runtime keeps what its heap may grow to, which after
// traffic is as much again as is in use.
func keepHouse(ctx context.Context) {
	var h housekeeper
	look := time.NewTicker(roundEvery)
	defer look.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-look.C:
			if h.gives(readMemory()) {
				debug.FreeOSMemory()
			}
		}
	}
}

// memory is what the heap looks like at a moment, in bytes.
type memory struct {
	allocated uint64 // since the process started
	objects   uint64 // in use, or not collected yet
	live      uint64 // what the last collection found in use
	free      uint64 // in use by nothing, and not given back
}

func readMemory() memory {
	s := []metrics.Sample{
		{Name: "/gc/heap/allocs:bytes"}, {Name: "/memory/classes/heap/objects:bytes"},
		{Name: "/gc/heap/live:bytes"}, {Name: "/memory/classes/heap/free:bytes"},
	}
	metrics.Read(s)
	return memory{s[0].Value.Uint64(), s[1].Value.Uint64(), s[2].Value.Uint64(), s[3].Value.Uint64()}
}

// housekeeper decides when memory is given back, which takes a full collection.
type housekeeper struct {
	looked uint64 // what was allocated at the last look
	given  uint64 // and when memory was last given back
}

// gives says whether to give memory back now: hardly anything was allocated since
// the last look, but something since memory was last given back, and what could be
// given back is a part of the heap that counts.
func (h *housekeeper) gives(m memory) bool {
	calm := m.allocated-h.looked < max(little, m.live/64)
	h.looked = m.allocated
	spare := m.free + m.objects - min(m.objects, m.live)
	if !calm || m.allocated-h.given < little || spare < max(little, m.live/16) {
		return false
	}
	h.given = m.allocated
	return true
}
