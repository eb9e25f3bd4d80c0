package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/callboard-wamp/callboard/benchmarks"
)

// system is one program that is measured.
type system struct {
	name    string
	ws, raw string // URLs; the relay has no ws
	relay   bool
	command *exec.Cmd
	folder  string
	again   func(context.Context) (*system, error) // starts another one
}

// stop ends the program and waits for it.
func (s *system) stop() {
	_ = s.command.Process.Signal(os.Interrupt)
	ended := time.AfterFunc(10*time.Second, func() { _ = s.command.Process.Kill() })
	_ = s.command.Wait()
	ended.Stop()
	_ = os.RemoveAll(s.folder)
}

// ports are addresses of the loopback interface that were free just now.
func ports(n int) ([]string, error) {
	var all []string
	for range n {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return nil, err
		}
		defer l.Close()
		all = append(all, l.Addr().String())
	}
	return all, nil
}

// launch starts a program that takes a configuration file, and waits until it
// listens on the address.
func launch(ctx context.Context, sys *system, config, address string, command ...string) (*system, error) {
	var err error
	if sys.folder, err = os.MkdirTemp("", "study"); err != nil {
		return nil, err
	}
	file := filepath.Join(sys.folder, "config")
	if err := os.WriteFile(file, []byte(config), 0o600); err != nil {
		return nil, err
	}
	for i := range command {
		command[i] = strings.ReplaceAll(command[i], "CONFIG", file)
	}
	log, err := os.Create(filepath.Join(sys.folder, "log"))
	if err != nil {
		return nil, err
	}
	defer log.Close()
	sys.command = exec.Command(command[0], command[1:]...)
	sys.command.Stdout, sys.command.Stderr = log, log
	if err := sys.command.Start(); err != nil {
		return nil, err
	}
	for range 200 {
		if c, err := net.Dial("tcp", address); err == nil {
			_ = c.Close()
			return sys, nil
		}
		select {
		case <-time.After(50 * time.Millisecond):
		case <-ctx.Done():
			sys.stop()
			return nil, ctx.Err()
		}
	}
	text, _ := os.ReadFile(log.Name())
	sys.stop()
	return nil, fmt.Errorf("%s does not listen on %s: %s", sys.name, address, text)
}

// startCallboard starts this router with limits that no study reaches.
func (s *study) startCallboard(ctx context.Context) (*system, error) {
	at, err := ports(2)
	if err != nil {
		return nil, err
	}
	config := fmt.Sprintf(`
listeners: [{url: "ws://%s/ws"}, {url: "tcp://%s"}]
realms: [{uri: realm1}, {uri: realm2}]
limits: {subscriptions: 1000000, registrations: 1000000, realm_subscriptions: 2000000, realm_registrations: 2000000}
log: {level: warn}
`, at[0], at[1])
	sys := &system{name: "callboard", ws: "ws://" + at[0] + "/ws", raw: "tcp://" + at[1]}
	return launch(ctx, sys, config, at[1], s.callboard, "serve", "--config", "CONFIG")
}

func (s *study) startNexus(ctx context.Context) (*system, error) {
	at, err := ports(2)
	if err != nil {
		return nil, err
	}
	config := fmt.Sprintf(`{
 "websocket": {"address": %q, "keep_alive": 0, "enable_compression": false, "allow_origins": ["*"]},
 "rawsocket": {"tcp_address": %q, "tcp_keepalive_interval": 180, "max_msg_len": 0},
 "router": {"realms": [{"uri": "realm1", "strict_uri": false, "allow_disclose": true, "anonymous_auth": true}], "debug": false}
}`, at[0], at[1])
	sys := &system{name: "nexusd", ws: "ws://" + at[0] + "/", raw: "tcp://" + at[1]}
	return launch(ctx, sys, config, at[1], s.nexusd, "-c", "CONFIG")
}

// startRelay starts this program once more.
func (s *study) startRelay(ctx context.Context) (*system, error) {
	at, err := ports(1)
	if err != nil {
		return nil, err
	}
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	return launch(ctx, &system{name: "relay", raw: "tcp://" + at[0], relay: true}, "", at[0], self, "relay", "-listen", at[0])
}

// bench runs "callboard bench" once. A run that lost something has a result, too.
func (s *study) bench(ctx context.Context, sys *system, raw bool, args ...string) (*benchmarks.Result, error) {
	url := sys.ws
	if raw || sys.relay {
		url = sys.raw
	}
	args = append([]string{"bench"}, args...)
	args = append(args, "--url", url, "--pid", strconv.Itoa(sys.command.Process.Pid), "--json",
		"--duration", s.duration.String(), "--warmup", s.warmup.String())
	if sys.relay {
		args = append(args, "--relay")
	}
	c := exec.CommandContext(ctx, s.callboard, args...)
	c.Cancel = func() error { return c.Process.Signal(os.Interrupt) }
	var out, talk bytes.Buffer
	c.Stdout, c.Stderr = &out, &talk
	err := c.Run()
	r := new(benchmarks.Result)
	if json.Unmarshal(out.Bytes(), r) != nil || r.Scenario == "" {
		return nil, fmt.Errorf("%s: bench %s: %w: %s", sys.name, strings.Join(args[1:], " "), errors.Join(err, ctx.Err()), talk.String())
	}
	return r, ctx.Err()
}

// output is what a command prints, or "unknown".
func output(folder string, command ...string) string {
	c := exec.Command(command[0], command[1:]...)
	c.Dir = folder
	b, err := c.Output()
	if err != nil {
		return "unknown"
	}
	return strings.TrimSpace(string(b))
}

// processor is the model of the processor, where the system tells.
func processor() string {
	f, err := os.Open("/proc/cpuinfo")
	if err != nil {
		return "processor unknown"
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if name, model, ok := strings.Cut(lines.Text(), ":"); ok && strings.TrimSpace(name) == "model name" {
			return strings.TrimSpace(model)
		}
	}
	return "processor unknown"
}
