package main

import (
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

const dash = "–" // in the place of a figure that there is not

// unmeasured is such a figure. Medians leave it out, and nothing is calculated
// with it.
var unmeasured = math.NaN()

// measured is a figure that is never zero once it was found: then there were no
// operations, or they took less processor time than one tick of the kernel's clock.
func measured(v float64) float64 {
	if v > 0 {
		return v
	}
	return unmeasured
}

// place is what a file has before and behind the table of this name.
func place(file, name string) (before, after string, err error) {
	b, err := os.ReadFile(file)
	if err != nil {
		return "", "", err
	}
	begin, end := "<!-- "+name+":begin -->\n", "<!-- "+name+":end -->"
	before, rest, ok := strings.Cut(string(b), begin)
	_, after, ok2 := strings.Cut(rest, end)
	if !ok || !ok2 {
		return "", "", fmt.Errorf("%s has no markers %s", file, name)
	}
	return before + begin, end + after, nil
}

// replace puts text between the markers of this name in a file.
func replace(file, name, text string) error {
	before, after, err := place(file, name)
	if err != nil {
		return err
	}
	return save(file, before+text+after)
}

// save makes a file that is whole or, when that fails, still the old one.
func save(file, text string) error {
	f, err := os.CreateTemp(filepath.Dir(file), filepath.Base(file)+".*")
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	if err = errors.Join(err, f.Chmod(0o644), f.Close()); err == nil {
		err = os.Rename(f.Name(), file)
	}
	if err != nil {
		_ = os.Remove(f.Name())
	}
	return err
}

// markdown is a table whose cells behind the first column are numbers.
func markdown(rows [][]string) string {
	var b strings.Builder
	for i, row := range rows {
		fmt.Fprintf(&b, "| %s |\n", strings.Join(row, " | "))
		if i == 0 {
			b.WriteString("|---" + strings.Repeat("|---:", len(row)-1) + "|\n")
		}
	}
	return b.String()
}

// median of what was measured.
func median(list []float64) float64 {
	list = slices.DeleteFunc(slices.Sorted(slices.Values(list)), math.IsNaN)
	n := len(list)
	switch {
	case n == 0:
		return unmeasured
	case n%2 == 1:
		return list[n/2]
	}
	return (list[n/2-1] + list[n/2]) / 2
}

// short is a number with three digits, and k or M.
func short(v float64) string {
	switch {
	case math.IsNaN(v):
		return dash
	case v >= 999_500:
		return fmt.Sprintf("%.3gM", v/1e6)
	case v >= 999.5:
		return fmt.Sprintf("%.3gk", v/1e3)
	case v == 0:
		return "0"
	}
	return fmt.Sprintf("%.3g", v)
}

// times is a ratio.
func times(v float64) string {
	if math.IsNaN(v) {
		return dash
	}
	return fmt.Sprintf("%.2f×", v)
}

// grouped is a number below a million for people: 10,000.
func grouped(n int) string {
	if n < 1000 {
		return strconv.Itoa(n)
	}
	return fmt.Sprintf("%d,%03d", n/1000, n%1000)
}
