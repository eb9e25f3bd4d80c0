package actors

import (
	"cmp"
	"errors"
	"slices"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/callboard-wamp/callboard/actors/archive"
	"github.com/callboard-wamp/callboard/actors/lane"
	"github.com/callboard-wamp/callboard/actors/store"
	"github.com/callboard-wamp/callboard/supervisor"
)

// shelve prepares the archive, if there is anything to keep in it.
func (r *Router) shelve() {
	s := r.cfg.Store
	if s == nil {
		if !slices.ContainsFunc(r.cfg.Realms, func(c RealmConfig) bool { return len(c.History) > 0 }) {
			return
		}
		s = store.Memory()
	}
	r.shelf = archive.NewShelf(r.env, s)
}

// openArchive spawns the actor that owns the store, before there is anything to
// keep.
func (r *Router) openArchive(n *root, c actor.Context) {
	if r.shelf == nil {
		return
	}
	box := archive.Box(r.env)
	n.child(c, r.env.Leaf(supervisor.Archive, box, func() actor.Actor { return archive.New(r.shelf, box) }), "archive")
	r.archive = &lane.Archive{Box: box}
}

// recall reads what the realms retained when the store was last used. A store
// that cannot be read does not keep the router from starting.
func (r *Router) recall() {
	if r.cfg.Store == nil {
		return
	}
	for _, c := range r.cfg.Realms {
		chains, err := readRetained(r.cfg.Store, string(c.URI))
		if err != nil {
			r.env.Log.Error().Err(err).Str("realm", string(c.URI)).Msg("alarm: retained events could not be read")
		}
		state := r.retained[string(c.URI)]
		for _, chain := range chains {
			state.Restore(chain)
		}
		state.Persist(string(c.URI))
	}
}

// readRetained returns the retained events of a realm by topic, those of the topic
// that was published to last at the end. The error says which cannot be read; the
// others are returned.
func readRetained(s store.Store, realm string) (chains [][]*store.Event, err error) {
	logs, err := s.Logs(realm, store.Retained)
	for _, log := range logs {
		var chain []*store.Event
		failure := s.Read(log, store.OldestFirst, func(e *store.Event) bool {
			chain = append(chain, e)
			return true
		})
		err = errors.Join(err, failure)
		if failure == nil && len(chain) > 0 {
			chains = append(chains, chain)
		}
	}
	slices.SortStableFunc(chains, func(a, b []*store.Event) int { return cmp.Compare(a[0].Time.UnixNano(), b[0].Time.UnixNano()) })
	return chains, err
}
