package setting

import (
	"encoding"
	"errors"
	"fmt"
	"math"
	"net/netip"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Parse reads a scalar. What it refuses is worded to follow the key: "must be …".
func (f Field) Parse(text string) (reflect.Value, error) {
	v, err := f.read(text)
	if err == nil {
		err = f.Check(v)
	}
	return v, err
}

func (f Field) read(text string) (reflect.Value, error) {
	v := reflect.New(f.Type).Elem()
	shape := f.Shape()
	refused := fmt.Errorf("must be %v, not %q", shape, text)
	if f.Values != nil && !slices.Contains(f.Values, text) {
		return v, fmt.Errorf("must be one of %s, not %q", strings.Join(f.Values, ", "), text)
	}
	switch shape {
	case Boolean:
		v.SetBool(text == "true")
		if text != "true" && text != "false" {
			return v, refused
		}
	case Word:
		if err := v.Addr().Interface().(encoding.TextUnmarshaler).UnmarshalText([]byte(text)); err != nil {
			return v, err
		}
	case Network:
		p, err := netip.ParsePrefix(text)
		if err != nil {
			return v, refused
		}
		v.Set(reflect.ValueOf(p))
	case Text:
		v.SetString(text)
	default:
		err := f.readNumber(v, text)
		if errors.Is(err, strconv.ErrRange) {
			return v, f.outside()
		}
		if err != nil {
			return v, refused
		}
	}
	return v, nil
}

func (f Field) readNumber(v reflect.Value, text string) error {
	shape := f.Shape()
	if shape == Number {
		n, err := number(text)
		v.SetFloat(n)
		return err
	}
	n, err := whole(shape, text)
	switch {
	case err != nil:
		return err
	case v.CanInt() && !v.OverflowInt(n):
		v.SetInt(n)
		return nil
	case v.CanUint() && n >= 0 && !v.OverflowUint(uint64(n)):
		v.SetUint(uint64(n))
		return nil
	}
	return strconv.ErrRange
}

// whole reads what is counted: an integer, or one with a unit.
func whole(shape Shape, text string) (int64, error) {
	switch shape {
	case Duration:
		d, err := time.ParseDuration(text)
		return int64(d), err
	case Size:
		return size(text)
	}
	return strconv.ParseInt(text, 10, 64)
}

// number reads what is measured.
func number(text string) (float64, error) {
	n, err := strconv.ParseFloat(text, 64)
	if err == nil && (math.IsNaN(n) || math.IsInf(n, 0)) {
		err = strconv.ErrSyntax
	}
	return n, err
}

var units = []struct {
	name  string
	shift int
}{{"GiB", 30}, {"MiB", 20}, {"KiB", 10}, {"B", 0}}

// size reads octets: a whole number, with a binary unit or without.
func size(text string) (int64, error) {
	shift := 0
	for _, u := range units {
		if s, ok := strings.CutSuffix(text, u.name); ok {
			text, shift = s, u.shift
			break
		}
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err == nil && (n > math.MaxInt64>>shift || n < math.MinInt64>>shift) {
		err = strconv.ErrRange
	}
	return n << shift, err
}

// Check says whether a value is within the field's range.
func (f Field) Check(v reflect.Value) error {
	if f.low == "" && f.high == "" {
		return nil
	}
	var n float64
	switch {
	case v.CanInt():
		n = float64(v.Int())
	case v.CanUint():
		n = float64(v.Uint())
	case v.CanFloat():
		n = v.Float()
	default:
		return nil
	}
	if n < f.bound(f.low, math.Inf(-1)) || n > f.bound(f.high, math.Inf(1)) || math.IsNaN(n) {
		return f.outside()
	}
	return nil
}

func (f Field) bound(text string, none float64) float64 {
	if text == "" {
		return none
	}
	if f.Shape() == Number {
		n, err := number(text)
		f.trust(text, err)
		return n
	}
	n, err := whole(f.Shape(), text)
	f.trust(text, err)
	return float64(n)
}

func (f Field) trust(bound string, err error) {
	if err != nil {
		panic(fmt.Sprintf("setting: %s: the range has %q: %v", f.Key, bound, err))
	}
}

func (f Field) outside() error {
	switch {
	case f.low == "" && f.high == "":
		return errors.New("is out of range")
	case f.high == "":
		return fmt.Errorf("must be at least %s", f.low)
	}
	return fmt.Errorf("must be from %s to %s", f.low, f.high)
}

// Format writes a scalar as a configuration has it.
func (f Field) Format(v reflect.Value) string {
	switch shape := f.Shape(); {
	case shape == Duration:
		return shortest(time.Duration(v.Int()))
	case shape == Size && v.CanInt():
		return sizeText(v.Int())
	}
	if m, ok := v.Interface().(encoding.TextMarshaler); ok {
		text, err := m.MarshalText()
		if err == nil {
			return string(text)
		}
	}
	return fmt.Sprint(v.Interface())
}

// shortest leaves out what is zero: 1h and not 1h0m0s.
func shortest(d time.Duration) string {
	text := d.String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}

func sizeText(n int64) string {
	for _, u := range units {
		if n != 0 && n%(1<<u.shift) == 0 {
			return strconv.FormatInt(n>>u.shift, 10) + u.name
		}
	}
	return strconv.FormatInt(n, 10)
}

// Range is the field's bounds or known values as documentation has them.
func (f Field) Range() string {
	switch {
	case f.Values != nil:
		return strings.Join(f.Values, ", ")
	case f.high != "":
		return f.low + " to " + f.high
	case f.low != "":
		return "at least " + f.low
	}
	return ""
}
