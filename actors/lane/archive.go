package lane

import (
	"github.com/callboard-wamp/callboard/actors/mailbox"
	"github.com/callboard-wamp/callboard/actors/store"
	"github.com/callboard-wamp/callboard/wamp"
)

// History is what is kept of the events of a subscription, and how much (advanced
// profile, "Event History"). A topic that has one exists from the realm's start
// and does not end with its last member.
type History struct {
	Log    store.Log
	Bounds store.Bounds
}

// Question asks the archive for a part of a history. Done is called once, on a
// goroutine of the router, with what was found or with why nothing was read.
type Question struct {
	Log   store.Log
	Query store.Query
	// Bytes is how much may be found, by [store.Event.Size]; what is over it is
	// left out, and more says so.
	Bytes int
	Done  func(found []*store.Event, more bool, err error)
}

// Archive is the mailbox of the actor that owns the store.
type Archive struct{ Box *Box }

// Keep has the store make a change, some time; it is not waited for.
func (a *Archive) Keep(env *Env, x *mailbox.Executor, w *store.Write) {
	it := Item{Op: OpStore, Ext: w}
	if !a.Box.Post(x, it) {
		env.Undelivered(x, &it, DropHistory)
	}
}

// Ask passes a question on; an archive that has ended answers it at once.
func (a *Archive) Ask(q *Question) {
	if !a.Box.Post(nil, Item{Op: OpQuestion, Ext: q}) {
		q.Done(nil, false, ErrArchiveClosed)
	}
}

// ErrArchiveClosed says that the archive has ended, or failed on a question.
var ErrArchiveClosed error = &wamp.Error{URI: wamp.ErrInternal, Message: "the history cannot be read now"}

// archive posts the event to the history of a topic.
//
// Events that name sessions by their ids are left out: ids are drawn anew for
// each session, so nobody could be told later who was meant (advanced profile,
// "Event History", security aspects).
func (e *Encoder) archive(p *Publication, t *Topic) {
	if r := p.Receivers; r != nil && (r.Exclude != nil || r.Eligible != nil) {
		return
	}
	if p.stored == nil {
		p.stored = p.copy(e.env.Now())
	}
	t.archive.Keep(e.env, e.x, &store.Write{Log: t.History.Log, Events: []*store.Event{p.stored}, Bounds: t.History.Bounds})
}
