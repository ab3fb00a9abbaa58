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

	// ShortCols is the number of columns up to which Softmax computes rows side by side, at
	// most 16; 1 where there is no assembly for that.
	ShortCols int

	// LineBytes is the size in bytes of a matrix from which Gemv takes 64-byte vectors
	// only if all rows begin on a cache line. Beyond L1, loads that meet two lines each
	// cost more than twice as many loads of half the width.
	LineBytes int

	// StoreBytes is the width of the vectors of Ger and of the sweep over W that updates it
	// with AVX-512: 64, or 32 where a core stores 64 bytes by halves.
	StoreBytes int

	// RootBytes is the width of the vectors with AVX-512 of the optimizers that take a root
	// and a quotient for each parameter: 64, or 32 where the unit for these is that wide.
	RootBytes int

	// DotRows is the number of rows of A in the largest tile of A·Bᵀ with AVX-512: 3, beside
	// 8 of B, or 4, beside 6 of B. Four rows add their lanes up in 64-byte registers, which
	// takes less than two thirds of the operations, but whole vectors of them.
	DotRows int

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

	// A·Bᵀ may take panels of rows of B that stay in L1 while A streams past them.

	NearUses      int // rows of A from which that pays, or Never
	NearBytes     int // of a panel, nearly, and of B from which that pays
	NearMost      int // bytes of B up to which that pays, or Never
	NearRows      int // rows of a panel are a multiple, which the tiles' rows of B divide
	NearPartBytes int // of the part of A that streams past one panel after the other and stays in L2

	// A·B with beta = 0 and few rows of A may cut its chains to pieces, which go on in C. It
	// so goes through B in the order of memory.

	PieceRows  int // rows of A up to which that pays
	PieceBytes int // bytes of B from which that pays, or Never
	PieceDepth int // terms of a piece

	// So may Aᵀ·B with many terms where it doesn't pack: else a strip of columns of A and of
	// B, a cache line from each row, is more than L1 holds.

	PieceTTerms int // terms from which that pays
	PieceTBytes int // bytes of A or B from which that pays
	PieceTDepth int // terms of a piece

	// Packing copies blocks of the operands of a product, so that they lie densely in L2.
	// It pays where a copied element is used often.

	PackBytes int // bytes of B from which products pack: a smaller B stays in L2 anyway
	PackUses  int // uses of an element of B from which its copy pays

	// PackAliasUses is the same where the rows of a B of A·B are a multiple of 4096 bytes
	// apart.
	PackAliasUses int

	// Aᵀ·B steps to another row of A and of B with each term. Where vectors are short, so
	// that it does so often, it packs a small B as well.

	PackTUses  int // uses of an element of A and of B from which that pays
	PackTTerms int // terms from which that pays, or Never

	// Band is the number of rows of A in one call on packed operands: that of the tallest
	// tile of the outer-product micro-kernels.
	Band int

	// CopyTTerms is the number of terms of Aᵀ·B from which A is packed beside a packed B.
	CopyTTerms int

	// PackRows is the number of rows of A that are packed together, a multiple of Band.
	// They stay in L2 beside the panel of B.
	PackRows int

	// A panel of B in dot-product form has at most DotPanelBytes bytes, half of L2, and a
	// number of rows that is a multiple of DotPanelRows, which the tiles' rows of B divide.

	DotPanelBytes int
	DotPanelRows  int

	// A panel of B in outer-product form has at most OuterPanelBytes bytes, half of L2. It
	// lies in strips of StripBytes, the columns of the tallest tile. FirstRows, the rows of
	// that tile, pack a strip while they are multiplied with it. Where it is Never, for want
	// of such a micro-kernel, a copy goes first.

	OuterPanelBytes int
	StripBytes      int
	FirstRows       int

	// OuterPanelCols is what the columns of a piece are a multiple of.
	OuterPanelCols int

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

// with returns t with some numbers changed.
func (t Tuning) with(change func(t *Tuning)) Tuning {
	change(&t)
	return t
}

// zen4 is tuned to Zen 4 with vectors of up to 32 bytes: L1 32 KiB, L2 1 MiB.
var zen4 = Tuning{
	FewElements: 6,
	FewToScale:  10,
	FewRoots:    1,
	ShortCols:   16,

	LineBytes:  32 << 10,
	StoreBytes: 32,
	RootBytes:  64,
	DotRows:    3,
	FarBytes:   256 << 10,

	Sweeps: [3]Sweep{
		{Samples: 1, Bytes: 32 << 10}, // W beyond L1: the chains of one sample need no spilling
		{Samples: 4, Bytes: 2 << 20},  // W beyond L2
		{Samples: 10, Bytes: 8 << 20}, // W beyond what a core gets of L3
	},
	UpdateBytes: 16 << 10,

	Tiles: [3]Tile{{12, 96}, {12, 32}, {4, 6}},

	NearUses:      24,
	NearBytes:     16 << 10, // half of L1
	NearMost:      1 << 20,
	NearRows:      3,
	NearPartBytes: 512 << 10,

	PieceRows:  23,
	PieceBytes: 2 << 20,
	PieceDepth: 32,

	PieceTTerms: 1024,
	PieceTBytes: 256 << 10,
	PieceTDepth: 128,

	PackBytes:     1 << 20,
	PackUses:      192,
	PackAliasUses: 24,

	PackTUses:  192,
	PackTTerms: 64,

	CopyTTerms: 1,

	Band:            12,
	PackRows:        96,
	DotPanelBytes:   512 << 10,
	DotPanelRows:    24,
	OuterPanelBytes: 512 << 10,
	StripBytes:      64,
	FirstRows:       6,
	OuterPanelCols:  96,
	TransBytes:      512 << 10,
	DepthWhole:      512,
	DepthCut:        512,
	Pad:             16,

	AliasUses:     64,
	AliasRows:     4,
	AliasRowBytes: 64 << 10,
	AliasCopy:     192,
}

// zen4Wide is for AVX-512, whose tiles are so wide that Aᵀ·B with a small B need not
// pack. Panels in L1, pieces of the chains of A·B and packing for 4 KiB aliasing alone are
// not measured with it and left out. Pieces of Aᵀ·B aren't measured either, but stay: what
// they avoid is a strip that L1 can't hold, whatever the vectors.
var zen4Wide = zen4.with(func(t *Tuning) {
	t.PackTTerms = Never
	t.NearUses, t.PieceBytes, t.PackAliasUses = Never, Never, Never
	t.DepthCut = 256
	t.StripBytes, t.FirstRows = 128, 12
})

// zen5Wide differs in its L1 of 48 KiB, which loads and stores vectors of 64 bytes whole,
// and in its two FMA units of that width (AMD, Software Optimization Guide for the AMD Zen5
// Microarchitecture). Not measured.
var zen5Wide = zen4Wide.with(func(t *Tuning) {
	t.LineBytes = 48 << 10
	t.StoreBytes, t.DotRows = 64, 4
})

// intelAVX512 is for cores with two 64-byte FMA units, L1 48 KiB and L2 2 MiB. Its numbers
// follow from trials on such a core with other micro-kernels of the same kind. They are
// not measured with those here.
var intelAVX512 = zen4.with(func(t *Tuning) {
	t.LineBytes = 48 << 10
	t.StoreBytes, t.RootBytes, t.DotRows = 64, 32, 4
	t.Sweeps[1] = Sweep{Samples: 6, Bytes: 1 << 20}
	t.Sweeps[2] = Sweep{Samples: 7, Bytes: 8 << 20}
	t.NearUses = 4 // the rows of a tile: with two rows of A a panel loses
	t.NearBytes = 24 << 10
	t.NearRows = 6
	t.NearMost = Never
	t.NearPartBytes = 1 << 20
	t.PieceBytes = 1 << 20
	t.PackUses = 24
	t.PackAliasUses = 24
	t.PackBytes = 128 << 10
	t.CopyTTerms = 64
	t.PackRows = t.Band
})

// skylakeWide is for cores with two 64-byte FMA units and the caches of Zen 4. Not measured.
var skylakeWide = zen4Wide.with(func(t *Tuning) { t.StoreBytes, t.RootBytes, t.DotRows = 64, 32, 4 })

// small returns t for an L2 of so many bytes, which is less than that of zen4: what is to
// stay there gets half.
func small(l2 int) Tuning {
	return zen4.with(func(t *Tuning) {
		t.DotPanelBytes, t.OuterPanelBytes, t.TransBytes, t.NearPartBytes = l2/2, l2/2, l2/2, l2/2
	})
}

// large returns t for an L1 of so many bytes, more than that of zen4. Like zen4Wide, it
// leaves out what is measured on Zen 4 with AVX2 alone.
func large(l1 int) Tuning {
	return zen4Wide.with(func(t *Tuning) {
		t.ShortCols = 1
		t.LineBytes = l1
		t.UpdateBytes = l1 / 2
		t.StripBytes, t.FirstRows = 64, Never
	})
}
