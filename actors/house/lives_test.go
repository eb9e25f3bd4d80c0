package house_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// A step of a life in the package comment of actors: number, file, function.
var step = regexp.MustCompile(`(?m)^//\s*\d+\.\s+(\S+\.go)\s+(\S+)`)

// A document names a file of the repository in backticks.
var named = regexp.MustCompile("`([a-z][A-Za-z0-9_./-]*\\.(?:go|mjs|txt|md))`")

// The lives of a PUBLISH and of a CALL name files and functions that are there.
func TestHouseLives(t *testing.T) {
	steps := step.FindAllStringSubmatch(string(read(t, "actors/doc.go")), -1)
	if len(steps) == 0 {
		t.Error("actors/doc.go holds no life: lines like // 1. actors/connection/reader.go  (*reader).loop")
	}
	functions := map[string][]string{}
	for _, s := range steps {
		file, function := s[1], s[2]
		if functions[file] == nil {
			functions[file] = declared(t, file)
		}
		if !contains(functions[file], function) {
			t.Errorf("actors/doc.go: %s has no %s", file, function)
		}
	}
}

// The documents name files that are there.
func TestHouseDocuments(t *testing.T) {
	for _, name := range tracked(t) {
		if !strings.HasSuffix(name, ".md") {
			continue
		}
		for _, m := range named.FindAllStringSubmatch(string(read(t, name)), -1) {
			if _, err := os.Stat(filepath.Join(root, m[1])); err != nil {
				t.Errorf("%s names %s, which is not there", name, m[1])
			}
		}
	}
}

// declared are the functions of a file as the lives write them: loop,
// (*reader).loop, (Options).validate; type parameters are left out.
func declared(t *testing.T, name string) []string {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(root, name), nil, parser.SkipObjectResolution)
	if err != nil {
		t.Errorf("actors/doc.go: %v", err)
		return []string{}
	}
	names := []string{}
	for _, d := range file.Decls {
		if f, ok := d.(*ast.FuncDecl); ok {
			names = append(names, receiver(f)+f.Name.Name)
		}
	}
	return names
}

func receiver(f *ast.FuncDecl) string {
	if f.Recv == nil {
		return ""
	}
	switch r := f.Recv.List[0].Type.(type) {
	case *ast.StarExpr:
		return "(*" + typeName(r.X) + ")."
	default:
		return "(" + typeName(r) + ")."
	}
}

func typeName(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.IndexExpr:
		return typeName(e.X)
	case *ast.IndexListExpr:
		return typeName(e.X)
	case *ast.Ident:
		return e.Name
	}
	return "?"
}

// contains compares names without type parameters: (*Mailbox[T]).Post is
// (*Mailbox).Post. A method may also be named without its receiver.
func contains(names []string, want string) bool {
	if open := strings.IndexByte(want, '['); open >= 0 {
		if end := strings.IndexByte(want, ']'); end > open {
			want = want[:open] + want[end+1:]
		}
	}
	for _, n := range names {
		if n == want || strings.HasSuffix(n, ")."+want) {
			return true
		}
	}
	return false
}
