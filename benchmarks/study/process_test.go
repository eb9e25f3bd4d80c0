//go:build unix

package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// A program that ends in place of listening is told of with what it said, and
// nothing of it stays.
func TestDeadProgram(t *testing.T) {
	folder := t.TempDir()
	t.Setenv("TMPDIR", folder)
	s := &study{nexusd: script(t, "echo no such realm >&2; exit 3"), callboard: filepath.Join(folder, "none")}
	_, err := s.startNexus(t.Context(), bare)
	if err == nil || !strings.Contains(err.Error(), "nexusd has ended, exit status 3: no such realm") {
		t.Error(err)
	}
	if _, err := s.startCallboard(t.Context(), bare); err == nil {
		t.Error("a program that is not there was started")
	}
	if left, _ := filepath.Glob(filepath.Join(folder, "study*")); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
}

// Whichever way a study is told to end, the routers that it started end first, and
// their folders go.
func TestTerminated(t *testing.T) {
	for _, sig := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM} {
		t.Run(sig.String(), func(t *testing.T) {
			folder := t.TempDir()
			t.Setenv("TMPDIR", folder)
			page, pipe := filepath.Join(folder, "page.md"), filepath.Join(folder, "pipe")
			write(t, page, markers)
			if err := syscall.Mkfifo(pipe, 0o600); err != nil {
				t.Fatal(err)
			}
			router := script(t, fmt.Sprintf("echo $$ > %s; exec sleep 1000", pipe))
			c := exec.Command(os.Args[0], "neighbour", "-callboard", router, "-readme", page)
			if err := c.Start(); err != nil {
				t.Fatal(err)
			}
			var pid int
			if _, err := fmt.Sscan(read(t, pipe), &pid); err != nil {
				t.Fatal(err)
			}
			defer func() { _ = syscall.Kill(pid, syscall.SIGKILL) }()
			if err := c.Process.Signal(sig); err != nil {
				t.Fatal(err)
			}
			if err := c.Wait(); err == nil || c.ProcessState.ExitCode() != 1 {
				t.Error(err)
			}
			if err := syscall.Kill(pid, 0); err != syscall.ESRCH {
				t.Errorf("the router runs on: %v", err)
			}
			if left, _ := filepath.Glob(filepath.Join(folder, "study*")); len(left) != 0 {
				t.Errorf("left behind: %v", left)
			}
		})
	}
}

// script makes a program of shell commands.
func script(t *testing.T, commands string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "program")
	if err := os.WriteFile(file, []byte("#!/bin/sh\n"+commands+"\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	return file
}
