package benchmarks

import (
	"context"
	"fmt"

	"github.com/callboard-wamp/callboard/benchmarks/ledger"
	"github.com/callboard-wamp/callboard/wamp"
)

// askBatch is how many requests of a session are under way while a run is
// prepared: few enough that no router drops replies.
const askBatch = 16

// events is traffic from publishers to subscribers.
type events struct {
	senders   []*sender
	receivers []*receiver
}

func preparePairs(ctx context.Context, r *run) (load, error) {
	n := r.o.Clients
	publishers, err := r.open(ctx, n)
	if err != nil {
		return nil, err
	}
	topics := r.uris("pair", n)
	subscribers, err := r.open(ctx, n)
	if err != nil {
		return nil, err
	}
	l := &events{}
	for i, s := range publishers {
		p, err := r.publisher(s, 0, topics[i:i+1], []int32{1})
		if err != nil {
			return nil, err
		}
		l.senders = append(l.senders, p)
		l.receivers = append(l.receivers, r.hear(subscribers[i], l.senders[i:i+1], 0, 1))
	}
	r.share(l.senders)
	return l, r.each(n, func(i int) error { return r.subscribe(ctx, subscribers[i], topics[i:i+1], nil) })
}

func prepareTopics(ctx context.Context, r *run) (load, error) {
	return r.topics(ctx, plan{topics: r.uris("topic", r.o.Topics), subscribers: r.o.Clients})
}

// preparePatterns has a pattern for each topic: the prefix that ends behind its
// number, or the wildcard with one component free.
func preparePatterns(ctx context.Context, r *run) (load, error) {
	topics := r.uris("pattern", roundUp(r.o.Patterns, r.o.Clients))
	patterns := make([][]byte, len(topics))
	for i, base := range topics {
		topics[i] = fmt.Appendf(nil, "%s.of.event", base)
		patterns[i] = fmt.Appendf(nil, "%s.", base)
		if i%2 == 1 {
			patterns[i] = fmt.Appendf(nil, "%s..event", base)
		}
	}
	return r.topics(ctx, plan{topics: topics, patterns: patterns, subscribers: r.o.Clients})
}

// plan is publishers that publish to all topics in turn, and subscribers spread
// over the topics.
type plan struct {
	topics      [][]byte
	patterns    [][]byte // subscribed to in place of topics: prefix, wildcard, prefix, …
	subscribers int
	slow        int // further subscribers, to the first topic, that take their time
}

// topics makes subscriber j hear topic j modulo the number of topics; with more
// topics than subscribers all topics that are j modulo the number of
// subscribers. So each subscriber gets every classes-th message of a publisher.
func (r *run) topics(ctx context.Context, pl plan) (*events, error) {
	classes := min(len(pl.topics), pl.subscribers)
	if missing := roundUp(len(pl.topics), classes) - len(pl.topics); missing > 0 {
		pl.topics = append(pl.topics, r.uris("more", missing)...)
	}
	waits := make([]int32, classes)
	for j := range pl.subscribers {
		waits[j%classes]++
	}
	l := &events{}
	if err := r.publishers(ctx, l, pl.topics, waits); err != nil {
		return nil, err
	}
	sessions, err := r.open(ctx, pl.subscribers+pl.slow)
	if err != nil {
		return nil, err
	}
	for j, s := range sessions {
		class := j % classes
		if j >= pl.subscribers {
			class = 0
		}
		c := r.hear(s, l.senders, uint64(class), uint64(classes))
		c.slow = j >= pl.subscribers
		l.receivers = append(l.receivers, c)
	}
	return l, r.each(len(sessions), func(j int) error {
		class := int(l.receivers[j].pairs[0].First())
		return r.subscribe(ctx, sessions[j], every(pl.topics, class, classes), every(pl.patterns, class, classes))
	})
}

func (r *run) publishers(ctx context.Context, l *events, topics [][]byte, waits []int32) error {
	sessions, err := r.open(ctx, r.o.Publishers)
	if err != nil {
		return err
	}
	for _, s := range sessions {
		p, err := r.publisher(s, 0, topics, waits)
		if err != nil {
			return err
		}
		l.senders = append(l.senders, p)
	}
	r.share(l.senders)
	return nil
}

// publisher makes a sender of publications; waits are the receivers of each.
func (r *run) publisher(s *member, part int, topics [][]byte, waits []int32) (*sender, error) {
	p, err := r.newSender(s, wamp.Publish, part, r.window())
	if err != nil {
		return nil, err
	}
	if r.o.Relay {
		p.message.Type, p.message.ID = wamp.Event, 1
		if err := r.relayTo(s, topics[0]); err != nil {
			return nil, err
		}
	}
	if r.o.Acknowledge {
		p.message.Fields = []wamp.Field{wamp.True("acknowledge")}
		more := make([]int32, len(waits))
		for i, n := range waits {
			more[i] = n + 1
		}
		waits = more
	}
	p.to(topics, waits)
	return p, nil
}

// subscribe asks for topics, or for the patterns beside them, and waits.
func (r *run) subscribe(ctx context.Context, s *member, topics, patterns [][]byte) error {
	return r.ask(ctx, s, len(topics), func(i int) *wamp.Message {
		if len(patterns) == 0 {
			return &wamp.Message{Type: wamp.Subscribe, URI: topics[i]}
		}
		return &wamp.Message{Type: wamp.Subscribe, URI: patterns[i], Fields: []wamp.Field{wamp.Text("match", match(patterns[i]).String())}}
	})
}

// ask makes n requests, some at a time, and waits for all replies.
func (r *run) ask(ctx context.Context, s *member, n int, request func(i int) *wamp.Message) error {
	batch := make([]*wamp.Message, 0, askBatch)
	for i := range n {
		if batch = append(batch, request(i)); len(batch) < askBatch && i < n-1 {
			continue
		}
		if _, err := s.AskAll(ctx, batch...); err != nil {
			return fmt.Errorf("%v: %w", batch[0].Type, err)
		}
		batch = batch[:0]
	}
	return nil
}

// match tells the patterns of [preparePatterns] apart.
func match(pattern []byte) wamp.Match {
	if pattern[len(pattern)-1] == '.' {
		return wamp.Prefix
	}
	return wamp.Wildcard
}

// every returns list[first], list[first+step], …
func every(list [][]byte, first, step int) (some [][]byte) {
	for i := first; i < len(list); i += step {
		some = append(some, list[i])
	}
	return some
}

func roundUp(n, step int) int { return (n + step - 1) / step * step }

func (l *events) start() {
	for _, c := range l.receivers {
		c.run.serve(c.s, c.handle, c.flush)
	}
	for _, p := range l.senders {
		p.run.serve(p.s, p.handle, p.end)
	}
	for _, p := range l.senders {
		p.refill()
	}
}

func (l *events) finished() bool { return allSent(l.senders) }

func (l *events) progress() (n uint64) {
	for _, c := range l.receivers {
		n += c.taken.Load()
	}
	return n + answers(l.senders)
}

func (l *events) settled() bool {
	for _, c := range l.receivers {
		if !c.s.cut.Load() && c.missing() > 0 {
			return false
		}
	}
	for _, p := range l.senders {
		if p.run.o.Acknowledge && !p.s.cut.Load() && p.taken.Load() < p.sent() {
			return false
		}
	}
	return true
}

func (l *events) account() (a ledger.Account) {
	for _, c := range l.receivers {
		a.Add(c.events())
	}
	for _, p := range l.senders {
		if p.run.o.Acknowledge {
			a.Add(p.account())
		} else {
			a.Foreign += p.foreign
		}
	}
	return a
}

// allSent says that all senders have a limit and have reached it, or can send no
// more.
func allSent(senders []*sender) bool {
	for _, p := range senders {
		if p.limit == 0 || p.sent() < p.limit && !p.s.cut.Load() {
			return false
		}
	}
	return len(senders) > 0
}

// answers is how many answers all senders have.
func answers(senders []*sender) (n uint64) {
	for _, p := range senders {
		n += p.taken.Load()
	}
	return n
}
