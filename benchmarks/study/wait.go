package main

import (
	"runtime"
	"strings"
)

// kind says what a stack of a profile waited for.
type kind uint8

const (
	foreign   kind = iota // the load generator, or nothing of this project
	locked                // a mutex in or below a function of the router
	sent                  // a channel that took nothing more
	idle                  // something to do
	ofRuntime             // a lock of the runtime: scheduler, timers, memory
)

const module = "github.com/callboard-wamp/callboard/"

// wait is one stack of a profile, judged. The site is the innermost function of
// the router, without the module's name.
type wait struct {
	kind kind
	site string
}

// judge looks at a stack, innermost function first. Router and generator share
// packages such as netio, but no goroutine. A lock of the runtime is nobody's.
func judge(functions []string) wait {
	w := wait{kind: idle}
	for _, f := range functions {
		name, ours := strings.CutPrefix(f, module)
		switch {
		case ours && strings.HasPrefix(name, "benchmarks/"), strings.HasPrefix(f, "main."):
			return wait{kind: foreign}
		case w.site != "":
		case ours:
			w.site = closure(name)
		case w.kind == idle:
			if w.kind = of(f); w.kind == ofRuntime {
				return w
			}
		}
	}
	if w.site == "" {
		w.kind = foreign
	}
	return w
}

// functions are the names of a stack's functions, innermost first.
func functions(stack []uintptr) (names []string) {
	frames := runtime.CallersFrames(stack)
	for more := len(stack) > 0; more; {
		var f runtime.Frame
		f, more = frames.Next()
		names = append(names, f.Function)
	}
	return names
}

// of is what waits in a function of the standard library.
func of(function string) kind {
	switch {
	case strings.HasSuffix(function, "_LostContendedRuntimeLock"), strings.HasPrefix(function, "runtime.unlock"):
		return ofRuntime
	case strings.Contains(function, "Mutex)."):
		return locked
	case strings.HasPrefix(function, "runtime.chansend"):
		return sent
	}
	return idle
}

// closure drops what the compiler appends to the name of a function for those in
// it: netio.(*Outbox).Flush.func1, netio.(*Outbox).flush.deferwrap1.
func closure(name string) string {
	for {
		i := strings.LastIndexByte(name, '.')
		if i < 0 || !strings.HasPrefix(name[i:], ".func") && !strings.HasPrefix(name[i:], ".deferwrap") && !strings.HasPrefix(name[i:], ".gowrap") {
			return name
		}
		name = name[:i]
	}
}
