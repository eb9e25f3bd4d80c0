package codec

import "github.com/callboard-wamp/callboard/wamp"

// parsePayload reads Arguments and ArgumentsKw and sets the payload as it
// shall be passed on: null Arguments are an empty list, null ArgumentsKw are
// absent, what is empty is left out where the specification allows it.
func parsePayload(r reader, b []byte, it iter, m *wamp.Message) (iter, *wamp.Error) {
	args, more := r.next(b, it)
	if args.i < 0 {
		return it, broken(r, m, it.i)
	}
	if !more {
		return it, nil
	}
	start := args.i
	k := r.kind(b, start)
	if k != kindNull && k != kindList {
		return it, wamp.Violation(m.Type.String() + ".Arguments is not a list")
	}
	end := r.skip(b, start, maxPayloadDepth)
	if end < 0 {
		return it, broken(r, m, start)
	}
	if k == kindList && !emptyContainer(r, b, r.list(b, start)) {
		m.Payload = wamp.Payload{Bytes: b[start:end:end], N: 1}
	}
	args.i = end
	return parseKeywords(r, b, args, m, start)
}

// parseKeywords reads ArgumentsKw; start is where Arguments begin.
func parseKeywords(r reader, b []byte, it iter, m *wamp.Message, start int) (iter, *wamp.Error) {
	kw, more := r.next(b, it)
	if kw.i < 0 {
		return it, broken(r, m, it.i)
	}
	if !more {
		return it, nil
	}
	k := r.kind(b, kw.i)
	if k != kindNull && k != kindDict {
		return it, wamp.Violation(m.Type.String() + ".ArgumentsKw is not a dictionary")
	}
	end, empty := skipKeywords(r, b, kw.i, k)
	if end < 0 {
		return it, broken(r, m, kw.i)
	}
	if !empty {
		if r.kind(b, start) == kindNull {
			r.emptyList(b, start)
		}
		m.Payload = wamp.Payload{Bytes: b[start:end:end], N: 2}
	}
	kw.i = end
	return kw, nil
}

// skipKeywords validates ArgumentsKw, whose keys are text, and says whether
// there is anything in it.
func skipKeywords(r reader, b []byte, i int, k kind) (end int, empty bool) {
	if k == kindNull {
		return r.skip(b, i, 0), true
	}
	empty = true
	for it := r.dict(b, i); ; empty = false {
		next, more := r.next(b, it)
		if !more {
			return next.i, empty
		}
		if r.kind(b, next.i) != kindText {
			return -1, false
		}
		if i = r.skip(b, next.i, 0); i < 0 {
			return -1, false
		}
		if i = r.value(b, i); i < 0 {
			return -1, false
		}
		if next.i = r.skip(b, i, maxPayloadDepth-1); next.i < 0 {
			return -1, false
		}
		it = next
	}
}

func emptyContainer(r reader, b []byte, it iter) bool {
	_, more := r.next(b, it)
	return !more
}
