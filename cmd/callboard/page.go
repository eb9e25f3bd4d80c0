package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/callboard-wamp/callboard/benchmarks"
	"github.com/callboard-wamp/callboard/benchmarks/report"
)

// pageMode is that of a new page; the umask takes from it.
const pageMode = 0o666

// tryPage says beforehand that the page of --report could not be written, for
// then a long run would be for nothing. It leaves no file behind and changes
// none: an older page stays until there is a new one.
func (b *bench) tryPage() error {
	if b.page == "" {
		return nil
	}
	_, missing := os.Lstat(b.page)
	if info, err := os.Stat(b.page); err == nil && !info.Mode().IsRegular() && !info.IsDir() {
		return nil // a pipe, for example: whoever reads it would see its end
	}
	f, err := os.OpenFile(b.page, os.O_WRONLY|os.O_CREATE, pageMode)
	if err != nil {
		return b.unwritten(err)
	}
	_ = f.Close()
	if errors.Is(missing, fs.ErrNotExist) {
		return os.Remove(b.page)
	}
	return nil
}

// writePage writes the page, if there is to be one.
func (b *bench) writePage(r *benchmarks.Result) error {
	if b.page == "" {
		return nil
	}
	var page bytes.Buffer // as a whole before an older one goes
	if err := report.HTML(&page, r); err != nil {
		return err
	}
	if err := os.WriteFile(b.page, page.Bytes(), pageMode); err != nil {
		return b.unwritten(err)
	}
	return nil
}

func (b *bench) unwritten(err error) error {
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		err = e.Err
	}
	return fmt.Errorf("--report %s: cannot be written: %w", b.page, err)
}
