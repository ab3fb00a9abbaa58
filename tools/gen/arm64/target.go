package arm64

import (
	"bytes"
	"fmt"
	"go/types"
	"math/bits"
	"slices"
	"strings"

	"github.com/nabla-go/nabla/tools/gen/spec"
)

// target is an element type, with the instructions that kernels are written in.
// Operands of methods stand as in a formula: the destination is what they
// return or their first argument.
type target struct {
	*asm
	f64   bool
	elem  string // F32 or F64
	size  int    // bytes of an element
	lanes int    // elements of a vector

	numbers     spec.Numbers
	pool        *pool
	constants   reg // address of the table of constants
	kernels     spec.Kernels
	fun         *spec.Func // under construction
	frame       frame
	code, stubs *bytes.Buffer
	functions   map[string]bool // written so far
	double      *target         // the one of float64
}

func newTarget(f64 bool, kernels spec.Kernels, code, stubs *bytes.Buffer) *target {
	t := &target{f64: f64, elem: "F32", size: 4, numbers: spec.NumbersOf(f64), kernels: kernels, code: code, stubs: stubs, pool: &pool{f64: f64}}
	if f64 {
		t.elem, t.size = "F64", 8
	}
	t.lanes = 16 / t.size
	return t
}

// fn writes the kernel name, for the target's element type, with the signature of
// package generic's function. method says how it works.
func (t *target) fn(name, method string, body func()) {
	f, err := t.kernels.Func(name + t.elem)
	if err != nil {
		panic(err)
	}
	t.fun, t.frame = f, layout(f)
	t.asm = &asm{types: typesOf(t.f64)}
	t.constants = t.gp("constants")
	t.set("MOVD $"+t.pool.symbol()+"(SB), R@0", t.constants)
	body()
	if !slices.ContainsFunc(t.insts, func(i inst) bool { return slices.Contains(i.uses, t.constants) }) {
		t.insts = t.insts[1:]
	}
	t.ret()

	access := t.access(f.Operands())
	registers, text := t.text()
	writeComment(t.stubs, f.Comment(f.Name+"NEON", "NEON", method, access, ""), "go:noescape")
	fmt.Fprintf(t.stubs, "func %sNEON%s\n", f.Name, strings.TrimPrefix(types.ExprString(f.Type), "func"))
	writeComment(t.code, append(f.Comment(f.Name+"NEON", "NEON", method, access, ""), append([]string{""}, registers...)...), "")
	fmt.Fprintf(t.code, "TEXT ·%sNEON(SB), NOSPLIT, $0-%d\n%s", f.Name, t.frame.size, text)
	t.functions[f.Name+"NEON"] = true
}

// writeComment writes a comment in front of a function and, if there is one, a directive.
func writeComment(b *bytes.Buffer, lines []string, directive string) {
	b.WriteString("\n")
	for _, line := range lines {
		b.WriteString(strings.TrimRight("// "+line, " ") + "\n")
	}
	if directive != "" {
		b.WriteString("//\n//" + directive + "\n")
	}
}

// int loads an integer argument.
func (t *target) int(name string) reg {
	r := t.gp(name)
	t.set("MOVD "+t.frame.address(name)+", R@0", r)
	return r
}

// ptr loads the base of a slice argument.
func (t *target) ptr(name string) reg {
	r := t.gp(name)
	t.set("MOVD "+t.frame.address(name+"_base")+", R@0", r)
	return r
}

// has reports whether the function has a slice argument of that name.
func (t *target) has(slice string) bool {
	_, ok := t.frame.offset[slice+"_base"]
	return ok
}

// len loads the length of a slice argument.
func (t *target) len(name string) reg {
	r := t.int(name + "_len")
	t.regs[r].name = "len(" + name + ")"
	return r
}

// bytes loads an integer argument that counts elements and converts it to bytes.
func (t *target) bytes(name string) reg {
	r := t.int(name)
	t.mod(fmt.Sprintf("LSL $%d, R@0, R@0", t.shift()), r)
	return r
}

// shift is log₂ of an element's bytes.
func (t *target) shift() int { return t.size/8 + 2 }

// scalar loads a float argument into lane 0.
func (t *target) scalar(name string) reg {
	v := t.named(name, 1)[0]
	t.set("FMOVE "+t.frame.address(name)+", F@0", v)
	return v
}

// broadcast loads a float argument into all lanes.
func (t *target) broadcast(name string) reg {
	v := t.named(name, 1)[0]
	t.set("VDUP V@1.E[0], V@0.T", v, t.scalar(name))
	return v
}

// spread returns lane 0 of v in all lanes.
func (t *target) spread(v reg) reg {
	d := t.vec()
	t.set("VDUP V@1.E[0], V@0.T", d, v)
	return d
}

// constant returns a new register with a constant in all lanes.
func (t *target) constant(name string) reg {
	v := t.vec()
	t.constantTo(v, name)
	return v
}

func (t *target) constantTo(v reg, name string) {
	t.set(fmt.Sprintf("FMOVQ %d(R@1), F@0 // %s", t.pool.offset(name), name), v, t.constants)
}

// zero sets registers to +0.
func (t *target) zero(v ...reg) {
	for _, r := range v {
		t.set("VMOVI $0, V@0.B16", r)
	}
}

// move returns a copy of a general-purpose register.
func (t *target) move(name string, x reg) reg {
	r := t.gp(name)
	t.set(moveGeneral, r, x)
	return r
}

const moveGeneral = "MOVD R@1, R@0"

// plus returns x + y for general-purpose registers.
func (t *target) plus(name string, x, y reg) reg {
	r := t.gp(name)
	t.set("ADD R@2, R@1, R@0", r, x, y)
	return r
}

// advance adds n to a general-purpose register.
func (t *target) advance(n int, ptrs ...reg) {
	for _, p := range ptrs {
		t.mod(fmt.Sprintf("ADD $%d, R@0", n), p)
	}
}

// rounds emits body as often as step fits into n, and leaves the rest in n.
func (t *target) rounds(n reg, step int, body func()) {
	loop, rest := t.newLabel("loop"), t.newLabel("rest")
	t.mod(fmt.Sprintf("SUBS $%d, R@0", step), n)
	t.jump("BLT", rest)
	t.label(loop)
	body()
	t.mod(fmt.Sprintf("SUBS $%d, R@0", step), n)
	t.jump("BGE", loop)
	t.label(rest)
	t.mod(fmt.Sprintf("ADD $%d, R@0", step), n)
}

// once emits body for n ≥ step, which it takes from n then.
func (t *target) once(n reg, step int, body func()) {
	skip := t.newLabel("skip")
	t.jumpIfLess(n, step, skip)
	body()
	t.mod(fmt.Sprintf("SUB $%d, R@0", step), n)
	t.label(skip)
}

func (t *target) jumpIfLess(n reg, limit int, label string) {
	t.do(fmt.Sprintf("CMP $%d, R@1", limit), n)
	t.jump("BLT", label)
}

// ifBit emits body for n with that bit set.
func (t *target) ifBit(bit int, n reg, body func()) {
	skip := t.newLabel("skip")
	t.jump(fmt.Sprintf("TBZ $%d, R@1,", bit), skip, n)
	body()
	t.label(skip)
}

// mem is the text of a memory operand based on source register number arg.
func mem(disp, arg int) string { return fmt.Sprintf("%d(R@%d)", disp, arg) }

// moveOp is the instruction that moves n elements between memory and a register.
func (t *target) moveOp(n int) string {
	return map[int]string{16: "FMOVQ", 8: "FMOVD", 4: "FMOVS"}[n*t.size]
}

// load returns n elements at p, the other lanes being +0; n is a power of two.
func (t *target) load(n int, p reg, disp int) reg {
	v := t.vec()
	t.set(fmt.Sprintf("%s %s, F@0", t.moveOp(n), mem(disp, 1)), v, p)
	return v
}

// store stores the first n elements of v; n is a power of two.
func (t *target) store(v reg, n int, p reg, disp int) {
	t.do(fmt.Sprintf("%s F@1, %s", t.moveOp(n), mem(disp, 2)), v, p)
}

// loads returns count vectors from p on, loaded by pairs.
func (t *target) loads(count int, p reg, disp int) []reg {
	v := t.vecs(count)
	t.loadsTo(v, p, disp)
	return v
}

// loadsTo is loads into given registers.
func (t *target) loadsTo(v []reg, p reg, disp int) {
	for i := 0; i+1 < len(v); i += 2 {
		t.add(inst{text: fmt.Sprintf("FLDPQ %s, (F@0, F@1)", mem(disp+16*i, 2)), regs: []reg{v[i], v[i+1], p}, defs: []reg{v[i], v[i+1]}, uses: []reg{p}})
	}
	if i := len(v) - 1; i%2 == 0 {
		t.set(fmt.Sprintf("FMOVQ %s, F@0", mem(disp+16*i, 1)), v[i], p)
	}
}

// stores stores vectors from p on, by pairs.
func (t *target) stores(v []reg, p reg, disp int) {
	for i := 0; i+1 < len(v); i += 2 {
		t.do(fmt.Sprintf("FSTPQ (F@1, F@2), %s", mem(disp+16*i, 3)), v[i], v[i+1], p)
	}
	if i := len(v) - 1; i%2 == 0 {
		t.store(v[i], t.lanes, p, disp+16*i)
	}
}

// loadRest loads the n mod lanes elements at each of ptrs into registers that
// hold something else in all lanes. It moves the pointers.
func (t *target) loadRest(n reg, v, ptrs []reg) {
	each := func(text string) {
		for i, p := range ptrs {
			t.add(inst{text: text, regs: []reg{v[i], p}, defs: []reg{v[i], p}, uses: []reg{v[i], p}})
		}
	}
	if t.f64 {
		t.ifBit(0, n, func() { each("VLD1 (R@1), V@0.D[0]") })
		return
	}
	two, end := t.newLabel("two"), t.newLabel("end")
	t.jump("TBNZ $1, R@1,", two, n)
	t.ifBit(0, n, func() { each("VLD1 (R@1), V@0.S[0]") })
	t.jump("B", end)
	t.label(two)
	each("VLD1.P 8(R@1), V@0.D[0]")
	t.ifBit(0, n, func() { each("VLD1 (R@1), V@0.S[2]") })
	t.label(end)
}

// storeRest stores the elements that loadRest loads. It moves p.
func (t *target) storeRest(n, v, p reg) {
	if t.f64 {
		t.ifBit(0, n, func() { t.do("FMOVD F@1, (R@2)", v, p) })
		return
	}
	one, end := t.newLabel("one"), t.newLabel("end")
	t.jump("TBZ $1, R@1,", one, n)
	t.add(inst{text: "FMOVD.P F@0, 8(R@1)", regs: []reg{v, p}, defs: []reg{p}, uses: []reg{v, p}})
	t.ifBit(0, n, func() { t.do("VST1 V@1.S[2], (R@2)", v, p) })
	t.jump("B", end)
	t.label(one)
	t.ifBit(0, n, func() { t.do("FMOVS F@1, (R@2)", v, p) })
	t.label(end)
}

// sweep emits body for all n elements at ptrs: four vectors a round, then single
// ones, then what is left of a vector. body handles count times width elements.
func (t *target) sweep(n reg, ptrs []reg, body func(count, width int)) {
	for _, count := range []int{4, 1} {
		t.rounds(n, count*t.lanes, func() {
			body(count, t.lanes)
			t.advance(16*count, ptrs...)
		})
	}
	for width := t.lanes / 2; width > 0; width /= 2 {
		t.ifBit(bits.Len(uint(width))-1, n, func() {
			body(1, width)
			if width > 1 {
				t.advance(width*t.size, ptrs...)
			}
		})
	}
}

// part loads count vectors (or one of width elements) at p.
func (t *target) part(count, width int, p reg, disp int) []reg {
	if width < t.lanes {
		return []reg{t.load(width, p, disp)}
	}
	return t.loads(count, p, disp)
}

// storePart stores what part loads.
func (t *target) storePart(v []reg, width int, p reg) {
	if width < t.lanes {
		t.store(v[0], width, p, 0)
	} else {
		t.stores(v, p, 0)
	}
}

// op returns a new register with the result of an instruction of two sources,
// whose text has them as @1 and @2.
func (t *target) op(text string, src ...reg) reg {
	d := t.vec()
	t.set(text, d, src...)
	return d
}

func (t *target) sum(x, y reg) reg  { return t.op("VFADD_T(@2, @1, @0)", x, y) }
func (t *target) diff(x, y reg) reg { return t.op("VFSUB_T(@2, @1, @0)", x, y) }
func (t *target) prod(x, y reg) reg { return t.op("VFMUL_T(@2, @1, @0)", x, y) }
func (t *target) quot(x, y reg) reg { return t.op("VFDIV_T(@2, @1, @0)", x, y) }
func (t *target) sqrt(x reg) reg    { return t.op("VFSQRT_T(@1, @0)", x) }

// prod0 returns x times lane 0 of y.
func (t *target) prod0(x, y reg) reg { return t.op("VFMUL_T_E0(@2, @1, @0)", x, y) }

// addTo sets d = d + x.
func (t *target) addTo(d, x reg) { t.mod("VFADD_T(@1, @0, @0)", d, x) }

// fma sets d = x·y + d, fnma d = d − x·y.
func (t *target) fma(d, x, y reg)  { t.mod("VFMLA V@2.T, V@1.T, V@0.T", d, x, y) }
func (t *target) fnma(d, x, y reg) { t.mod("VFMLS V@2.T, V@1.T, V@0.T", d, x, y) }

// fma0 sets d = x·y + d with lane 0 of y.
func (t *target) fma0(d, x, y reg) { t.mod("VFMLA_T_E0(@2, @1, @0)", d, x, y) }
