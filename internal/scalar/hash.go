package scalar

// The numbers of [Hash]. HashStep is 2³² over the golden ratio, made odd; the factors were
// found by search (Wellons, "hash-prospector", 2018).
const (
	HashStep    = 0x9E3779B9
	HashFactor1 = 0x21F0AAAD
	HashFactor2 = 0x735A2D97
)

// Hash returns 32 bits that look random, from a count and another word. Counts are
// multiples of HashStep, so that neighbours differ in many bits.
func Hash(count, word uint32) uint32 { return mix(mix(count) + word) }

func mix(x uint32) uint32 {
	x = (x ^ x>>16) * HashFactor1
	x = (x ^ x>>15) * HashFactor2
	return x ^ x>>15
}

// OnlyIf returns x if keep, else +0, without a branch.
func OnlyIf[T Float](keep bool, x T) T {
	b := toBits(x)
	if !keep {
		b = 0
	}
	return fromBits[T](b)
}
