package store

import (
	"time"

	"github.com/callboard-wamp/callboard/wamp"
)

// Query is which events of a history are asked for (advanced profile, "Event
// History"). All that is set must hold; zero values narrow nothing.
type Query struct {
	// NewestFirst turns the order around, before Limit counts.
	NewestFirst bool
	// Limit is the number of events at most; zero means no limit.
	Limit int
	// From and Until include their time, After and Before do not. nil is absent.
	FromTime, AfterTime, BeforeTime, UntilTime *time.Time
	// Topic is the topic of the publication.
	Topic string
	// From and Until include their publication, After and Before do not. Where one
	// is not stored, nothing is found.
	FromPublication, AfterPublication, BeforePublication, UntilPublication wamp.ID
	// Admits says whether the asker may see an event; nil admits all.
	Admits func(*Event) bool
}

// Run passes the events of a log that are asked for to visit, until that returns
// false.
func (q *Query) Run(s Store, log Log, visit func(*Event) bool) error {
	span, found, err := q.span(s, log)
	if err != nil || !found {
		return err
	}
	order, at, step := OldestFirst, 0, 1
	if q.NewestFirst {
		order, at, step = NewestFirst, span.len-1, -1
	}
	left := q.Limit
	return s.Read(log, order, func(e *Event) bool {
		i := at
		at += step
		if q.counts() && (i < span.from || i >= span.to) || !q.wants(e) {
			return true
		}
		left--
		return visit(e) && left != 0
	})
}

// span is a part of a log, by position.
type span struct{ from, to, len int }

// counts says whether the positions of events have to be known.
func (q *Query) counts() bool {
	return q.FromPublication|q.AfterPublication|q.BeforePublication|q.UntilPublication != 0
}

// span finds the publications that bound the result. Their ids are random, their
// order is that in which they are stored.
func (q *Query) span(s Store, log Log) (found span, ok bool, err error) {
	if !q.counts() {
		return span{}, true, nil
	}
	bounds := []struct {
		id wamp.ID
		at int
	}{{q.FromPublication, -1}, {q.AfterPublication, -1}, {q.BeforePublication, -1}, {q.UntilPublication, -1}}
	n := 0
	err = s.Read(log, OldestFirst, func(e *Event) bool {
		for i := range bounds {
			if bounds[i].id == e.Publication {
				bounds[i].at = n
			}
		}
		n++
		return true
	})
	found = span{from: 0, to: n, len: n}
	for i, b := range bounds {
		if b.id == 0 {
			continue
		}
		if b.at < 0 {
			return span{}, false, err
		}
		switch i {
		case 0:
			found.from = max(found.from, b.at)
		case 1:
			found.from = max(found.from, b.at+1)
		case 2:
			found.to = min(found.to, b.at)
		case 3:
			found.to = min(found.to, b.at+1)
		}
	}
	return found, true, err
}

// wants says whether the event is one of those that are asked for, wherever it
// stands.
func (q *Query) wants(e *Event) bool {
	switch {
	case q.FromTime != nil && e.Time.Before(*q.FromTime),
		q.AfterTime != nil && !e.Time.After(*q.AfterTime),
		q.BeforeTime != nil && !e.Time.Before(*q.BeforeTime),
		q.UntilTime != nil && e.Time.After(*q.UntilTime),
		q.Topic != "" && e.Topic != q.Topic,
		q.Admits != nil && !q.Admits(e):
		return false
	}
	return true
}
