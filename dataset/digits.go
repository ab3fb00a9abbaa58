package dataset

import (
	_ "embed"
	"strings"

	"github.com/nabla-go/nabla/kernels"
	"github.com/nabla-go/nabla/train"
)

//go:embed digits/digits.csv.gz
var digits string

// digitsSplitSeed decides which digits are for testing. It was chosen before
// anything was trained, and doesn't depend on the seed of a training.
const digitsSplitSeed = 1797

// largestDigit is what a pixel of the digits can be at most.
const largestDigit = 16

// DigitsFile returns the file that [Digits] reads, a gzipped CSV file.
func DigitsFile() string { return digits }

// Digits returns 1,797 handwritten digits of 8×8 pixels in [0, 1], row by row,
// in two parts: a fifth of each class for testing, the rest for training, by
// [train.Data.Split] with share 0.2 and seed 1797. The parts never change.
//
// They are the test part of E. Alpaydin and C. Kaynak, "Optical Recognition of
// Handwritten Digits", UCI Machine Learning Repository, 1998 (CC BY 4.0), as
// scikit-learn distributes it (BSD-3-Clause); see digits/NOTICE.
func Digits[T kernels.Float]() (training, test *train.Data[T]) {
	training, test = rawDigits[T]()
	for _, d := range []*train.Data[T]{training, test} {
		d.Scale(train.NewScaler(d.X.Cols, largestDigit))
		var err error
		if d.T, err = train.OneHot[T](d.Labels, len(d.Classes)); err != nil {
			panic("dataset: the embedded digits are damaged: " + err.Error())
		}
	}
	return training, test
}

// rawDigits returns the digits as they are in the file, 0…16.
func rawDigits[T kernels.Float]() (training, test *train.Data[T]) {
	t, err := DecodeTable[T](strings.NewReader(digits), "digits", TableOptions{Header: NoHeader, Task: Classification})
	var s *train.Data[T]
	if err == nil {
		_, s, err = FitEncoder(t, t.Rows(), EncoderOptions{Scale: "none"})
	}
	if err != nil {
		panic("dataset: the embedded digits are damaged: " + err.Error())
	}
	s.Image = &train.Image{Width: 8, Height: 8, Channels: 1, Largest: largestDigit}
	return s.Split(0.2, digitsSplitSeed)
}
