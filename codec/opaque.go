package codec

import "github.com/callboard-wamp/callboard/wamp"

// oneBinary says whether the payload p in serializer from, which has become out, is
// one binary item within Arguments, and nothing else (advanced profile, "Payload
// Passthru Mode", "Message Structure"). JSON has no binary of its own: what its
// text has become tells.
func (t *transcoder) oneBinary(from Serializer, p wamp.Payload, out []byte) bool {
	if p.N == 0 {
		return true
	}
	s, b := from, p.Bytes
	if from == JSON {
		s, b = t.to, out
	}
	r := s.reader()
	item, more := r.next(b, r.list(b, 0))
	if p.N != 1 || !more || r.kind(b, item.i) != kindBinary {
		return false
	}
	item.i = r.skip(b, item.i, 0)
	end, more := r.next(b, item)
	return !more && end.i == len(b)
}
