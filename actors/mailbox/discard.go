package mailbox

// discardAll gives everything that waits to the owner. The mailbox is closed.
func (m *Mailbox[T]) discardAll() {
	for {
		for m.discardNext() {
		}
		m.recycle()
		m.mu.Lock()
		m.swap()
		m.left = 0
		m.mu.Unlock()
		if len(m.cur) == 0 && !m.aside.Load().has() {
			return
		}
	}
}

func (m *Mailbox[T]) discardNext() bool {
	end, message := m.segment()
	switch {
	case message != nil:
		if f := m.o.OnDiscardMessage; f != nil {
			m.protect(func() { f(m, message) })
		}
	case m.pos < end:
		m.pos++
		m.discard(&m.cur[m.pos-1])
	default:
		return false
	}
	return true
}

func (m *Mailbox[T]) discard(item *T) {
	if f := m.o.OnDiscard; f != nil {
		m.protect(func() { f(m, *item) })
	}
}

// leftovers discards what Receive left in its batch on its own account.
func (m *Mailbox[T]) leftovers(end int32) {
	for m.pos < end && !m.urgent.Load() {
		m.pos++
		m.discard(&m.cur[m.pos-1])
	}
	m.end = 0
}
