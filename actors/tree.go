package actors

import (
	"context"
	"fmt"
	"strconv"
	"sync"
	"sync/atomic"

	"github.com/asynkron/protoactor-go/actor"
	"github.com/callboard-wamp/callboard/actors/lane"
	"github.com/callboard-wamp/callboard/actors/meta"
	"github.com/callboard-wamp/callboard/actors/realm"
	"github.com/callboard-wamp/callboard/actors/registration"
	"github.com/callboard-wamp/callboard/actors/retention"
	"github.com/callboard-wamp/callboard/actors/shard"
	"github.com/callboard-wamp/callboard/actors/topic"
	"github.com/callboard-wamp/callboard/supervisor"
)

// tree is the top of the router's actors, down to the realms.
type tree struct {
	root  *actor.PID
	nodes atomic.Pointer[nodes] // of the present incarnation of the root
}

// nodes are the parents of what the router has many of. They never change.
type nodes struct {
	realms, listeners *actor.PID
	connections       lane.Shards
}

// grow spawns root, nodes and realms, and waits until each has started.
func (t *tree) grow(ctx context.Context, r *Router) error {
	up := make(chan error, 1)
	props := r.env.Parent(supervisor.Router, func() actor.Actor { return &root{r: r, up: up} }, nil)
	props = props.Configure(actor.WithGuardian(r.cfg.Policies.Strategy(supervisor.Options{
		Kind: "host", Top: true, Report: r.report, Registry: r.env.Registry,
	})))
	pid, err := r.system.Root.SpawnNamed(props, r.cfg.Name)
	if err != nil {
		return fmt.Errorf("actors: %s: %w", r.cfg.Name, err)
	}
	t.root = pid
	select {
	case err := <-up:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// root is the actor that everything of one router stands under. It supervises
// the nodes and never escalates into the host's system.
type root struct {
	r  *Router
	up chan<- error
}

// Receive spawns the nodes, once.
func (n *root) Receive(c actor.Context) {
	if _, ok := c.Message().(*actor.Started); !ok {
		return
	}
	t := &nodes{}
	for i := range n.r.cfg.Shards {
		box, props := shard.New(n.r.env)
		n.child(c, props, "connections/"+strconv.Itoa(i))
		t.connections = append(t.connections, box)
	}
	t.listeners = n.child(c, n.r.env.Parent(shard.Kind, newNode, nil), "listeners")
	t.realms = n.child(c, n.r.env.Parent(shard.Kind, newNode, nil), "realms")
	n.r.openArchive(n, c)
	n.r.tree.nodes.Store(t)
	n.r.openRealms(c, t.realms, n.up)
}

// child spawns a plural node.
func (n *root) child(c actor.Context, props *actor.Props, name string) *actor.PID {
	pid, err := c.SpawnNamed(props, name)
	if err != nil {
		panic(err)
	}
	return pid
}

// openRealms spawns every configured realm and reports on up when all can be
// joined.
func (r *Router) openRealms(c actor.Context, under *actor.PID, up chan<- error) {
	left := new(atomic.Int32)
	left.Store(int32(len(r.cfg.Realms)))
	opened := func() {
		if left.Add(-1) == 0 {
			select {
			case up <- nil:
			default: // the root was restarted; nobody waits any more
			}
		}
	}
	for _, cfg := range r.cfg.Realms {
		c.Send(under, &spawn{
			name:  string(cfg.URI),
			props: r.env.Parent(realm.Kind, realm.New(r.realmOptions(cfg, opened)), realm.Policies),
		})
	}
}

func (r *Router) realmOptions(cfg RealmConfig, opened func()) realm.Options {
	at := r.realms[string(cfg.URI)]
	var once sync.Once
	return realm.Options{
		Env: r.env, URI: cfg.URI, Rules: cfg.rules(), Shards: r.cfg.Shards,
		Kinds: r.kinds(r.retained[string(cfg.URI)]), Archive: r.archive,
		Opened: func(h *lane.Realm) {
			at.Store(h)
			once.Do(opened)
		},
		Closed: func(h *lane.Realm) { at.CompareAndSwap(h, nil) },
	}
}

// kinds are the actors that a realm spawns.
func (r *Router) kinds(retained *retention.State) realm.Kinds {
	env := r.env
	return realm.Kinds{
		TopicBox:        func(t *lane.Topic) *lane.Box { return topic.Box(env, t) },
		Topic:           topic.New,
		RegistrationBox: func(p *lane.Registration) *lane.Box { return registration.Box(env, p) },
		Registration:    registration.New,
		MetaBox:         meta.Box,
		Meta:            meta.New,
		RetentionBox:    func(h *lane.Realm) *lane.Box { return retention.Box(h, retained) },
		Retention:       func(h *lane.Realm) actor.Actor { return retention.New(h, retained) },
	}
}

// node is the parent of plural actors that is asked to spawn them.
type node struct{}

// spawn asks a node for a child.
type spawn struct {
	name  string
	props *actor.Props
}

func newNode() actor.Actor { return &node{} }

// Receive spawns what it is asked for.
func (*node) Receive(c actor.Context) {
	if m, ok := c.Message().(*spawn); ok {
		if _, err := c.SpawnNamed(m.props, m.name); err != nil {
			panic(err)
		}
	}
}
