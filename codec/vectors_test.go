package codec_test

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"github.com/callboard-wamp/callboard/codec"
	"github.com/callboard-wamp/callboard/wamp"
)

// vectorFile is a file of the test vectors of wamp-proto (SCHEMA.json there).
type vectorFile struct {
	Type    string         `json:"wamp_message_type"`
	Samples []vectorSample `json:"samples"`
}

// vectorSample is either bytes and what they mean, or a message that is valid
// or must be refused.
type vectorSample struct {
	Description string                     `json:"description"`
	Serializers map[string][]vectorBytes   `json:"serializers"`
	Expected    map[string]any             `json:"expected_attributes"`
	Message     list                       `json:"wmsg"`
	Error       *struct{ Contains string } `json:"expected_error"`
}

type vectorBytes struct {
	Text   *string `json:"bytes"`
	Hex    *string `json:"bytes_hex"`
	Base64 *string `json:"bytes_base64"`
}

func (v vectorBytes) octets(t *testing.T) []byte {
	t.Helper()
	var all [][]byte
	if v.Text != nil {
		all = append(all, []byte(*v.Text))
	}
	if v.Hex != nil {
		b, err := hex.DecodeString(*v.Hex)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, b)
	}
	if v.Base64 != nil {
		b, err := base64.StdEncoding.DecodeString(*v.Base64)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, b)
	}
	for _, b := range all {
		if !bytes.Equal(b, all[0]) {
			t.Fatalf("the vector says %x and %x", all[0], b)
		}
	}
	return all[0]
}

// foreign are keys that the specification does not define.
var foreign = regexp.MustCompile(`^(transaction_hash|forward_for|enc_.*|x_.*)$`)

func TestVectors(t *testing.T) {
	root := os.Getenv("WAMP_TESTSUITE")
	if root == "" {
		t.Skip("WAMP_TESTSUITE is not set")
	}
	samples := 0
	err := filepath.WalkDir(filepath.Join(root, "singlemessage"), func(path string, entry fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".json" {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		var file vectorFile
		decoder := json.NewDecoder(bytes.NewReader(text))
		decoder.UseNumber()
		if err := decoder.Decode(&file); err != nil {
			return err
		}
		for _, sample := range file.Samples {
			samples++
			t.Run(file.Type+"/"+sample.Description, func(t *testing.T) { runSample(t, sample) })
		}
		return nil
	})
	if err != nil || samples == 0 {
		t.Fatalf("%d samples in %s: %v", samples, root, err)
	}
}

func runSample(t *testing.T, sample vectorSample) {
	if sample.Serializers == nil {
		runValidation(t, sample)
		return
	}
	if sample.Expected["payload"] != nil {
		t.Skip("vector uses a key outside the specification")
	}
	for name, all := range sample.Serializers {
		t.Run(name, func(t *testing.T) {
			s, ok := codec.ByName(name)
			if !ok {
				t.Skip("serializer not implemented: " + name)
			}
			expected := plain(sample.Expected).(dict)
			ours := messageOf(t, s, expected)
			written := s.Append(nil, &ours)
			same := false
			for _, v := range all {
				b := v.octets(t)
				same = same || sameValue(t, s, b, written)
				checkVector(t, s, b, written, expected)
			}
			if !same {
				t.Errorf("we write %s, which is none of the vectors", show(s, written))
			}
		})
	}
}

// runValidation parses a message in all serializers.
func runValidation(t *testing.T, sample vectorSample) {
	if strings.Contains(sample.Description, "enc_") || sample.Error != nil && foreign.MatchString(sample.Error.Contains) {
		t.Skip("vector uses a key outside the specification")
	}
	message := plain(sample.Message).(list)
	eachSerializer(t, message, func(t *testing.T, s codec.Serializer, b []byte) {
		if sample.Error == nil {
			mustParse(t, s, b)
			return
		}
		if text := refused(t, s, b); !strings.Contains(text, sample.Error.Contains) {
			t.Errorf("%q does not name %s", text, sample.Error.Contains)
		}
	})
}

// checkVector parses the bytes of a vector; they must mean what our own bytes
// mean, and what the vector says that they mean.
func checkVector(t *testing.T, s codec.Serializer, b, written []byte, expected dict) {
	t.Helper()
	got, ours := mustParse(t, s, b), mustParse(t, s, bytes.Clone(written))
	if fieldsOf(got) != fieldsOf(ours) || got.Flags != ours.Flags || !reflect.DeepEqual(got.Options, ours.Options) {
		t.Errorf("%s:\n got %+v\nwant %+v", show(s, b), got, ours)
	}
	args, kwargs, err := s.DecodePayload(got.Payload)
	if err != nil {
		t.Error(err)
	}
	if want, _ := expected["args"].(list); !reflect.DeepEqual(list(args), want) {
		t.Errorf("Arguments %v, want %v", args, want)
	}
	if want, _ := expected["kwargs"].(dict); !reflect.DeepEqual(kwargs, want) {
		t.Errorf("ArgumentsKw %v, want %v", kwargs, want)
	}
	if want := detailsOf(expected); has(got.Type, "dict") && len(want) > 0 {
		if d, err := s.DecodeDict(got.Dict); err != nil || !reflect.DeepEqual(d, want) {
			t.Errorf("Details %v, %v, want %v", d, err, want)
		}
	}
}

// sameValue compares two messages as values.
func sameValue(t *testing.T, s codec.Serializer, a, b []byte) bool {
	t.Helper()
	v, err := s.DecodeValue(a)
	if err != nil {
		t.Fatal(err)
	}
	w, err := s.DecodeValue(b)
	if err != nil {
		t.Fatal(err)
	}
	return reflect.DeepEqual(v, w)
}

// messageOf is the message with the attributes of a vector.
func messageOf(t *testing.T, s codec.Serializer, expected dict) wamp.Message {
	t.Helper()
	id := func(keys ...string) wamp.ID {
		for _, key := range keys {
			if v, ok := expected[key].(int64); ok {
				return wamp.ID(v)
			}
		}
		return 0
	}
	m := wamp.Message{
		Type:    wamp.MessageType(id("message_type")),
		Failed:  wamp.MessageType(id("request_type")),
		Request: id("request_id", "session_id", "publication"),
		ID:      id("subscription", "subscription_id", "registration_id", "publication_id"),
	}
	if m.Type == wamp.EventReceived {
		m.Request = m.ID
	}
	for _, key := range []string{"realm", "reason", "method", "signature", "topic", "procedure", "error"} {
		if v, ok := expected[key].(string); ok {
			m.URI = []byte(v)
		}
	}
	var err error
	if d := detailsOf(expected); len(d) > 0 {
		if m.Dict, err = s.AppendValue(nil, d); err != nil {
			t.Fatal(err)
		}
	}
	args, _ := expected["args"].(list)
	kwargs, _ := expected["kwargs"].(dict)
	if m.Payload, err = s.AppendPayload(nil, args, kwargs); err != nil {
		t.Fatal(err)
	}
	return m
}

// detailsOf is Options, Details or Extra; of HELLO and WELCOME the vectors have
// the roles alone.
func detailsOf(expected dict) dict {
	for _, key := range []string{"options", "details", "extra"} {
		if d, ok := expected[key].(dict); ok {
			return d
		}
	}
	if roles, ok := expected["roles"]; ok {
		return dict{"roles": roles}
	}
	return nil
}

// plain turns numbers into int64 or float64.
func plain(v any) any {
	switch v := v.(type) {
	case json.Number:
		if i, err := v.Int64(); err == nil {
			return i
		}
		f, _ := v.Float64()
		return f
	case list:
		out := make(list, len(v))
		for k := range v {
			out[k] = plain(v[k])
		}
		return out
	case dict:
		out := dict{}
		for k := range v {
			out[k] = plain(v[k])
		}
		return out
	}
	return v
}
