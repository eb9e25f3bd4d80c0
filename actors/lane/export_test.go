package lane

// Encoded is how many EVENTs the encoder has encoded, and Converted how many
// serializers the payload of the last publication was converted into.
func (e *Encoder) Encoded() uint64 { return e.encoded }

func (e *Encoder) Converted() (n int) {
	for i := range e.converted {
		if e.converted[i].N != 0 {
			n++
		}
	}
	return n
}
