package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"syscall"

	"github.com/callboard-wamp/callboard/actors/store/pebble"
	"github.com/callboard-wamp/callboard/cmd/callboard/config"
	"github.com/rs/zerolog"
)

// openStore opens the store of a configuration. It is nil where nothing outlives
// the process.
func openStore(cfg *config.Store, log zerolog.Logger) (*pebble.Store, error) {
	if cfg.Kind != "pebble" {
		return nil, nil
	}
	err := os.MkdirAll(cfg.Path, 0o700) // events are nobody else's business
	if err == nil {
		var s *pebble.Store
		if s, err = pebble.Open(pebble.Options{
			Dir: cfg.Path, Reserve: cfg.Reserve, MaxBytes: cfg.MaxBytes,
			Log: func(text string) { log.Warn().Str("store", cfg.Path).Msg(text) },
		}); err == nil {
			return s, nil
		}
	}
	return nil, fmt.Errorf("store.path %s: cannot be opened: %s", cfg.Path, unopened(err))
}

// unopened says in one line why a folder cannot be opened.
func unopened(err error) string {
	if errors.Is(err, syscall.EAGAIN) { // of the lock
		return "another process uses it"
	}
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		err = e.Err
	}
	return strings.Join(strings.Fields(err.Error()), " ")
}
