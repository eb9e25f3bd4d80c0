package wamp

// ID is an id of any of the three scopes: global, router, session
// (basic profile, "IDs"). Valid ids are integers from 1 to [MaxID]; 0 is
// never sent except as the request of a revocation.
type ID uint64

// MaxID is 2^53, the largest id: every integer up to it fits a float64.
const MaxID ID = 1 << 53

// Valid says whether the id is in [1, 2^53].
func (id ID) Valid() bool { return id-1 < MaxID }

// Next is the id after this one in session scope: ids wrap from 2^53 to 1.
func (id ID) Next() ID {
	if id >= MaxID {
		return 1
	}
	return id + 1
}

// GlobalID maps 64 random bits to an id that is uniform over [1, 2^53].
func GlobalID(random uint64) ID { return ID(random>>11) + 1 }
