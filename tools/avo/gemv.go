package main

import "github.com/mmcloughlin/avo/operand"

const gemvSignature = "func(m, n int, alpha T, a []T, lda int, x []T, beta T, y []T)"

func gemv(t *target) {
	t.fn("Gemv", gemvSignature,
		"sets y = alpha·A·x + beta·y, row · row; %s defines it.",
		"Several rows of A at once, one FMA with memory per vector; their folds share shuffles.")
	// As a product of matrices this is C = x·Aᵀ with one row.
	t.rename(map[string]string{"m": "", "n": "m", "k": "n", "a": "x", "lda": "", "b": "a", "ldb": "lda", "c": "y", "ldc": ""})
	t.rowRowBand(1, t.shapes().gemv, t.ptr("a"), t.ptr("c"))
	t.ret()

	t.fn("GemvT", gemvSignature,
		"sets y = alpha·Aᵀ·x + beta·y, row × matrix; %s defines it.",
		"Vectors along the rows of A, one FMA with memory per vector.")
	// As a product of matrices this is C = x·A with one row.
	t.rename(map[string]string{"m": "", "k": "m", "a": "x", "lda": "", "b": "a", "ldb": "lda", "c": "y", "ldc": ""})
	t.chainBand(1, t.shapes().gemvT, t.ptr("a"), t.ptr("c"))
	t.ret()

	t.fn("Ger", "func(m, n int, alpha T, x, y []T, a []T, lda int)",
		"adds alpha·x·yᵀ to A; %s defines it.",
		"Row by row, four vectors a round, two FMAs each: x[i]·y[j] + 0, then alpha times it + A.")
	alpha, xi, zero := t.vec(), t.vec(), t.vec()
	t.broadcast(t.param("alpha"), alpha)
	t.zero(zero)
	m, x, row := t.param("m"), t.ptr("x"), t.ptr("a")
	loop, end := t.label("row"), t.label("end")
	t.Label(loop)
	t.CMPQ(m, operand.Imm(0))
	t.JE(operand.LabelRef(end))
	t.broadcast(mem(x, 0), xi)
	y, a := t.ptr("y"), t.GP64()
	t.MOVQ(row, a)
	t.sweep(t.int("n"), []gp{y, a}, func(disp int, k *mask) {
		p, c := t.vec(), t.vec()
		t.loadMaybe(mem(y, disp), k, p)
		t.fma213(xi, zero, p)
		t.loadMaybe(mem(a, disp), k, c)
		t.fma(p, alpha, c)
		t.storeMaybe(c, k, mem(a, disp))
	})
	t.ADDQ(imm(t.size), x)
	t.ADDQ(t.bytes("lda"), row)
	t.DECQ(m)
	t.JMP(operand.LabelRef(loop))
	t.Label(end)
	t.ret()
}
