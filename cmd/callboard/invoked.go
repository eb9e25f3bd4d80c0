package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// invoked is what to type to run this program once more: lines to paste begin
// with it.
func invoked() string {
	executable, err := os.Executable()
	if err != nil {
		return os.Args[0]
	}
	return invokedAs(os.Args[0], executable)
}

// invokedAs tells three cases apart: go run, which builds in a place of its own;
// a program that the shell finds by its name; and one that was called by a path.
func invokedAs(typed, executable string) string {
	name := filepath.Base(typed)
	built := func(folder string) bool { return strings.HasPrefix(folder, "go-build") }
	if slices.ContainsFunc(strings.Split(filepath.ToSlash(executable), "/"), built) {
		return "go run ./cmd/" + name
	}
	if found, err := exec.LookPath(name); err == nil && sameFile(found, executable) {
		return name
	}
	return typed
}

func sameFile(a, b string) bool {
	one, err := os.Stat(a)
	if err != nil {
		return false
	}
	other, err := os.Stat(b)
	return err == nil && os.SameFile(one, other)
}
