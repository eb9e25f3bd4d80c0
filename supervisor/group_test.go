package supervisor_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/callboard-wamp/callboard/supervisor"
)

func TestGroupRecoversAndWaits(t *testing.T) {
	rep := newReports()
	g := supervisor.Group{Kind: supervisor.Connection, Report: rep.add}
	cause := errors.New("cause")
	var info *supervisor.PanicInfo
	g.Go("reader", func() { panic(cause) }, func(p *supervisor.PanicInfo) { info = p })
	g.Go("quiet", func() {}, nil)
	g.Wait()
	if info == nil || !errors.Is(info, cause) || info.Message != "reader" || len(info.Stack) == 0 {
		t.Errorf("onPanic got %+v", info)
	}
	f := rep.wait(1)[0]
	if f.Name != "reader" || f.Kind != supervisor.Connection || f.Directive != supervisor.Stop || f.Reason != cause {
		t.Errorf("reported %+v", f)
	}
}

func ExampleGroup() {
	var g supervisor.Group
	g.Go("reader of $1", func() { panic("bad frame") }, func(p *supervisor.PanicInfo) {
		fmt.Println(p.Message, "failed:", p.Value)
	})
	g.Wait()
	// Output: reader of $1 failed: bad frame
}
