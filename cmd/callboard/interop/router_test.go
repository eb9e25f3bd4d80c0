package interop_test

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/callboard-wamp/callboard/benchmarks/selfsigned"
)

const (
	program  = "github.com/callboard-wamp/callboard/cmd/callboard"
	patience = 20 * time.Second
)

// addresses are where the router under test listens. Those over TLS are empty when
// it is not ours.
type addresses struct{ ws, tcp, wss, tcps string }

// router starts the router with the first test that asks for it.
var router = sync.OnceValues(startRouter)

// started is the process of the router, to be stopped after the last test, and
// folder where the program is built.
var (
	started *process
	folder  string
)

func TestMain(m *testing.M) {
	var err error
	if folder, err = os.MkdirTemp("", "callboard-interop-"); err != nil {
		fmt.Fprintln(os.Stderr, "interop:", err)
		os.Exit(1)
	}
	code := m.Run()
	if started != nil {
		if err := started.stop(); err != nil {
			fmt.Fprintln(os.Stderr, "interop:", err)
			code = 1
		}
	}
	os.RemoveAll(folder)
	os.Exit(code)
}

func addressesOf(t *testing.T) addresses {
	t.Helper()
	at, err := router()
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// configuration is what the clients need: those in JavaScript announce progressive
// results without call canceling.
const configuration = `
listeners:
  - url: ws://127.0.0.1:0/ws
  - url: tcp://127.0.0.1:0
  - url: wss://127.0.0.1:0/ws
    tls: {cert: FOLDER/cert.pem, key: FOLDER/key.pem}
  - url: tcps://127.0.0.1:0
    tls: {cert: FOLDER/cert.pem, key: FOLDER/key.pem}
realms:
  - uri: realm1
    progress_without_canceling: true
`

func startRouter() (addresses, error) {
	at := addresses{ws: os.Getenv("CALLBOARD_INTEROP_WS"), tcp: os.Getenv("CALLBOARD_INTEROP_TCP")}
	if at.ws != "" && at.tcp != "" {
		return at, nil
	}
	binary, err := build()
	if err != nil {
		return at, err
	}
	if _, _, err := selfsigned.Write(folder); err != nil {
		return at, err
	}
	file := filepath.Join(folder, "callboard.yaml")
	if err := os.WriteFile(file, []byte(strings.ReplaceAll(configuration, "FOLDER", folder)), 0o600); err != nil {
		return at, err
	}
	started, err = start(binary, "serve", "--config", file)
	if err != nil {
		return at, err
	}
	return started.listening()
}

// build makes the program as it is shipped and returns its path.
var build = sync.OnceValues(func() (string, error) {
	binary := filepath.Join(folder, "callboard")
	cmd := exec.Command("go", "build", "-trimpath", "-o", binary, program)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("go build: %w\n%s", err, out)
	}
	return binary, nil
})

// process is a running program. One goroutine reads what it prints and ends with it.
type process struct {
	cmd   *exec.Cmd
	ended chan struct{} // closed when all output is read

	mu      sync.Mutex
	printed []string
	news    chan struct{}
}

func start(binary string, args ...string) (*process, error) {
	p := &process{cmd: exec.Command(binary, args...), ended: make(chan struct{}), news: make(chan struct{}, 1)}
	r, w := io.Pipe()
	p.cmd.Stdout, p.cmd.Stderr = w, w
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	go p.read(r)
	go func() {
		w.CloseWithError(errors.Join(io.EOF, p.cmd.Wait()))
	}()
	return p, nil
}

func (p *process) read(r io.Reader) {
	defer close(p.ended)
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		p.mu.Lock()
		p.printed = append(p.printed, lines.Text())
		p.mu.Unlock()
		select {
		case p.news <- struct{}{}:
		default:
		}
	}
}

var listeningOn = regexp.MustCompile(`listening on ((wss?|tcps?)://[^\s"]+)`)

// listening waits until the router has said where it listens.
func (p *process) listening() (at addresses, err error) {
	err = p.wait(func(line string) bool {
		if m := listeningOn.FindStringSubmatch(line); m != nil {
			*map[string]*string{"ws": &at.ws, "tcp": &at.tcp, "wss": &at.wss, "tcps": &at.tcps}[m[2]] = m[1]
		}
		return at.ws != "" && at.tcp != "" && at.wss != "" && at.tcps != ""
	})
	return at, err
}

// wait looks at each line that the process prints, from the first on, until
// enough says so.
func (p *process) wait(enough func(line string) bool) error {
	late := time.After(patience)
	for seen := 0; ; {
		p.mu.Lock()
		printed := p.printed
		p.mu.Unlock()
		for ; seen < len(printed); seen++ {
			if enough(printed[seen]) {
				return nil
			}
		}
		select {
		case <-p.news:
		case <-p.ended:
			return fmt.Errorf("it ended: %q", printed)
		case <-late:
			return fmt.Errorf("waited in vain, it said: %q", printed)
		}
	}
}

// stop asks the program to end, which it does with exit code 0.
func (p *process) stop() error {
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return fmt.Errorf("%v is gone: %w: %q", p.cmd.Args, err, p.printed)
	}
	select {
	case <-p.ended:
	case <-time.After(patience):
		_ = p.cmd.Process.Kill()
		return fmt.Errorf("%v did not end when it was told to", p.cmd.Args)
	}
	if code := p.cmd.ProcessState.ExitCode(); code != 0 {
		return fmt.Errorf("%v ended with exit code %d: %q", p.cmd.Args, code, p.printed)
	}
	return nil
}
