package dealer_test

import (
	"fmt"

	"github.com/callboard-wamp/callboard/wamp"
	"github.com/callboard-wamp/callboard/wamp/dealer"
)

func ExampleSelect() {
	var r dealer.Registration[string]
	for _, callee := range []string{"joe", "jim", "ann"} {
		_ = r.Join(callee, wamp.RoundRobin, 0)
	}
	fmt.Println(r.Join("bob", wamp.First, 0))
	for call := range uint64(4) {
		callee, _ := dealer.Select(r.Snapshot(), call, 0, func(m string) bool { return m != "jim" })
		fmt.Println(callee)
	}
	// Output:
	// wamp.error.procedure_already_exists: registered with the invocation policy roundrobin
	// joe
	// ann
	// ann
	// joe
}

func ExamplePending() {
	var calls dealer.Pending[string]
	calls.Put(1, "com.example.add")
	fmt.Println(calls.Put(1, "com.example.sub"))
	fmt.Println(calls.Take(1))
	fmt.Println(calls.Take(1))
	// Output:
	// false
	// com.example.add true
	//  false
}
