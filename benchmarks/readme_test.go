package benchmarks_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/callboard-wamp/callboard/benchmarks"
)

// Every benchmark that the README names is where it says, and every scenario is
// explained.
func TestReadme(t *testing.T) {
	page, err := os.ReadFile("README.md")
	if err != nil {
		t.Fatal(err)
	}
	rows := regexp.MustCompile("(?m)^\\| [^|]+ \\| `([a-z/]+)` \\| `(Benchmark\\w+)` \\|$").FindAllStringSubmatch(string(page), -1)
	if len(rows) < 15 {
		t.Errorf("%d benchmarks of parts", len(rows))
	}
	for _, row := range rows {
		if !declares(t, filepath.Join("..", filepath.FromSlash(row[1])), row[2]) {
			t.Errorf("%s has no %s", row[1], row[2])
		}
	}
	for _, s := range benchmarks.Scenarios() {
		if !strings.Contains(string(page), "| `"+s.Name+"` | ") {
			t.Errorf("scenario %s is not explained", s.Name)
		}
	}
}

func declares(t *testing.T, folder, name string) bool {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, "*_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(b), "\nfunc "+name+"(b *testing.B)") {
			return true
		}
	}
	return false
}
