package config_test

import (
	"bytes"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/callboard-wamp/callboard/actors/lane"
	"github.com/callboard-wamp/callboard/cmd/callboard/config"
	"github.com/callboard-wamp/callboard/supervisor"
	"github.com/callboard-wamp/callboard/wamp"
)

var rewrite = flag.Bool("rewrite", false, "rewrite testdata/mistakes/*.txt")

// Each file in testdata/mistakes is wrong; beside it stands what is said about it.
func TestMistakes(t *testing.T) {
	names, err := filepath.Glob("testdata/mistakes/*.yaml")
	if err != nil || len(names) == 0 {
		t.Fatal(names, err)
	}
	for _, name := range names {
		t.Run(filepath.Base(name), func(t *testing.T) {
			text, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			f, err := config.Parse(filepath.Base(name), text, config.Options{})
			if err == nil || f != nil {
				t.Fatal("nothing was found")
			}
			golden, got := strings.TrimSuffix(name, "yaml")+"txt", err.Error()+"\n"
			if *rewrite {
				if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("got\n%swant\n%s", got, want)
			}
		})
	}
}

// What a file leaves out is as without a file, whether by no file at all, by an
// empty one or by empty sections.
func TestDefaults(t *testing.T) {
	for _, text := range []string{"", "# nothing\n", "---\n", "{}", "limits:\nsupervision:\nlog:\nlisteners:\nrealms:\n",
		string(config.Starter)} {
		if f := parse(t, text); !reflect.DeepEqual(f, config.Default()) {
			t.Errorf("%.30q: %+v", text, f)
		}
	}
	if m := config.Default().Router().Mistakes(); m != nil {
		t.Errorf("the defaults are wrong: %v", m)
	}
}

// A file is laid over the defaults key by key; lists replace.
func TestOverDefaults(t *testing.T) {
	f := parse(t, `
listeners: [{url: "unix:///run/x.sock", mode: 0660, max_message: 1MiB, exempt: [10.0.0.0/8]}]
realms:
  - {uri: com.one, uri_mode: strict, request_ids: strict}
  - {uri: com.two, request_ids: off}
limits: {ping_interval: 1m30s, outbox_bytes: 65536, open_calls: 7}
supervision:
  topic: {max: 9}
  meta: {strategy: all-for-one, backoff: {jitter: 0.5}}
log: {level: debug}
`)
	want := config.Default()
	want.Listeners = f.Listeners
	if l := f.Listeners[0]; len(f.Listeners) != 1 || l.URL != "unix:///run/x.sock" || l.Mode != 0o660 ||
		f.MaxMessageOf(&l) != 1<<20 || l.Exempt[0].String() != "10.0.0.0/8" {
		t.Errorf("listeners %+v", f.Listeners)
	}
	want.Realms[0].URI, want.Realms[0].URIMode, want.Realms[0].RequestIDs = "com.one", wamp.Strict, lane.RequestIDsStrict
	want.Realms = append(want.Realms, want.Realms[0])
	want.Realms[1].URI, want.Realms[1].URIMode, want.Realms[1].RequestIDs = "com.two", wamp.Loose, lane.RequestIDsOff
	want.Limits.PingInterval, want.Limits.OutboxBytes, want.Limits.OpenCalls = 90*time.Second, 65536, 7
	topic, meta := want.Supervision[supervisor.Topic], want.Supervision[supervisor.Meta]
	topic.Max, meta.Scope, meta.Backoff.Jitter = 9, supervisor.AllForOne, 0.5
	want.Supervision[supervisor.Topic], want.Supervision[supervisor.Meta] = topic, meta
	want.Log.Level = "debug"
	if !reflect.DeepEqual(f, want) {
		t.Errorf("got  %+v\nwant %+v", f, want)
	}
}

// JSON is YAML.
func TestJSON(t *testing.T) {
	f := parse(t, `{"realms": [{"uri": "com.example", "request_ids": "off"}], "limits": {"open_calls": 5}}`)
	if f.Realms[0].URI != "com.example" || f.Limits.OpenCalls != 5 {
		t.Errorf("got %+v", f)
	}
}

// A flag of the command line lets remote addresses be.
func TestInsecureRemote(t *testing.T) {
	for text, remote := range map[string]bool{
		"listeners: [{url: 'tcp://0.0.0.0:1'}]":                        true,
		"listeners: [{url: 'tcp://[::]:1'}]":                           true,
		"listeners: [{url: 'ws://:1/ws'}]":                             true,
		"listeners: [{url: 'ws://192.0.2.1:1/ws'}]":                    true,
		"listeners: [{url: 'ws://127.0.0.9:1/ws'}]":                    false,
		"listeners: [{url: 'ws://[::1]:1/ws'}]":                        false,
		"listeners: [{url: 'ws://LOCALHOST:1'}]":                       false,
		"listeners: [{url: 'ws://name.example:1'}]":                    false, // known when it is looked up
		"listeners: [{url: 'tcp://0.0.0.0:1', insecure_remote: true}]": false,
	} {
		if _, err := config.Parse("", []byte(text), config.Options{}); (err != nil) != remote {
			t.Errorf("%s: %v", text, err)
		}
		if _, err := config.Parse("", []byte(text), config.Options{InsecureRemote: true}); err != nil {
			t.Errorf("%s, with the flag: %v", text, err)
		}
	}
}

func TestUsedTwice(t *testing.T) {
	for pair, same := range map[[2]string]bool{
		{"ws://127.0.0.1:1/ws", "ws://127.0.0.1:1/other"}:   true,
		{"ws://127.0.0.1:1/ws", "tcp://localhost:1"}:        true,
		{"ws://127.0.0.1:1/ws", "tcp://0.0.0.0:1"}:          true,
		{"tcp://:1", "tcp://127.0.0.1:1"}:                   true,
		{"tcp://[::1]:1", "tcp://[0:0::1]:1"}:               true,
		{"tcp://A.example:1", "tcp://a.example:1"}:          true,
		{"unix:///a", "unix:///a"}:                          true,
		{"unix:///a", "unix:///b"}:                          false,
		{"unix:///a", "tcp://127.0.0.1:1"}:                  false,
		{"ws://127.0.0.1:1/ws", "ws://127.0.0.1:2/ws"}:      false,
		{"tcp://127.0.0.1:1", "tcp://127.0.0.2:1"}:          false,
		{"ws://127.0.0.1:0/ws", "ws://127.0.0.1:0/ws"}:      false,
		{"tcp://[::ffff:127.0.0.1]:1", "tcp://127.0.0.1:1"}: true,
	} {
		a, errA := config.ParseAddress(pair[0])
		b, errB := config.ParseAddress(pair[1])
		if errA != nil || errB != nil || a.Same(b) != same || b.Same(a) != same {
			t.Errorf("%v: want %v (%v, %v)", pair, same, errA, errB)
		}
	}
}

func TestUnreadable(t *testing.T) {
	var wrong config.Mistakes
	for name, err := range map[string]error{
		"no such file": second(config.Load(filepath.Join(t.TempDir(), "none"), config.Options{})),
		"a folder":     second(config.Load(t.TempDir(), config.Options{})),
		"too large":    second(config.Read("x", bytes.NewReader(make([]byte, 2<<20)), config.Options{})),
	} {
		if err == nil || errors.As(err, &wrong) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func second(_ *config.File, err error) error { return err }

// A file cannot control the terminal, and a line of any length stays readable.
func TestMistakeIsPrintable(t *testing.T) {
	text := "\"\\u001b[31m\": 1\n'\x1b[31m': 1\n" + strings.Repeat("x", 300) + ": 1\n\"é\": 1\n"
	_, err := config.Parse("a\x1bb", []byte(text), config.Options{})
	if m, ok := err.(config.Mistakes); !ok || len(m) != 4 {
		t.Fatalf("found %v", err)
	}
	for _, line := range strings.Split(err.Error(), "\n") {
		if strings.ContainsFunc(line, func(r rune) bool { return r < ' ' }) || len([]rune(line)) > 500 {
			t.Errorf("%q", line)
		}
	}
}

func parse(t *testing.T, text string) *config.File {
	t.Helper()
	f, err := config.Parse("test.yaml", []byte(text), config.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return f
}
