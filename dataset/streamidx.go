package dataset

import (
	"encoding/binary"
	"fmt"
	"io"
	"iter"
	"strconv"

	"github.com/nabla-go/nabla/internal/rng"
	"github.com/nabla-go/nabla/kernels"
	"github.com/nabla-go/nabla/train"
)

// StreamIDX is [ReadIDX] for files that need not fit into memory: samples that are read once
// an epoch. Labels stand for one-hot targets.
func StreamIDX[T kernels.Float](images, labels string, classes int) (*train.Stream[T], error) {
	p := &idxPair[T]{images: images, labels: labels}
	if err := p.measure(); err != nil {
		return nil, err
	}
	p.class = make(map[int]int)
	for c := range classes {
		p.names = append(p.names, strconv.Itoa(c))
		p.class[c] = c
	}
	p.scaler = train.NewScaler(p.pixels, 255)
	return p.stream(nil), nil
}

// An ImageStream is a folder of training images that are read once an epoch, so that they
// need not fit into memory.
type ImageStream[T kernels.Float] struct {
	Sample *train.Data[T] // images that were drawn at random from those for training
	Test   *train.Data[T] // those for testing, in memory

	pair    idxPair[T]
	numbers []int // of the images of Sample
}

// OpenImageStream is [ReadImages] for the four files of MNIST, or of a data set in its form,
// whose images for training are too many for memory. They are read once, to draw a sample of
// at most so many, to which the scaling is fitted.
func OpenImageStream[T kernels.Float](dir string, opt ImageOptions, sample int, seed uint64) (*ImageStream[T], error) {
	if classes, err := classFolders(dir); err != nil {
		return nil, err
	} else if len(classes) > 0 {
		return nil, fmt.Errorf("%s: pictures in folders can't be read as a stream: want the four files of MNIST", dir)
	}
	paths, err := mnistPaths(dir)
	if err != nil {
		return nil, err
	}
	s := &ImageStream[T]{pair: idxPair[T]{images: paths[0], labels: paths[1]}}
	p := &s.pair
	if err := p.measure(); err != nil {
		return nil, err
	}
	if s.Test, err = rawIDX[T](paths[2], paths[3], opt.Limits); err != nil {
		return nil, err
	}
	if s.Test.X.Cols != p.pixels {
		return nil, fmt.Errorf("%s has %d pixels an image, %s has %d", paths[0], p.pixels, paths[2], s.Test.X.Cols)
	}
	draw := &drawing{most: max(sample, 1), random: rng.New(seed, sampleStream)}
	seen := make(map[int]bool)
	for _, l := range s.Test.Labels {
		seen[l] = true
	}
	var record []byte // an image and its label
	err = p.each(func(_ int, image []byte, label int) error {
		seen[label] = true
		record = binary.LittleEndian.AppendUint64(append(record[:0], image...), uint64(label))
		draw.next(0, record, nil)
		return nil
	})
	if err != nil {
		return nil, err
	}
	p.names, p.class = classesOf(seen)
	s.Test.Classes = p.names
	for k, l := range s.Test.Labels {
		s.Test.Labels[k] = p.class[l]
	}
	rows := draw.chosen()
	s.Sample = &train.Data[T]{Name: paths[0], Classes: p.names, X: kernels.NewMatrix[T](len(rows), p.pixels), Image: s.Test.Image}
	for k, r := range rows {
		image, label := r.record[:p.pixels], r.record[p.pixels:]
		for j, v := range image {
			s.Sample.X.Row(k)[j] = T(v)
		}
		s.numbers = append(s.numbers, r.number)
		s.Sample.Labels = append(s.Sample.Labels, p.class[int(binary.LittleEndian.Uint64(label))])
	}
	if err := scaleImages(s.Sample, s.Test, 255, opt.Scale); err != nil {
		return nil, err
	}
	p.scaler = s.Sample.Scaler
	return s, nil
}

// Stream returns the images for training. It leaves out the given ones of the sample, which
// are for something else.
func (s *ImageStream[T]) Stream(without []int) *train.Stream[T] {
	left := make(map[int]bool)
	for _, i := range without {
		left[s.numbers[i]] = true
	}
	return s.pair.stream(left)
}

// idxPair is a file of images and that of their labels.
type idxPair[T kernels.Float] struct {
	images, labels string
	count, pixels  int // images, pixels of one
	names          []string
	class          map[int]int // the class of each label
	scaler         *train.Scaler
}

// measure reads the headers.
func (p *idxPair[T]) measure() error {
	im, err := openIDX(p.images, true)
	if err != nil {
		return err
	}
	defer im.Close()
	lb, err := openIDX(p.labels, false)
	if err != nil {
		return err
	}
	defer lb.Close()
	p.count, p.pixels = im.rows, len(im.buf)
	switch {
	case lb.rows != im.rows:
		return fmt.Errorf("%s holds %d labels, but %s holds %d images", p.labels, lb.rows, p.images, im.rows)
	case p.count == 0:
		return fmt.Errorf("%s: no samples", p.images)
	}
	return nil
}

// each calls f with each image and its label, from the first one.
func (p *idxPair[T]) each(f func(k int, image []byte, label int) error) error {
	im, err := openIDX(p.images, true)
	if err != nil {
		return err
	}
	defer im.Close()
	lb, err := openIDX(p.labels, false)
	if err != nil {
		return err
	}
	defer lb.Close()
	for k := range p.count {
		image, err := im.next()
		if err != nil {
			return err
		}
		label, err := lb.next()
		if err != nil {
			return err
		}
		if err := f(k, image, lb.element(label)); err != nil {
			return err
		}
	}
	for _, f := range []*idxFile{im, lb} {
		if _, err := f.next(); err != io.EOF {
			return err
		}
	}
	return nil
}

func (p *idxPair[T]) stream(without map[int]bool) *train.Stream[T] {
	return &train.Stream[T]{Name: p.images, Len: p.count - len(without), Classes: p.names, Scaler: p.scaler, Pass: func() iter.Seq2[*train.Data[T], error] {
		return func(yield func(*train.Data[T], error) bool) {
			if err := p.pass(without, yield); err != nil && err != errStopped {
				yield(nil, err)
			}
		}
	}}
}

// pass reads the files once.
func (p *idxPair[T]) pass(without map[int]bool, yield func(*train.Data[T], error) bool) error {
	rows := min(max(blockSize/p.pixels, 16), p.count)
	all := kernels.NewMatrix[T](rows, p.pixels)
	block := &train.Data[T]{X: all, Classes: p.names}
	values, uniform := p.values()
	send := func() error {
		block.X = all.Slice(0, len(block.Labels))
		if len(block.Labels) > 0 && !yield(block, nil) {
			return errStopped
		}
		block.Labels = block.Labels[:0]
		return nil
	}
	err := p.each(func(k int, image []byte, label int) error {
		if without[k] {
			return nil
		}
		class, ok := p.class[label]
		if !ok {
			return fmt.Errorf("%s: label %d of item %d is unknown: want one of %s", p.labels, label, k+1, abbreviate(p.names))
		}
		at := len(block.Labels)
		for j, v := range image {
			all.Row(at)[j] = values[v]
		}
		if !uniform {
			train.Scale(p.scaler, all.Slice(at, at+1))
		}
		block.Labels = append(block.Labels, class)
		if len(block.Labels) == rows {
			return send()
		}
		return nil
	})
	if err != nil {
		return err
	}
	return send()
}

// values returns what each value of a pixel is scaled to if that is the same everywhere;
// else it is not uniform and the value stays as it is.
func (p *idxPair[T]) values() (values [256]T, uniform bool) {
	for v := range values {
		values[v] = T(v)
	}
	s := p.scaler
	if s == nil {
		return values, true
	}
	for j := range s.SD {
		if s.SD[j] != s.SD[0] || s.Mean[j] != s.Mean[0] {
			return values, false
		}
	}
	one := &train.Scaler{Mean: s.Mean[:1], SD: s.SD[:1]}
	train.Scale(one, kernels.Matrix[T]{Rows: len(values), Cols: 1, Stride: 1, Data: values[:]})
	return values, true
}

// idxFile is an IDX file that is read item by item.
type idxFile struct {
	rowFile
	element func([]byte) int // decodes the first number of an item
}

// openIDX opens a file of images or, if it is one of labels, of whole numbers of any type in
// one or two dimensions; see readIDXNumbers.
func openIDX(path string, images bool) (*idxFile, error) {
	s, err := open(path)
	if err != nil {
		return nil, err
	}
	f := &idxFile{rowFile: rowFile{source: s, path: path, what: "item"}}
	if err := f.readHeader(images); err != nil {
		s.Close()
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return f, nil
}

func (f *idxFile) readHeader(images bool) error {
	magic, err := readIDXMagic(f)
	if err != nil {
		return err
	}
	element, size := idxNumber(magic >> 8)
	want, least, most := uint32(magicLabels), uint32(1), uint32(2)
	if images {
		want, least, most = magicImages, 3, 3
	}
	if n := magic & 0xff; magic>>16 != 0 || element == nil || n < least || n > most || images && magic != magicImages {
		return wrongIDX(magic, want)
	}
	dims, err := readIDXDims(f, magic)
	if err != nil {
		return err
	}
	width, ok := product(size, dims[1:])
	if !ok || width < 1 || width > maxRowBytes {
		return fmt.Errorf("items of shape %v: want at least one number, and at most %d bytes", dims[1:], maxRowBytes)
	}
	f.rows, f.buf, f.element = dims[0], make([]byte, width), element
	return nil
}
