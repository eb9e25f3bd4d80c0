// Package actors is a WAMP v2 router in a Proto.Actor system: every session,
// realm, topic and registration is an actor under supervision.
//
// Start with [NewRouter], [Router.Start] and [Router.Serve]; [Router.Drain] ends
// it. The router lives under one root actor of the system that it is given and
// touches nothing else of it.
//
//	router, err := actors.NewRouter(actor.NewActorSystem(), actors.Config{})
//	err = router.Start(ctx)
//	err = router.Serve(actors.Listener{Net: listener})
//	defer router.Drain(ctx)
//
// # The tree
//
// Children with different fates have different parents; what is said on the
// right happens when the actor panics.
//
//	callboard                      root of one router
//	├─ realms
//	│  └ realm/<uri>               supervises                     restart: its sessions hear that it closed
//	│     ├ directory              creates and drops topics …     restart
//	│     ├ meta                   the realm's own procedures     restart
//	│     ├ retention              the realm's retained events    restart
//	│     ├ sessions/<n>   └ session        state of one peer     stop: the peer is told
//	│     ├ topics/<n>     └ topic          one subscription      restart: members stay
//	│     └ procedures/<n> └ registration   one registration      restart: callees stay
//	├─ archive                     the store                     restart: its queue stays
//	├─ connections/<n>     └ connection     one transport         stop: its session ends
//	└─ listeners           └ listener       one address           restart
//
// # The life of a PUBLISH
//
//  1. actors/connection/reader.go  loop
//  2. codec/serializer.go  Parse
//  3. actors/connection/reader.go  post
//  4. actors/session/session.go  drain
//  5. actors/session/input.go  onMessage
//  6. actors/session/publish.go  onPublish
//  7. actors/session/publish.go  topicsOf
//  8. actors/lane/topic.go  Subscribers
//  9. actors/lane/events.go  Publish
//  10. actors/lane/events.go  EndRun
//  11. actors/mailbox/executor.go  Run
//  12. actors/session/deliver.go  onEvent
//  13. netio/outbox.go  Flush
//
// # The life of a CALL
//
//  1. actors/session/call.go  onCall
//  2. actors/session/call.go  registrationOf
//  3. actors/lane/registration.go  Choose
//  4. actors/session/call.go  ask
//  5. actors/session/invoke.go  onInvoke
//  6. actors/session/invoke.go  onYield
//  7. actors/session/invoke.go  reply
//  8. actors/session/call.go  onResult
//  9. actors/session/call.go  writeAnswer
package actors
