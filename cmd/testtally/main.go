// Testtally runs go test, prints what failed in a form to be read by people,
// and ends with one line that says how many tests ran and which were skipped,
// and why: a test that nobody ran is not a test that passed.
//
//	go run ./cmd/testtally -allowed .ci/allowed-skips -- -race ./...
//
// Everything behind the flags goes to go test -json. In continuous integration
// (CI=true) a skip fails the run unless its reason stands in the file that
// -allowed names. It is a tool of the repository and no part of the router.
//
// Start with [Tally].
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
)

func main() {
	allowed := flag.String("allowed", "", "`file` of reasons, one a line, for which a test may be skipped when CI=true")
	flag.Parse()
	os.Exit(run(os.Stdout, *allowed, flag.Args()))
}

// run returns the exit code: 0, 1 for failed or silently skipped tests, 2 when
// go test cannot be run at all.
func run(out io.Writer, allowed string, args []string) int {
	permitted, err := readAllowed(allowed)
	if err != nil {
		fmt.Fprintln(out, "testtally:", err)
		return 2
	}
	tally, goErr := goTest(out, args)
	if tally == nil {
		fmt.Fprintln(out, "testtally:", goErr)
		return 2
	}
	code := 0
	if goErr != nil || tally.Failed > 0 {
		code = 1
	}
	if os.Getenv("CI") == "true" {
		for _, s := range tally.NotIn(permitted) {
			fmt.Fprintf(out, "SKIP that nobody allowed: %s %s: %s\n", s.Package, s.Test, s.Reason)
			code = 1
		}
	}
	fmt.Fprintf(out, "%d passed, %d failed, %d skipped\n", tally.Passed, tally.Failed, len(tally.Skips))
	fmt.Fprintln(out, tally)
	return code
}

// goTest runs go test and tallies its events as they come. Its error is that of
// go test, which fails too when a package cannot be built.
func goTest(out io.Writer, args []string) (*Tally, error) {
	cmd := exec.Command("go", append([]string{"test", "-json"}, args...)...)
	cmd.Stderr = os.Stderr
	events, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	tally := NewTally(out)
	readErr := tally.Read(events)
	if err := cmd.Wait(); err != nil {
		return tally, err
	}
	return tally, readErr
}
