package supervisor

import (
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/asynkron/protoactor-go/actor"
)

// Registry keeps the tree of actors as data. Guards and Strategies write it. An
// actor of a plural kind (session, topic, registration, connection) costs two
// atomic additions; the others have a node of their own. A nil Registry keeps
// nothing. All methods may be called concurrently.
type Registry struct {
	kinds map[Kind]*tally // made by NewRegistry and not changed afterwards
	other tally

	mu     sync.Mutex
	nodes  map[string]*Node
	recent []Failure // the last ones, oldest first
}

// recentFailures is how many failures a Registry keeps.
const recentFailures = 64

type tally struct {
	alive                       atomic.Int64
	started, failures, restarts atomic.Uint64
}

// Count is how many actors of a kind there are and were.
type Count struct {
	Kind     Kind   `json:"kind"`
	Alive    int64  `json:"alive"`
	Started  uint64 `json:"started"` // restarts included
	Failures uint64 `json:"failures"`
	Restarts uint64 `json:"restarts"` // ordered by a Strategy because of the actor's own failure
}

// Node is one actor of a kind that is not plural.
type Node struct {
	Name        string    `json:"name"` // the PID's id
	Kind        Kind      `json:"kind"`
	Since       time.Time `json:"since"`    // start of the present incarnation
	Starts      int       `json:"starts"`   // incarnations
	Failures    int       `json:"failures"` // of its own
	LastFailure string    `json:"last_failure,omitempty"`
	Children    []Node    `json:"children,omitempty"` // sorted by name
}

// NewRegistry returns an empty registry.
func NewRegistry() *Registry {
	r := &Registry{kinds: make(map[Kind]*tally), nodes: make(map[string]*Node)}
	for _, k := range Kinds() {
		r.kinds[k] = new(tally)
	}
	return r
}

// Counts returns the counts of each kind, in the order of Kinds.
func (r *Registry) Counts() []Count {
	var all []Count
	for _, k := range Kinds() {
		t := r.tally(k)
		all = append(all, Count{k, t.alive.Load(), t.started.Load(), t.failures.Load(), t.restarts.Load()})
	}
	return all
}

// Failures returns the last failures, oldest first, without their messages.
func (r *Registry) Failures() []Failure {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.recent)
}

// Tree returns the nodes, each under its nearest ancestor that has one.
func (r *Registry) Tree() []Node {
	r.mu.Lock()
	defer r.mu.Unlock()
	var roots []Node
	names := slices.SortedFunc(maps.Keys(r.nodes), func(a, b string) int {
		return slices.Compare(strings.Split(a, "/"), strings.Split(b, "/"))
	})
	for i := 0; i < len(names); {
		var n Node
		n, i = r.subtree(names, i)
		roots = append(roots, n)
	}
	return roots
}

// subtree builds the node names[i] with all that follow under it.
func (r *Registry) subtree(names []string, i int) (Node, int) {
	n := *r.nodes[names[i]]
	i++
	for i < len(names) && strings.HasPrefix(names[i], n.Name+"/") {
		var child Node
		child, i = r.subtree(names, i)
		n.Children = append(n.Children, child)
	}
	return n, i
}

func (r *Registry) tally(k Kind) *tally {
	if t := r.kinds[k]; t != nil {
		return t
	}
	return &r.other
}

func (r *Registry) started(k Kind, pid *actor.PID) {
	if r == nil {
		return
	}
	t := r.tally(k)
	t.alive.Add(1)
	t.started.Add(1)
	if k.plural() {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	n := r.nodes[pid.Id]
	if n == nil {
		n = &Node{Name: pid.Id, Kind: k}
		r.nodes[pid.Id] = n
	}
	n.Since = time.Now()
	n.Starts++
}

// gone counts the end of an incarnation.
func (r *Registry) gone(k Kind) {
	if r != nil {
		r.tally(k).alive.Add(-1)
	}
}

// stopped removes the node of an actor that is not coming back.
func (r *Registry) stopped(k Kind, pid *actor.PID) {
	if r == nil || k.plural() {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.nodes, pid.Id)
}

func (r *Registry) failed(f Failure) {
	if r == nil {
		return
	}
	t := r.tally(f.Kind)
	t.failures.Add(1)
	if f.Directive == Restart {
		t.restarts.Add(1)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if n := r.nodes[f.PID.GetId()]; n != nil {
		n.Failures++
		n.LastFailure = f.Error()
	}
	f.Message = nil // may hold on to much
	if len(r.recent) == recentFailures {
		r.recent = slices.Delete(r.recent, 0, 1)
	}
	r.recent = append(r.recent, f)
}
