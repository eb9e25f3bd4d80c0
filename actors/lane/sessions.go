package lane

import (
	"sync"

	"github.com/callboard-wamp/callboard/wamp"
)

const sessionShards = 32

// Sessions are the live sessions of a realm by id. Safe for concurrent use.
type Sessions struct {
	shards [sessionShards]struct {
		mu sync.RWMutex
		m  map[wamp.ID]*Session
	}
}

// NewSessions returns an empty set.
func NewSessions() *Sessions {
	s := new(Sessions)
	for i := range s.shards {
		s.shards[i].m = make(map[wamp.ID]*Session)
	}
	return s
}

// Enter draws ids until one is free, and puts the session in under it
// (basic profile, "IDs": global scope, random).
func (s *Sessions) Enter(session *Session, random func() uint64) {
	for {
		id := wamp.GlobalID(random())
		shard := &s.shards[id%sessionShards]
		shard.mu.Lock()
		if _, taken := shard.m[id]; !taken {
			session.ID = id
			shard.m[id] = session
			shard.mu.Unlock()
			return
		}
		shard.mu.Unlock()
	}
}

// Leave takes the session out, and says whether it was in.
func (s *Sessions) Leave(id wamp.ID) bool {
	shard := &s.shards[id%sessionShards]
	shard.mu.Lock()
	defer shard.mu.Unlock()
	_, in := shard.m[id]
	delete(shard.m, id)
	return in
}

// Get returns the session of this id, or nil.
func (s *Sessions) Get(id wamp.ID) *Session {
	shard := &s.shards[id%sessionShards]
	shard.mu.RLock()
	defer shard.mu.RUnlock()
	return shard.m[id]
}

// Len counts the sessions.
func (s *Sessions) Len() int {
	n := 0
	for i := range s.shards {
		shard := &s.shards[i]
		shard.mu.RLock()
		n += len(shard.m)
		shard.mu.RUnlock()
	}
	return n
}

// All returns the sessions of this moment.
func (s *Sessions) All() []*Session {
	var all []*Session
	for i := range s.shards {
		shard := &s.shards[i]
		shard.mu.RLock()
		for _, session := range shard.m {
			all = append(all, session)
		}
		shard.mu.RUnlock()
	}
	return all
}
