package gate_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/callboard-wamp/callboard/benchmarks/gate"
)

// figures of one run: a part "call" whose p99 is 4 ms, and so on.
func figures(part, name string) (float64, bool) {
	v, ok := map[string]float64{
		".p99": 5e6, "call.p99": 4e6, ".lost": 0, ".sent": 1500, ".cpu/msg": 1900, ".rss": 64 << 20, ".rate": 1e6, ".p99.9": 7e6, "call.p99.9": 6e6,
		".mean": 1e6,
	}[part+"."+name]
	return v, ok
}

func Example() {
	checks, _ := gate.Parse("p99<5ms,lost=0,cpu/msg<2us")
	for _, c := range checks {
		v := c.Against(figures)
		fmt.Println(v.Check, v.Value, v.OK)
	}
	// Output:
	// p99<5ms 5ms false
	// lost=0 0 true
	// cpu/msg<2us 1.9µs true
}

func TestAgainst(t *testing.T) {
	for check, want := range map[string]bool{
		"p99<5ms": false, "p99<=5ms": true, "p99<5.1ms": true, "p99>4ms": true, "p99>=5ms": true, "p99=5ms": true, "p99==5ms": true,
		"p99!=5ms": false, " p99 < 1s ": true, "call.p99<5ms": true, "call.p99<4ms": false, "p999<8ms": true, "p99.9<8ms": true,
		"call.p99.9<8ms": true, "call.p999<5ms": false, "sent=1.5k": true, "sent>=1501": false, "rate>=1M": true, "rss<=64MiB": true,
		"rss<65536KiB": false, "rss<1GiB": true, "rss>1000B": true, "rss>67108863": true, "average=1ms": true,
		"dropped=0": false, "event.p99<1h": false, // not measured
	} {
		checks, err := gate.Parse(check)
		if err != nil || len(checks) != 1 {
			t.Errorf("%s: %v, %v", check, checks, err)
			continue
		}
		if v := checks[0].Against(figures); v.OK != want || v.Check != strings.TrimSpace(check) || v.Value == "" {
			t.Errorf("%s: %+v", check, v)
		}
	}
}

func TestParseRefuses(t *testing.T) {
	for check, want := range map[string]string{
		"": "without a comparison", " , ,": "without a comparison", "p99": "no comparison", "p99~5": "no comparison", "p99!5ms": "no such comparison",
		"p98<5ms": "no figure", "<5": "no figure", "call.rss<5": "no figure", "call.lost=0": "no figure", ".p99<1s": "",
		"p99<5": "no time", "p99<fast": "no time", "lost=": "no number", "lost=0x": "no number", "rss<5KB": "no number",
		"lost=NaN": "no number", "lost!=nank": "no number", "ops<Inf": "no number", "rss<+infinity": "no number", "ops<1e308M": "no number", "lost=0,p99": "no comparison",
	} {
		_, err := gate.Parse(check)
		if want == "" {
			continue
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", check, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"p99<5ms,lost=0", "call.p99.9>=1h", "rss<1KiB", "rate!=1e9", ",,", "<"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		checks, err := gate.Parse(s)
		if err != nil {
			return
		}
		for _, c := range checks {
			again, err := gate.Parse(c.String())
			if err != nil || len(again) != 1 || again[0] != c {
				t.Errorf("%q: %+v, %+v, %v", s, c, again, err)
			}
			c.Against(figures)
		}
	})
}
