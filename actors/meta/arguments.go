package meta

import (
	"math"
	"slices"

	"github.com/callboard-wamp/callboard/wamp"
)

// decode reads the arguments of a call and checks that there are as many as the
// procedure takes, and no keyword that it does not know.
func (c *call) decode(p procedure) *wamp.Error {
	var err error
	if c.args, c.kwargs, err = c.it.Serializer.SplitPayload(c.it.Payload()); err != nil {
		return invalid(err.Error())
	}
	switch {
	case len(c.args) < p.least:
		return invalid("an argument is missing")
	case len(c.args) > p.most:
		return invalid("there is an argument too many")
	}
	for key := range c.kwargs {
		if !slices.Contains(p.keywords, key) {
			return invalid("there is a keyword argument that the procedure does not have")
		}
	}
	return nil
}

func invalid(text string) *wamp.Error {
	return &wamp.Error{URI: wamp.ErrInvalidArgument, Message: text}
}

// arg is the argument at this position, nil if there is none. One that has no
// counterpart in Go is an error, and so of no type that any procedure takes.
func (c *call) arg(i int) any {
	if i >= len(c.args) {
		return nil
	}
	v, err := c.it.Serializer.DecodeValue(c.args[i])
	if err != nil {
		return err
	}
	return v
}

// id is the id at this position.
func (c *call) id(i int) (wamp.ID, *wamp.Error) {
	id, ok := toID(c.arg(i))
	if !ok {
		return 0, invalid("an argument is not an id")
	}
	return id, nil
}

// text is the string at this position.
func (c *call) text(i int) (string, *wamp.Error) {
	text, ok := c.arg(i).(string)
	if !ok {
		return "", invalid("an argument is not a string")
	}
	return text, nil
}

// keyword is the string under this key, or otherwise if it is absent or null.
func (c *call) keyword(key, otherwise string) (string, *wamp.Error) {
	v := c.kwargs[key]
	if v == nil {
		return otherwise, nil
	}
	text, ok := v.(string)
	if !ok {
		return "", invalid("the keyword argument " + key + " is not a string")
	}
	return text, nil
}

// match is the option of this name in the options at this position, which may be
// missing or null; other options mean nothing here.
func (c *call) match(i int) (wamp.Match, *wamp.Error) {
	v := c.arg(i)
	if v == nil {
		return wamp.Exact, nil
	}
	options, ok := v.(wamp.Dict)
	if !ok {
		return 0, invalid("the options are not a dictionary")
	}
	if options["match"] == nil {
		return wamp.Exact, nil
	}
	name, ok := options["match"].(string)
	if !ok {
		return 0, invalid("the option match is not a string")
	}
	m, ok := wamp.ParseMatch(name)
	if !ok {
		return 0, invalid("the option match is none of exact, prefix, wildcard")
	}
	return m, nil
}

// toID reads an id from an argument: an integer, or a float that is one.
func toID(v any) (wamp.ID, bool) {
	var id wamp.ID
	switch n := v.(type) {
	case int64:
		id = wamp.ID(max(n, 0))
	case uint64:
		id = wamp.ID(n)
	case float64:
		if n != math.Trunc(n) || n < 1 || n > float64(wamp.MaxID) {
			return 0, false
		}
		id = wamp.ID(n)
	}
	return id, id.Valid()
}
