package dealer_test

import (
	"testing"

	"github.com/callboard-wamp/callboard/wamp"
	"github.com/callboard-wamp/callboard/wamp/dealer"
)

func TestCancel(t *testing.T) {
	const can = wamp.RoleCallee | wamp.CalleeCanceling
	fail := func(mode wamp.CancelMode) dealer.Step {
		return dealer.Step{Verdict: dealer.Fail, Error: wamp.ErrCanceled, Reason: wamp.ErrCanceled, Mode: mode}
	}
	kill := dealer.Step{Verdict: dealer.Wait, Error: wamp.ErrCanceled, Reason: wamp.ErrCanceled, Mode: wamp.Kill}
	tests := []struct {
		name   string
		call   dealer.Call
		mode   wamp.CancelMode
		callee wamp.Features
		next   dealer.Call
		want   dealer.Step
	}{
		{"skip", 0, wamp.Skip, can, 0, fail(wamp.Skip)},
		{"killnowait", 0, wamp.KillNoWait, can, 0, fail(wamp.KillNoWait)},
		{"kill", 0, wamp.Kill, can, dealer.Killed, kill},
		{"kill, after progress", dealer.Progressed, wamp.Kill, can, dealer.Killed | dealer.Progressed, kill},
		{"kill again", dealer.Killed, wamp.Kill, can, dealer.Killed, dealer.Step{}},
		{"skip after kill", dealer.Killed, wamp.Skip, can, dealer.Killed, dealer.Step{}},
		{"killnowait after kill", dealer.Killed, wamp.KillNoWait, can, dealer.Killed, fail(wamp.KillNoWait)},
		{"kill, callee cannot", 0, wamp.Kill, wamp.RoleCallee, 0, fail(wamp.Skip)},
		{"killnowait, callee cannot", 0, wamp.KillNoWait, wamp.RoleCallee, 0, fail(wamp.Skip)},
		{"kill, of the router's own", 0, wamp.Kill, 0, 0, fail(wamp.Skip)},
	}
	for _, tt := range tests {
		if next, got := tt.call.Cancel(tt.mode, tt.callee); next != tt.next || got != tt.want {
			t.Errorf("%s: got %b, %+v", tt.name, next, got)
		}
	}
}

func TestInterrupt(t *testing.T) {
	const can = wamp.RoleCallee | wamp.CalleeCanceling
	tests := []struct {
		name   string
		inv    dealer.Invocation
		mode   wamp.CancelMode
		callee wamp.Features
		next   dealer.Invocation
		want   dealer.Verdict
		write  bool
	}{
		{"skip", 0, wamp.Skip, can, 0, dealer.Ignore, false},
		{"killnowait", 0, wamp.KillNoWait, can, dealer.Interrupted, dealer.Ignore, true},
		{"kill", dealer.WantsProgress, wamp.Kill, can, dealer.WantsProgress | dealer.Interrupted, dealer.Wait, true},
		{"killnowait after kill", dealer.Interrupted, wamp.KillNoWait, can, dealer.Interrupted, dealer.Ignore, false},
		{"killnowait, not announced", 0, wamp.KillNoWait, wamp.RoleCallee, 0, dealer.Ignore, false},
	}
	for _, tt := range tests {
		if next, got, write := tt.inv.Interrupt(tt.mode, tt.callee); next != tt.next || got != tt.want || write != tt.write {
			t.Errorf("%s: got %b, %v, %v", tt.name, next, got, write)
		}
	}
}

func TestProgress(t *testing.T) {
	const results, canceling = wamp.CalleeProgressiveResults, wamp.CalleeCanceling
	tests := []struct {
		name   string
		flags  wamp.Flags
		callee wamp.Features
		p      dealer.Progressing
		want   bool
	}{
		{"asked and announced", wamp.ReceiveProgress, results | canceling, 0, true},
		{"not asked", wamp.DiscloseMe, results | canceling, 0, false},
		{"without canceling", wamp.ReceiveProgress, results, 0, false},
		{"without canceling, allowed", wamp.ReceiveProgress, results, dealer.AnyProgressing, true},
		{"with canceling, allowed", wamp.ReceiveProgress, results | canceling, dealer.AnyProgressing, true},
		{"canceling alone, allowed", wamp.ReceiveProgress, canceling, dealer.AnyProgressing, false},
		{"not asked, allowed", 0, results, dealer.AnyProgressing, false},
	}
	for _, tt := range tests {
		i := dealer.Invoke(tt.flags, tt.callee, tt.p)
		progress, final := i.Yield(wamp.Progress), i.Yield(0)
		if want := map[bool]dealer.Verdict{true: dealer.PassOn}[tt.want]; progress != want || final != dealer.Answer {
			t.Errorf("%s: YIELD of progress %v, the final one %v", tt.name, progress, final)
		}
	}
}

func TestContinue(t *testing.T) {
	tests := []struct {
		name  string
		call  dealer.Call
		flags wamp.Flags
		next  dealer.Call
		want  dealer.Verdict
	}{
		{"more", dealer.MoreInput, wamp.Progress, dealer.MoreInput, dealer.PassOn},
		{"the last of it", dealer.MoreInput | dealer.Progressed, wamp.ReceiveProgress, dealer.Progressed, dealer.PassOn},
		{"after the last", dealer.NewCall(0), wamp.Progress, 0, dealer.Violation},
		{"after the last, without progress", dealer.Killed, 0, dealer.Killed, dealer.Violation},
		{"more, canceled", dealer.NewCall(wamp.Progress) | dealer.Killed, wamp.Progress, dealer.MoreInput | dealer.Streams | dealer.Killed, dealer.Ignore},
		{"the last of it, canceled", dealer.MoreInput | dealer.Killed, 0, dealer.Killed, dealer.Ignore},
	}
	for _, tt := range tests {
		if next, got := tt.call.Continue(tt.flags); next != tt.next || got != tt.want {
			t.Errorf("%s: got %b, %v", tt.name, next, got)
		}
	}
}

func TestFailed(t *testing.T) {
	const can = wamp.RoleCallee | wamp.CalleeReroute
	tests := []struct {
		name   string
		call   dealer.Call
		uri    wamp.URI
		callee wamp.Features
		want   dealer.Verdict
	}{
		{"unavailable", 0, wamp.ErrUnavailable, can, dealer.Reroute},
		{"unavailable, time is watched", dealer.Forwarded, wamp.ErrUnavailable, can, dealer.Reroute},
		{"another error", 0, "com.error.no", can, dealer.Answer},
		{"not announced", 0, wamp.ErrUnavailable, wamp.RoleCallee, dealer.Answer},
		{"after progress", dealer.Progressed, wamp.ErrUnavailable, can, dealer.Answer},
		{"canceled", dealer.Killed, wamp.ErrUnavailable, can, dealer.Answer},
		{"with input that was passed on", dealer.NewCall(wamp.Progress), wamp.ErrUnavailable, can, dealer.Answer},
	}
	for _, tt := range tests {
		if got := tt.call.Failed(tt.uri, tt.callee); got != tt.want {
			t.Errorf("%s: got %v", tt.name, got)
		}
	}
}
