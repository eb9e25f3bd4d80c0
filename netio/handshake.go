package netio

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"slices"
	"strings"
)

// NoLimit is what [Handshake.MaxSend] is when the peer announced no limit.
const NoLimit = math.MaxInt32

const (
	maxHead    = 8 << 10 // of an HTTP request, up to and with the empty line
	maxHeaders = 64
)

// Handshake is what both sides agreed on.
type Handshake struct {
	Framing Framing
	// Subprotocol is the identifier of WebSocket, "wamp.2.json"; RawSocket's
	// serializers are named by the same identifiers.
	Subprotocol string
	// MaxSend is the longest message in bytes that the peer accepts, or [NoLimit].
	MaxSend int
	// MaxReceive is the longest message in bytes that was announced to the peer
	// (RawSocket) or that is accepted (WebSocket): the limit for the [Reader].
	MaxReceive int
	// Rest are bytes that the peer sent right behind its handshake, for
	// [ReaderOptions.Rest]; the caller's own, usually nil.
	Rest []byte

	// URI, Host and Origin are of the HTTP request, as sent; Header has those
	// fields that [AcceptOptions.KeepHeaders] names. Empty for RawSocket and
	// for clients.
	URI, Host, Origin string
	Header            http.Header
}

// Transports says which transports a listener takes.
type Transports uint8

// The octet 0x7F, which begins no HTTP request, tells RawSocket from the others.
const (
	WebSocketAndRawSocket Transports = iota
	WebSocketOnly
	RawSocketOnly
)

// AcceptOptions say what [Accept] agrees to.
type AcceptOptions struct {
	Transports Transports
	// WebSocketPath is where the upgrade is offered; empty means everywhere.
	WebSocketPath string
	// Subprotocols are those that are enabled, "wamp.2.json" …; the first
	// preference of the client that is among them is taken, "wamp.2.json.batched"
	// after all others.
	Subprotocols []string
	// Origins decides whether pages of an origin may connect to this host; nil
	// means [SameOrigin]. Requests without Origin do not come from browsers and
	// are not asked about.
	Origins func(origin, host string) bool
	// MaxMessage is the longest message in bytes that will be read; zero means
	// [DefaultMaxMessage]. RawSocket announces the next power of two below.
	MaxMessage int
	// HTTP serves requests that are no upgrade or go to another path, one for
	// each connection, with bodies of up to MaxMessage bytes; nil answers them
	// with an error status. Responses are buffered; a handler cannot hijack. Behind
	// [ServerTLS] requests have their TLS set.
	HTTP http.Handler
	// KeepHeaders are the header fields, in canonical form, that Handshake.Header
	// shall have.
	KeepHeaders []string
}

// ErrServed says that the connection carried a request for
// [AcceptOptions.HTTP], which was answered: there is no transport, and nothing
// went wrong.
var ErrServed = errors.New("netio: HTTP request served")

// HandshakeError is a handshake that was refused, by us or by the peer.
type HandshakeError struct {
	// Status is the status of the HTTP response; 0 when there was none.
	Status int
	// Code is the error code of the RawSocket reply; 0 when there was none.
	Code uint8
	// Text says why.
	Text string
}

// Error returns the text and what was answered.
func (e *HandshakeError) Error() string {
	switch {
	case e.Status != 0:
		return fmt.Sprintf("netio: handshake: %s (HTTP %d)", e.Text, e.Status)
	case e.Code != 0:
		return fmt.Sprintf("netio: handshake: %s (RawSocket error %d)", e.Text, e.Code)
	}
	return "netio: handshake: " + e.Text
}

// Accept takes the opening handshake of a client from c and answers it, as
// RFC 6455 or the WAMP advanced profile, "RawSocket Transport", say. It blocks
// until it is done or the deadline passes that the caller has set on c, and
// reads at most 8 KiB and 64 header fields of a request.
//
// A refusal was answered when Accept returns, and is a *[HandshakeError]; the
// caller closes, best after CloseWrite and [Discard] so that the answer arrives.
// [ErrServed] is to be treated likewise. Other errors come from the connection.
func Accept(c Conn, o AcceptOptions) (Handshake, error) {
	if o.MaxMessage <= 0 {
		o.MaxMessage = DefaultMaxMessage
	}
	if o.Origins == nil {
		o.Origins = SameOrigin
	}
	p := preface{conn: c, chunk: Take(parkedChunk)}
	defer func() { p.chunk.Release() }()
	if err := p.more(); err != nil {
		return Handshake{}, err
	}
	h, err := p.accept(&o)
	if err != nil {
		return Handshake{}, err
	}
	if rest := p.bytes()[p.used:]; len(rest) > 0 {
		h.Rest = bytes.Clone(rest)
	}
	return h, nil
}

// preface is the beginning of what a client sends.
type preface struct {
	conn  Conn
	chunk *Chunk
	n     int // bytes of it that were read
	used  int // bytes of these that belong to the handshake
}

func (p *preface) bytes() []byte { return p.chunk.B[:p.n] }

func (p *preface) accept(o *AcceptOptions) (Handshake, error) {
	raw := p.chunk.B[0] == rawSocketMagic
	switch {
	case raw && o.Transports != WebSocketOnly:
		return p.acceptRawSocket(o)
	case raw || o.Transports == RawSocketOnly:
		return Handshake{}, &HandshakeError{Text: "first octet of another transport"}
	}
	return p.acceptHTTP(o)
}

// more reads once. The space grows to the limit of a request and no further.
func (p *preface) more() error {
	if p.n == len(p.chunk.B) {
		larger := Take(2 * p.n)
		copy(larger.B, p.bytes())
		p.chunk.Release()
		p.chunk = larger
	}
	n, err := p.conn.Read(p.chunk.B[p.n:min(len(p.chunk.B), maxHead)])
	p.n += n
	if n > 0 {
		return nil
	}
	if err == io.EOF {
		return fmt.Errorf("netio: handshake: %w", io.ErrUnexpectedEOF)
	}
	if err == nil {
		err = io.ErrNoProgress
	}
	return fmt.Errorf("netio: handshake: %w", err)
}

// framingOf is the framing of a WebSocket subprotocol: JSON is text; a name
// that ends in "batched" stands for batches.
func framingOf(subprotocol string) Framing {
	words := strings.Split(subprotocol, ".")
	text, batched := slices.Contains(words, "json"), words[len(words)-1] == "batched"
	switch {
	case text && batched:
		return WebSocketTextBatched
	case text:
		return WebSocketText
	case batched:
		return WebSocketBinaryBatched
	}
	return WebSocketBinary
}
