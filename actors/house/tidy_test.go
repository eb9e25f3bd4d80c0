package house_test

import (
	"bytes"
	"go/ast"
	"go/format"
	"go/parser"
	"go/token"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// What a file may be at most, as docs/architecture.md says.
const (
	maxFileLines     = 500
	maxFunctionLines = 60
)

// The top level holds rooms and documents; a Go file has a room.
func TestHouseRoot(t *testing.T) {
	allowed := []string{
		"actors", "wamp", "codec", "netio", "supervisor", "cmd", "benchmarks", "docs", "examples",
		"go.mod", "go.sum", "Makefile", "README.md", "LICENSE", "CHANGELOG.md",
	}
	for _, name := range tracked(t) {
		top, _, _ := strings.Cut(name, "/")
		if !strings.HasPrefix(top, ".") && !slices.Contains(allowed, top) {
			t.Errorf("%s: the top level is fixed, %s is not part of it", name, top)
		}
	}
}

func TestHouseNames(t *testing.T) {
	vague := []string{"util", "utils", "helper", "helpers", "common", "types", "manager", "misc"}
	for _, name := range tracked(t) {
		base := strings.TrimSuffix(strings.TrimSuffix(path.Base(name), ".go"), "_test")
		if strings.HasSuffix(name, ".go") && slices.Contains(vague, base) {
			t.Errorf("%s: a file is a noun of the specification or a verb of the API", name)
		}
	}
}

// Every Go file is formatted, and small; so is every function.
func TestHouseGoFiles(t *testing.T) {
	for _, name := range tracked(t) {
		if !strings.HasSuffix(name, ".go") {
			continue
		}
		text := read(t, name)
		if formatted, err := format.Source(text); err != nil || !bytes.Equal(formatted, text) {
			t.Errorf("%s is not formatted (make fmt): %v", name, err)
		}
		if n := bytes.Count(text, []byte("\n")); n > maxFileLines && !generated(text) {
			t.Errorf("%s has %d lines, %d at most", name, n, maxFileLines)
		}
		longFunctions(t, name, text)
	}
}

func longFunctions(t *testing.T, name string, text []byte) {
	t.Helper()
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, name, text, parser.SkipObjectResolution)
	if err != nil {
		t.Error(err)
		return
	}
	for _, d := range file.Decls {
		f, ok := d.(*ast.FuncDecl)
		if !ok || f.Body == nil || generated(text) {
			continue
		}
		lines := files.Position(f.Body.Rbrace).Line - files.Position(f.Body.Lbrace).Line - 1
		if lines > maxFunctionLines {
			t.Errorf("%s: %s has %d lines, %d at most", name, f.Name.Name, lines, maxFunctionLines)
		}
	}
}

func generated(text []byte) bool {
	return bytes.HasPrefix(text, []byte("// Code generated"))
}

// The repository names no path of a machine, no registry and no marker of work
// that is still to be done. The words stand here in pieces, so that this file
// does not hold them.
func TestHouseWords(t *testing.T) {
	forbidden := []string{
		"/wo" + "rk/", "/ro" + "ot/", "/ho" + "me/",
		"proxy.gol" + "ang.org", "sum.gol" + "ang.org", "registry.np" + "mjs.org", "deb.deb" + "ian.org", "py" + "pi.org",
		"TO" + "DO", "FIX" + "ME", "XX" + "X:",
	}
	for _, name := range tracked(t) {
		text := read(t, name)
		if bytes.IndexByte(text, 0) >= 0 && !strings.HasSuffix(name, ".go") {
			continue // an image or another binary file
		}
		for _, word := range forbidden {
			if i := bytes.Index(text, []byte(word)); i >= 0 {
				t.Errorf("%s:%d holds %q", name, 1+bytes.Count(text[:i], []byte("\n")), word)
			}
		}
	}
}

func read(t *testing.T, name string) []byte {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	return text
}
