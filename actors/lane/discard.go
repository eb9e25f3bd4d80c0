package lane

import (
	"github.com/callboard-wamp/callboard/actors/mailbox"
	"github.com/callboard-wamp/callboard/actors/store"
	"github.com/callboard-wamp/callboard/supervisor"
	"github.com/callboard-wamp/callboard/wamp"
)

// internalError is what a request hears that a crash took along.
var internalError = &Failure{URI: wamp.ErrInternal, Message: "the request was lost in a crash of the router's own"}

// Undelivered settles an item that no actor will handle: its mailbox was closed
// or the actor failed on it. Whoever waits for an answer gets one, whatever was
// accepted is counted, and the bytes are given back. It takes over the item.
func (e *Env) Undelivered(x *mailbox.Executor, it *Item, why Drop) {
	switch it.Op {
	case OpInput:
		in := it.Ext.(*Input)
		e.Counters.Drop(why, uint64(len(in.Messages)-in.Handled))
		in.Done()
	case OpEvent:
		e.Counters.Drop(why, uint64(it.Count))
	case OpInvoke:
		if it.Chunk != nil && e.bounce(x, it) {
			return
		}
		it.Session.Box.Post(x, Item{Op: OpError, Request: it.Request, Serial: it.Serial, Ext: internalError})
	case OpContinue:
		e.Counters.Drop(DropLateInput, 1)
	case OpResult, OpError:
		e.Counters.Drop(DropLateAnswer, 1)
	case OpMetaCall:
		it.Session.Box.Post(x, Item{Op: OpError, Request: it.Request, Serial: it.Serial, Ext: internalError})
	case OpJoin:
		it.Member.Session.Box.Post(x, Item{Op: OpRefused, Member: it.Member, Ext: internalError})
	case OpRetained:
		e.Counters.Drop(why, uint64(it.Count))
	case OpRetain:
		e.Counters.Drop(DropRetained, 1)
	case OpGetRetained, OpGetAgain:
		nothingRetained(x, it.Member)
	case OpStore:
		e.Counters.Drop(DropHistory, uint64(len(it.Ext.(*store.Write).Events)))
	case OpQuestion:
		it.Ext.(*Question).Done(nil, false, ErrArchiveClosed)
	case OpClear:
		it.Ext.(*Clear).Done(0, &wamp.Error{URI: internalError.URI, Message: internalError.Message})
	case OpSpawn:
		it.Ext.(*Child).GiveUp(x)
	}
	it.Release()
}

// bounce sends a call back to its caller, who asks another callee.
func (e *Env) bounce(x *mailbox.Executor, it *Item) bool {
	back := *it
	back.Op = OpBounce
	return it.Session.Box.Post(x, back)
}

// Bounce sends a call back to its caller: this callee cannot take it. It takes
// over the item.
func (e *Env) Bounce(x *mailbox.Executor, it *Item) {
	if !e.bounce(x, it) {
		it.Release()
	}
}

// Lost is what is escalated to the supervisor when an actor failed on an item:
// what the failure report says about it.
type Lost struct {
	Kind    supervisor.Kind
	Op      Op
	Session wamp.ID
	Request wamp.ID
	URI     string
}

// Crashed settles the item that the actor of this mailbox failed on, and returns
// what the failure report says: whoever waits for it hears of the crash, and a
// join that was lost is taken off the count.
func (e *Env) Crashed(kind supervisor.Kind, box *Box, it *Item) *Lost {
	lost := &Lost{Kind: kind, Op: it.Op, Request: it.Request}
	if it.Session != nil {
		lost.Session = it.Session.ID
	}
	if it.Member != nil {
		lost.URI, lost.Session = it.Member.URI, it.Member.Session.ID
	}
	switch it.Op {
	case OpInvoke, OpMetaCall:
		e.Counters.Drop(DropCrash, 1)
		it.Session.Box.Post(nil, Item{Op: OpError, Request: it.Request, Serial: it.Serial, Ext: internalError})
		it.Release()
	case OpJoin:
		e.Counters.Drop(DropCrash, 1)
		e.Undelivered(nil, it, DropCrash)
		it.Member.Session.Realm.Directory.Post(nil, Item{Op: OpLeave, Member: it.Member})
	case OpLeave, OpDrop, OpStopped, OpKill:
		again(box, it)
	default:
		e.Undelivered(nil, it, DropCrash)
	}
	return lost
}

// tries is how often a leave is posted again before it is given up.
const tries = 3

// again posts what must not be lost once more: a member that left must not stay
// behind. The others are not given up at all: the next topic of the same URI waits
// for the end of this one, and a session that was killed has to hear of it. An
// actor that fails for ever is stopped by its policy.
func again(box *Box, it *Item) {
	again := *it
	again.Count++
	switch {
	case it.Op == OpLeave && it.Count >= tries:
	case it.Op == OpLeave:
		it.Member.Session.Realm.Directory.Post(nil, again)
	default:
		box.Post(nil, again)
	}
}
