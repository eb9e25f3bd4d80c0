// Package broker holds the rules of one topic: who its members are, what may
// be published and subscribed, and who receives a publication.
//
// Start with [Topic], the members of one subscription (URI and match), and its
// [Snapshot], which publishers walk. [CheckPublish] and [CheckSubscribe] judge
// URIs, [Filter] the six receiver lists, [DeliversTo] meta events.
//
// A Topic belongs to one owner, its topic actor, and nothing in it is safe for
// concurrent use. Its snapshots are immutable and belong to everybody. The
// package has no lock, clock, goroutine or randomness.
//
//	var t broker.Topic[Group, *Membership] // Membership embeds broker.Slot
//	t.Join(Group{codec.JSON, netio.WebSocketText}, m)
//	for _, g := range t.Snapshot().Groups {
//		for chunk := range g.Chunks {
//			deliver(g.Key, chunk)
//		}
//	}
package broker
