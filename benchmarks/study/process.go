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
	"github.com/callboard-wamp/callboard/benchmarks/selfsigned"
)

// system is one program that is measured.
type system struct {
	name    string
	ws, raw string // URLs
	relay   bool
	cover   cover
	command *exec.Cmd
	ended   chan struct{} // closed when the command has ended
	folder  string
	again   func(context.Context, cover) (*system, error) // starts another one
}

// cover is what is between transports and TCP: nothing, or TLS, with the
// certificate in the folder of the system.
type cover struct {
	ws, raw         string // schemes
	ours, json, cli string // how the systems are told
}

var (
	bare    = cover{ws: "ws", raw: "tcp"}
	secured = cover{
		ws: "wss", raw: "tcps",
		ours: `, tls: {cert: "FOLDER/cert.pem", key: "FOLDER/key.pem"}`,
		json: `"cert_file": "FOLDER/cert.pem", "key_file": "FOLDER/key.pem", `,
		cli:  "FOLDER",
	}
)

// stop ends the program and waits for it.
func (s *system) stop() {
	_ = s.command.Process.Signal(os.Interrupt)
	kill := time.AfterFunc(10*time.Second, func() { _ = s.command.Process.Kill() })
	<-s.ended
	kill.Stop()
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
	if err := sys.start(config, command); err != nil {
		_ = os.RemoveAll(sys.folder)
		return nil, err
	}
	if err := sys.listens(ctx, address); err != nil {
		sys.stop()
		return nil, err
	}
	return sys, nil
}

// start runs the program with a folder that has what it needs.
func (s *system) start(config string, command []string) error {
	if _, _, err := selfsigned.Write(s.folder); err != nil {
		return err
	}
	file := filepath.Join(s.folder, "config")
	if err := os.WriteFile(file, []byte(strings.ReplaceAll(config, "FOLDER", s.folder)), 0o600); err != nil {
		return err
	}
	for i := range command {
		command[i] = strings.NewReplacer("CONFIG", file, "FOLDER", s.folder).Replace(command[i])
	}
	log, err := os.Create(filepath.Join(s.folder, "log"))
	if err != nil {
		return err
	}
	defer log.Close()
	s.command = exec.Command(command[0], command[1:]...)
	s.command.Stdout, s.command.Stderr = log, log
	if err := s.command.Start(); err != nil {
		return err
	}
	s.ended = make(chan struct{})
	go func() { // ends with the program
		_ = s.command.Wait()
		close(s.ended)
	}()
	return nil
}

// listens waits until the program does, for ten seconds at most.
func (s *system) listens(ctx context.Context, address string) error {
	for range 200 {
		if c, err := net.Dial("tcp", address); err == nil {
			return c.Close()
		}
		select {
		case <-time.After(50 * time.Millisecond):
		case <-s.ended:
			return fmt.Errorf("%s has ended, %v: %s", s.name, s.command.ProcessState, s.said())
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return fmt.Errorf("%s does not listen on %s: %s", s.name, address, s.said())
}

// said is the end of what the program has printed.
func (s *system) said() []byte {
	text, _ := os.ReadFile(filepath.Join(s.folder, "log"))
	return bytes.TrimSpace(text[max(0, len(text)-1000):])
}

// startCallboard starts this router with limits that no study reaches.
func (s *study) startCallboard(ctx context.Context, over cover) (*system, error) {
	at, err := ports(2)
	if err != nil {
		return nil, err
	}
	config := fmt.Sprintf(`
listeners: [{url: "%s://%s/ws"%s}, {url: "%s://%s"%[3]s}]
realms: [{uri: realm1}, {uri: realm2}]
limits: {subscriptions: 1000000, registrations: 1000000, realm_subscriptions: 2000000, realm_registrations: 2000000}
log: {level: warn}
`, over.ws, at[0], over.ours, over.raw, at[1])
	sys := &system{name: "callboard", cover: over, ws: over.ws + "://" + at[0] + "/ws", raw: over.raw + "://" + at[1]}
	return launch(ctx, sys, config, at[1], s.callboard, "serve", "--config", "CONFIG")
}

func (s *study) startNexus(ctx context.Context, over cover) (*system, error) {
	at, err := ports(2)
	if err != nil {
		return nil, err
	}
	config := fmt.Sprintf(`{
 "websocket": {%s"address": %q, "keep_alive": 0, "enable_compression": false, "allow_origins": ["*"]},
 "rawsocket": {%[1]s"tcp_address": %[3]q, "tcp_keepalive_interval": 180, "max_msg_len": 0},
 "router": {"realms": [{"uri": "realm1", "strict_uri": false, "allow_disclose": true, "anonymous_auth": true}], "debug": false}
}`, over.json, at[0], at[1])
	sys := &system{name: "nexusd", cover: over, ws: over.ws + "://" + at[0] + "/", raw: over.raw + "://" + at[1]}
	return launch(ctx, sys, config, at[1], s.nexusd, "-c", "CONFIG")
}

// startRelay starts this program once more.
func (s *study) startRelay(ctx context.Context, over cover) (*system, error) {
	at, err := ports(1)
	if err != nil {
		return nil, err
	}
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	sys := &system{name: "relay", cover: over, ws: over.ws + "://" + at[0] + "/", raw: over.raw + "://" + at[0], relay: true}
	return launch(ctx, sys, "", at[0], self, "relay", "-listen", at[0], "-tls", over.cli)
}

// bench runs "callboard bench" once. A run that lost something has a result, too.
func (s *study) bench(ctx context.Context, sys *system, raw bool, args ...string) (*benchmarks.Result, error) {
	url := sys.ws
	relay := sys.relay && args[0] != "connect" // joining is the same with it as with a router
	if raw || relay {
		url = sys.raw
	}
	args = append([]string{"bench"}, args...)
	args = append(args, "--url", url, "--pid", strconv.Itoa(sys.command.Process.Pid), "--json",
		"--duration", s.duration.String(), "--warmup", s.warmup.String())
	if relay {
		args = append(args, "--relay")
	}
	if sys.cover == secured {
		args = append(args, "--ca", filepath.Join(sys.folder, "cert.pem"))
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
