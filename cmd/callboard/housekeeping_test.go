package main

import "testing"

func TestHousekeeperGivesBackWhenCalm(t *testing.T) {
	const mib = 1 << 20
	var h housekeeper
	for _, look := range []struct {
		is   string
		m    memory
		want bool
	}{
		{"busy", memory{allocated: 100 * mib, objects: 80 * mib, live: 60 * mib, free: 40 * mib}, false},
		{"busy still", memory{allocated: 200 * mib, objects: 80 * mib, live: 60 * mib, free: 40 * mib}, false},
		{"calm", memory{allocated: 200*mib + 100, objects: 80 * mib, live: 60 * mib, free: 40 * mib}, true},
		{"calm still", memory{allocated: 200*mib + 200, objects: 60 * mib, live: 60 * mib}, false},
		{"kept all the same", memory{allocated: 200*mib + 300, objects: 60 * mib, live: 60 * mib, free: 40 * mib}, false},
		{"little to give", memory{allocated: 201*mib + 200, objects: 61 * mib, live: 60 * mib, free: 2 * mib}, false},
		{"busy again", memory{allocated: 203 * mib, objects: 63 * mib, live: 60 * mib, free: 2 * mib}, false},
		{"enough to give", memory{allocated: 203*mib + 100, objects: 63 * mib, live: 60 * mib, free: 2 * mib}, true},
		{"a big heap", memory{allocated: 263 * mib, objects: 6400 * mib, live: 6400 * mib, free: 400 * mib}, true},
		{"more live than in use", memory{allocated: 264 * mib, objects: 10 * mib, live: 128 * mib, free: 9 * mib}, true},
	} {
		if got := h.gives(look.m); got != look.want {
			t.Errorf("%s: %v", look.is, got)
		}
	}
}

func TestMemoryIsRead(t *testing.T) {
	if m := readMemory(); m.allocated == 0 || m.objects == 0 || m.objects > m.allocated {
		t.Errorf("%+v", m)
	}
}
