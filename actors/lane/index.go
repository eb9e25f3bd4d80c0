package lane

import (
	"hash/maphash"
	"sync"
)

const indexShards = 64

// Index is a concurrent map by URI. The directory writes it; sessions look
// things up in it, by bytes and without an allocation.
type Index[V any] struct {
	seed   maphash.Seed
	shards [indexShards]indexShard[V]
}

type indexShard[V any] struct {
	mu sync.RWMutex
	m  map[string]V
}

// NewIndex returns an empty index.
func NewIndex[V any]() *Index[V] { return &Index[V]{seed: maphash.MakeSeed()} }

// Get returns what stands under the URI.
func (x *Index[V]) Get(uri []byte) (V, bool) {
	s := &x.shards[maphash.Bytes(x.seed, uri)%indexShards]
	s.mu.RLock()
	v, ok := s.m[string(uri)]
	s.mu.RUnlock()
	return v, ok
}

// Put sets what stands under the URI.
func (x *Index[V]) Put(uri string, v V) {
	s := &x.shards[maphash.String(x.seed, uri)%indexShards]
	s.mu.Lock()
	if s.m == nil {
		s.m = make(map[string]V)
	}
	s.m[uri] = v
	s.mu.Unlock()
}

// Delete removes the URI.
func (x *Index[V]) Delete(uri string) {
	s := &x.shards[maphash.String(x.seed, uri)%indexShards]
	s.mu.Lock()
	delete(s.m, uri)
	if len(s.m) == 0 {
		s.m = nil
	}
	s.mu.Unlock()
}

// Len counts the entries.
func (x *Index[V]) Len() int {
	n := 0
	for i := range x.shards {
		s := &x.shards[i]
		s.mu.RLock()
		n += len(s.m)
		s.mu.RUnlock()
	}
	return n
}

// Each visits every entry until visit returns false. It holds one shard's lock
// at a time: visit must not touch the index.
func (x *Index[V]) Each(visit func(uri string, v V) bool) {
	for i := range x.shards {
		if !x.shards[i].each(visit) {
			return
		}
	}
}

func (s *indexShard[V]) each(visit func(uri string, v V) bool) bool {
	s.mu.RLock()
	defer s.mu.RUnlock()
	for uri, v := range s.m {
		if !visit(uri, v) {
			return false
		}
	}
	return true
}
