package setting

import (
	"encoding"
	"fmt"
	"net/netip"
	"reflect"
	"strings"
	"time"
)

// Field is one key of a configuration, and what its value may be.
type Field struct {
	// Key is its name in the file; empty for the items of a list or map that no
	// tag speaks of.
	Key  string
	Type reflect.Type
	// Values are the texts that are known; nil means any.
	Values []string

	index int
	unit  string
	low   string
	high  string
}

// Fields are the keys of a struct type, in the order of its declaration.
// Fields without a key cannot be configured and are left out.
func Fields(t reflect.Type) []Field {
	var all []Field
	for i := range t.NumField() {
		tag := t.Field(i).Tag
		key := tag.Get("yaml")
		if key == "" || key == "-" {
			continue
		}
		f := Field{Key: key, Type: t.Field(i).Type, index: i, unit: tag.Get("unit")}
		if values := tag.Get("values"); values != "" {
			f.Values = strings.Split(values, ", ")
		}
		f.low, f.high, _ = strings.Cut(tag.Get("range"), "..")
		all = append(all, f)
	}
	return all
}

// Of is the field's value in this struct.
func (f Field) Of(owner reflect.Value) reflect.Value { return owner.Field(f.index) }

// Item is what the tags of a list or map say of each of its items.
func (f Field) Item() Field {
	f.Key, f.Type = "", f.Type.Elem()
	return f
}

var (
	durationType = reflect.TypeFor[time.Duration]()
	textType     = reflect.TypeFor[encoding.TextUnmarshaler]()
)

// Shape is how a value is written.
type Shape uint8

// The shapes. A Word is read by the type itself, whatever kind of scalar it is
// written as; a Text must be written as text.
const (
	Boolean Shape = iota
	Integer
	Number
	Size
	Duration
	Network
	Text
	Word
	List
	Map
	Struct
)

// Shape returns how the field's value is written.
func (f Field) Shape() Shape {
	if isDuration(f.Type) {
		return Duration
	}
	if f.Type == reflect.TypeFor[netip.Prefix]() {
		return Network
	}
	if reflect.PointerTo(f.Type).Implements(textType) {
		return Word
	}
	switch k := f.Type.Kind(); {
	case k == reflect.Bool:
		return Boolean
	case reflect.Int <= k && k <= reflect.Uint64 && f.unit == "bytes":
		return Size
	case reflect.Int <= k && k <= reflect.Uint64:
		return Integer
	case k == reflect.Float64:
		return Number
	case k == reflect.String:
		return Text
	case k == reflect.Slice:
		return List
	case k == reflect.Map:
		return Map
	case k == reflect.Struct:
		return Struct
	}
	panic(fmt.Sprintf("setting: %s: a %s cannot be configured", f.Key, f.Type))
}

// isDuration: also a type that was made of time.Duration, whatever its methods.
func isDuration(t reflect.Type) bool {
	return t == durationType || t.Name() == "Duration" && t.Kind() == reflect.Int64
}

// String describes the shape with its article, as in "must be …".
func (s Shape) String() string {
	return [...]string{
		"true or false", "an integer", "a number", "a size such as 4MiB", "a duration such as 10s",
		"a network such as 10.0.0.0/8", "text", "text", "a list", "a mapping of keys to values", "a mapping of keys to values",
	}[s]
}
