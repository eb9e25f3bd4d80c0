package main

import (
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

// The study runs every load in processes with as many processors as it says, and
// writes a line for each.
func TestContention(t *testing.T) {
	if testing.Short() {
		t.Skip("runs many processes")
	}
	s := &study{
		readme:   filepath.Join(t.TempDir(), "page.md"),
		duration: 20 * time.Millisecond, warmup: 10 * time.Millisecond, rounds: 1, short: true,
	}
	write(t, s.readme, "<!-- contention:begin -->\n<!-- contention:end -->\n")
	if err := s.run(t.Context(), "contention"); err != nil {
		t.Fatal(err)
	}
	page := read(t, s.readme)
	const figure = ` ([0-9.e+-]+[kM]?|–) \|`
	for _, l := range loads(true) {
		lines := regexp.QuoteMeta("| " + l.name + " |")
		for _, n := range []int{1, 2, 4, 8} {
			number := strconv.Itoa(n)
			if n > runtime.NumCPU() {
				number += ` \*`
			}
			lines += " " + number + " \\|" + figure + figure + figure + ` ([0-9.]+ %|–) \|` + strings.Repeat(figure, 3) + " (nowhere|–|`.*`.*) \\|\n"
			lines += `\|  \|`
		}
		if !regexp.MustCompile(strings.TrimSuffix(lines, `\|  \|`)).MatchString(page) {
			t.Errorf("%s is not on the page:\n%s", l.name, page)
		}
	}
	if strings.Count(page, "\n|") != 2+4*len(loads(true)) || !strings.Contains(page, "Left out, since it waited for something to do: ") {
		t.Error(page)
	}
}

// A child has the processors that it is given, and says what it does not know.
func TestChild(t *testing.T) {
	s := &study{duration: 20 * time.Millisecond, warmup: 10 * time.Millisecond, short: true}
	c, err := s.child(t.Context(), loads(true)[0].name, 3)
	if err != nil || c.Processors != 3 || c.OpsPerSec == 0 || c.CPU == 0 || c.Fault != "" {
		t.Errorf("%+v, %v", c, err)
	}
	if _, err := s.child(t.Context(), "rain", 1); err == nil || !strings.Contains(err.Error(), `no load "rain"`) {
		t.Error(err)
	}
}

// The places where was waited are medians as the sum beside them is, and a round
// without operations does not count.
func TestCells(t *testing.T) {
	round := func(a, b int) *contended {
		return &contended{OpsPerSec: 5, CPU: 1, Mutex: float64(a+b) / 1000, Sites: map[string]int{"a": a, "b": b}}
	}
	for _, tc := range []struct {
		rounds []*contended
		want   string
	}{
		{[]*contended{round(0, 0), round(9000, 0), round(0, 0)}, "1 5 1 0 0.00 % 0 0 0 nowhere"},
		{[]*contended{round(2000, 1000), round(90_000, 0), round(1000, 2000)}, "1 5 1 3 0.30 % 0 0 0 `a` 2, `b` 1"},
		{[]*contended{round(2000, 1000), {Fault: "lost 1"}}, "1 5 † 1 3 0.30 % 0 0 0 `a` 2, `b` 1"},
		{[]*contended{{OpsPerSec: 5}}, "1 5 – 0 – 0 0 0 nowhere"},
		{[]*contended{{}}, "1 – – – – – – – –"},
	} {
		if got := strings.Join(cells(1, tc.rounds), " "); got != tc.want {
			t.Errorf("got %s, want %s", got, tc.want)
		}
	}
}

func TestJudge(t *testing.T) {
	const lock, unlock = "sync.(*Mutex).Lock", "sync.(*Mutex).Unlock"
	for _, tc := range []struct {
		name  string
		stack []string
		want  wait
	}{
		{"a mutex", []string{unlock, module + "netio.(*Outbox).flush.deferwrap1", module + "netio.(*Outbox).flush", module + "actors/session.drain"}, wait{locked, "netio.(*Outbox).flush"}},
		{"a mutex of a kind", []string{"internal/sync.(*Mutex).lockSlow", lock, module + "actors/mailbox.(*Mailbox[...]).Post"}, wait{locked, "actors/mailbox.(*Mailbox[...]).Post"}},
		{"readers and writers", []string{"sync.(*RWMutex).RLock", module + "codec.f.func1.2"}, wait{locked, "codec.f.func1.2"}},
		{"below us", []string{unlock, "github.com/gobwas/ws.f", module + "netio.g.func1"}, wait{locked, "netio.g"}},
		{"a socket", []string{"internal/poll.runtime_Semacquire", "internal/poll.(*fdMutex).rwlock", module + "netio.g"}, wait{locked, "netio.g"}},
		{"by the generator", []string{unlock, module + "netio.(*Outbox).Flush", module + "benchmarks/wire.(*Session).Flush"}, wait{}},
		{"by the study", []string{lock, module + "actors.(*Router).Start", "main.startInside"}, wait{}},
		{"nothing of ours", []string{lock, "github.com/asynkron/protoactor-go/actor.f"}, wait{}},
		{"nothing at all", nil, wait{}},
		{"a channel that is full", []string{"runtime.chansend1", module + "actors.f"}, wait{sent, "actors.f"}},
		{"a channel that is empty", []string{"runtime.chanrecv2", module + "actors.f"}, wait{idle, "actors.f"}},
		{"one of several", []string{"runtime.selectgo", module + "actors/timer.(*Wheel).run"}, wait{idle, "actors/timer.(*Wheel).run"}},
		{"a condition", []string{"sync.(*Cond).Wait", module + "actors.f"}, wait{idle, "actors.f"}},
		{"the mutex of a condition", []string{lock, "sync.(*Cond).Wait", module + "actors.f"}, wait{locked, "actors.f"}},
		{"the runtime's", []string{"runtime.unlock", "runtime.schedule"}, wait{kind: ofRuntime}},
		{"the runtime's, below us", []string{"runtime.unlock2", "runtime.ready", module + "actors.f"}, wait{kind: ofRuntime}},
		{"the runtime's, unknown", []string{"runtime._LostContendedRuntimeLock"}, wait{kind: ofRuntime}},
	} {
		if got := judge(tc.stack); got != tc.want {
			t.Errorf("%s: %+v, want %+v", tc.name, got, tc.want)
		}
	}
}

// The names that are looked for are those that the profiles have.
func TestNamesOfProfiles(t *testing.T) {
	runtime.SetMutexProfileFraction(1)
	runtime.SetBlockProfileRate(1)
	defer runtime.SetMutexProfileFraction(0)
	defer runtime.SetBlockProfileRate(0)
	for _, tc := range []struct {
		name    string
		profile func([]runtime.BlockProfileRecord) (int, bool)
		provoke func()
		want    kind
	}{
		{"held", runtime.MutexProfile, contend, locked},
		{"wanted", runtime.BlockProfile, contend, locked},
		{"sent", runtime.BlockProfile, overfill, sent},
	} {
		seen := func() bool {
			for _, r := range records(tc.profile) {
				for _, f := range functions(r.Stack()) {
					if of(f) == tc.want {
						return true
					}
				}
			}
			return false
		}
		for !seen() { // the time of the test ends it
			tc.provoke()
		}
	}
	if v, err := cyclesPerSecond(); err != nil || v < 1e3 {
		t.Error(v, err)
	}
}

// contend makes a goroutine wait for a mutex, mostly.
func contend() {
	var mu sync.Mutex
	mu.Lock()
	var others sync.WaitGroup
	for range 4 {
		others.Go(func() {
			mu.Lock()
			defer mu.Unlock()
		})
	}
	for range 100 {
		runtime.Gosched()
	}
	mu.Unlock()
	others.Wait()
}

// overfill makes a goroutine wait for somebody to receive, mostly.
func overfill() {
	c := make(chan int)
	go func() { c <- 1 }()
	for range 100 {
		runtime.Gosched()
	}
	<-c
}
