package house_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/callboard-wamp/callboard"

// The house (docs/architecture.md): every room and the rooms that its files may
// import, tests apart. A room may also import its own sub-rooms. A new arrow is
// a change of the design: it is written down in docs/decisions first.
var (
	words = []string{"wamp"}
	rules = []string{"wamp/pattern", "wamp/broker", "wamp/dealer", "wamp/auth"}
	wires = []string{"codec", "netio"}
	below = join(words, rules, wires, "supervisor", "actors/mailbox", "actors/setting", "actors/timer", "actors/metrics", "actors/store")
	kinds = []string{
		"actors/connection", "actors/session", "actors/topic", "actors/registration",
		"actors/realm", "actors/meta", "actors/retention", "actors/archive",
	}
	everything = join(below, kinds, "actors/lane", "actors/shard", "actors", "wamp/client", "actors/store/pebble", "actors/store/bbolt")

	plan = map[string][]string{
		"wamp":           nil,
		"wamp/pattern":   words,
		"wamp/broker":    words,
		"wamp/dealer":    words,
		"wamp/auth":      join(words, "wamp/pattern"),
		"wamp/client":    join(words, wires, "wamp/auth"),
		"codec":          words,
		"netio":          nil,
		"supervisor":     nil,
		"actors/mailbox": nil,
		"actors/setting": nil,
		"actors/timer":   nil,
		"actors/metrics": nil,
		"actors/store":   words,
		"actors/lane":    below,

		"actors/connection":   join(below, "actors/lane"),
		"actors/session":      join(below, "actors/lane"),
		"actors/topic":        join(below, "actors/lane"),
		"actors/registration": join(below, "actors/lane"),
		"actors/realm":        join(below, "actors/lane", "actors/shard"),
		"actors/meta":         join(below, "actors/lane"),
		"actors/retention":    join(below, "actors/lane"),
		"actors/archive":      join(below, "actors/lane"),
		"actors/shard":        join(below, "actors/lane"),

		"actors":        join(below, kinds, "actors/lane", "actors/shard"),
		"actors/house":  nil,
		"cmd/callboard": join(everything, "benchmarks", "benchmarks/gate", "benchmarks/report"),
		"cmd/testtally": nil,
		"benchmarks":    everything,
		"examples":      everything,
	}

	// Without socket, lock, clock, chance, log or goroutine.
	pure = join(words, rules)
	// Only actors, supervisor and cmd log.
	silent = join(words, rules, wires, "wamp/client", "actors/mailbox", "actors/setting", "actors/timer")

	impure = []string{"crypto/rand", "math/rand", "math/rand/v2", "net", "os", "sync", "syscall"}
	logs   = []string{"log", "log/slog", "github.com/rs/zerolog"}
	clock  = []string{"Now", "Since", "Until", "Sleep", "After", "AfterFunc", "Tick", "NewTimer", "NewTicker"}
)

// Every arrow of the plan, and no room outside it.
func TestHousePlan(t *testing.T) {
	for _, f := range sources(t) {
		room := roomOf(f.dir)
		if room == "" {
			t.Errorf("%s stands in no room of the plan", f.name)
			continue
		}
		for _, imported := range f.imports() {
			ours, ok := strings.CutPrefix(imported, module+"/")
			if ok && !mayImport(room, f.dir, ours) {
				t.Errorf("%s imports %s: the plan has no arrow from %s to it", f.name, ours, room)
			}
		}
	}
}

// Rules do not act.
func TestHousePureRooms(t *testing.T) {
	for _, f := range sources(t) {
		room := roomOf(f.dir)
		for _, imported := range f.imports() {
			if slices.Contains(pure, room) && within(imported, impure) {
				t.Errorf("%s imports %s: %s is pure", f.name, imported, room)
			}
			if slices.Contains(silent, room) && within(imported, logs) {
				t.Errorf("%s imports %s: %s does not log", f.name, imported, room)
			}
		}
		if slices.Contains(pure, room) {
			for _, act := range f.acts() {
				t.Errorf("%s %s: %s is pure", f.name, act, room)
			}
		}
	}
}

// Whoever embeds the router links neither the program nor a database.
func TestHouseEmbedders(t *testing.T) {
	out, err := exec.Command("go", "list", "-e", "-deps", module+"/actors").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	for _, dep := range strings.Fields(string(out)) {
		if within(dep, []string{module + "/cmd", module + "/benchmarks", "github.com/cockroachdb/pebble", "go.etcd.io/bbolt", "github.com/spf13/cobra"}) {
			t.Errorf("actors links %s", dep)
		}
	}
}

// roomOf is the room of the plan that a folder belongs to: the longest name of
// a room that it begins with.
func roomOf(dir string) string {
	for d := dir; d != "."; d = path.Dir(d) {
		if _, ok := plan[d]; ok {
			return d
		}
	}
	return ""
}

func mayImport(room, dir, imported string) bool {
	if roomOf(imported) == room {
		return imported != dir
	}
	return slices.Contains(plan[room], imported)
}

// within says whether a package is one of these or below one.
func within(imported string, of []string) bool {
	return slices.ContainsFunc(of, func(p string) bool {
		return imported == p || strings.HasPrefix(imported, p+"/")
	})
}

// join returns the lists and names as one list.
func join(parts ...any) []string {
	var all []string
	for _, p := range parts {
		if name, ok := p.(string); ok {
			all = append(all, name)
			continue
		}
		all = append(all, p.([]string)...)
	}
	return all
}

// source is one Go file that is no test; names have slashes and begin at the root.
type source struct {
	name, dir string
	file      *ast.File
}

// sources are all Go files but tests, whatever their build tags.
func sources(t *testing.T) []source {
	t.Helper()
	var all []source
	for _, name := range tracked(t) {
		if !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), filepath.Join(root, name), nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, source{name, path.Dir(name), file})
	}
	if len(all) == 0 {
		t.Fatal("no Go file found")
	}
	return all
}

func (f source) imports() []string {
	var paths []string
	for _, i := range f.file.Imports {
		paths = append(paths, strings.Trim(i.Path.Value, `"`))
	}
	return paths
}

// acts are the goroutines that a file starts, its channels and its readings of the clock.
func (f source) acts() []string {
	var found []string
	ast.Inspect(f.file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.GoStmt:
			found = append(found, "starts a goroutine")
		case *ast.ChanType:
			found = append(found, "has a channel")
		case *ast.SelectorExpr:
			if x, ok := n.X.(*ast.Ident); ok && x.Name == "time" && slices.Contains(clock, n.Sel.Name) {
				found = append(found, "uses time."+n.Sel.Name)
			}
		}
		return true
	})
	return found
}

// root is the folder of go.mod, as seen from this package.
const root = "../.."

// tracked are the files of the repository, without what tools leave in it.
func tracked(t *testing.T) []string {
	t.Helper()
	var names []string
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		switch {
		case !d.IsDir() && d.Name() == ".git": // a linked working tree has a file of this name
		case !d.IsDir():
			rel, err := filepath.Rel(root, name)
			names = append(names, filepath.ToSlash(rel))
			return err
		case slices.Contains([]string{".git", "node_modules", "bin", "coverage"}, d.Name()):
			return filepath.SkipDir
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}
