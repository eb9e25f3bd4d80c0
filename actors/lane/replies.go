package lane

// PostReplies posts the replies of a drain to the sessions that asked, in order,
// and empties the list. Posts of control actors are never run inline.
func PostReplies(replies *[]Item) {
	for i := range *replies {
		it := &(*replies)[i]
		it.Member.Session.Box.Post(nil, *it)
	}
	clear(*replies)
	if *replies = (*replies)[:0]; cap(*replies) > 64 {
		*replies = nil
	}
}
