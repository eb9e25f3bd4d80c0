package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/callboard-wamp/callboard/codec"
	"github.com/callboard-wamp/callboard/wamp"
)

// argumentsHelp is said by every command that takes arguments.
const argumentsHelp = `
Arguments are JSON: 5 is a number, true a boolean, '{"a":1}' an object. What is
not valid JSON is taken as a string, so hello is the same as '"hello"'. Put -- in
front of arguments that start with a dash.`

// value is an argument of the command line as it is sent.
func value(arg string) any {
	if v, err := codec.JSON.DecodeValue([]byte(arg)); err == nil {
		return v
	}
	return arg
}

func values(args []string) []any {
	list := make([]any, 0, len(args))
	for _, arg := range args {
		list = append(list, value(arg))
	}
	return list
}

// pairs are the values of a flag of the form key=value.
func pairs(flag string, list []string) (wamp.Dict, error) {
	if len(list) == 0 {
		return nil, nil
	}
	dict := wamp.Dict{}
	for _, pair := range list {
		key, text, ok := strings.Cut(pair, "=")
		if !ok || key == "" {
			return nil, fmt.Errorf("--%s %s: not of the form key=value", flag, pair)
		}
		dict[key] = value(text)
	}
	return dict, nil
}

// inputs are --kwarg and --option.
func (p *peer) inputs() (kwargs, options wamp.Dict, err error) {
	if kwargs, err = pairs("kwarg", p.kwargs); err != nil {
		return nil, nil, err
	}
	if options, err = pairs("option", p.options); err != nil {
		return nil, nil, err
	}
	if options == nil {
		options = wamp.Dict{}
	}
	return kwargs, options, nil
}

// printJSON prints v on one line.
func printJSON(out io.Writer, v any) error {
	line, err := codec.JSON.AppendValue(nil, v)
	if err == nil {
		_, err = out.Write(append(line, '\n'))
	}
	return err
}

// printPayload prints one positional value as it is, and anything else as an
// object.
func printPayload(out io.Writer, args []any, kwargs wamp.Dict) error {
	switch {
	case len(kwargs) == 0 && len(args) == 0:
		return printJSON(out, nil)
	case len(kwargs) == 0 && len(args) == 1:
		return printJSON(out, args[0])
	}
	return printJSON(out, payload(args, kwargs))
}

func payload(args []any, kwargs wamp.Dict) wamp.Dict {
	if args == nil {
		args = []any{}
	}
	if kwargs == nil {
		kwargs = wamp.Dict{}
	}
	return wamp.Dict{"args": args, "kwargs": kwargs}
}
