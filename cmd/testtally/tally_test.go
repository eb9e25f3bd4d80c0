package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The files of testdata are what go test -json printed for small packages,
// less times and stack frames.
func TestTally(t *testing.T) {
	tests := []struct {
		file    string
		closing string
		says    []string
		silent  []string
	}{
		{
			file:    "mixed",
			closing: "ran 3, skipped 3: no reason given; node is not installed (2)",
			says:    []string{"a_test.go:4: said before\n", "a_test.go:4: want 1, got 2\n", "--- FAIL: TestBad", "FAIL\texample.org/canned/mixed"},
			silent:  []string{"looking for node", "=== RUN", "--- PASS"},
		},
		{
			file:    "broken",
			closing: "ran 0, skipped 0: none",
			says:    []string{"b_test.go:3:28: undefined: undefined", "FAIL\texample.org/canned/broken"},
		},
		{
			file:    "crash",
			closing: "ran 3, skipped 0: none",
			says:    []string{"panic: out of paper", "FAIL\texample.org/canned/crash"},
		},
		{
			file:    "interrupted",
			closing: "ran 2, skipped 0: none",
			says:    []string{"panic: test timed out after 1s", "h_test.go:8: waiting\n"},
		},
		{
			file:    "quiet",
			closing: "ran 1, skipped 0: none",
			says:    []string{"ok   example.org/canned/quiet"},
			silent:  []string{"empty", "no test files"},
		},
	}
	for _, tt := range tests {
		t.Run(tt.file, func(t *testing.T) {
			tally, printed := read(t, tt.file)
			if got := tally.String(); got != tt.closing {
				t.Errorf("closing line %q, want %q", got, tt.closing)
			}
			for _, s := range tt.says {
				if !strings.Contains(printed, s) {
					t.Errorf("%q is missing in:\n%s", s, printed)
				}
			}
			for _, s := range tt.silent {
				if strings.Contains(printed, s) {
					t.Errorf("%q should not be in:\n%s", s, printed)
				}
			}
		})
	}
}

func TestTallyCountsFailures(t *testing.T) {
	for file, want := range map[string]int{"mixed": 1, "crash": 2, "interrupted": 1, "quiet": 0} {
		if tally, _ := read(t, file); tally.Failed != want {
			t.Errorf("%s: %d failed, want %d", file, tally.Failed, want)
		}
	}
}

func TestNotIn(t *testing.T) {
	tally, _ := read(t, "mixed")
	left := tally.NotIn(map[string]bool{"node is not installed": true})
	if len(left) != 1 || left[0].Test != "TestSilent" {
		t.Errorf("not allowed: %v, want TestSilent alone", left)
	}
	if n := len(tally.NotIn(nil)); n != 3 {
		t.Errorf("%d skips without a permit, want 3", n)
	}
}

func TestReadAllowed(t *testing.T) {
	name := filepath.Join(t.TempDir(), "allowed")
	text := "# why\nnode is not installed\n\n  # indented\n  no vectors  \n"
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	got, err := readAllowed(name)
	if err != nil || len(got) != 2 || !got["node is not installed"] || !got["no vectors"] {
		t.Errorf("reasons %v, error %v", got, err)
	}
	if _, err := readAllowed(name + ".gone"); err == nil {
		t.Error("a file that is not there gave no error")
	}
	if got, err := readAllowed(""); err != nil || len(got) != 0 {
		t.Errorf("no file: reasons %v, error %v", got, err)
	}
}

func read(t *testing.T, file string) (*Tally, string) {
	t.Helper()
	f, err := os.Open(filepath.Join("testdata", file+".json"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var printed strings.Builder
	tally := NewTally(&printed)
	if err := tally.Read(f); err != nil {
		t.Fatal(err)
	}
	return tally, printed.String()
}
