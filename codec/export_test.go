package codec

import "github.com/callboard-wamp/callboard/wamp"

// ParseSlowly is Parse without its fast paths.
func (s Serializer) ParseSlowly(b []byte, m *wamp.Message) error {
	if err := parse(s.reader(), b, m); err != nil {
		return err
	}
	return nil
}

// ParseFast is the fast path of Parse alone.
func (s Serializer) ParseFast(b []byte, m *wamp.Message) bool {
	return map[Serializer]func([]byte, *wamp.Message) bool{JSON: fastJSON, MessagePack: fastMessagePack, CBOR: fastCBOR}[s](b, m)
}

// AppendSlowly and SizeSlowly are Append and Size without their fast paths.
func (s Serializer) AppendSlowly(dst []byte, m *wamp.Message) []byte { return s.append(dst, m) }
func (s Serializer) SizeSlowly(m *wamp.Message) int                  { return s.size(m) }
