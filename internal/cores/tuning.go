package cores

import "math"

// Tuning is what a kind of core is tuned to. It decides how long the kernels take,
// and no bit of what they compute. Package kernels reads its fields from [Active].
type Tuning struct {
	// Kernels on vectors. A call of assembly takes as long as a loop in plain Go over a
	// few elements, because of its checks, broadcasts and masks.

	FewElements int // elements up to which Add, Sub, Mul, ReLU, its derivative and their like loop in Go
	FewToScale  int // elements up to which Scal loops in Go
	FewRoots    int // elements up to which RMSProp loops in Go

	// LineBytes is the size in bytes of a matrix from which Gemv takes 64-byte vectors
	// only if all rows begin on a cache line. Beyond L1, loads that meet two lines each
	// cost more than twice as many loads of half the width.
	LineBytes int

	// FarBytes is the size in bytes of a matrix from which GemvT goes through it in the
	// order of memory, with its chains in y. What comes from L2 or beyond is then
	// prefetched; what lies nearer is faster in columns, whose chains stay in registers.
	FarBytes int

	// Sweeps says when GemmUpdate reads W once, in one sweep: where any of its entries
	// applies. Otherwise it does two products, because the chains of D·W, which a sweep
	// spills between two blocks of W, cost more than reading W again.
	Sweeps [3]Sweep

	// UpdateBytes is the size in bytes of the rows of W that such a sweep takes at a
	// time. They stay in L1 from the product to the update.
	UpdateBytes int

	// Tiles are the shapes of which blocks of C are multiples, largest first. A block
	// takes the first that fits into it, so that the micro-kernels meet few edges.
	Tiles [3]Tile

	// Packing copies blocks of the operands of a product, so that they lie densely in L2.
	// It pays where a copied element is used often.

	PackBytes int // bytes of B from which products pack: a smaller B stays in L2 anyway
	PackUses  int // uses of an element of B from which its copy pays

	// Aᵀ·B steps to another row of A and of B with each term. Where vectors are short, so
	// that it does so often, it packs a small B as well.

	PackTUses  int // uses of an element of A and of B from which that pays
	PackTTerms int // terms from which that pays, or Never

	// Band is the number of rows of A in one call on packed operands: that of the tallest
	// tile of the outer-product micro-kernels.
	Band int

	// PackRows is the number of rows of A that are packed together, a multiple of Band.
	// They stay in L2 beside the panel of B.
	PackRows int

	// A panel of B in dot-product form has at most DotPanelBytes bytes, half of L2, and a
	// number of rows that is a multiple of DotPanelRows, which the tiles' rows of B divide.

	DotPanelBytes int
	DotPanelRows  int

	// A panel of B in outer-product form has at most OuterPanelBytes bytes, half of L2, and
	// a number of columns that is a multiple of OuterPanelCols, which the tiles' columns
	// divide.

	OuterPanelBytes int
	OuterPanelCols  int

	// TransBytes is the size in bytes of the part of Aᵀ that Aᵀ·Bᵀ copies at a time, half
	// of L2.
	TransBytes int

	// Chains of up to DepthWhole terms are not cut where B is packed in outer-product
	// form; longer ones are cut to parts of DepthCut terms, so that a panel has many
	// columns.

	DepthWhole int
	DepthCut   int

	// Pad is the number of elements between copied rows, so that they are not a power of
	// two apart.
	Pad int

	// 4 KiB aliasing: rows that are a multiple of 4096 bytes apart share a few sets of L1
	// and evict each other. Products copy such operands to rows with padding.

	AliasUses     int // uses of an element from which such a copy pays
	AliasRows     int // rows up to which L1 has ways enough for them
	AliasRowBytes int // bytes of a row up to which a copy pays: longer rows fill L1 by themselves
	AliasCopy     int // rows that are copied at a time, and terms up to which Aᵀ·B copies
}

// A Sweep says that GemmUpdate reads W once for up to so many samples if W has more than
// so many bytes.
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
		{Samples: 1, Bytes: 32 << 10}, // W beyond L1: the chains of one sample need no spilling
		{Samples: 6, Bytes: 1 << 20},  // W beyond L2
		{Samples: 16, Bytes: 8 << 20}, // W beyond what a core gets of L3
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

// wide returns t for AVX-512, whose tiles are so wide that Aᵀ·B with a small B need not
// pack.
func (t Tuning) wide() Tuning {
	t.PackTTerms = Never
	return t
}
