package benchmarks_test

import (
	"fmt"
	"os/exec"
	"slices"
	"testing"

	"github.com/callboard-wamp/callboard/benchmarks"
)

// A process that used no processor time while the router worked is not the
// router: what it costs is not measured, rather than nothing.
func TestProcessThatDoesNothing(t *testing.T) {
	c := exec.Command("sleep", "600")
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Process.Kill(); _ = c.Wait() }()
	r := run(t, benchmarks.Options{Scenario: "pubsub", Clients: 1, Messages: 10, URL: start(t)["ws"], PID: c.Process.Pid})
	note := fmt.Sprintf("process %d used no processor time: is it the router, or was the run too short for the clock of the kernel?", c.Process.Pid)
	if r.Router == nil || r.Router.RSS == 0 || !slices.Contains(r.Notes, note) {
		t.Errorf("%+v, %q", r.Router, r.Notes)
	}
	if v := checked(t, r, "cpu/msg<2us,rss>0"); v[0].OK || v[0].Value != "not measured" || !v[1].OK {
		t.Errorf("%+v", v)
	}
}
