package supervisor

// Remembered is of how many children s knows something.
func (s *Strategy) Remembered() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.records)
}
