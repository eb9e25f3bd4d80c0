package main

import (
	"bufio"
	"context"
	"errors"
	"net"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/callboard-wamp/callboard/benchmarks/faulty"
	"github.com/callboard-wamp/callboard/benchmarks/selfsigned"
	"github.com/callboard-wamp/callboard/wamp"
	"github.com/callboard-wamp/callboard/wamp/client"
	"github.com/rogpeppe/go-internal/testscript"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"callboard": main})
}

// The scripts run the program as people do. They have some commands more:
//
//	exits CODE command…          runs it; the exit code must be this one
//	start NAME PATTERN command…  runs it in the background and waits until a line
//	                             on standard error matches; $NAME is the first group
//	interrupt NAME CODE          interrupts it, then as await
//	terminate NAME CODE          terminates it, then as await
//	await NAME CODE              waits for it; NAME.out and NAME.err are its output
//	crash NAME                   kills it and waits for its end
//	suspend NAME                 stops it from running, as a debugger does
//	insist NAME CODE             interrupts it, terminates it and waits
//	hang URL URI                 registers a procedure that only ends when canceled
//	canceled                     waits until a call of it was canceled
//	occupy NAME                  listens on a port of this test, $NAME
//	certify FOLDER               makes FOLDER/cert.pem and FOLDER/key.pem
//	faulty NAME FAULTS           runs a router that does what FAULTS say at $NAME
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		Setup: func(e *testscript.Env) error {
			e.Values[running{}] = map[string]*process{}
			e.Values[cancellations{}] = make(chan struct{}, 8)
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits":     exits,
			"start":     start,
			"interrupt": interrupt,
			"terminate": terminate,
			"await":     await,
			"occupy":    occupy,
			"suspend":   suspend,
			"insist":    insist,
			"hang":      hang,
			"canceled":  canceled,
			"crash":     crash,
			"faulty":    wrong,
			"certify":   certify,
		},
	})
}

type running struct{}

// process is a program in the background. A goroutine reads its standard error
// and ends with it.
type process struct {
	*exec.Cmd
	matched chan string
	read    sync.WaitGroup
}

func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE command…")
	}
	expect(ts, ts.Exec(args[1], args[2:]...), args[0])
}

func expect(ts *testscript.TestScript, err error, code string) {
	got := 0
	if e, ok := errors.AsType[*exec.ExitError](err); ok {
		got = e.ExitCode()
	} else {
		ts.Check(err)
	}
	if strconv.Itoa(got) != code {
		ts.Fatalf("exit code %d, want %s", got, code)
	}
}

func start(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 3 {
		ts.Fatalf("usage: start NAME PATTERN command…")
	}
	name, pattern := args[0], regexp.MustCompile(args[1])
	path, err := exec.LookPath(args[2])
	ts.Check(err)
	p := &process{Cmd: exec.Command(path, args[3:]...), matched: make(chan string, 1)}
	p.Dir = ts.MkAbs(".")
	p.Stdout, err = os.Create(ts.MkAbs(name + ".out"))
	ts.Check(err)
	talk, err := os.Create(ts.MkAbs(name + ".err"))
	ts.Check(err)
	pipe, err := p.StderrPipe()
	ts.Check(err)
	ts.Check(p.Start())
	ts.Defer(func() { _ = p.Process.Kill(); p.read.Wait(); _ = p.Wait() })
	p.read.Go(func() { p.watch(bufio.NewScanner(pipe), talk, pattern) })
	group, ok := <-p.matched
	if !ok {
		p.read.Wait()
		ts.Fatalf("%s ended without a line that matches %s: %s", name, args[1], ts.ReadFile(name+".err"))
	}
	ts.Setenv(name, group)
	ts.Value(running{}).(map[string]*process)[name] = p
}

func (p *process) watch(lines *bufio.Scanner, talk *os.File, pattern *regexp.Regexp) {
	defer close(p.matched)
	defer talk.Close()
	for found := false; lines.Scan(); {
		_, _ = talk.WriteString(lines.Text() + "\n")
		if m := pattern.FindStringSubmatch(lines.Text()); m != nil && !found {
			found = true
			p.matched <- m[len(m)-1]
		}
	}
}

func interrupt(ts *testscript.TestScript, neg bool, args []string) {
	end(ts, neg, args, syscall.SIGINT)
}

func terminate(ts *testscript.TestScript, neg bool, args []string) {
	end(ts, neg, args, syscall.SIGTERM)
}

func end(ts *testscript.TestScript, neg bool, args []string, s os.Signal) {
	if p := ts.Value(running{}).(map[string]*process)[args[0]]; p != nil {
		ts.Check(p.Process.Signal(s))
	}
	await(ts, neg, args)
}

func await(ts *testscript.TestScript, neg bool, args []string) {
	p := ts.Value(running{}).(map[string]*process)[args[0]]
	if neg || p == nil || len(args) != 2 {
		ts.Fatalf("usage: await NAME CODE, after start NAME")
	}
	p.read.Wait()
	expect(ts, p.Wait(), args[1])
}

func crash(ts *testscript.TestScript, neg bool, args []string) {
	p := ts.Value(running{}).(map[string]*process)[args[0]]
	if neg || p == nil {
		ts.Fatalf("usage: crash NAME, after start NAME")
	}
	ts.Check(p.Process.Kill())
	await(ts, neg, []string{args[0], "-1"})
}

func suspend(ts *testscript.TestScript, neg bool, args []string) {
	p := ts.Value(running{}).(map[string]*process)[args[0]]
	if neg || p == nil {
		ts.Fatalf("usage: suspend NAME, after start NAME")
	}
	ts.Check(p.Process.Signal(syscall.SIGSTOP))
	var status syscall.WaitStatus // the signal takes effect some time later
	if _, err := syscall.Wait4(p.Process.Pid, &status, syscall.WUNTRACED, nil); err != nil || !status.Stopped() {
		ts.Fatalf("%s was not suspended: %v", args[0], err)
	}
}

func insist(ts *testscript.TestScript, neg bool, args []string) {
	if p := ts.Value(running{}).(map[string]*process)[args[0]]; p != nil {
		ts.Check(p.Process.Signal(syscall.SIGINT))
		ts.Check(p.Process.Signal(syscall.SIGTERM)) // two of one kind may arrive as one
	}
	await(ts, neg, args)
}

type cancellations struct{}

func hang(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: hang URL URI")
	}
	s, err := client.Dial(context.Background(), args[0], client.Options{Realm: "realm1"})
	ts.Check(err)
	ts.Defer(func() { _ = s.Close() })
	ended := ts.Value(cancellations{}).(chan struct{})
	_, err = s.Register(context.Background(), wamp.URI(args[1]), func(ctx context.Context, _ *client.Invocation) (*client.Result, error) {
		<-ctx.Done()
		ended <- struct{}{}
		return nil, ctx.Err()
	})
	ts.Check(err)
}

func canceled(ts *testscript.TestScript, _ bool, _ []string) {
	<-ts.Value(cancellations{}).(chan struct{})
}

func certify(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: certify FOLDER")
	}
	folder := ts.MkAbs(args[0])
	ts.Check(os.MkdirAll(folder, 0o700))
	_, _, err := selfsigned.Write(folder)
	ts.Check(err)
}

func occupy(ts *testscript.TestScript, neg bool, args []string) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	ts.Check(err)
	ts.Defer(func() { _ = l.Close() })
	_, port, _ := strings.Cut(l.Addr().String(), ":")
	ts.Setenv(args[0], port)
}

func wrong(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: faulty NAME FAULTS")
	}
	faults, err := faulty.Parse(args[1])
	ts.Check(err)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	ts.Check(err)
	r := faulty.New(faults)
	var serving sync.WaitGroup
	serving.Go(func() { r.Serve(l) })
	ts.Defer(func() { r.Close(); serving.Wait() })
	ts.Setenv(args[0], "ws://"+l.Addr().String()+"/ws")
}
