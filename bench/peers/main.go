// Command peers compares nabla with others in one process: its kernels with
// OpenBLAS, MKL, libmvec, SLEEF, gonum, vek and plain Go, and its training steps with a
// trainer in C on OpenBLAS and with Go libraries.
//
//	go run . kernels [-filter REGEXP] [-isa avx512] [-rounds 20] [-json]
//	go run . train   [-net 784-30-10] [-batch 1,10] [-threads 1] [-rounds 10] [-json]
//	go run . report-kernels|report-train [-dir ../tables] [-python /usr/bin/python3] …
//
// The last write tables and pictures, report-train with what train_peers.py adds.
// It needs libopenblas-dev, libsleef-dev and GCC; kernels and report-kernels take MKL with
// -mkl FILE. See README.md in bench.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"

	"github.com/nabla-go/nabla/bench"
	"github.com/nabla-go/nabla/bench/peers/cpeer"
	"github.com/nabla-go/nabla/internal/isa"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "peers:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if err := cpeer.Fresh(); err != nil {
		return err
	}
	if len(args) == 0 {
		return fmt.Errorf("want kernels, train, report-kernels or report-train")
	}
	fl := flag.NewFlagSet(args[0], flag.ExitOnError)
	level := fl.String("isa", isa.Active.String(), "instruction set of nabla")
	rounds := fl.Int("rounds", 20, "how often each candidate is timed; the least time counts")
	asJSON := fl.Bool("json", false, "one JSON object a line")
	filter := fl.String("filter", "", "kernels: regular expression for names such as Gemv/f32/isa=avx512/30x784/off=16")
	nets := fl.String("net", "", "train: one net, such as 784-30-10, instead of all four")
	batches := fl.String("batch", "1,10,32,128,512", "train: samples a step")
	threads := fl.Int("threads", 1, "train: threads of all candidates that can use them")
	dir := fl.String("dir", "../tables", "reports: where the folder of this machine is or will be")
	python := fl.String("python", "python3", "report-train: the interpreter for train_peers.py; empty to leave it out")
	mkl := fl.String("mkl", "", "kernels: the file libmkl_rt.so.3 of MKL, as in PyPI's package mkl; empty to leave it out")
	fl.Parse(args[1:])
	re, err := regexp.Compile(*filter)
	if err != nil {
		return err
	}
	l, err := isa.Parse(*level)
	if err != nil {
		return err
	}
	config, core := cpeer.OpenBLAS()
	if *mkl != "" {
		if err := cpeer.LoadMKL(*mkl); err != nil {
			return fmt.Errorf("-mkl: %w", err)
		}
		blasPeers = append(blasPeers, blasPeer{"MKL", cpeer.OfMKL})
	}
	version, _, _ := strings.Cut(strings.TrimPrefix(config, "OpenBLAS "), " ")
	head := fmt.Sprintf("%v; nabla on %v; OpenBLAS %s (%s kernels)", bench.ThisMachine(), l, version, core)
	if *mkl != "" {
		head += "; MKL " + cpeer.MKLVersion()
	}
	if *asJSON {
		fmt.Printf("{\"head\":%q}\n", head)
	} else {
		fmt.Println(head)
	}
	cpeer.Threads(*threads)
	runtime.GOMAXPROCS(*threads)
	folder := filepath.Join(*dir, bench.ThisMachine().Folder())
	if strings.HasPrefix(args[0], "report-") {
		if err := os.MkdirAll(folder, 0o755); err != nil {
			return err
		}
	}
	switch args[0] {
	case "kernels":
		cpeer.Threads(1)
		if !*asJSON {
			printKernelHead(os.Stdout)
		}
		compareKernels(re.MatchString, l, *rounds, func(r kernelRow) { r.print(os.Stdout, *asJSON) })
	case "train":
		if !*asJSON {
			printTrainHead(os.Stdout)
		}
		return compareTraining(*nets, *batches, *threads, l, *rounds, func(r trainRow) { r.print(os.Stdout, *asJSON) })
	case "report-kernels":
		cpeer.Threads(1)
		return reportKernels(folder, head, re.MatchString, l, *rounds)
	case "report-train":
		return reportTraining(folder, head, *nets, *batches, *python, *threads, l, *rounds)
	default:
		return fmt.Errorf("%s: want kernels, train, report-kernels or report-train", args[0])
	}
	return nil
}
