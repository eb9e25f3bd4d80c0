package broker_test

import (
	"fmt"

	"github.com/callboard-wamp/callboard/wamp/broker"
)

func ExampleTopic() {
	var t broker.Topic[string, *member]
	joe, jim, ann := &member{name: 1}, &member{name: 2}, &member{name: 3}
	t.Join("json", joe)
	t.Join("cbor", jim)
	t.Join("json", ann)
	old := t.Snapshot()
	t.Leave(joe)
	t.Snapshot().All(func(m *member) bool { fmt.Println(m.name, "stays"); return true })
	fmt.Println(old.Len, "members before,", t.Len(), "now, in", len(old.Groups), "groups")
	// Output:
	// 3 stays
	// 2 stays
	// 3 members before, 2 now, in 2 groups
}
