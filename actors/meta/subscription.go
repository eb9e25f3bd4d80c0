package meta

import (
	"slices"

	"github.com/callboard-wamp/callboard/actors/lane"
	"github.com/callboard-wamp/callboard/wamp"
	"github.com/callboard-wamp/callboard/wamp/broker"
)

// The procedures of the advanced profile, "Subscriptions Meta API". A
// subscription is there while it has a subscriber.

func subscriptionList(c *call) (answer, *wamp.Error) {
	return list(c.Topics, &c.TopicPatterns, topicIdentity), nil
}

func subscriptionLookup(c *call) (answer, *wamp.Error) {
	return lookup(c, c.Topics, &c.TopicPatterns, topicIdentity)
}

// subscriptionMatch lists all that an event to this topic would go to, or is null.
func subscriptionMatch(c *call) (answer, *wamp.Error) {
	text, err := c.text(0)
	if err != nil {
		return answer{}, err
	}
	uri := []byte(text)
	var ids []wamp.ID
	if t, ok := c.Topics.Get(uri); ok && t.Live() {
		ids = append(ids, t.ID)
	}
	c.TopicPatterns.View().Set.Match(uri, func(pattern string, m wamp.Match, t *lane.Topic) bool {
		if t.Live() && broker.DeliversTo(pattern, m, uri) {
			ids = append(ids, t.ID)
		}
		return true
	})
	if ids == nil {
		return one(nil), nil
	}
	slices.Sort(ids)
	return one(ids), nil
}

// subscription is the one whose id is the first argument.
func (c *call) subscription() (*lane.Topic, *wamp.Error) {
	id, err := c.id(0)
	if err != nil {
		return nil, err
	}
	t, ok := c.TopicIDs.Get(id)
	if !ok || !t.Live() {
		return nil, &wamp.Error{URI: wamp.ErrNoSuchSubscription, Message: "no subscription of this id is in the realm"}
	}
	return t, nil
}

func subscriptionGet(c *call) (answer, *wamp.Error) {
	t, err := c.subscription()
	if err != nil {
		return answer{}, err
	}
	return one(subscriptionDetails(t)), nil
}

// subscriptionDetails is what wamp.subscription.get and on_create say.
func subscriptionDetails(t *lane.Topic) wamp.Dict {
	return wamp.Dict{"id": t.ID, "created": iso8601(t.Created()), "uri": t.URI, "match": t.Match.String()}
}

func subscriptionListSubscribers(c *call) (answer, *wamp.Error) {
	ids, err := c.subscribers()
	return one(ids), err
}

func subscriptionCountSubscribers(c *call) (answer, *wamp.Error) {
	ids, err := c.subscribers()
	return one(len(ids)), err
}

func (c *call) subscribers() ([]wamp.ID, *wamp.Error) {
	t, err := c.subscription()
	if err != nil {
		return nil, err
	}
	members, _ := t.Subscribers()
	return memberIDs(members.All), nil
}

func subscriptionRemoveSubscriber(c *call) (answer, *wamp.Error) {
	t, err := c.subscription()
	if err != nil {
		return answer{}, err
	}
	members, _ := t.Subscribers()
	return answer{}, c.remove(members.All)
}
