package supervisor

import (
	"runtime/debug"
	"sync"
)

// Group owns goroutines outside the actor system. The zero value is ready. It
// must not be copied. All methods may be called concurrently, except that Go
// must not be called for an idle Group while Wait returns.
type Group struct {
	// Report is told of every panic, with the kind of the group and the
	// goroutine's name. It is set before the first Go.
	Report Reporter
	// Kind is what the reports name as failing.
	Kind Kind

	wg sync.WaitGroup
}

// Go runs f on a new goroutine. Its panic is recovered and given to Report and
// to onPanic, on that goroutine. With neither of them it goes on and ends the
// process. Go does not end f: whoever owns the group must.
func (g *Group) Go(name string, f func(), onPanic func(*PanicInfo)) {
	g.wg.Add(1)
	go func() {
		defer g.wg.Done()
		defer func() {
			if r := recover(); r != nil {
				g.caught(name, r, onPanic)
			}
		}()
		f()
	}()
}

// Wait returns when all goroutines of the group have ended.
func (g *Group) Wait() { g.wg.Wait() }

func (g *Group) caught(name string, value any, onPanic func(*PanicInfo)) {
	if g.Report == nil && onPanic == nil {
		panic(value)
	}
	info := &PanicInfo{Kind: g.Kind, Value: value, Stack: debug.Stack(), Message: name}
	f := newFailure(g.Kind, nil, info, nil)
	f.Name, f.Directive = name, Stop
	g.Report.report(f)
	if onPanic != nil {
		onPanic(info)
	}
}
