package setting

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// Mistake is one value that cannot be.
type Mistake struct {
	// Key is the value's place, as in "realms[0].uri".
	Key string
	// Text says what is wrong, worded to follow the key.
	Text string
}

// Error returns place and text.
func (m Mistake) Error() string { return m.Key + ": " + m.Text }

// Check returns the numbers of a struct that are out of their ranges, in nested
// structs and lists too. The mistakes' keys begin with key.
func Check(key string, settings any) []Mistake {
	return check(nil, key, reflect.ValueOf(settings))
}

func check(found []Mistake, key string, v reflect.Value) []Mistake {
	switch v.Kind() {
	case reflect.Slice:
		for i := range v.Len() {
			found = check(found, fmt.Sprintf("%s[%d]", key, i), v.Index(i))
		}
	case reflect.Struct:
		for _, f := range Fields(v.Type()) {
			at, value := key+"."+f.Key, f.Of(v)
			if err := f.Check(value); err != nil {
				found = append(found, Mistake{at, err.Error()})
			}
			if value.Kind() == reflect.Map {
				found = checkItems(found, at, f, value)
				continue
			}
			found = check(found, at, value)
		}
	}
	return found
}

// checkItems judges the items of a map by what the map's tags say of each.
func checkItems(found []Mistake, key string, f Field, m reflect.Value) []Mistake {
	from := len(found)
	for _, k := range m.MapKeys() {
		at := fmt.Sprintf("%s.%v", key, k)
		if err := f.Item().Check(m.MapIndex(k)); err != nil {
			found = append(found, Mistake{at, err.Error()})
		}
		found = check(found, at, m.MapIndex(k))
	}
	slices.SortFunc(found[from:], func(a, b Mistake) int { return strings.Compare(a.Key, b.Key) })
	return found
}

// Fill gives every field of a struct that is zero the value it has in defaults.
// settings is a pointer to a struct, defaults such a struct.
func Fill[T any](settings *T, defaults T) {
	to, from := reflect.ValueOf(settings).Elem(), reflect.ValueOf(defaults)
	for i := range to.NumField() {
		if to.Field(i).IsZero() {
			to.Field(i).Set(from.Field(i))
		}
	}
}
