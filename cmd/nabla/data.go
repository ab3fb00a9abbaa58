package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/nabla-go/nabla/dataset"
	"github.com/nabla-go/nabla/kernels"
	"github.com/nabla-go/nabla/model"
	"github.com/nabla-go/nabla/train"
)

// builtIn is the name of the embedded digits.
const builtIn = "digits"

// csvSplitSeed decides which rows of a CSV file are for testing. No training
// seed has to do with it.
const csvSplitSeed = 1

// dataFlags say which samples to read, and how.
type dataFlags struct {
	data      string
	label     string
	header    string
	testShare float64
}

func (f *dataFlags) register(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.data, "data", builtIn, "digits (built in), a directory with the four MNIST files, or a CSV file")
	cmd.Flags().StringVar(&f.label, "label", "", "label column of a CSV file, by name or number from 1 (default the last)")
	registerHeader(cmd, &f.header)
	cmd.Flags().Float64Var(&f.testShare, "test-share", 0.2, "share of each class of a CSV file that is kept for testing")
}

func registerHeader(cmd *cobra.Command, header *string) {
	cmd.Flags().StringVar(header, "header", "auto", "whether a CSV file begins with column names: auto, yes or no")
}

// csvFlags are the flags that mean something for CSV files only.
var csvFlags = []string{"label", "header", "test-share", "raw", "part"}

// check looks at the flags before any sample is read.
func (f *dataFlags) check(cmd *cobra.Command) error {
	if _, err := parseHeader(f.header); err != nil {
		return err
	}
	if !(f.testShare >= 0 && f.testShare < 1) {
		return usagef("--test-share %v: want a number from 0 to below 1", f.testShare)
	}
	if isCSV, err := f.isCSV(); isCSV || err != nil {
		return err
	}
	for _, name := range csvFlags {
		if cmd.Flags().Changed(name) {
			return usagef("--%s is for CSV files, --data is %s", name, f.data)
		}
	}
	return nil
}

func parseHeader(s string) (dataset.Header, error) {
	switch s {
	case "auto":
		return dataset.DetectHeader, nil
	case "yes":
		return dataset.WithHeader, nil
	case "no":
		return dataset.NoHeader, nil
	}
	return 0, usagef("--header %q: want auto, yes or no", s)
}

// holds reports whether path leads to a file that the data are read from.
func (f *dataFlags) holds(path string) bool {
	files, _ := os.ReadDir(f.data) // none if it is no directory
	return sameFile(path, f.data) || slices.ContainsFunc(files, func(e os.DirEntry) bool {
		return strings.Contains(e.Name(), "-ubyte") && sameFile(path, filepath.Join(f.data, e.Name()))
	})
}

// sameFile reports whether two names lead to one existing file.
func sameFile(a, b string) bool {
	x, errX := os.Stat(a)
	y, errY := os.Stat(b)
	return errX == nil && errY == nil && os.SameFile(x, y)
}

// isCSV reports whether the data are a CSV file, the only kind without a
// division into training and test data of its own.
func (f *dataFlags) isCSV() (bool, error) {
	if f.data == builtIn {
		return false, nil
	}
	info, err := os.Stat(f.data)
	if err != nil {
		return false, fmt.Errorf("--data: %w (want %s, a directory or a CSV file)", err, builtIn)
	}
	return !info.IsDir(), nil
}

// load reads training and test data. Labels of a CSV file are looked up in
// classes unless that is nil.
func load[T kernels.Float](f *dataFlags, classes []string) (training, test *train.Data[T], err error) {
	isCSV, err := f.isCSV()
	if err != nil {
		return nil, nil, err
	}
	switch {
	case isCSV:
		all, err := loadCSV[T](f, classes)
		if err != nil {
			return nil, nil, err
		}
		training, test = all.Split(f.testShare, csvSplitSeed)
		return training, test, nil
	case f.data == builtIn:
		training, test = dataset.Digits[T]()
		return training, test, nil
	}
	return dataset.ReadMNIST[T](f.data)
}

// loadCSV reads all samples of a CSV file.
func loadCSV[T kernels.Float](f *dataFlags, classes []string) (*train.Data[T], error) {
	header, err := parseHeader(f.header)
	if err != nil {
		return nil, err
	}
	return dataset.ReadCSV[T](f.data, dataset.CSV{Label: f.label, Header: header, Classes: classes})
}

// prepare makes sure that s holds what m was trained on, and brings raw inputs
// to the form that m's network takes.
func prepare[T kernels.Float](m *model.Model[T], s *train.Data[T]) error {
	if s.X.Cols != m.Net.Inputs() {
		return fmt.Errorf("%s has %d input columns, the model takes %d", s.Name, s.X.Cols, m.Net.Inputs())
	}
	if s.Features != nil && m.Features != nil {
		for j, name := range s.Features {
			if name != m.Features[j] {
				return fmt.Errorf("%s: input column %d is %q, the model was trained with %q there", s.Name, j+1, name, m.Features[j])
			}
		}
	}
	if s.Classes != nil && !slices.Equal(s.Classes, m.Classes) {
		return fmt.Errorf("%s has the classes %q, the model has %q", s.Name, s.Classes, m.Classes)
	}
	switch {
	case s.Scaler == nil && m.Scaler != nil:
		s.Scale(m.Scaler)
		for k := range s.Len() {
			for j, v := range s.X.Row(k) {
				if v-v != 0 {
					return fmt.Errorf("%s: row %d: input column %d is so far from what the model was trained with that its scaling makes it %v", s.Name, k+1, j+1, v)
				}
			}
		}
	case s.Scaler != nil && !s.Scaler.Equal(m.Scaler):
		return fmt.Errorf("%s comes with another scaling of its inputs than the model was trained with: give it as a CSV file of raw values", s.Name)
	}
	return nil
}
