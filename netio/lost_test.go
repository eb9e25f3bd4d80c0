package netio_test

import (
	"testing"

	"github.com/callboard-wamp/callboard/netio"
)

// What an outbox still has when it is closed is counted as lost, once.
func TestOutboxCountsWhatIsLost(t *testing.T) {
	ours, theirs := netio.Pipe(10)
	defer ours.Close()
	defer theirs.Close()
	o := netio.NewOutbox(ours, netio.Limits{}, nil)
	for range 3 {
		if err := o.Append(netio.Span{Bytes: make([]byte, 100)}, 2); err != nil {
			t.Fatal(err)
		}
	}
	if err := o.Flush(); err != nil {
		t.Fatal(err)
	}
	o.Close()
	o.Close()
	if n := o.Stats().LostMessages; n != 6 {
		t.Errorf("%d lost", n)
	}
}

// A batch of which the peer got a part is lost as a whole, whatever it is made of.
func TestOutboxCountsBatchesAsLost(t *testing.T) {
	for _, f := range batchedFramings {
		whole := len(element(f, long(100)))
		ours, theirs := netio.Pipe(2*whole + 20) // two elements and a bit
		o := netio.NewOutbox(ours, netio.Limits{}, nil)
		o.Batch(f, netio.NoLimit)
		for range 3 {
			if err := o.Append(inChunk(element(f, long(100))), 5); err != nil {
				t.Fatal(err)
			}
		}
		if err := o.Flush(); err != nil {
			t.Fatal(err)
		}
		if got := o.Stats(); got.BacklogBytes >= whole || got.BacklogBytes == 0 || got.BacklogMessages != 15 {
			t.Errorf("%v: %+v", f, got)
		}
		o.Close()
		if n := o.Stats().LostMessages; n != 15 {
			t.Errorf("%v: %d lost", f, n)
		}
		ours.Close()
		theirs.Close()
	}
}
