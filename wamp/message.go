package wamp

// Message is one WAMP message. What the router routes by is decoded; the
// application payload, and dictionaries that nobody asked for, stay bytes in
// the serializer that they came in (basic profile, "Messages").
//
// The byte slices of a decoded message alias the buffer it was decoded from:
// they live as long as that buffer, and whoever keeps them longer copies them.
type Message struct {
	Type MessageType
	// Failed is the type of the request that failed (ERROR only).
	Failed MessageType
	// Match is how the URI of SUBSCRIBE or REGISTER is a pattern.
	Match Match
	// Invoke is the invocation policy of REGISTER.
	Invoke Invoke
	// Mode is the mode of CANCEL or INTERRUPT.
	Mode CancelMode
	// Flags are the known boolean options, and which other options are present.
	Flags Flags
	// Request is the request id; of WELCOME the session id, of EVENT the
	// publication id.
	Request ID
	// ID is the second id: the subscription of SUBSCRIBED, UNSUBSCRIBE and
	// EVENT, the registration of REGISTERED, UNREGISTER and INVOCATION, the
	// publication of PUBLISHED.
	ID ID
	// URI is the realm of HELLO, a topic, a procedure, an error or a reason;
	// the method of CHALLENGE and the signature of AUTHENTICATE.
	URI []byte
	// Dict is Options or Details as encoded; nil means an empty dictionary.
	// On sending it wins over Fields.
	Dict []byte
	// Fields are the entries of Options or Details of a message to be sent.
	Fields []Field
	// Timeout of a CALL in milliseconds, if its flags say HasTimeout.
	Timeout uint64
	// Options are the other known options that are not booleans; nil if there are none.
	Options *Options
	// Payload is Arguments and ArgumentsKw.
	Payload Payload
}

// Payload is Arguments and ArgumentsKw of a message, encoded one after the
// other in the serializer of the message. In JSON a comma stands between them.
// The zero value means neither.
type Payload struct {
	// Bytes alias the buffer of the message.
	Bytes []byte
	// N is the number of elements: 0 none, 1 Arguments, 2 both.
	N uint8
	// Opaque: nothing of it may change but the way in which one binary item is
	// written, see [Passthru.Opaque].
	Opaque bool
}

// FieldKind says which value a [Field] has.
type FieldKind uint8

// The kinds of values that the router writes into Options and Details.
const (
	FieldString FieldKind = iota
	FieldInt
	FieldTrue
	FieldFalse
	FieldEncoded
)

// Field is one entry of Options or Details of a message to be sent. Text is the
// value of FieldString, and any value of FieldEncoded, in the serializer that the
// message is sent in.
type Field struct {
	Key  string
	Kind FieldKind
	Int  uint64
	Text string
}

// Text returns a field with a string value.
func Text(key, value string) Field { return Field{Key: key, Text: value} }

// Int returns a field with an integer value.
func Int(key string, value uint64) Field { return Field{Key: key, Kind: FieldInt, Int: value} }

// Encoded returns a field whose value is encoded already, in the serializer that
// the message is sent in.
func Encoded(key, value string) Field { return Field{Key: key, Kind: FieldEncoded, Text: value} }

// True returns a field with the value true.
func True(key string) Field { return Field{Key: key, Kind: FieldTrue} }

// Dict is a decoded dictionary of the control path: HELLO and WELCOME details,
// arguments of meta procedures. Values are nil, bool, int64, uint64, float64,
// string, []byte, []any and map[string]any.
type Dict = map[string]any
