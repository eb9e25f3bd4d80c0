package codec

import "github.com/callboard-wamp/callboard/wamp"

// element is one position of a message behind its type.
type element uint8

const (
	elementEnd     element = iota
	elementRequest         // an id, into Request
	elementAnyID           // the same, or 0: a revocation
	elementID              // an id, into ID
	elementURI             // text, into URI
	elementOptions         // a dictionary, decoded
	elementDetails         // a dictionary, kept as bytes, known keys checked
	elementLast            // the same, but the message may end before it
	elementFailed          // a message type, into Failed
)

// maxExtra is how many elements may follow those that a message type has.
const maxExtra = 4

// shape is what a message type looks like (basic profile, "Messages").
type shape struct {
	elements [5]element
	// n counts the elements, without the optional last one.
	n int
	// payload: Arguments and ArgumentsKw may follow.
	payload bool
	// dict is what the specification calls the dictionary.
	dict string
	// keys are the options that mean something in this message.
	keys optionSet
}

// shapes has the shape of every type below 128 that is known; the others have
// the zero value. EVENT_RECEIVED stands alone, see shapeOf.
var shapes = [128]shape{
	wamp.Hello:        {elements: [5]element{elementURI, elementDetails}, n: 2, dict: "Details"},
	wamp.Welcome:      {elements: [5]element{elementRequest, elementDetails}, n: 2, dict: "Details"},
	wamp.Abort:        {elements: [5]element{elementDetails, elementURI}, n: 2, dict: "Details", payload: true},
	wamp.Challenge:    {elements: [5]element{elementURI, elementDetails}, n: 2, dict: "Extra"},
	wamp.Authenticate: {elements: [5]element{elementURI, elementDetails}, n: 2, dict: "Extra"},
	wamp.Goodbye:      {elements: [5]element{elementDetails, elementURI}, n: 2, dict: "Details"},
	wamp.ErrorMessage: {elements: [5]element{elementFailed, elementRequest, elementDetails, elementURI}, n: 4, dict: "Details", payload: true, keys: errorKeys},

	wamp.Publish:      {elements: [5]element{elementRequest, elementOptions, elementURI}, n: 3, dict: "Options", payload: true, keys: publishKeys},
	wamp.Published:    {elements: [5]element{elementRequest, elementID}, n: 2},
	wamp.Subscribe:    {elements: [5]element{elementRequest, elementOptions, elementURI}, n: 3, dict: "Options", keys: subscribeKeys},
	wamp.Subscribed:   {elements: [5]element{elementRequest, elementID}, n: 2},
	wamp.Unsubscribe:  {elements: [5]element{elementRequest, elementID}, n: 2},
	wamp.Unsubscribed: {elements: [5]element{elementAnyID, elementLast}, n: 1, dict: "Details"},
	wamp.Event:        {elements: [5]element{elementID, elementRequest, elementDetails}, n: 3, dict: "Details", payload: true, keys: eventKeys},

	wamp.Call:         {elements: [5]element{elementRequest, elementOptions, elementURI}, n: 3, dict: "Options", payload: true, keys: callKeys},
	wamp.Cancel:       {elements: [5]element{elementRequest, elementOptions}, n: 2, dict: "Options", keys: cancelKeys},
	wamp.Result:       {elements: [5]element{elementRequest, elementDetails}, n: 2, dict: "Details", payload: true, keys: resultKeys},
	wamp.Register:     {elements: [5]element{elementRequest, elementOptions, elementURI}, n: 3, dict: "Options", keys: registerKeys},
	wamp.Registered:   {elements: [5]element{elementRequest, elementID}, n: 2},
	wamp.Unregister:   {elements: [5]element{elementRequest, elementID}, n: 2},
	wamp.Unregistered: {elements: [5]element{elementAnyID, elementLast}, n: 1, dict: "Details"},
	wamp.Invocation:   {elements: [5]element{elementRequest, elementID, elementDetails}, n: 3, dict: "Details", payload: true, keys: invocationKeys},
	wamp.Interrupt:    {elements: [5]element{elementRequest, elementOptions}, n: 2, dict: "Options", keys: interruptKeys},
	wamp.Yield:        {elements: [5]element{elementRequest, elementOptions}, n: 2, dict: "Options", payload: true, keys: yieldKeys},
}

var eventReceived = shape{elements: [5]element{elementRequest}, n: 1}

// shapeOf returns the shape of a type; one without elements means that the
// type is unknown.
func shapeOf(t wamp.MessageType) *shape {
	if int(t) < len(shapes) {
		return &shapes[t]
	}
	if t == wamp.EventReceived {
		return &eventReceived
	}
	return &shapes[0]
}

// known says whether a message of this shape exists.
func (s *shape) known() bool { return s.n > 0 }
