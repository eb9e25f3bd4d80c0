package pebble_test

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"testing"

	"github.com/callboard-wamp/callboard/actors/store"
	"github.com/callboard-wamp/callboard/actors/store/contract"
	"github.com/callboard-wamp/callboard/actors/store/pebble"
)

// childDir names the folder of the process that is going to be killed.
const childDir = "CALLBOARD_STORE_CHILD"

// child stores events in groups and says, after each, how many it has stored. It
// does not end by itself.
func child(dir string) {
	s, err := pebble.Open(pebble.Options{Dir: dir})
	if err != nil {
		fmt.Println(err)
		os.Exit(1)
	}
	n := 0
	s.Read(contract.Log("com"), store.OldestFirst, func(*store.Event) bool { n++; return true })
	for group := 1; ; group = group%7 + 1 {
		var writes []store.Write
		for i := range group {
			writes = append(writes, store.Write{Log: contract.Log("com"), Events: []*store.Event{contract.Event(n + i)}, Bounds: contract.Wide})
		}
		if err := s.Apply(writes); err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		n += group
		fmt.Println(n)
	}
}

// TestKilled: a process that is killed in the midst of storing loses nothing that
// it had stored, and what is found is whole.
func TestKilled(t *testing.T) {
	dir := t.TempDir()
	for round := range 6 {
		acknowledged := killed(t, dir, 20+40*round)
		s := open(t, pebble.Options{Dir: dir})
		n := len(contract.Contents(t, s, contract.Log("com"), store.OldestFirst))
		if n < acknowledged {
			t.Fatalf("round %d: %d stored, %d found", round, acknowledged, n)
		}
		contract.Want(t, s, contract.Log("com"), 0, n)
		closes(t, s)
	}
}

// killed runs the child, kills it when it has said something so often, and
// returns the last that it said.
func killed(t *testing.T, dir string, lines int) (acknowledged int) {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childDir+"="+dir)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	said := bufio.NewScanner(out)
	for n := 0; said.Scan(); n++ { // also what it said until it was dead
		if acknowledged, err = strconv.Atoi(said.Text()); err != nil {
			cmd.Process.Kill()
			t.Fatalf("the child says %q", said.Text())
		}
		if n == lines {
			cmd.Process.Kill()
		}
	}
	cmd.Wait()
	return acknowledged
}
