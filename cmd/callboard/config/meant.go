package config

import (
	"fmt"
	"slices"
	"strings"

	"github.com/agnivade/levenshtein"
)

// unknown is the mistake of a key that is not known in this place.
func (d *decoder) unknown(at place, section, name string, known []string) {
	text := fmt.Sprintf("unknown key %q", name)
	if section != "" {
		text += " in " + section
	}
	if near := closest(name, known); near != "" {
		d.mistake(at, "%s; did you mean %q", text, near)
		return
	}
	var elsewhere []string
	for _, k := range Keys() {
		if path, ok := strings.CutSuffix(k.Key, "."+name); ok {
			elsewhere = append(elsewhere, path)
		}
	}
	if len(elsewhere) > 0 {
		d.mistake(at, "%s; it belongs into %s", text, strings.Join(elsewhere, " or "))
		return
	}
	d.mistake(at, "%s; known are %s", text, strings.Join(known, ", "))
}

// meant is the end of a mistake about a value of which only some are known.
func meant(text string, known []string) string {
	if near := closest(text, known); near != "" {
		return fmt.Sprintf("; did you mean %q", near)
	}
	return ""
}

// closest returns the known name that was probably meant, or nothing: up to a
// third of it may be different. Letters in another order are one difference.
func closest(name string, known []string) string {
	best, distance := "", 0
	name = normal(name)
	for _, k := range known {
		n := levenshtein.ComputeDistance(name, normal(k))
		if n == 2 && sorted(name) == sorted(normal(k)) {
			n = 1
		}
		if n <= max(1, len(k)/3) && (best == "" || n < distance) {
			best, distance = k, n
		}
	}
	return best
}

// normal makes requestIds, request-ids and request_ids one.
func normal(name string) string {
	return strings.ToLower(strings.NewReplacer("-", "", "_", "").Replace(name))
}

func sorted(name string) string {
	letters := []rune(name)
	slices.Sort(letters)
	return string(letters)
}
