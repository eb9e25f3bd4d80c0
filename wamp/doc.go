// Package wamp holds the words of the Web Application Messaging Protocol,
// version 2: message types, ids, URIs, options, error URIs and the message
// itself with everything a router does not look at left as bytes.
//
// Start with [Message], [ID] and [Error]. The package imports nothing of the
// project and holds no state; every function may be called concurrently.
//
//	m := wamp.Message{Type: wamp.Published, Request: 7, ID: 4711}
//	line := codec.JSON.Append(nil, &m) // [17,7,4711]
package wamp
