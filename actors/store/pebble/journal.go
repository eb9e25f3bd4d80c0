package pebble

import (
	"context"
	"path/filepath"

	"github.com/cockroachdb/pebble/v2/vfs"
)

// journal is a file system on which writing the database's log never fails. Where
// a log cannot be changed for another the database panics, with its locks in a
// state in which the process ends whatever is recovered. So what fails is kept
// here instead, as fault, for the store to look at: a commit is made when it
// returned and there is none. From the first fault on the log is left as it is,
// its last record perhaps cut off, which is how a crash would leave it; no further
// log is begun and none removed, until the database is opened anew on another
// journal.
type journal struct {
	vfs.FS
	ctx  context.Context // ends with the first fault, which is its cause
	fail context.CancelCauseFunc
}

func newJournal(fs vfs.FS) *journal {
	j := &journal{FS: fs}
	j.ctx, j.fail = context.WithCancelCause(context.Background())
	return j
}

// fault is what has failed, nil if nothing has.
func (j *journal) fault() error { return context.Cause(j.ctx) }

// check keeps the first error. It may be called concurrently.
func (j *journal) check(err error) {
	if err != nil {
		j.fail(err)
	}
}

// Unwrap returns the file system below.
func (j *journal) Unwrap() vfs.FS { return j.FS }

func isLog(name string) bool { return filepath.Ext(name) == ".log" }

func (j *journal) Create(name string, c vfs.DiskWriteCategory) (vfs.File, error) {
	if !isLog(name) {
		return j.FS.Create(name, c)
	}
	return j.begin(name, func() (vfs.File, error) { return j.FS.Create(name, c) })
}

func (j *journal) ReuseForWrite(old, name string, c vfs.DiskWriteCategory) (vfs.File, error) {
	if !isLog(name) {
		return j.FS.ReuseForWrite(old, name, c)
	}
	return j.begin(name, func() (vfs.File, error) { return j.FS.ReuseForWrite(old, name, c) })
}

// begin opens a log, or after a fault one that is nowhere.
func (j *journal) begin(name string, open func() (vfs.File, error)) (vfs.File, error) {
	if j.fault() == nil {
		f, err := open()
		if err == nil {
			return &logFile{f, j}, nil
		}
		j.check(err)
	}
	f, err := vfs.NewMem().Create(filepath.Base(name), vfs.WriteCategoryUnspecified)
	return &logFile{f, j}, err
}

// Remove leaves logs where they are after a fault: what stands in them may stand
// nowhere else.
func (j *journal) Remove(name string) error {
	if isLog(name) && j.fault() != nil {
		return nil
	}
	return j.FS.Remove(name)
}

// OpenDir returns a folder whose Sync does not fail after a fault: the database
// syncs it when it changes logs.
func (j *journal) OpenDir(name string) (vfs.File, error) {
	f, err := j.FS.OpenDir(name)
	if err != nil {
		return nil, err
	}
	return &folder{f, j}, nil
}

type folder struct {
	vfs.File
	journal *journal
}

func (d *folder) Sync() error {
	err := d.File.Sync()
	if d.journal.fault() != nil {
		return nil
	}
	return err
}

// logFile is a log; nothing is done to it after a fault but closing it.
type logFile struct {
	vfs.File
	journal *journal
}

func (f *logFile) do(change func() error) error {
	if f.journal.fault() == nil {
		f.journal.check(change())
	}
	return nil
}

func (f *logFile) Write(b []byte) (int, error) {
	return len(b), f.do(func() error { _, err := f.File.Write(b); return err })
}

func (f *logFile) Preallocate(offset, length int64) error {
	return f.do(func() error { return f.File.Preallocate(offset, length) })
}

func (f *logFile) Sync() error     { return f.do(f.File.Sync) }
func (f *logFile) SyncData() error { return f.do(f.File.SyncData) }

func (f *logFile) SyncTo(length int64) (full bool, err error) {
	return full, f.do(func() (err error) { full, err = f.File.SyncTo(length); return err })
}

func (f *logFile) Close() error {
	f.journal.check(f.File.Close())
	return nil
}
