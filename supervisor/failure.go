package supervisor

import (
	"fmt"
	"time"

	"github.com/asynkron/protoactor-go/actor"
)

// Failure is one panic and what was done about it.
type Failure struct {
	Kind        Kind          // of the actor that failed
	PID         *actor.PID    // of the actor that failed; nil for a goroutine of a Group
	Name        string        // of the goroutine; empty for an actor
	Reason      any           // the panic's value, or *Escalation
	Stack       []byte        // of the panic; nil when the actor had no Guard
	Message     any           // what was escalated for the failing message (mailbox.Options.OnPanic)
	MessageType string        // Go type of what Receive was given
	Directive   Action        // what is done
	Exceeded    bool          // the directive is the policy's OnExceeded
	Restarts    int           // restarts of this actor by its present supervisor, this one included
	Delay       time.Duration // until the restart
	At          time.Time
}

// Error makes a Failure loggable as an error.
func (f Failure) Error() string {
	who := f.Name
	if f.PID != nil {
		who = f.PID.Id
	}
	return fmt.Sprintf("%s %s failed (%v), message %s: %v", f.Kind, who, f.Directive, f.MessageType, f.Reason)
}

// Reporter is told of every failure, on the goroutine that deals with it. It
// must not block. If it panics, that panic is discarded and supervision goes on.
type Reporter func(Failure)

func (r Reporter) report(f Failure) {
	if r == nil {
		return
	}
	defer func() { _ = recover() }()
	r(f)
}

// PanicInfo is a panic with what was known where it happened. A Guard panics
// with it, so it is the reason that the supervisor gets.
type PanicInfo struct {
	Kind    Kind
	Value   any    // of the panic
	Stack   []byte // of the panicking goroutine
	Message string // Go type of the message, or name of the goroutine
}

// Error makes a PanicInfo loggable as an error.
func (p *PanicInfo) Error() string {
	return fmt.Sprintf("panic in %s at %s: %v", p.Kind, p.Message, p.Value)
}

// Unwrap returns the panic's value if it is an error.
func (p *PanicInfo) Unwrap() error {
	err, _ := p.Value.(error)
	return err
}

// Escalation is the reason of the failure of a supervisor that has given up on
// a child.
type Escalation struct {
	Kind  Kind    // of the supervisor
	Cause Failure // of its child
}

// Error makes an Escalation loggable as an error.
func (e *Escalation) Error() string { return "gave up: " + e.Cause.Error() }

// newFailure reads who failed from the reason. kind is assumed if it does not say.
func newFailure(kind Kind, pid *actor.PID, reason, message any) Failure {
	f := Failure{Kind: kind, PID: pid, Reason: reason, Message: message, At: time.Now()}
	f.MessageType = fmt.Sprintf("%T", message)
	switch r := reason.(type) {
	case *PanicInfo:
		f.Kind, f.Reason, f.Stack, f.MessageType = r.Kind, r.Value, r.Stack, r.Message
	case *Escalation:
		f.Kind, f.Stack, f.MessageType = r.Kind, r.Cause.Stack, r.Cause.MessageType
	}
	return f
}
