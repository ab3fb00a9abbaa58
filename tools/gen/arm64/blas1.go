package arm64

import "fmt"

func init() { file("blas1", blas1) }

func blas1(t *target) {
	t.fn("Dot", "16 registers of lanes, an FMA for each vector; then a tree reduction.", func() {
		acc := t.named("lanes", 16)
		t.zero(acc...)
		t.dotLoop(acc)
		t.reduceReturn(acc)
	})
	t.fn("Sum", "16 registers of lanes, then a tree reduction.", func() {
		acc := t.named("lanes", 16)
		t.zero(acc...)
		t.sumLoop(acc, t.ptr("x"), t.len("x"))
		t.reduceReturn(acc)
	})
	t.fn("DotLanes", "Four registers of lanes. It is for operands beyond L2, which come slower than four chains of FMAs.", func() {
		t.continueLanes(4, t.dotLoop)
	})
	t.fn("DotWide", "Like Dot without the tree reduction.", func() {
		t.continueLanes(16, t.dotLoop)
	})
	t.fn("SumWide", "Like Sum without the tree reduction.", func() {
		t.continueLanes(16, func(acc []reg) { t.sumLoop(acc, t.ptr("x"), t.len("x")) })
	})
	t.fn("Axpy", "Four vectors a round.", func() {
		alpha := t.scalar("alpha")
		x, y := t.ptr("x"), t.ptr("y")
		t.sweep(t.len("x"), []reg{x, y}, func(count, width int) {
			xs, ys := t.part(count, width, x, 0), t.part(count, width, y, 0)
			for i := range ys {
				t.fma0(ys[i], xs[i], alpha)
			}
			t.storePart(ys, width, y)
		})
	})
	t.fn("Scal", "Four vectors a round.", func() {
		alpha := t.scalar("alpha")
		x := t.ptr("x")
		t.sweep(t.len("x"), []reg{x}, func(count, width int) {
			xs := t.part(count, width, x, 0)
			for i := range xs {
				xs[i] = t.prod0(xs[i], alpha)
			}
			t.storePart(xs, width, x)
		})
	})
	t.fn("Swap", "Four vectors a round.", func() {
		x, y := t.ptr("x"), t.ptr("y")
		t.sweep(t.len("x"), []reg{x, y}, func(count, width int) {
			xs, ys := t.part(count, width, x, 0), t.part(count, width, y, 0)
			t.storePart(xs, width, y)
			t.storePart(ys, width, x)
		})
	})
}

// dotLoop adds the products of arguments x and y to lanes.
func (t *target) dotLoop(acc []reg) {
	x, y := t.ptr("x"), t.ptr("y")
	t.lanesLoop(acc, t.len("x"), []reg{x, y}, func(acc []reg, v [][]reg) {
		for i := range acc {
			t.fma(acc[i], v[0][i], v[1][i])
		}
	})
}

// sumLoop adds n elements at x to lanes.
func (t *target) sumLoop(acc []reg, x, n reg) {
	t.lanesLoop(acc, n, []reg{x}, func(acc []reg, v [][]reg) {
		for i := range acc {
			t.addTo(acc[i], v[0][i])
		}
	})
}

// lanesLoop emits code so that vector v of n elements meets accumulator v mod
// len(acc): whole rounds, then single vectors, then a part of one. The part is
// loaded beforehand, with −0 (first pointer) or +0 in lanes without an element:
// an addition of the former or an FMA of both leaves any accumulator as it is.
// body gets accumulators and, for each pointer, as many vectors.
func (t *target) lanesLoop(acc []reg, n reg, ptrs []reg, body func(acc []reg, v [][]reg)) {
	t.lanesLoopPadded(acc, n, ptrs, func(j int) reg { return t.constant([]string{"sign", "zero"}[j]) }, body)
}

// lanesLoopPadded is lanesLoop with what pad returns in lanes without an element of each
// pointer.
func (t *target) lanesLoopPadded(acc []reg, n reg, ptrs []reg, pad func(pointer int) reg, body func(acc []reg, v [][]reg)) {
	t.rounds(n, len(acc)*t.lanes, func() {
		for i := 0; i < len(acc); i += 4 {
			v := make([][]reg, len(ptrs))
			for j, p := range ptrs {
				v[j] = t.loads(4, p, 16*i)
			}
			body(acc[i:i+4], v)
		}
		t.advance(16*len(acc), ptrs...)
	})
	t.comment("The last part of a vector.")
	var rest, ends []reg
	whole := t.gp("whole")
	t.set(fmt.Sprintf("AND $%d, R@1, R@0", -t.lanes), whole, n)
	for j, p := range ptrs {
		end := t.gp("end")
		t.set(fmt.Sprintf("ADD R@2<<%d, R@1, R@0", t.shift()), end, p, whole)
		ends = append(ends, end)
		rest = append(rest, pad(j))
	}
	t.loadRest(n, rest, ends)
	t.comment("Whole vectors before it.")
	finish := t.newLabel("finish")
	last := make([]string, len(acc))
	for i := range acc {
		last[i] = t.newLabel("last")
		if i < len(acc)-1 {
			t.jumpIfLess(n, t.lanes, last[i])
			v := make([][]reg, len(ptrs))
			for j, p := range ptrs {
				v[j] = []reg{t.load(t.lanes, p, 16*i)}
			}
			body(acc[i:i+1], v)
			t.advance(-t.lanes, n)
		}
	}
	columns := make([][]reg, len(rest))
	for j := range rest {
		columns[j] = rest[j : j+1]
	}
	for i := len(acc) - 1; i >= 0; i-- {
		t.label(last[i])
		body(acc[i:i+1], columns)
		if i > 0 {
			t.jump("B", finish)
		}
	}
	t.label(finish)
}

// continueLanes emits a kernel that loads n vectors of lanes from argument acc,
// runs loop over them and stores them.
func (t *target) continueLanes(n int, loop func(acc []reg)) {
	acc := t.named("lanes", n)
	t.loadsTo(acc, t.int("acc"), 0)
	loop(acc)
	t.stores(acc, t.int("acc"), 0)
}

// reduceReturn adds all lanes by halves and stores the sum as the result.
func (t *target) reduceReturn(acc []reg) {
	sum := t.reduce([][]reg{acc})
	t.do("FMOVE F@1, "+t.frame.address("ret"), sum)
}

// reduce adds the lanes of up to 4 (float64: 2) rows by halves and returns a
// register whose lane i is the sum of row i. A row is 2ⁿ registers.
func (t *target) reduce(rows [][]reg) reg {
	ones := make([]reg, t.lanes) // one register of each row; rows that don't exist repeat the first
	for i, row := range rows {
		for h := len(row) / 2; h > 0; h /= 2 {
			for j := range h {
				t.addTo(row[j], row[j+h])
			}
		}
		ones[i] = row[0]
	}
	for i := len(rows); i < t.lanes; i++ {
		ones[i] = ones[0]
	}
	if !t.f64 {
		// Lanes 0, 1 plus lanes 2, 3; the results of two rows share a register.
		for i := range 2 {
			x, y := ones[2*i], ones[2*i+1]
			ones[i] = t.sum(t.op("VZIP1 V@2.D2, V@1.D2, V@0.D2", x, y), t.op("VZIP2 V@2.D2, V@1.D2, V@0.D2", x, y))
		}
	}
	return t.op("VFADDP_T(@2, @1, @0)", ones[0], ones[1])
}
