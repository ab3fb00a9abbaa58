package cores

import "math"

// Tuning is what a kind of core is tuned to. It decides how long the kernels take,
// and no bit of what they compute. Package kernels reads its fields from [Active].
type Tuning struct {
	// Kernels on vectors. A call of assembly, with its broadcasts and masks, takes as
	// long as a loop in plain Go over a few elements.

	FewElements int // elements up to which Add, Sub, Mul, ReLU, its derivative and their like loop in Go
	FewToScale  int // elements up to which Scal loops in Go
	FewRoots    int // elements up to which RMSProp loops in Go

	// A matrix and a vector.

	LineBytes int // bytes of a matrix from which Gemv takes 64-byte vectors only if all rows begin on a cache line: beyond L1, a load that meets two lines costs more than vectors half as long
	FarBytes  int // bytes of a matrix from which GemvT goes through it in the order of memory, with its chains in y: rows that come from L2 or beyond are then prefetched

	// Sweeps says when GemmUpdate reads W once: each entry for so many samples. In all
	// other cases it does two products, because the chains of D·W, which one sweep spills
	// between two blocks of W, cost more than reading W again.
	Sweeps      [3]Sweep
	UpdateBytes int // bytes of the rows of W that GemmUpdate takes at a time in one sweep: they stay in L1 from the product to the update

	// Tiles are the shapes of which blocks of C are multiples, largest first. A block
	// takes the first that fits into it, so that the micro-kernels meet few edges.
	Tiles [3]Tile

	// Packing copies blocks of operands, so that they lie densely in L2. It pays where a
	// copied element is used often.

	PackBytes int // bytes of B from which products pack it: smaller ones stay in L2 anyway
	PackUses  int // uses of an element of B from which its copy pays

	// Aᵀ·B steps to another row of A and of B with each term, so packing pays there for a
	// small B as well, where vectors are short.

	PackTUses  int // uses of an element of A and of B from which that pays
	PackTTerms int // terms (samples) from which that pays; Never with AVX-512, whose tiles are wide enough

	Band            int // rows of A of one call on packed operands: the tallest tile of the outer-product micro-kernels
	PackRows        int // rows of A that are packed together, a multiple of Band: they stay in L2 beside the panel of B
	DotPanelBytes   int // bytes of a panel of B in dot-product form: half of L2
	DotPanelRows    int // rows of which such a panel has a multiple: those of B in any tile divide it
	OuterPanelBytes int // bytes of a panel of B in outer-product form: half of L2
	OuterPanelCols  int // columns of which such a panel has a multiple: those of any tile divide it
	TransBytes      int // bytes of Aᵀ that Aᵀ·Bᵀ copies at a time: half of L2
	DepthWhole      int // terms up to which packed chains are not cut
	DepthCut        int // terms of a part of a packed chain that is cut
	Pad             int // elements between packed rows, so that they are no power of two apart

	// 4 KiB aliasing: rows that are a multiple of 4096 bytes apart share a few sets of L1
	// and evict each other. Products copy such samples to rows with padding.

	AliasUses     int // uses of an element from which such a copy pays
	AliasRows     int // rows beyond which L1 has too few ways for them
	AliasRowBytes int // bytes of a row up to which the copy pays: longer rows fill L1 by themselves
	AliasCopy     int // samples that are copied at a time
}

// A Sweep says that GemmUpdate reads W once for at most so many samples if W has more
// than so many bytes.
type Sweep struct{ Samples, Bytes int }

// A Tile is a shape in rows and columns of C.
type Tile struct{ Rows, Cols int }

// Never is a threshold that nothing reaches.
const Never = math.MaxInt

// zen4 is tuned to Zen 4 with vectors of up to 32 bytes.
var zen4 = Tuning{
	FewElements: 6,
	FewToScale:  10,
	FewRoots:    1,

	LineBytes: 32 << 10,
	FarBytes:  256 << 10,

	Sweeps: [3]Sweep{
		{Samples: 1, Bytes: 256 << 10}, // the chains of one sample need no spilling
		{Samples: 6, Bytes: 1 << 20},   // W beyond L2
		{Samples: 16, Bytes: 8 << 20},  // W beyond what a core gets of L3
	},
	UpdateBytes: 16 << 10,

	Tiles: [3]Tile{{12, 96}, {12, 32}, {4, 6}},

	PackBytes: 1 << 20,
	PackUses:  192,

	PackTUses:  192,
	PackTTerms: 64,

	Band:            12,
	PackRows:        96,
	DotPanelBytes:   512 << 10,
	DotPanelRows:    24,
	OuterPanelBytes: 512 << 10,
	OuterPanelCols:  96,
	TransBytes:      512 << 10,
	DepthWhole:      512,
	DepthCut:        256,
	Pad:             16,

	AliasUses:     64,
	AliasRows:     4,
	AliasRowBytes: 64 << 10,
	AliasCopy:     192,
}

// wide returns t for vectors of 64 bytes.
func (t Tuning) wide() Tuning {
	t.PackTTerms = Never
	return t
}
