package mailbox

import "unsafe"

const (
	ListActors = listActors
	Rounds     = rounds
	Keep       = keep
)

func (m *Mailbox[T]) FanIn() bool { return m.fanIn() }

// Room is the capacity of both buffers. Only for a mailbox that is not running.
func (m *Mailbox[T]) Room() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return cap(m.in) + cap(m.cur)
}

func (m *Mailbox[T]) Size() uintptr { return unsafe.Sizeof(*m) }
