//go:build !race

package netio

// direct is how many bytes are read or written at most without telling the
// scheduler of Go. It takes some ten microseconds, in which nothing else runs on
// this processor, as with any other code that only computes.
const direct = 64 << 10
