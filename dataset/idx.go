package dataset

import (
	"encoding/binary"
	"fmt"
	"io"
	"maps"
	"math"
	"math/bits"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/nabla-go/nabla/internal/memory"
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

// ReadIDXLabels reads an IDX file of labels, gzipped or not: bytes in one dimension.
func ReadIDXLabels(path string, limits ...Limits) ([]byte, error) {
	_, labels, err := readIDX(path, magicLabels, limits...)
	return labels, err
}

// ReadIDX reads a file of images and the file of their labels, which must lie
// in 0…classes−1, as one-hot targets. Pixels are divided by 255.
func ReadIDX[T kernels.Float](images, labels string, classes int) (*train.Data[T], error) {
	s, err := rawIDX[T](images, labels, Limits{})
	if err != nil {
		return nil, err
	}
	if s.T, err = train.OneHot[T](s.Labels, classes); err != nil {
		return nil, fmt.Errorf("%s: %w", labels, err)
	}
	for c := range classes {
		s.Classes = append(s.Classes, strconv.Itoa(c))
	}
	s.Scale(train.NewScaler(s.X.Cols, 255))
	return s, nil
}

// rawIDX reads images and their labels, which are numbers that aren't classes yet.
func rawIDX[T kernels.Float](images, labels string, limits Limits) (*train.Data[T], error) {
	im, err := ReadIDXImages(images, limits)
	if err != nil {
		return nil, err
	}
	lb, err := readIDXNumbers(labels, limits)
	if err != nil {
		return nil, err
	}
	if len(lb) != im.Count {
		return nil, fmt.Errorf("%s holds %d labels, but %s holds %d images", labels, len(lb), images, im.Count)
	}
	if im.Count == 0 { // and no pixel confirms the size of an image
		return nil, fmt.Errorf("%s: no samples", images)
	}
	s := &train.Data[T]{Name: images, Labels: lb, X: kernels.NewMatrix[T](im.Count, im.Rows*im.Cols), Image: idxImage(im.Cols, im.Rows)}
	memory.LargePages(s.X.Data)
	for i, p := range im.Pixels {
		s.X.Data[i] = T(p)
	}
	return s, nil
}

// idxImage describes the images of an IDX file.
func idxImage(width, height int) *train.Image {
	return &train.Image{Width: width, Height: height, Channels: 1, Largest: largestByte}
}

// readIDXNumbers reads labels of any type of whole numbers. Of two dimensions, such as
// QMNIST's, the first number of each row is the label.
func readIDXNumbers(path string, limits Limits) ([]int, error) {
	f, err := open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	labels, err := decodeIDXNumbers(f, limits)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return labels, nil
}

func decodeIDXNumbers(r io.Reader, limits Limits) ([]int, error) {
	magic, err := readIDXMagic(r)
	if err != nil {
		return nil, err
	}
	element, size := idxNumber(magic >> 8)
	if dims := magic & 0xff; magic>>16 != 0 || element == nil || dims < 1 || dims > 2 {
		return nil, wrongIDX(magic, magicLabels)
	}
	dims, data, err := decodeIDXRest(r, magic, size, bits.UintSize/8, limits)
	if err != nil {
		return nil, err
	}
	width := size
	if len(dims) == 2 {
		width = size * dims[1]
	}
	if width == 0 {
		return nil, fmt.Errorf("the rows of labels are empty")
	}
	labels := make([]int, dims[0])
	for i := range labels {
		labels[i] = element(data[i*width:])
	}
	return labels, nil
}

// idxNumber returns how to decode a whole number of an IDX file's type, and its size.
func idxNumber(kind uint32) (element func([]byte) int, size int) {
	switch kind {
	case 0x08:
		return func(b []byte) int { return int(b[0]) }, 1
	case 0x09:
		return func(b []byte) int { return int(int8(b[0])) }, 1
	case 0x0b:
		return func(b []byte) int { return int(int16(binary.BigEndian.Uint16(b))) }, 2
	case 0x0c:
		return func(b []byte) int { return int(int32(binary.BigEndian.Uint32(b))) }, 4
	}
	return nil, 0
}

// ReadMNIST reads the four files of MNIST, or of a data set in its form, from a directory:
//
//	train-images-idx3-ubyte  train-labels-idx1-ubyte
//	t10k-images-idx3-ubyte   t10k-labels-idx1-ubyte
//
// Each may be gzipped, with or without .gz in its name, may have a dot before idx, and may
// begin with the name of the data set, as those of EMNIST and QMNIST do; test is another
// name of t10k. Classes are the digits 0 to 9 or, if there are other labels, those labels.
// Pixels are divided by 255, targets are one-hot.
func ReadMNIST[T kernels.Float](dir string) (training, test *train.Data[T], err error) {
	if training, test, err = rawMNIST[T](dir, Limits{}); err != nil {
		return nil, nil, err
	}
	for _, d := range []*train.Data[T]{training, test} {
		d.Scale(train.NewScaler(d.X.Cols, 255))
		if d.T, err = train.OneHot[T](d.Labels, len(d.Classes)); err != nil {
			return nil, nil, err
		}
	}
	return training, test, nil
}

// rawMNIST reads what ReadMNIST reads, with pixels 0…255 and without one-hot targets.
func rawMNIST[T kernels.Float](dir string, limits Limits) (training, test *train.Data[T], err error) {
	paths, err := mnistPaths(dir)
	if err != nil {
		return nil, nil, err
	}
	if training, err = rawIDX[T](paths[0], paths[1], limits); err != nil {
		return nil, nil, err
	}
	if test, err = rawIDX[T](paths[2], paths[3], limits); err != nil {
		return nil, nil, err
	}
	if training.X.Cols != test.X.Cols {
		return nil, nil, fmt.Errorf("%s has %d pixels an image, %s has %d", paths[0], training.X.Cols, paths[2], test.X.Cols)
	}
	number(training, test)
	return training, test, nil
}

// mnistPaths returns the four files of MNIST: images and labels for training, images and
// labels for testing.
func mnistPaths(dir string) (paths [4]string, err error) {
	for i, part := range []string{"train-images-idx3", "train-labels-idx", "t10k-images-idx3", "t10k-labels-idx"} {
		if paths[i], err = findIDX(dir, part); err != nil {
			return paths, err
		}
	}
	return paths, nil
}

// number makes classes of labels that are numbers: the digits or, if there are others,
// those that occur.
func number[T kernels.Float](parts ...*train.Data[T]) {
	seen := make(map[int]bool)
	for _, d := range parts {
		for _, l := range d.Labels {
			seen[l] = true
		}
	}
	names, index := classesOf(seen)
	for _, d := range parts {
		d.Classes = names
		for k, l := range d.Labels {
			d.Labels[k] = index[l]
		}
	}
}

// classesOf returns the names of classes and the class of each label, for labels that occur.
func classesOf(seen map[int]bool) (names []string, class map[int]int) {
	digits := true
	for l := range seen {
		digits = digits && l >= 0 && l <= 9
	}
	if digits {
		for l := range 10 {
			seen[l] = true
		}
	}
	class = make(map[int]int)
	for c, l := range slices.Sorted(maps.Keys(seen)) {
		names = append(names, strconv.Itoa(l))
		class[l] = c
	}
	return names, class
}

// findIDX returns the path of the only file in dir whose name is, or ends with, that of a
// part such as train-images-idx3.
func findIDX(dir, part string) (string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return "", err
	}
	var found []string
	for _, e := range entries {
		name := strings.Replace(strings.TrimSuffix(e.Name(), ".gz"), ".idx", "-idx", 1)
		name = strings.Replace(name, "test-", "t10k-", 1)
		i := strings.LastIndex(name, part)
		if i < 0 || i > 0 && name[i-1] != '-' && name[i-1] != '_' || !(strings.HasSuffix(name, "-ubyte") || strings.HasSuffix(name, "-int")) {
			continue
		}
		path := filepath.Join(dir, e.Name())
		if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() {
			found = append(found, path)
		}
	}
	switch {
	case len(found) == 0 && !slices.ContainsFunc(entries, func(e os.DirEntry) bool { return strings.Contains(e.Name(), "-ubyte") }):
		return "", fmt.Errorf("%s: no file %s or other of MNIST, and no folders with pictures, one for each class", dir, idxName(part))
	case len(found) == 0:
		return "", fmt.Errorf("%s: no file %s (nor %s, with or without .gz)", dir, idxName(part), strings.Replace(idxName(part), "-idx", ".idx", 1))
	case len(found) == 1:
		return found[0], nil
	}
	for _, path := range found { // one without the name of a data set, packed or not
		if strings.HasPrefix(filepath.Base(path), strings.SplitN(part, "-", 2)[0]+"-") {
			return path, nil
		}
	}
	return "", fmt.Errorf("%s: several files may be %s: %s", dir, idxName(part), abbreviate(found))
}

// idxName returns the usual name of a part.
func idxName(part string) string {
	if strings.HasSuffix(part, "labels-idx") {
		part += "1"
	}
	return part + "-ubyte"
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
	got, err := readIDXMagic(r)
	if err != nil {
		return nil, nil, err
	}
	if got != magic {
		return nil, nil, wrongIDX(got, magic)
	}
	return decodeIDXRest(r, magic, 1, 4, firstLimits(limits))
}

// readIDXMagic reads the magic number.
func readIDXMagic(r io.Reader) (uint32, error) {
	var head [4]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return 0, fmt.Errorf("the IDX header is cut short: %w", err)
	}
	return binary.BigEndian.Uint32(head[:]), nil
}

func wrongIDX(got, want uint32) error {
	return fmt.Errorf("wrong kind of file: the magic number is 0x%08x (%s), want 0x%08x (%s)", got, idxKind(got), want, idxKind(want))
}

// readIDXDims reads the dimensions, which follow the magic number.
func readIDXDims(r io.Reader, magic uint32) (dims []int, err error) {
	for range magic & 0xff {
		var word [4]byte
		if _, err := io.ReadFull(r, word[:]); err != nil {
			return nil, fmt.Errorf("the IDX header is cut short: %w", err)
		}
		d := binary.BigEndian.Uint32(word[:])
		if uint64(d) > math.MaxInt {
			return nil, errTooLarge
		}
		dims = append(dims, int(d))
	}
	return dims, nil
}

// decodeIDXRest reads what follows the magic number: dimensions and elements of size bytes,
// of which numbers of toSize bytes will be made.
func decodeIDXRest(r io.Reader, magic uint32, size int, toSize int64, limits Limits) (dims []int, data []byte, err error) {
	if dims, err = readIDXDims(r, magic); err != nil {
		return nil, nil, err
	}
	data, err = readPromised(r, dims, size, toSize, limits)
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
