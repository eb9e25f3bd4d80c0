package config

import (
	"fmt"
	"iter"
	"reflect"
	"slices"
	"strings"

	"github.com/callboard-wamp/callboard/actors/setting"
	"github.com/callboard-wamp/callboard/supervisor"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"
)

// decoder lays one document over a File and collects what is wrong.
type decoder struct {
	name     string
	lines    []string
	mistakes Mistakes
	at       map[string]place // of values, by key
	broken   map[string]bool  // keys whose value could not be read
}

// place is a position in the file.
type place struct{ line, column int }

func (d *decoder) mistake(at place, format string, args ...any) {
	m := Mistake{File: d.name, Line: at.line, Column: at.column, Text: fmt.Sprintf(format, args...)}
	if at.line >= 1 && at.line <= len(d.lines) {
		m.Source = d.lines[at.line-1]
	}
	d.mistakes = append(d.mistakes, m)
}

// reject is mistake at the value of a key, or what it belongs to if it is not in
// the file.
func (d *decoder) reject(key, text string) {
	d.broken[key] = true
	for whole := range upwards(key) {
		if at, ok := d.at[whole]; ok {
			d.mistake(at, "%s %s", key, text)
			return
		}
	}
	d.mistake(place{1, 1}, "%s %s", key, text)
}

// upwards are the key and all that it stands in, from within.
func upwards(key string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for ; key != "" && yield(key); key = key[:max(0, strings.LastIndexAny(key, ".["))] {
		}
	}
}

// unread says whether the value of this key could not be read: then there is
// nothing more to be said of it.
func (d *decoder) unread(key string) bool {
	for whole := range upwards(key) {
		if d.broken[whole] {
			return true
		}
	}
	return false
}

func (d *decoder) file(body ast.Node, f *File) {
	d.structure(body, reflect.ValueOf(f).Elem(), "")
}

// value reads a node into to, by what the field says of it.
func (d *decoder) value(n ast.Node, to reflect.Value, f setting.Field, key string) {
	if _, known := d.at[key]; !known {
		d.at[key] = start(n)
	}
	switch shape := f.Shape(); shape {
	case setting.Struct:
		d.structure(n, to, key)
	case setting.List:
		d.list(n, to, f, key)
	case setting.Map:
		d.mapping(n, to, f, key)
	default:
		d.scalar(n, to, f, key)
	}
}

// structure reads a mapping whose keys are the fields of a struct. A section
// without content is as good as none.
func (d *decoder) structure(n ast.Node, to reflect.Value, key string) {
	fields := setting.Fields(to.Type())
	d.entries(n, key, func(k ast.Node, name string, v ast.Node) {
		i := slices.IndexFunc(fields, func(f setting.Field) bool { return f.Key == name })
		if i < 0 {
			d.unknown(start(k), key, name, keysOf(fields))
			return
		}
		d.entry(k, v, fields[i].Of(to), fields[i], under(key, name))
	})
}

// mapping reads a mapping whose keys are names. An entry that is there already
// is what the new one is laid over.
func (d *decoder) mapping(n ast.Node, to reflect.Value, f setting.Field, key string) {
	known := names(to.Type().Key())
	d.entries(n, key, func(k ast.Node, name string, v ast.Node) {
		if known != nil && !slices.Contains(known, name) {
			d.unknown(start(k), key, name, known)
			return
		}
		item, index := reflect.New(to.Type().Elem()).Elem(), reflect.ValueOf(name).Convert(to.Type().Key())
		if old := to.MapIndex(index); old.IsValid() {
			item.Set(old)
		}
		d.entry(k, v, item, f.Item(), under(key, name))
		if to.IsNil() {
			to.Set(reflect.MakeMap(to.Type()))
		}
		to.SetMapIndex(index, item)
	})
}

// entry reads the value of a key. Mistakes in what is no scalar are shown at the
// key.
func (d *decoder) entry(k, v ast.Node, to reflect.Value, f setting.Field, key string) {
	d.at[key] = start(k)
	if s := f.Shape(); s < setting.List {
		d.at[key] = start(v)
	}
	d.value(v, to, f, key)
}

// entries shows the keys and values of a mapping, each key once.
func (d *decoder) entries(n ast.Node, key string, show func(k ast.Node, name string, v ast.Node)) {
	if !d.plain(n, key) || n.Type() == ast.NullType {
		return
	}
	m, ok := n.(*ast.MappingNode)
	if !ok {
		d.broken[key] = true
		d.mistake(start(n), "%s must be %v, not %s", orFile(key), setting.Map, kind(n))
		return
	}
	seen := map[string]place{}
	for _, e := range m.Values {
		name, ok := keyText(e.Key)
		if !ok {
			d.mistake(start(e.Key), "this kind of key is not supported")
			continue
		}
		if first, twice := seen[name]; twice {
			d.mistake(start(e.Key), "%s is there twice; the first is in line %d", under(key, name), first.line)
			continue
		}
		seen[name] = start(e.Key)
		show(e.Key, name, e.Value)
	}
}

// list reads a sequence; it replaces the list that was there.
func (d *decoder) list(n ast.Node, to reflect.Value, f setting.Field, key string) {
	if !d.plain(n, key) || n.Type() == ast.NullType {
		return
	}
	s, ok := n.(*ast.SequenceNode)
	if !ok {
		d.reject(key, fmt.Sprintf("must be a list, not %s", kind(n)))
		return
	}
	to.Set(reflect.MakeSlice(to.Type(), len(s.Values), len(s.Values)))
	for i, item := range s.Values {
		at := fmt.Sprintf("%s[%d]", key, i)
		d.at[at] = start(item)
		if item.Type() == ast.NullType {
			d.reject(at, "has no value")
			continue
		}
		d.value(item, to.Index(i), f.Item(), at)
	}
}

// scalar reads one value.
func (d *decoder) scalar(n ast.Node, to reflect.Value, f setting.Field, key string) {
	if !d.plain(n, key) {
		return
	}
	text, kind, ok := scalarText(n)
	shape := f.Shape()
	switch {
	case n.Type() == ast.NullType:
		d.reject(key, "has no value")
		return
	case !ok, wrongKind(shape, kind, quoted(n)):
		d.reject(key, fmt.Sprintf("must be %v, not %s", shape, describe(n)))
		return
	}
	v, err := f.Parse(text)
	if err != nil {
		d.reject(key, err.Error()+meant(text, f.Values))
		return
	}
	to.Set(v)
}

// wrongKind says whether the scalar was written as something else than the
// shape: text in quotes for a number, a number for text.
func wrongKind(s setting.Shape, written ast.NodeType, quoted bool) bool {
	switch s {
	case setting.Boolean:
		return written != ast.BoolType
	case setting.Integer, setting.Number:
		return quoted || written == ast.LiteralType
	case setting.Text:
		return written != ast.StringType && written != ast.LiteralType
	}
	return false
}

func quoted(n ast.Node) bool {
	t := n.GetToken().Type
	return t == token.SingleQuoteType || t == token.DoubleQuoteType
}

// plain refuses what makes one part of a file depend on another.
func (d *decoder) plain(n ast.Node, key string) bool {
	switch n.Type() {
	case ast.AnchorType, ast.AliasType, ast.TagType, ast.MergeKeyType, ast.DirectiveType:
		d.mistake(start(n), "anchors, aliases and tags are not supported")
		d.broken[key] = true
		return false
	}
	return true
}

// scalarText returns a scalar as it was written, without quotes.
func scalarText(n ast.Node) (text string, kind ast.NodeType, ok bool) {
	switch s := n.(type) {
	case *ast.StringNode:
		return s.Value, s.Type(), true
	case *ast.LiteralNode:
		return s.Value.Value, s.Type(), true
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode:
		return n.GetToken().Value, n.Type(), true
	}
	return "", n.Type(), false
}

// keyText returns a key as it was written.
func keyText(n ast.Node) (string, bool) {
	if n.Type() == ast.MergeKeyType {
		return "", false
	}
	text, _, ok := scalarText(n)
	return text, ok
}

// start is where a node begins.
func start(n ast.Node) place {
	t := n.GetToken()
	if m, ok := n.(*ast.MappingNode); ok && len(m.Values) > 0 && t.Type != token.MappingStartType {
		t = m.Values[0].Key.GetToken() // the node's own is the first colon
	}
	if t == nil || t.Position == nil {
		return place{1, 1}
	}
	return place{t.Position.Line, t.Position.Column}
}

// kind is what a node is, for people.
func kind(n ast.Node) string {
	switch n.Type() {
	case ast.MappingType, ast.MappingValueType:
		return "a mapping"
	case ast.SequenceType:
		return "a list"
	case ast.StringType, ast.LiteralType:
		return "text"
	case ast.BoolType:
		return "true or false"
	}
	return "a number"
}

func describe(n ast.Node) string {
	switch text, kind, ok := scalarText(n); {
	case ok && kind == ast.StringType:
		return fmt.Sprintf("%q", text)
	case ok:
		return text
	}
	return kind(n)
}

func under(key, name string) string {
	if key == "" {
		return name
	}
	return key + "." + name
}

func orFile(key string) string {
	if key == "" {
		return "the file"
	}
	return key
}

func keysOf(fields []setting.Field) []string {
	var keys []string
	for _, f := range fields {
		keys = append(keys, f.Key)
	}
	return keys
}

// names are the keys that a mapping may have; nil means any.
func names(t reflect.Type) []string {
	if t != reflect.TypeFor[supervisor.Kind]() {
		return nil
	}
	var all []string
	for _, k := range supervisor.Kinds() {
		all = append(all, string(k))
	}
	return all
}
