package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

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

// dataSource says which samples to read, and how.
type dataSource struct {
	path      string
	isCSV     bool // the only kind without a division into training and test data of its own
	csv       dataset.CSV
	testShare float64
}

// flags are those that choose the data. given tells which flags were given.
func (d *dataSource) flags(given func(name string) bool) []flag {
	data := newFlag("data", builtIn, "digits (built in), a directory with the four MNIST files, or a CSV file", func(v string) error {
		d.path = v
		if v == builtIn {
			return nil
		}
		info, err := os.Stat(v)
		if err != nil {
			return failure{fmt.Errorf("--data: %w (want %s, a directory or a CSV file)", err, builtIn)}
		}
		d.isCSV = !info.IsDir()
		return nil
	})
	data.files = true
	return []flag{
		data,
		d.forCSV(given, newFlag("label", "", "label column of a CSV file, by name or number from 1 (default the last)", func(v string) error {
			d.csv.Label = v
			return nil
		})),
		d.forCSV(given, headerFlag(&d.csv.Header)),
		d.forCSV(given, newFlag("test-share", 0.2, "share of each class of a CSV file that is kept for testing", func(v float64) error {
			d.testShare = v
			return want(v >= 0 && v < 1, "a number of at least 0 and less than 1")
		})),
	}
}

// forCSV makes a flag wrong usage if it is given and the data are no CSV file.
func (d *dataSource) forCSV(given func(name string) bool, f flag) flag {
	use := f.use
	f.use = func() error {
		if err := use(); err != nil {
			return err
		}
		if given(f.name) && !d.isCSV {
			return usagef("--%s is for CSV files, --data is %s", f.name, d.path)
		}
		return nil
	}
	return f
}

var headers = map[string]dataset.Header{"auto": dataset.DetectHeader, "yes": dataset.WithHeader, "no": dataset.NoHeader}

// headerFlag sets h.
func headerFlag(h *dataset.Header) flag {
	return newNameFlag("header", "auto", "whether a CSV file begins with column names", []string{"auto", "yes", "no"}, func(v string) error {
		*h = headers[v]
		return nil
	})
}

// holds reports whether path leads to a file that the data are read from.
func (d *dataSource) holds(path string) bool {
	files, _ := os.ReadDir(d.path) // none if it is no directory
	return sameFile(path, d.path) || slices.ContainsFunc(files, func(e os.DirEntry) bool {
		return strings.Contains(e.Name(), "-ubyte") && sameFile(path, filepath.Join(d.path, e.Name()))
	})
}

// sameFile reports whether two names lead to one existing file.
func sameFile(a, b string) bool {
	x, errX := os.Stat(a)
	y, errY := os.Stat(b)
	return errX == nil && errY == nil && os.SameFile(x, y)
}

// load reads training and test data. Labels of a CSV file are looked up in
// classes unless that is nil.
func load[T kernels.Float](d *dataSource, classes []string) (training, test *train.Data[T], err error) {
	switch {
	case d.isCSV:
		all, err := loadCSV[T](d, classes)
		if err != nil {
			return nil, nil, err
		}
		training, test = all.Split(d.testShare, csvSplitSeed)
		return training, test, nil
	case d.path == builtIn:
		training, test = dataset.Digits[T]()
		return training, test, nil
	}
	return dataset.ReadMNIST[T](d.path)
}

// loadCSV reads all samples of a CSV file.
func loadCSV[T kernels.Float](d *dataSource, classes []string) (*train.Data[T], error) {
	form := d.csv
	form.Classes = classes
	return dataset.ReadCSV[T](d.path, form)
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
