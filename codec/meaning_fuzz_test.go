package codec_test

import (
	"errors"
	"math"
	"math/big"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/callboard-wamp/callboard/codec"
	"github.com/callboard-wamp/callboard/wamp"
	"github.com/fxamacker/cbor/v2"
)

func FuzzDecodeJSON(f *testing.F)        { fuzzDecode(f, codec.JSON) }
func FuzzDecodeMessagePack(f *testing.F) { fuzzDecode(f, codec.MessagePack) }
func FuzzDecodeCBOR(f *testing.F)        { fuzzDecode(f, codec.CBOR) }

// fuzzDecode: a value that is decoded is well-formed and means what another
// library reads, and so it is when it has been written and decoded again.
func fuzzDecode(f *testing.F, s codec.Serializer) {
	for _, text := range transcodeSeeds[s] {
		f.Add(written(f, s, text))
	}
	for _, seed := range seeds(f, s) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		v, err := s.DecodeValue(b)
		if err != nil {
			var refusal *wamp.Error
			if !errors.As(err, &refusal) || refusal.URI != wamp.ErrInvalidArgument || v != nil {
				t.Fatalf("%q: %v, %#v", b, v, err)
			}
			return
		}
		checkOracle(t, s, b)
		got, ok := describe(v)
		if !ok {
			t.Fatalf("%q is decoded to %#v", b, v)
		}
		if want, known := meaning(s, b); known && !bignum(s, b) && rounded(want) != rounded(got) {
			t.Fatalf("%q: %s, want %s", b, got, want)
		}
		again, err := s.AppendValue(nil, v)
		if err != nil {
			t.Fatalf("%q: %v", b, err)
		}
		checkOracle(t, s, again)
		back, err := s.DecodeValue(again)
		if text, _ := describe(back); err != nil || text != got {
			t.Fatalf("%q, written %q: %s, %v, want %s", b, again, text, err, got)
		}
	})
}

var withoutBignums, _ = cbor.DecOptions{MaxNestedLevels: 256, BignumTag: cbor.BignumTagForbidden}.DecMode()

// bignum says whether a tag makes octets an integer: DecodeValue takes no notice
// of tags.
func bignum(s codec.Serializer, b []byte) bool {
	var v any
	return s == codec.CBOR && withoutBignums.Unmarshal(b, &v) != nil
}

var longIntegers = regexp.MustCompile(`i-?\d{19,}`)

// rounded turns integers that have no type of Go into floats, as DecodeValue does.
func rounded(text string) string {
	return longIntegers.ReplaceAllStringFunc(text, func(s string) string {
		n, ok := new(big.Int).SetString(s[1:], 10)
		if !ok || n.IsInt64() || n.IsUint64() {
			return s
		}
		f, err := strconv.ParseFloat(s[1:], 64)
		if err != nil {
			return s
		}
		return describeFloat(f)
	})
}

// checkMeaning fails unless the fields of a message are what another library
// reads in its list.
func checkMeaning(t *testing.T, s codec.Serializer, b []byte, m wamp.Message) {
	t.Helper()
	v, known := oracleValue(s, b)
	message, ok := v.(list)
	order := strings.Fields(layout[m.Type])
	if !known || !ok || len(order) == 0 { // a type above 2^16 is not kept
		return
	}
	got := map[string]string{
		"type": id(uint64(m.Type)), "failed": id(uint64(m.Failed)), "request": id(uint64(m.Request)), "id": id(uint64(m.ID)),
		"uri": "t" + strconv.Quote(string(m.URI)),
	}
	for k, part := range append([]string{"type"}, order...) {
		if got[part] == "" || k >= len(message) {
			continue
		}
		want, ok := describe(message[k])
		if text, is := message[k].(string); is {
			want = "t" + strconv.Quote(text) // URIs are never binary
		}
		if ok && integral(want) != got[part] {
			t.Fatalf("%q: %s is %s, want %s", b, part, got[part], want)
		}
	}
}

func id(n uint64) string { return "i" + strconv.FormatUint(n, 10) }

// integral is a float that is an integer as the integer.
func integral(text string) string {
	bits, err := strconv.ParseUint(strings.TrimPrefix(text, "f"), 16, 64)
	if text[0] != 'f' || err != nil {
		return text
	}
	n, exact := big.NewFloat(math.Float64frombits(bits)).Int(nil)
	if exact != big.Exact {
		return text
	}
	return "i" + n.String()
}

// layout is the order of the elements behind the message type, as the basic
// profile, "Message Definitions", has it.
var layout = map[wamp.MessageType]string{
	wamp.Hello: "uri", wamp.Welcome: "request", wamp.Abort: "- uri", wamp.Challenge: "uri", wamp.Authenticate: "uri",
	wamp.Goodbye: "- uri", wamp.ErrorMessage: "failed request - uri", wamp.Publish: "request - uri", wamp.Published: "request id",
	wamp.Subscribe: "request - uri", wamp.Subscribed: "request id", wamp.Unsubscribe: "request id", wamp.Unsubscribed: "request",
	wamp.Event: "id request", wamp.Call: "request - uri", wamp.Cancel: "request", wamp.Result: "request",
	wamp.Register: "request - uri", wamp.Registered: "request id", wamp.Unregister: "request id", wamp.Unregistered: "request",
	wamp.Invocation: "request id", wamp.Interrupt: "request", wamp.Yield: "request", wamp.EventReceived: "request",
}
