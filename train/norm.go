package train

import (
	"math"

	"github.com/nabla-go/nabla/kernels"
)

// What keeps PyTorch's clipping by norm and its max-norm from dividing by 0.
const (
	clipEpsilon    = 1e-6
	maxNormEpsilon = 1e-7
)

// sumSquares returns Σ x²: that of [kernels.Dot], with its order of sums, or, where that
// overflows, the sum in float64 in ascending order.
func sumSquares[T kernels.Float](x []T) float64 {
	sum := float64(kernels.Dot(x, x))
	if math.IsInf(sum, 1) {
		sum = 0
		for _, v := range x {
			sum += float64(float64(v) * float64(v))
		}
	}
	return sum
}

// clipValue brings the elements of g into [−ClipValue, ClipValue]. NaN stays.
func (s *stepper[T]) clipValue(g []T) {
	if c := T(s.options.ClipValue); c != 0 {
		kernels.Clamp(g, g, -c, c)
	}
}

// normBlock is how many squares of the gradient [kernels.Dot] adds at a time.
const normBlock = 4096

func (t *tensor) normBlocks() int { return (t.hi - t.lo + normBlock - 1) / normBlock }

// measureShare clips a share of the gradient by value and sets the sums of squares of its
// blocks; those of frozen layers are 0.
func (s *stepper[T]) measureShare(share, shares int) {
	block := 0
	for i := range s.tensors {
		t := &s.tensors[i]
		n := t.normBlocks()
		for b := n * share / shares; b < n*(share+1)/shares; b++ {
			s.squares[block+b] = 0
			if !s.frozen(t) {
				lo := t.lo + b*normBlock
				g := s.ws.Gradient()[lo:min(lo+normBlock, t.hi)]
				s.clipValue(g)
				s.squares[block+b] = sumSquares(g)
			}
		}
		block += n
	}
}

// clipNorm sets the norm of the gradient, from the sums of its blocks, added in float64 in
// the order of the parameters, and what it is multiplied by. So the norm doesn't depend on
// the number of workers.
func (s *stepper[T]) clipNorm() {
	sum := 0.0
	for _, x := range s.squares {
		sum += x
	}
	if s.norm = math.Sqrt(sum); math.IsInf(sum, 1) {
		s.norm = s.largeNorm()
	}
	s.clip = T(min(1, s.options.ClipNorm/(s.norm+clipEpsilon)))
}

// largeNorm returns the norm of a gradient whose square overflows.
func (s *stepper[T]) largeNorm() float64 {
	largest, sum := 0.0, 0.0
	for _, scale := range []bool{false, true} {
		for i := range s.tensors {
			t := &s.tensors[i]
			if s.frozen(t) {
				continue
			}
			for _, v := range s.ws.Gradient()[t.lo:t.hi] {
				if !scale {
					largest = max(largest, math.Abs(float64(v)))
				} else {
					x := float64(v) / largest
					sum += float64(x * x)
				}
			}
		}
	}
	return float64(largest * math.Sqrt(sum))
}

// projectShare applies max-norm to a share of all W.
func (s *stepper[T]) projectShare(share, shares int) {
	for i := range s.tensors {
		if t := &s.tensors[i]; !t.bias {
			first, last := t.cut(share, shares)
			limitRows(s.net.Params()[t.lo+first*t.cols:t.lo+last*t.cols], t.cols, s.options.MaxNorm)
		}
	}
}

// limitRows brings the rows of w, each of so many columns, to a norm of at most limit.
func limitRows[T kernels.Float](w []T, cols int, limit float64) {
	for ; len(w) >= cols; w = w[cols:] {
		if norm := math.Sqrt(sumSquares(w[:cols])); norm > limit {
			kernels.Scal(T(limit/(norm+maxNormEpsilon)), w[:cols])
		}
	}
}
