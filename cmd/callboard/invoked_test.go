package main

import (
	"os"
	"path/filepath"
	"testing"
)

func TestInvokedAs(t *testing.T) {
	folder := t.TempDir()
	installed := filepath.Join(folder, "callboard")
	if err := os.WriteFile(installed, []byte("#!/bin/sh\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", folder)
	for _, row := range []struct{ name, typed, executable, want string }{
		{"by go run", "/tmp/go-build1/b001/exe/callboard", "/tmp/go-build1/b001/exe/callboard", "go run ./cmd/callboard"},
		{"by go run, from its cache", "/srv/.cache/go-build/4f/4f0-d/callboard", "/srv/.cache/go-build/4f/4f0-d/callboard", "go run ./cmd/callboard"},
		{"by name", "callboard", installed, "callboard"},
		{"by the path of what the name means, too", installed, installed, "callboard"},
		{"by path, another one being installed", "bin/callboard", "/srv/callboard/bin/callboard", "bin/callboard"},
		{"by another name", "bin/router", "/srv/bin/router", "bin/router"},
	} {
		t.Run(row.name, func(t *testing.T) {
			if got := invokedAs(row.typed, row.executable); got != row.want {
				t.Errorf("got %q, want %q", got, row.want)
			}
		})
	}
}
