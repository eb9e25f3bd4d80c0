package config_test

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/callboard-wamp/callboard/cmd/callboard/config"
)

// Whatever stands in a file, there is either a configuration that a router
// takes, the same each time, or at least one mistake, each at a place within the
// file.
func FuzzParse(f *testing.F) {
	f.Add(config.Starter)
	names, _ := filepath.Glob("testdata/mistakes/*.yaml")
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		got, err := config.Parse("fuzz", text, config.Options{})
		if err == nil {
			again, _ := config.Parse("fuzz", text, config.Options{})
			if m := got.Router().Mistakes(); m != nil || !reflect.DeepEqual(got, again) {
				t.Errorf("a router refuses %+v: %v", got, m)
			}
			return
		}
		var wrong config.Mistakes
		if got != nil || !errors.As(err, &wrong) || len(wrong) == 0 {
			t.Fatalf("got %v, %v", got, err)
		}
		lines := strings.Count(string(text), "\n") + strings.Count(string(text), "\r") + 1
		for _, m := range wrong {
			if m.Line < 1 || m.Line > lines || m.Column < 1 || m.Text == "" || !utf8.ValidString(m.String()) {
				t.Errorf("%+v in %d lines", m, lines)
			}
		}
	})
}
