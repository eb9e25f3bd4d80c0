package codec_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math"
	"math/big"
	"strconv"
	"strings"

	"github.com/callboard-wamp/callboard/codec"
	"github.com/fxamacker/cbor/v2"
	"github.com/tinylib/msgp/msgp"
)

// meaning is what a value says in any serializer, as one line of text, told by
// libraries that Transcode does not use. The result is false when the library
// cannot say it.
func meaning(s codec.Serializer, b []byte) (text string, ok bool) {
	v, ok := oracleValue(s, b)
	if !ok {
		return "", false
	}
	return describe(v)
}

// oracleValue is the value as a library reads it that is not ours.
func oracleValue(s codec.Serializer, b []byte) (v any, ok bool) {
	defer func() {
		if recover() != nil { // of a library that met a key that is not comparable
			v, ok = nil, false
		}
	}()
	var err error
	switch s {
	case codec.JSON:
		d := json.NewDecoder(bytes.NewReader(b))
		d.UseNumber()
		err = d.Decode(&v)
	case codec.MessagePack:
		v, _, err = msgp.ReadIntfBytes(b)
	case codec.CBOR:
		err = cborOracle.Unmarshal(b, &v)
	}
	return v, err == nil
}

var cborOracle, _ = cbor.DecOptions{MaxNestedLevels: 256, IntDec: cbor.IntDecConvertNone}.DecMode()

func describe(v any) (string, bool) {
	switch v := v.(type) {
	case nil:
		return "null", true
	case bool:
		return strconv.FormatBool(v), true
	case int64, uint64:
		return fmt.Sprintf("i%d", v), true
	case big.Int:
		return "i" + v.String(), true
	case float32:
		return describeFloat(float64(v)), true
	case float64:
		return describeFloat(v), true
	case json.Number:
		return describeNumber(string(v))
	case string:
		return describeText(v), true
	case []byte:
		return fmt.Sprintf("b%x", v), true
	case []any:
		return describeList(v)
	case map[string]any:
		entries := map[string]any{}
		for key, value := range v {
			entries[fmt.Sprintf("t%q", key)] = value
		}
		return describeDict(entries)
	case map[any]any:
		return describeAnyDict(v)
	case cbor.Tag:
		return describe(v.Content)
	}
	return "", false
}

func describeFloat(f float64) string {
	if math.IsNaN(f) {
		return "fNaN"
	}
	return fmt.Sprintf("f%x", math.Float64bits(f))
}

func describeNumber(s string) (string, bool) {
	if !strings.ContainsAny(s, ".eE") {
		i, ok := new(big.Int).SetString(s, 10)
		return "i" + i.String(), ok
	}
	f, err := strconv.ParseFloat(s, 64)
	return describeFloat(f), err == nil
}

// describeText takes text that JSON cannot tell from binary for binary.
func describeText(s string) string {
	if strings.HasPrefix(s, "\x00") && !strings.ContainsAny(s, "\r\n") {
		if b, err := base64.StdEncoding.Strict().DecodeString(s[1:]); err == nil {
			return fmt.Sprintf("b%x", b)
		}
	}
	return fmt.Sprintf("t%q", s)
}

func describeList(list []any) (string, bool) {
	parts := make([]string, len(list))
	for i, v := range list {
		var ok bool
		if parts[i], ok = describe(v); !ok {
			return "", false
		}
	}
	return "[" + strings.Join(parts, ",") + "]", true
}

func describeAnyDict(dict map[any]any) (string, bool) {
	entries := map[string]any{}
	for key, value := range dict {
		name, ok := describe(key)
		if s, text := key.(string); text {
			name = fmt.Sprintf("t%q", s) // keys are never binary
		}
		if _, twice := entries[name]; twice || !ok {
			return "", false // the same in meaning, not for the library
		}
		entries[name] = value
	}
	return describeDict(entries)
}

func describeDict(entries map[string]any) (string, bool) {
	parts := []string{}
	for _, key := range sorted(entries) {
		value, ok := describe(entries[key])
		if !ok {
			return "", false
		}
		parts = append(parts, key+":"+value)
	}
	return "{" + strings.Join(parts, ",") + "}", true
}
