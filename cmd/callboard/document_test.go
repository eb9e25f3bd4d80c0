package main

import (
	"bufio"
	"context"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/callboard-wamp/callboard/actors/store/pebble"
	"github.com/callboard-wamp/callboard/benchmarks/selfsigned"
	"github.com/callboard-wamp/callboard/wamp"
	"github.com/callboard-wamp/callboard/wamp/client"
)

// The complete example of docs/configuration.md runs a router: only its addresses
// are replaced by ones that are free.
func TestDocumentedExample(t *testing.T) {
	text, err := os.ReadFile("../../docs/configuration.md")
	if err != nil {
		t.Fatal(err)
	}
	example := regexp.MustCompile("(?s)```yaml\n(.*?)```").FindStringSubmatch(string(text))[1]
	dir := t.TempDir()
	example = regexp.MustCompile(`127\.0\.0\.1:\d+`).ReplaceAllString(example, "127.0.0.1:0")
	example = strings.ReplaceAll(example, "/run/callboard/", dir+"/")
	cert, _, err := selfsigned.Write(dir)
	if err != nil {
		t.Fatal(err)
	}
	believed, err := (&trust{ca: cert}).config()
	if err != nil {
		t.Fatal(err)
	}
	example = strings.ReplaceAll(example, "/etc/callboard/", dir+"/")
	example = strings.ReplaceAll(example, "/var/lib/callboard", dir+"/store")
	path := filepath.Join(dir, "callboard.yaml")
	if err := os.WriteFile(path, []byte(example), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	out, talk := io.Pipe()
	code := make(chan int, 1)
	go func() {
		code <- run(ctx, []string{"serve", "--config", path}, io.Discard, talk)
		_ = talk.Close()
	}()
	lines, urls := bufio.NewScanner(out), []string{}
	for len(urls) < 4 && lines.Scan() {
		url, ok := strings.CutPrefix(lines.Text(), "listening on ")
		if !ok {
			t.Fatal(lines.Text())
		}
		urls = append(urls, url)
	}
	go func() { _, _ = io.Copy(io.Discard, out) }() // ends when run does
	for _, url := range urls {
		for _, realm := range []string{"com.example.shop", "com.example.lab"} {
			s, err := client.Dial(ctx, url, client.Options{Realm: wamp.URI(realm), TLS: believed})
			if err != nil {
				t.Fatalf("%s, %s: %v", url, realm, err)
			}
			_ = s.Close()
		}
	}
	cancel()
	if got := <-code; got != 0 {
		t.Errorf("exit code %d", got)
	}
	s, err := pebble.Open(pebble.Options{Dir: dir + "/store"})
	if err != nil {
		t.Fatalf("the store was not closed: %v", err)
	}
	_ = s.Close()
}
