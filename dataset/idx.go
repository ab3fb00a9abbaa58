package dataset

import (
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/nabla-go/nabla/kernels"
	"github.com/nabla-go/nabla/train"
)

// The magic numbers of the IDX format: two zero bytes, the element type (8 is
// unsigned byte), the number of dimensions. Then one big-endian uint32 per
// dimension, then the elements.
// Source: Y. LeCun, C. Cortes, C. Burges, "The MNIST database", file formats.
const (
	magicLabels = 0x0801
	magicImages = 0x0803
)

// Images are grey pictures of one size, row by row, 0…255.
type Images struct {
	Count, Rows, Cols int
	Pixels            []byte // len Count·Rows·Cols
}

// ReadIDXImages reads an IDX file of images, gzipped or not.
func ReadIDXImages(path string, limits ...Limits) (Images, error) {
	dims, pixels, err := readIDX(path, magicImages, limits...)
	if err != nil {
		return Images{}, err
	}
	im := Images{Count: dims[0], Rows: dims[1], Cols: dims[2], Pixels: pixels}
	if im.Rows == 0 || im.Cols == 0 {
		return Images{}, fmt.Errorf("%s: images of %d×%d pixels are empty", path, im.Rows, im.Cols)
	}
	return im, nil
}

// ReadIDXLabels reads an IDX file of labels, gzipped or not.
func ReadIDXLabels(path string, limits ...Limits) ([]byte, error) {
	_, labels, err := readIDX(path, magicLabels, limits...)
	return labels, err
}

// ReadIDX reads a file of images and the file of their labels, which must lie
// in 0…classes−1. Pixels are divided by 255.
func ReadIDX[T kernels.Float](images, labels string, classes int) (*train.Data[T], error) {
	im, err := ReadIDXImages(images)
	if err != nil {
		return nil, err
	}
	lb, err := ReadIDXLabels(labels)
	if err != nil {
		return nil, err
	}
	if len(lb) != im.Count {
		return nil, fmt.Errorf("%s holds %d labels, but %s holds %d images", labels, len(lb), images, im.Count)
	}
	if im.Count == 0 { // and no pixel confirms the size of an image
		return nil, fmt.Errorf("%s: no samples", images)
	}
	s := &train.Data[T]{Name: images, Labels: make([]int, im.Count)}
	for i, l := range lb {
		s.Labels[i] = int(l)
	}
	if s.T, err = train.OneHot[T](s.Labels, classes); err != nil {
		return nil, fmt.Errorf("%s: %w", labels, err)
	}
	for c := range classes {
		s.Classes = append(s.Classes, strconv.Itoa(c))
	}
	s.X = kernels.NewMatrix[T](im.Count, im.Rows*im.Cols)
	for i, p := range im.Pixels {
		s.X.Data[i] = T(p)
	}
	s.Scale(train.NewScaler(s.X.Cols, 255))
	return s, nil
}

// ReadMNIST reads the four files of MNIST, or of a data set in its form with
// ten classes, from a directory:
//
//	train-images-idx3-ubyte  train-labels-idx1-ubyte
//	t10k-images-idx3-ubyte   t10k-labels-idx1-ubyte
//
// Each may be gzipped, with or without .gz in its name, and may have a dot
// before idx.
func ReadMNIST[T kernels.Float](dir string) (training, test *train.Data[T], err error) {
	var paths [4]string
	for i, name := range []string{
		"train-images-idx3-ubyte", "train-labels-idx1-ubyte", "t10k-images-idx3-ubyte", "t10k-labels-idx1-ubyte",
	} {
		if paths[i], err = findIDX(dir, name); err != nil {
			return nil, nil, err
		}
	}
	if training, err = ReadIDX[T](paths[0], paths[1], 10); err != nil {
		return nil, nil, err
	}
	if test, err = ReadIDX[T](paths[2], paths[3], 10); err != nil {
		return nil, nil, err
	}
	if training.X.Cols != test.X.Cols {
		return nil, nil, fmt.Errorf("%s has %d pixels an image, %s has %d", paths[0], training.X.Cols, paths[2], test.X.Cols)
	}
	return training, test, nil
}

// findIDX returns the path under which the file called name exists.
func findIDX(dir, name string) (string, error) {
	dotted := strings.Replace(name, "-idx", ".idx", 1)
	for _, n := range []string{name, dotted, name + ".gz", dotted + ".gz"} {
		path := filepath.Join(dir, n)
		if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() {
			return path, nil
		}
	}
	return "", fmt.Errorf("%s: no file %s (nor %s, with or without .gz)", dir, name, dotted)
}

// readIDX reads an IDX file with the given magic number.
func readIDX(path string, magic uint32, limits ...Limits) (dims []int, data []byte, err error) {
	f, err := open(path)
	if err != nil {
		return nil, nil, err
	}
	defer f.Close()
	dims, data, err = decodeIDX(f, magic, limits...)
	if err != nil {
		return nil, nil, fmt.Errorf("%s: %w", path, err)
	}
	return dims, data, nil
}

func decodeIDX(r io.Reader, magic uint32, limits ...Limits) (dims []int, data []byte, err error) {
	var word [4]byte
	readWord := func() (uint32, error) {
		_, err := io.ReadFull(r, word[:])
		if err != nil {
			return 0, fmt.Errorf("the IDX header is cut short: %w", err)
		}
		return binary.BigEndian.Uint32(word[:]), nil
	}
	got, err := readWord()
	if err != nil {
		return nil, nil, err
	}
	if got != magic {
		return nil, nil, fmt.Errorf("wrong kind of file: the magic number is 0x%08x (%s), want 0x%08x (%s)", got, idxKind(got), magic, idxKind(magic))
	}
	for range magic & 0xff {
		d, err := readWord()
		if err != nil {
			return nil, nil, err
		}
		if uint64(d) > math.MaxInt {
			return nil, nil, errTooLarge
		}
		dims = append(dims, int(d))
	}
	data, err = readPromised(r, dims, 1, 4, limits...)
	return dims, data, err
}

func idxKind(magic uint32) string {
	switch magic {
	case magicLabels:
		return "labels"
	case magicImages:
		return "images"
	}
	if magic>>16 == 0x1f8b {
		return "gzipped twice"
	}
	return "neither images nor labels of MNIST"
}
