package interop_test

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestAutobahn(t *testing.T) {
	at := needNode(t)
	for _, serializer := range []string{"json", "msgpack", "cbor"} {
		t.Run("websocket "+serializer, func(t *testing.T) { script(t, "autobahn.mjs", at.ws, serializer) })
	}
	for _, serializer := range []string{"json", "cbor"} {
		t.Run("over TLS "+serializer, func(t *testing.T) { script(t, "autobahn.mjs", over(t, at.wss), serializer) })
	}
	// Its RawSocket knows JSON only.
	t.Run("rawsocket json", func(t *testing.T) { script(t, "autobahn.mjs", at.tcp, "json") })
}

func TestWampy(t *testing.T) {
	at := needNode(t)
	for _, serializer := range []string{"json", "msgpack", "cbor"} {
		t.Run("websocket "+serializer, func(t *testing.T) { script(t, "wampy.mjs", at.ws, serializer) })
	}
	t.Run("over TLS msgpack", func(t *testing.T) { script(t, "wampy.mjs", over(t, at.wss), "msgpack") })
}

func TestMixedClients(t *testing.T) {
	script(t, "mixed.mjs", needNode(t).ws)
}

// needNode skips where there is no Node; otherwise the packages are installed
// and the router runs.
func needNode(t *testing.T) addresses {
	t.Helper()
	for _, tool := range []string{"node", "npm"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skip(tool + " is not installed")
		}
	}
	if err := packages(); err != nil {
		t.Fatal(err)
	}
	return addressesOf(t)
}

// packages installs what package-lock.json names, unless that was done already.
var packages = sync.OnceValue(func() error {
	lock, err := os.ReadFile("package-lock.json")
	if err != nil {
		return err
	}
	stamp := filepath.Join("node_modules", ".installed-from")
	if installed, err := os.ReadFile(stamp); err == nil && bytes.Equal(installed, lock) {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	if out, err := exec.CommandContext(ctx, "npm", "ci").CombinedOutput(); err != nil {
		return fmt.Errorf("npm ci: %w\n%s", err, out)
	}
	return os.WriteFile(stamp, lock, 0o600)
})

var verdict = regexp.MustCompile(`^(ok|not ok) ([^:]+)(?:: (.*))?$`)

// script runs one of the scripts and makes a test of every line that it prints.
func script(t *testing.T, args ...string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 4*time.Minute)
	defer cancel()
	var complaints bytes.Buffer
	node := exec.CommandContext(ctx, "node", args...)
	node.Stderr = &complaints
	node.Env = append(os.Environ(), "NODE_EXTRA_CA_CERTS="+filepath.Join(folder, "cert.pem"))
	out, err := node.Output()
	if err != nil {
		t.Errorf("node %s: %v", strings.Join(args, " "), err)
	}
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	for _, line := range lines {
		if m := verdict.FindStringSubmatch(line); m != nil {
			t.Run(m[2], func(t *testing.T) {
				if m[1] != "ok" {
					t.Error(m[3])
				}
			})
		}
	}
	if end := fmt.Sprintf("1..%d", len(lines)-1); len(lines) < 2 || lines[len(lines)-1] != end {
		t.Errorf("the script did not come to its end:\n%s", out)
	}
	if t.Failed() {
		t.Logf("node %s complained:\n%s", strings.Join(args, " "), complaints.Bytes())
	}
}
