package netio

import "net"

// CloseWrite implements [Conn]: close_notify goes behind what was encrypted, then
// the writes of the connection below end. A goroutine waits for that while the
// peer takes nothing; Close and a write deadline end it.
func (s *secure) CloseWrite() error {
	if !s.ready.Load() {
		return s.under.CloseWrite()
	}
	o := &s.out
	o.mu.Lock()
	again, closed := o.ended, o.closed
	o.ended = true
	o.mu.Unlock()
	switch {
	case closed:
		return net.ErrClosed
	case again:
		return nil
	}
	if err := s.tls.CloseWrite(); err != nil {
		return err
	}
	return s.endWrites()
}

// endWrites ends them at once, or leaves that to somebody who can wait.
func (s *secure) endWrites() error {
	o := &s.out
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.waiting || o.closed {
		return nil
	}
	if _, err := o.flush(s.under); err != nil {
		return err
	}
	if o.left() == 0 {
		return s.under.CloseWrite()
	}
	o.waiting = true
	go s.finish()
	return nil
}

// finish waits until the last of the ciphertext is written. A panic below it, or
// an error, ends the connection: the peer would wait for the rest.
func (s *secure) finish() {
	finished := false
	defer func() {
		if !finished {
			_ = recover()
			_ = s.under.Close()
		}
	}()
	for !finished {
		if err := s.under.WaitWritable(); err != nil {
			return
		}
		done, err := s.passLast()
		if err != nil {
			return
		}
		finished = done
	}
}

func (s *secure) passLast() (done bool, err error) {
	o := &s.out
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.closed {
		return true, nil
	}
	if _, err = o.flush(s.under); err != nil || o.left() > 0 {
		return false, err
	}
	o.waiting = false
	return true, s.under.CloseWrite()
}

// Close implements [net.Conn]. It sends close_notify if the peer takes it at once.
func (s *secure) Close() error {
	o := &s.out
	o.mu.Lock()
	notify := s.ready.Load() && !o.ended && !o.closed && !o.waiting
	o.mu.Unlock()
	if notify {
		_ = s.tls.CloseWrite()
	}
	o.mu.Lock()
	o.closed = true
	o.drop()
	o.mu.Unlock()
	return s.under.Close()
}
