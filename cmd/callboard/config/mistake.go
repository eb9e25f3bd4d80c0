package config

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
)

// Mistake is one thing that is wrong with a file. Lines and columns count from
// 1, columns in characters.
type Mistake struct {
	File         string
	Line, Column int
	// Text says what is wrong, and what was probably meant.
	Text string
	// Source is the line as it stands in the file.
	Source string
}

// Mistakes are all that is wrong with a file, in the order of its lines. There
// is at least one.
type Mistakes []Mistake

// mostShown is how many are worth reading at once.
const mostShown = 100

// Error shows each mistake with its line and a caret under the place.
func (m Mistakes) Error() string {
	var b strings.Builder
	for i := range m {
		if i == mostShown {
			fmt.Fprintf(&b, "and %d more mistakes\n", len(m)-i)
			break
		}
		b.WriteString(m[i].String())
	}
	return strings.TrimSuffix(b.String(), "\n")
}

// sourceWidth is how much of a long line is shown.
const sourceWidth = 100

// String is place and text on one line, then the line of the file, then a caret.
func (m Mistake) String() string {
	head := fmt.Sprintf("%s:%d:%d: %s\n", printable(m.File), m.Line, m.Column, printable(m.Text))
	source, column := []rune(printable(strings.TrimRight(m.Source, "\r\n"))), m.Column-1
	if column < 0 || column > len(source) {
		return head
	}
	if from := column - sourceWidth/2; len(source) > sourceWidth && from > 0 {
		source, column = source[from:], column-from
	}
	source = source[:min(len(source), sourceWidth)]
	line := fmt.Sprint(m.Line)
	return head + fmt.Sprintf(" %s | %s\n %s | %s^\n", line, string(source),
		strings.Repeat(" ", len(line)), strings.Repeat(" ", column))
}

// printable has one visible character for each of s, so that a caret stands
// where it should, and so that a file cannot control the terminal.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\t':
			return ' '
		case !unicode.IsPrint(r):
			return unicode.ReplacementChar
		}
		return r
	}, s)
}

func (m Mistakes) sort() {
	slices.SortStableFunc(m, func(a, b Mistake) int {
		if a.Line != b.Line {
			return a.Line - b.Line
		}
		return a.Column - b.Column
	})
}
