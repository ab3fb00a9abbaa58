// Command mca tells what the NEON kernels' hot loops can reach at best: it reads
// a binary for linux/arm64, finds the innermost loop of each kernel, and lets
// llvm-mca 19 simulate it on models of five cores. It prints bench/neon.md:
//
//	go run ./tools/mca > bench/neon.md
//
// Without an argument it builds ./cmd/nabla for linux/arm64; with one it reads
// that file. llvm-mc and llvm-mca must be in the PATH, as llvm-mc-19 and
// llvm-mca-19 (Debian's package llvm-19).
package main

import (
	"bytes"
	"debug/elf"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"log"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

// hot are the kernels of the table, without element type.
var hot = []string{
	"GemmDot", "GemmOuter", "Gemv", "GemvT", "GemvTResume", "GemvTGer", "Ger", "Dot", "Sum", "Max", "Axpy", "Scal",
	"Exp", "Log", "Sigmoid", "SigmoidPrime", "Tanh", "TanhPrime", "ReLU", "Mul", "Momentum", "RMSProp", "Adam",
}

// core is a processor that llvm-mca has a model of.
type core struct{ name, note string }

var cores = []core{
	{"neoverse-n1", "Two FMA pipes"},
	{"cortex-a76", "LLVM has no model of its own: Cortex-A57's stands in, on which a vector FMA takes two slots"},
	{"neoverse-v1", "Four FMA pipes"},
	{"neoverse-v2", "Four FMA pipes"},
	{"apple-m1", "LLVM has no model of its own: Cyclone's stands in, with three FMA pipes instead of four"},
}

func main() {
	log.SetFlags(0)
	file, err := binaryFile()
	if err != nil {
		log.Fatal(err)
	}
	loops, err := readLoops(file)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("# Static throughput of the NEON kernels\n\n"+
		"`go run ./tools/mca > bench/neon.md`, %s, %s.\n\n"+
		"Each row is the innermost loop of a kernel, as the linker left it, simulated with all data in L1: cycles for one\n"+
		"round; the share of the FMA pipes' time in use; two lower bounds of the cycles, and the cycles as a multiple of the\n"+
		"second; and what binds. The first bound is LLVM's: the number of operations over that of pipes, the divider apart.\n"+
		"The second adds for how long a division blocks its pipe, so it is reached if the fullest pipes never wait. Latency\n"+
		"binds where a core's window is too small to find enough independent work.\n", time.Now().Format(time.DateOnly), version())
	for _, c := range cores {
		fmt.Printf("\n## %s\n\n%s.\n\n", c.name, c.note)
		fmt.Println("| kernel | instructions | FMAs | cycles | FMA pipes | operations | bound | × bound | binds |")
		fmt.Println("|---|--:|--:|--:|--:|--:|--:|--:|---|")
		for _, l := range loops {
			r, err := simulate(l, c.name)
			if err != nil {
				log.Fatalf("%s on %s: %v", l.name, c.name, err)
			}
			fmt.Printf("| %s | %d | %d | %.1f | %.0f %% | %.1f | %.1f | %.2f | %s |\n",
				l.name, len(l.text), l.count("fmla", "fmls"), r.cycles, 100*r.fma, r.operations, r.bound, r.cycles/r.bound, r.binds())
		}
	}
}

// binaryFile returns the path of the binary to read.
func binaryFile() (string, error) {
	if len(os.Args) > 1 {
		return os.Args[1], nil
	}
	dir, err := os.MkdirTemp("", "mca")
	if err != nil {
		return "", err
	}
	file := filepath.Join(dir, "nabla")
	build := exec.Command("go", "build", "-o", file, "./cmd/nabla")
	build.Env = append(os.Environ(), "GOOS=linux", "GOARCH=arm64", "CGO_ENABLED=0")
	build.Stderr = os.Stderr
	return file, build.Run()
}

// loop is a straight run of instructions that ends in a branch to its beginning.
type loop struct {
	name string
	text []string // in LLVM's syntax
}

// count returns the number of instructions with these mnemonics.
func (l loop) count(mnemonics ...string) int {
	n := 0
	for _, t := range l.text {
		for _, m := range mnemonics {
			if strings.HasPrefix(t, m+"\t") {
				n++
			}
		}
	}
	return n
}

// arithmetic returns the number of floating-point instructions.
func (l loop) arithmetic() int {
	n := 0
	for _, t := range l.text {
		if strings.HasPrefix(t, "f") {
			n++
		}
	}
	return n
}

// readLoops returns the hottest loop of each kernel in the order of hot.
func readLoops(file string) ([]loop, error) {
	f, err := elf.Open(file)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if f.Machine != elf.EM_AARCH64 {
		return nil, errors.New(file + ": not a binary for arm64")
	}
	symbols, err := f.Symbols()
	if err != nil {
		return nil, err
	}
	text := f.Section(".text")
	code, err := text.Data()
	if err != nil {
		return nil, err
	}
	kernels := map[string][]uint32{}
	for _, s := range symbols {
		if m := regexp.MustCompile(`/kernels/arm64\.(\w+)NEON`).FindStringSubmatch(s.Name); m != nil {
			b := code[s.Value-text.Addr:][:s.Size]
			words := make([]uint32, len(b)/4)
			for i := range words {
				words[i] = binary.LittleEndian.Uint32(b[4*i:])
			}
			kernels[m[1]] = words
		}
	}
	var loops []loop
	for _, elem := range []string{"F32", "F64"} {
		for _, name := range hot {
			words, ok := kernels[name+elem]
			if !ok {
				return nil, fmt.Errorf("%s: no symbol %s%sNEON", file, name, elem)
			}
			l, err := hottest(words)
			if err != nil {
				return nil, fmt.Errorf("%s%s: %w", name, elem, err)
			}
			l.name = name + elem
			loops = append(loops, l)
		}
	}
	return loops, nil
}

// hottest returns the innermost loop with the most arithmetic on vectors.
func hottest(words []uint32) (loop, error) {
	type span struct{ first, last int }
	var spans []span
	for i, w := range words {
		if d, ok := branch(w); ok && d < 0 && i+d >= 0 {
			spans = append(spans, span{i + d, i})
		}
	}
	var best loop
	most := -1
	for _, s := range spans {
		inner := true
		for _, o := range spans {
			if o != s && s.first <= o.first && o.last <= s.last {
				inner = false
			}
		}
		if !inner {
			continue
		}
		text, err := disassemble(words[s.first : s.last+1])
		if err != nil {
			return best, err
		}
		l := loop{text: text}
		if n := l.arithmetic(); n > most {
			best, most = l, n
		}
	}
	if most < 0 {
		return best, errors.New("no loop")
	}
	return best, nil
}

// branch returns the distance in instructions of a branch.
func branch(w uint32) (int, bool) {
	signed := func(shift, bits uint) int { return int(int32(w>>shift<<(32-bits)) >> (32 - bits)) }
	switch {
	case w>>26 == 0b000101: // B
		return signed(0, 26), true
	case w>>24 == 0b01010100, w>>25&0b0111111 == 0b0011010: // B.cond, CBZ, CBNZ
		return signed(5, 19), true
	case w>>25&0b0111111 == 0b0011011: // TBZ, TBNZ
		return signed(5, 14), true
	}
	return 0, false
}

// disassemble returns instructions in LLVM's syntax.
func disassemble(words []uint32) ([]string, error) {
	var in strings.Builder
	for _, w := range words {
		fmt.Fprintf(&in, "0x%02x 0x%02x 0x%02x 0x%02x\n", w&255, w>>8&255, w>>16&255, w>>24)
	}
	out, err := run(in.String(), "llvm-mc-19", "--disassemble", "--triple=aarch64")
	if err != nil {
		return nil, err
	}
	var text []string
	for line := range strings.Lines(string(out)) {
		if line = strings.TrimSpace(line); line != "" && !strings.HasPrefix(line, ".") {
			text = append(text, line)
		}
	}
	if len(text) != len(words) {
		return nil, fmt.Errorf("%d instructions of %d understood", len(text), len(words))
	}
	return text, nil
}

// result is what one round of a loop costs.
type result struct {
	cycles              float64
	operations, bound   float64 // lower bounds of cycles: LLVM's, and with divisions
	fma, load, dispatch float64 // share of slots in use
}

// binds names what keeps the loop from being faster.
func (r result) binds() string {
	switch {
	case r.cycles > 1.15*r.bound:
		return "latency"
	case r.fma >= r.load && r.fma >= r.dispatch:
		return "arithmetic"
	case r.load >= r.dispatch:
		return "loads"
	}
	return "dispatch"
}

// Names of pipes in LLVM's models; the last part numbers pipes of one kind.
var (
	fmaPipe  = regexp.MustCompile(`Unit(V\d?|W|X)(\.|$)`)
	loadPipe = regexp.MustCompile(`Unit(L\d*|LS)(\.|$)`)
)

// simulate runs llvm-mca on a loop.
func simulate(l loop, cpu string) (result, error) {
	const rounds = 200
	out, err := run(strings.Join(l.text, "\n"), "llvm-mca-19", "--march=aarch64", "--mcpu="+cpu,
		fmt.Sprint("--iterations=", rounds), "--json")
	if err != nil {
		return result{}, err
	}
	var report struct {
		CodeRegions []struct {
			SummaryView struct {
				BlockRThroughput                      float64
				DispatchWidth, TotalCycles, TotaluOps float64
			}
			ResourcePressureView struct {
				ResourcePressureInfo []struct {
					InstructionIndex, ResourceIndex int
					ResourceUsage                   float64
				}
			}
		}
		TargetInfo struct{ Resources []string }
	}
	if err := json.Unmarshal(out, &report); err != nil {
		return result{}, err
	}
	region := report.CodeRegions[0]
	s := region.SummaryView
	r := result{cycles: s.TotalCycles / rounds, operations: s.BlockRThroughput, dispatch: s.TotaluOps / s.TotalCycles / s.DispatchWidth}
	use := func(kind *regexp.Regexp) float64 {
		pipes, sum := 0.0, 0.0
		for i, name := range report.TargetInfo.Resources {
			if kind.MatchString(name) {
				pipes++
				for _, p := range region.ResourcePressureView.ResourcePressureInfo {
					if p.ResourceIndex == i && p.InstructionIndex < len(l.text) {
						sum += p.ResourceUsage
					}
				}
			}
		}
		return sum / pipes / r.cycles
	}
	r.fma, r.load = use(fmaPipe), use(loadPipe)
	r.bound = max(r.operations, r.cycles*max(r.fma, r.load))
	return r, nil
}

// version returns the version of LLVM.
func version() string {
	out, err := run("", "llvm-mca-19", "--version")
	if err != nil {
		log.Fatal(err)
	}
	return strings.TrimSpace(string(regexp.MustCompile(`LLVM version [\d.]+`).Find(out)))
}

// run runs a program and returns its standard output.
func run(input, name string, args ...string) ([]byte, error) {
	cmd := exec.Command(name, args...)
	cmd.Stdin = strings.NewReader(input)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("%s: %w\n%s", name, err, stderr.String())
	}
	return out, nil
}
