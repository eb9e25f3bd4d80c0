//go:build race

package netio

// direct is 0 under the race detector: package syscall tells it what the calls
// read and write.
const direct = 0
