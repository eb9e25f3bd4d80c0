package interop_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// What the README tells people to type works as it stands there, but for the
// address of the router. Its Python program is not run.

const (
	checkout  = "../../.."
	documents = "ws://127.0.0.1:8080/ws" // the address in the README
)

func readme(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(checkout, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// programs are the README's code blocks in a language, for the router at url.
func programs(t *testing.T, language, url string) []string {
	t.Helper()
	var found []string
	blocks := regexp.MustCompile("(?s)```" + language + "\n(.*?)```")
	for _, m := range blocks.FindAllStringSubmatch(readme(t), -1) {
		found = append(found, strings.ReplaceAll(m[1], documents, url))
	}
	if len(found) == 0 {
		t.Fatalf("the README has no program in %s", language)
	}
	return found
}

func TestReadmeJavaScript(t *testing.T) {
	at := needNode(t)
	for _, program := range programs(t, "js", at.ws) {
		// The harness gives older versions of Node the WebSocket that the client expects.
		wantFive(t, exec.Command("node", "--import", "./harness.mjs", "--input-type=module", "--eval", program))
	}
}

func TestReadmeGo(t *testing.T) {
	at := addressesOf(t)
	for _, program := range programs(t, "go", at.ws) {
		file := filepath.Join(t.TempDir(), "main.go")
		if err := os.WriteFile(file, []byte(program), 0o600); err != nil {
			t.Fatal(err)
		}
		wantFive(t, exec.Command("go", "run", file))
	}
}

func wantFive(t *testing.T, cmd *exec.Cmd) {
	t.Helper()
	out, err := cmd.Output()
	if err != nil || string(out) != "5\n" {
		t.Errorf("printed %q, want 5; %v", out, err)
	}
}

// Each line of the README that begins with bin/callboard is run in a shell.
// Those that go on are left running for those below them; what stands behind #
// is what the line prints. Those over TLS have a router of their own.
func TestReadmeCommands(t *testing.T) {
	at := addressesOf(t)
	binary, err := build()
	if err != nil {
		t.Fatal(err)
	}
	lines := regexp.MustCompile(`(?m)^    bin/callboard (.*?)(?: +# (.*))?$`).FindAllStringSubmatch(readme(t), -1)
	if len(lines) == 0 {
		t.Fatal("the README has no command")
	}
	tls := "wss://127.0.0.1:0/ws" // the next line's
	for _, line := range lines {
		command := "exec " + binary + " " + line[1]
		switch secure := strings.Contains(command, tlsAddress); {
		case secure && at.wss == "":
			continue // there is no certificate
		case secure:
			command = "cd " + folder + " && " + strings.ReplaceAll(command, tlsAddress, tls)
		default:
			command += " --url " + at.ws
		}
		switch word, _, _ := strings.Cut(line[1], " "); word {
		case "serve":
			tls = strings.TrimPrefix(goesOn(t, command), "listening on ")
			continue
		case "register", "subscribe":
			goesOn(t, command)
			continue
		}
		shell := exec.Command("sh", "-c", command)
		shell.Dir = t.TempDir() // for the files that a line writes
		out, err := shell.CombinedOutput()
		if err != nil {
			t.Errorf("%s: %v: %s", line[1], err, out)
		}
		if want := line[2]; want != "" && strings.TrimSpace(string(out)) != want {
			t.Errorf("%s: printed %q, want %q", line[1], out, want)
		}
	}
}

// tlsAddress is where the router of the README listens over TLS.
const tlsAddress = "wss://127.0.0.1:8443/ws"

// goesOn starts a command that runs until the end of the test, and returns the line
// that says that the router listens, or that it has agreed.
func goesOn(t *testing.T, command string) (said string) {
	t.Helper()
	p, err := start("sh", "-c", command)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.stop(); err != nil {
			t.Error(err)
		}
	})
	agreed := regexp.MustCompile(`^(registered|subscribed|listening on)\b`)
	if err := p.wait(func(line string) bool { said = line; return agreed.MatchString(line) }); err != nil {
		t.Errorf("%s: %v", command, err)
	}
	return said
}

// The line that the router prints to be pasted works where the router was
// started.
func TestLineToPaste(t *testing.T) {
	if _, err := build(); err != nil {
		t.Fatal(err)
	}
	p, err := start("sh", "-c", "cd "+folder+" && exec ./callboard serve --listen ws://127.0.0.1:0/ws")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.stop(); err != nil {
			t.Error(err)
		}
	})
	var line string
	err = p.wait(func(printed string) bool {
		after, found := strings.CutPrefix(printed, "try: ")
		line = after
		return found
	})
	if err != nil {
		t.Fatal(err)
	}
	paste := exec.Command("sh", "-c", line)
	paste.Dir = folder
	if out, err := paste.CombinedOutput(); err != nil || string(out) != "1\n" {
		t.Errorf("%s: printed %q, %v", line, out, err)
	}
}
