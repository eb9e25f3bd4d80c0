package config

import (
	"fmt"
	"reflect"

	"github.com/callboard-wamp/callboard/actors/setting"
)

// Key is one key that a file may have, for the documentation.
type Key struct {
	// Key is its whole name; "[]" stands for each item of a list, NAME for each
	// key of a mapping.
	Key string
	// Type is what its value is, Default what it is when the key is left out,
	// Range what it may be. Empty means that there is nothing to say.
	Type, Default, Range string
}

// Keys are all keys of a file, sections left out, in the order of the structs.
func Keys() []Key {
	return keys(nil, "", reflect.ValueOf(*Default()))
}

func keys(all []Key, key string, owner reflect.Value) []Key {
	for _, f := range setting.Fields(owner.Type()) {
		all = keysOfField(all, under(key, f.Key), f, f.Of(owner))
	}
	return all
}

func keysOfField(all []Key, key string, f setting.Field, v reflect.Value) []Key {
	switch f.Shape() {
	case setting.Struct:
		return keys(all, key, v)
	case setting.List:
		if f.Item().Shape() == setting.Struct {
			return keys(all, key+"[]", reflect.Zero(f.Type.Elem()))
		}
		return append(all, Key{Key: key, Type: "list of " + short(f.Item()), Range: f.Item().Range()})
	case setting.Map:
		from := len(all)
		all = keysOfField(all, key+".NAME", f.Item(), reflect.Zero(f.Type.Elem()))
		for i := from; i < len(all); i++ {
			all[i].Default = "" // each name has its own
		}
		return all
	}
	k := Key{Key: key, Type: short(f), Range: f.Range()}
	if !v.IsZero() || f.Values != nil || f.Shape() == setting.Boolean {
		k.Default = f.Format(v)
	}
	return append(all, k)
}

// short names a shape in a table.
func short(f setting.Field) string {
	switch f.Shape() {
	case setting.Boolean:
		return "boolean"
	case setting.Integer:
		return "integer"
	case setting.Number:
		return "number"
	case setting.Size:
		return "size"
	case setting.Duration:
		return "duration"
	case setting.Network:
		return "network"
	}
	if f.Values != nil {
		return "word"
	}
	return "text"
}

// String is for tests that fail.
func (k Key) String() string { return fmt.Sprintf("%s (%s)", k.Key, k.Type) }
