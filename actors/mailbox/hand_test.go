package mailbox_test

import (
	"sync"

	"github.com/asynkron/protoactor-go/actor"

	"github.com/callboard-wamp/callboard/actors/mailbox"
)

// hand stands for the actor context: a test says what receiving does, and
// escalations suspend the mailbox as protoactor does.
type hand[T any] struct {
	box     *mailbox.Mailbox[T]
	user    func(message any)
	system  func(message any)
	mu      sync.Mutex
	failed  []any // escalated messages
	reasons []any
}

// newHand starts a mailbox whose user messages go to user.
func newHand[T any](o mailbox.Options[T], user func(h *hand[T], message any)) *hand[T] {
	h := &hand[T]{box: mailbox.New(&o, nil)}
	h.user = func(message any) { user(h, message) }
	h.box.RegisterHandlers(h, nil)
	h.box.Start()
	return h
}

func (h *hand[T]) InvokeUserMessage(message any) { h.user(message) }

func (h *hand[T]) InvokeSystemMessage(message any) {
	if h.system != nil {
		h.system(message)
	}
}

func (h *hand[T]) EscalateFailure(reason, message any) {
	h.mu.Lock()
	h.failed = append(h.failed, message)
	h.reasons = append(h.reasons, reason)
	h.mu.Unlock()
	h.box.PostSystemMessage(&actor.SuspendMailbox{})
}

func (h *hand[T]) failures() ([]any, []any) {
	h.mu.Lock()
	defer h.mu.Unlock()
	return append([]any(nil), h.failed...), append([]any(nil), h.reasons...)
}

func scheduler() *mailbox.Scheduler {
	return mailbox.NewScheduler(nil, mailbox.SchedulerOptions{})
}

// each calls f for all items of a batch.
func each[T any](message any, f func(x *mailbox.Executor, item *T)) {
	if b, ok := message.(*mailbox.Batch[T]); ok {
		for item, ok := b.Next(); ok; item, ok = b.Next() {
			f(b.Executor(), item)
		}
	}
}
