package config

import (
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// Options are what the command line says about a file.
type Options struct {
	// InsecureRemote is as if every listener had this key.
	InsecureRemote bool
}

// maxFile is more than any configuration has, and little enough to hold.
const maxFile = 256 << 10

// Load reads and checks a file. The error is of type [Mistakes] when something
// is wrong with what stands in it, and another one when it could not be read.
func Load(path string, o Options) (*File, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("config: %w", err)
	}
	defer f.Close()
	return Read(path, f, o)
}

// Read is Load for a file that is open. It is called name in mistakes.
func Read(name string, from io.Reader, o Options) (*File, error) {
	text, err := io.ReadAll(io.LimitReader(from, maxFile+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("config: %w", err)
	case len(text) > maxFile:
		return nil, fmt.Errorf("config: %s: larger than 256 KiB", name)
	}
	return Parse(name, text, o)
}

// Parse is Load for text. An error is always of type [Mistakes].
func Parse(name string, text []byte, o Options) (*File, error) {
	d := &decoder{name: name, lines: strings.Split(string(text), "\n"), at: map[string]place{}, broken: map[string]bool{}}
	f := Default()
	if body := d.parse(text); body != nil {
		d.file(body, f)
	}
	for i := range f.Listeners {
		f.Listeners[i].InsecureRemote = f.Listeners[i].InsecureRemote || o.InsecureRemote
	}
	d.check(f)
	if len(d.mistakes) > 0 {
		d.mistakes.sort()
		return nil, d.mistakes
	}
	return f, nil
}

// parse returns the one document of the text, nil if it has no content.
func (d *decoder) parse(text []byte) ast.Node {
	file, err := parser.ParseBytes(text, 0, parser.AllowDuplicateMapKey())
	if err != nil {
		at, message := place{1, 1}, err.Error()
		if e, ok := errors.AsType[yaml.Error](err); ok {
			message = e.GetMessage()
			if t := e.GetToken(); t != nil && t.Position != nil {
				at = place{t.Position.Line, t.Position.Column}
			}
		}
		if strings.Contains(message, "'\t'") {
			message = "a tab; lines are indented with spaces"
		}
		d.mistake(at, "not valid YAML: %s", message)
		return nil
	}
	var body ast.Node
	for _, doc := range file.Docs {
		switch {
		case doc.Body == nil || doc.Body.Type() == ast.NullType:
		case body != nil:
			d.mistake(start(doc.Body), "a second document; a configuration is one")
		default:
			body = doc.Body
		}
	}
	return body
}
