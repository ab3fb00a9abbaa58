package generic

import (
	"math"
	"unsafe"

	"github.com/nabla-go/nabla/internal/scalar"
)

// float is what the definitions are written over: each kernel is defined once
// for both types and instantiated by its F32 and F64 functions.
type float interface{ scalar.Float }

// lanes is the number of virtual lanes of a dot-product form product: 64 bytes' worth.
func lanes[T float]() int { return 64 / int(unsafe.Sizeof(T(0))) }

// sqrt returns the square root, rounded once: that of a float32 in float64 has
// bits to spare.
func sqrt[T float](x T) T { return T(math.Sqrt(float64(x))) }
