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
