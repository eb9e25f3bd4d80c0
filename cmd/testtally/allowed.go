package main

import (
	"fmt"
	"os"
	"strings"
)

// readAllowed reads the reasons for which a test may be skipped: one a line,
// empty lines and lines that begin with # apart. No file name means no reasons.
func readAllowed(name string) (map[string]bool, error) {
	reasons := map[string]bool{}
	if name == "" {
		return reasons, nil
	}
	text, err := os.ReadFile(name)
	if err != nil {
		return nil, fmt.Errorf("allowed skips: %w", err)
	}
	for line := range strings.Lines(string(text)) {
		if line = strings.TrimSpace(line); line != "" && line[0] != '#' {
			reasons[line] = true
		}
	}
	return reasons, nil
}
