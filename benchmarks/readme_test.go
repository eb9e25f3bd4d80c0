package benchmarks_test

import (
	"io/fs"
	"os"
	"path"
	"regexp"
	"strings"
	"testing"

	"github.com/callboard-wamp/callboard/benchmarks"
)

// Every benchmark that the README names is where it says, it names every one that
// there is, and every scenario is explained.
func TestReadme(t *testing.T) {
	page, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	named := map[string]bool{}
	for _, row := range regexp.MustCompile("(?m)^\\| [^|]+ \\| `([a-z/]+)` \\| `(Benchmark\\w+)` \\|$").FindAllStringSubmatch(string(page), -1) {
		named[row[1]+" "+row[2]] = true
	}
	declared := declared(t)
	for b := range named {
		if !declared[b] {
			t.Errorf("there is no %s", b)
		}
	}
	for b := range declared {
		if !named[b] {
			t.Errorf("%s is not among the parts", b)
		}
	}
	for _, s := range benchmarks.Scenarios() {
		if !strings.Contains(string(page), "| `"+s.Name+"` | ") {
			t.Errorf("scenario %s is not explained", s.Name)
		}
	}
}

// declared are the benchmarks of this project, each behind the room that it is in.
func declared(t *testing.T) map[string]bool {
	t.Helper()
	root := os.DirFS("..")
	all := map[string]bool{}
	err := fs.WalkDir(root, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (d.Name() == "node_modules" || name != "." && strings.HasPrefix(d.Name(), ".")):
			return fs.SkipDir
		case d.IsDir() || !strings.HasSuffix(name, "_test.go"):
			return nil
		}
		text, err := fs.ReadFile(root, name)
		if err != nil {
			return err
		}
		for _, f := range regexp.MustCompile(`(?m)^func (Benchmark\w+)\(\w+ \*testing\.B\)`).FindAllSubmatch(text, -1) {
			all[path.Dir(name)+" "+string(f[1])] = true
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}
