//go:build !linux

package meter

// Process returns [ErrUnsupported].
func Process(int) (Usage, error) { return Usage{}, ErrUnsupported }

// Self returns nothing.
func Self() Usage { return Usage{} }
