package lane

// PostReplies posts the replies of a drain to the sessions that asked, in order,
// and behind them what they ask of retention; it empties the list. Posts of control actors are never run inline.
func PostReplies(replies *[]Item) {
	for i := range *replies {
		it := &(*replies)[i]
		if it.Op == OpGetRetained {
			it.Member.Session.Realm.Recall(nil, *it)
			continue
		}
		it.Member.Session.Box.Post(nil, *it)
	}
	clear(*replies)
	if *replies = (*replies)[:0]; cap(*replies) > 64 {
		*replies = nil
	}
}
