package config_test

import (
	"fmt"
	"os"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/callboard-wamp/callboard/actors"
	"github.com/callboard-wamp/callboard/benchmarks/selfsigned"
	"github.com/callboard-wamp/callboard/cmd/callboard/config"
	"github.com/callboard-wamp/callboard/supervisor"
)

func document(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("../../../docs/configuration.md")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// The tables of docs/configuration.md have every key of the structs and no other,
// with its type, its default and its range, and say what it means.
func TestDocumentedKeys(t *testing.T) {
	rows := map[string][]string{}
	for _, line := range strings.Split(document(t), "\n") {
		if cells := strings.Split(strings.Trim(line, "|"), "|"); strings.HasPrefix(line, "| `") && len(cells) == 5 {
			for i := range cells {
				cells[i] = strings.TrimSpace(cells[i])
			}
			rows[cells[0]] = cells
		}
	}
	for _, k := range config.Keys() {
		name, def := "`"+k.Key+"`", ""
		if k.Default != "" {
			def = "`" + k.Default + "`"
		}
		got := rows[name]
		if want := []string{name, k.Type, def, k.Range}; got == nil || !reflect.DeepEqual(got[:4], want) || got[4] == "" {
			t.Errorf("the row of %s is %q, want %q and what it means", k, got, want)
		}
		delete(rows, name)
	}
	for name := range rows {
		t.Errorf("%s is documented and does not exist", name)
	}
}

// The table of default policies is that of the supervisor.
func TestDocumentedPolicies(t *testing.T) {
	row := regexp.MustCompile("(?m)^\\| `([a-z]+)` \\| `(\\{.*\\})` \\|$")
	documented := map[supervisor.Kind]string{}
	for _, m := range row.FindAllStringSubmatch(document(t), -1) {
		documented[supervisor.Kind(m[1])] = m[2]
		parse(t, "supervision: {"+m[1]+": "+m[2]+"}")
	}
	for kind, p := range supervisor.Defaults() {
		if want := flow(p); documented[kind] != want {
			t.Errorf("%s: documented as %q, is %q", kind, documented[kind], want)
		}
	}
}

// flow writes a policy as the document does: what says nothing is left out.
func flow(p supervisor.Policy) string {
	text := fmt.Sprintf("{strategy: %v, on_panic: %v", p.Scope, p.OnPanic)
	if p.Max != 0 {
		text += fmt.Sprintf(", max: %d", p.Max)
	}
	if p.Within != 0 {
		text += ", within: " + strings.Replace(p.Within.String(), "m0s", "m", 1)
	}
	if p.Backoff != (supervisor.Backoff{}) {
		text += fmt.Sprintf(", backoff: {min: %v, max: %v, jitter: %v}", p.Backoff.Min, p.Backoff.Max, p.Backoff.Jitter)
	}
	if p.Max > 0 {
		text += fmt.Sprintf(", on_exceeded: %v", p.OnExceeded)
	}
	return text + "}"
}

// The complete example is correct, and complete.
func TestDocumentedExample(t *testing.T) {
	example := regexp.MustCompile("(?s)```yaml\n(.*?)```").FindStringSubmatch(document(t))[1]
	folder := t.TempDir()
	if _, _, err := selfsigned.Write(folder); err != nil {
		t.Fatal(err)
	}
	parse(t, strings.ReplaceAll(example, "/etc/callboard/", folder+"/"))
	for _, k := range config.Keys() {
		name := strings.TrimSuffix(k.Key, ".NAME")
		name = name[strings.LastIndexByte(name, '.')+1:]
		if !regexp.MustCompile(`\b` + name + `: `).MatchString(example) {
			t.Errorf("the example has no %s", k)
		}
	}
}

// Whatever embedders can say of realms and limits, the file can.
func TestEveryFieldHasAKey(t *testing.T) {
	for _, typ := range []reflect.Type{
		reflect.TypeFor[actors.Limits](), reflect.TypeFor[actors.RealmConfig](), reflect.TypeFor[supervisor.Policy](),
		reflect.TypeFor[config.Listener](), reflect.TypeFor[config.TLS](), reflect.TypeFor[config.Store](), reflect.TypeFor[config.File](),
	} {
		for i := range typ.NumField() {
			if f := typ.Field(i); f.Tag.Get("yaml") == "" {
				t.Errorf(`%v.%s has no key: give it a tag such as yaml:"%s", a range, and a row in docs/configuration.md`,
					typ, f.Name, strings.ToLower(f.Name))
			}
		}
	}
}
