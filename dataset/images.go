package dataset

import (
	"fmt"
	"image"
	"image/color"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/nabla-go/nabla/internal/memory"
	"github.com/nabla-go/nabla/kernels"
	"github.com/nabla-go/nabla/train"
)

// ImageOptions say how [ReadImages] reads images. The zero value is the default.
type ImageOptions struct {
	// Scale is one of [ImageScalings]; "" is auto. The scaler is fitted to the training part.
	Scale string
	// Width and Height are the size that pictures of a folder are brought to; 0 is their own,
	// which must then be the same for all.
	Width, Height int
	// Channels is 1 for grey, 3 for red, green and blue; 0 is grey if all pictures are.
	Channels int
	// TestShare is the part of each class of a folder that is for testing, unless the folder
	// has a part for testing of its own.
	TestShare float64
	Seed      uint64 // of the division
	// Classes are the names that the folders of pictures may have, in any number: those of a
	// model. Without any, the folders name the classes.
	Classes []string
	Limits  Limits
}

// largestByte is what a pixel of a byte can be at most.
const largestByte = 255

// imageScalings are the scalings of images: rows of a table. fit gets the inputs of the
// training part and the largest value that a pixel can have.
type imageScaling[T kernels.Float] struct {
	name string
	fit  func(x kernels.Matrix[T], largest float64) (*train.Scaler, error)
}

func imageScalings[T kernels.Float]() *rows[imageScaling[T]] {
	unit := func(x kernels.Matrix[T], largest float64) (*train.Scaler, error) {
		return train.NewScaler(x.Cols, largest), nil
	}
	standard := func(x kernels.Matrix[T], _ float64) (*train.Scaler, error) { return train.FitScaler(x) }
	return &rows[imageScaling[T]]{"scaling of images", func(s imageScaling[T]) string { return s.name }, []imageScaling[T]{
		{"auto", centred[T]},
		{"unit", unit},
		{"centre", centred[T]},
		{"standard", standard},
		{"none", func(kernels.Matrix[T], float64) (*train.Scaler, error) { return nil, nil }},
	}}
}

// ImageScalings returns the names that [ImageOptions].Scale may have: unit divides by the
// largest possible value; centre also subtracts one number, the mean over all pixels of
// the training part; standard brings each pixel to mean 0 and deviation 1.
func ImageScalings() []string { return imageScalings[float32]().names() }

// centred returns a scaler that subtracts the mean over all pixels and divides by the
// largest value that they can have.
func centred[T kernels.Float](x kernels.Matrix[T], largest float64) (*train.Scaler, error) {
	sum := 0.0
	for i := range x.Rows {
		for _, v := range x.Row(i) {
			sum += float64(v)
		}
	}
	s := train.NewScaler(x.Cols, largest)
	for j := range s.Mean {
		s.Mean[j] = sum / float64(float64(x.Rows)*float64(x.Cols))
	}
	return s, nil
}

// scaleImages scales both parts as the options say.
func scaleImages[T kernels.Float](training, test *train.Data[T], largest float64, scale string) error {
	row, err := imageScalings[T]().find(orAuto(scale))
	if err != nil {
		return err
	}
	s, err := row.fit(training.X, largest)
	if err != nil || s == nil {
		return err
	}
	training.Scale(s)
	test.Scale(s)
	return nil
}

// DigitImages returns what [Digits] returns with another scaling, and with labels in place
// of one-hot targets.
func DigitImages[T kernels.Float](scale string) (training, test *train.Data[T], err error) {
	training, test = rawDigits[T]()
	return training, test, scaleImages(training, test, largestDigit, scale)
}

// ReadImages reads labelled images from a folder: the files of MNIST or of a data set in its
// form, see [ReadMNIST], or a folder of PNG and JPEG files for each class. The latter may
// lie in folders called train and test; else a part of each class is for testing. Labels
// stand for targets.
func ReadImages[T kernels.Float](dir string, opt ImageOptions) (training, test *train.Data[T], err error) {
	if classes, err := classFolders(dir); err != nil {
		return nil, nil, err
	} else if len(classes) > 0 {
		training, test, err = readFolders[T](dir, classes, &opt)
		if err != nil {
			return nil, nil, err
		}
	} else if training, test, err = rawMNIST[T](dir, opt.Limits); err != nil {
		return nil, nil, err
	}
	return training, test, scaleImages(training, test, largestByte, opt.Scale)
}

// classFolders returns the folders in dir that hold pictures, by name; with train or
// test before the name if they lie in such folders.
func classFolders(dir string) (classes []string, err error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var parts []string
	for _, e := range entries {
		switch info, err := os.Stat(filepath.Join(dir, e.Name())); {
		case err != nil || !info.IsDir() || isHidden(e.Name()):
		case e.Name() == "train" || e.Name() == "test":
			parts = append(parts, e.Name())
		default:
			classes = append(classes, e.Name())
		}
	}
	if len(classes) > 0 || len(parts) < 2 {
		return classes, nil
	}
	for _, part := range parts {
		inner, err := os.ReadDir(filepath.Join(dir, part))
		if err != nil {
			return nil, err
		}
		for _, e := range inner {
			if e.IsDir() && !isHidden(e.Name()) {
				classes = append(classes, filepath.Join(part, e.Name()))
			}
		}
	}
	return classes, nil
}

// isHidden reports whether a file or folder is one that programs leave behind, such as
// .DS_Store, .ipynb_checkpoints or __MACOSX.
func isHidden(name string) bool {
	return strings.HasPrefix(name, ".") || strings.HasPrefix(name, "__")
}

// picture is a file of a class.
type picture struct {
	path  string
	class string
	test  bool
}

// readFolders reads the pictures of all classes.
func readFolders[T kernels.Float](dir string, classes []string, opt *ImageOptions) (training, test *train.Data[T], err error) {
	var all []picture
	var names []string
	parted := false
	for _, c := range classes {
		entries, err := os.ReadDir(filepath.Join(dir, c))
		if err != nil {
			return nil, nil, err
		}
		part, name := filepath.Split(c)
		if parted = part != ""; !slices.Contains(names, name) {
			names = append(names, name)
		}
		for _, e := range entries {
			if !e.IsDir() && isPictureName(e.Name()) {
				all = append(all, picture{filepath.Join(dir, c, e.Name()), name, strings.HasPrefix(part, "test")})
			}
		}
	}
	slices.Sort(names)
	if len(all) == 0 {
		return nil, nil, fmt.Errorf("%s: no PNG or JPEG files in its folders (%s)", dir, abbreviate(names))
	}
	if opt.Classes != nil {
		if i := slices.IndexFunc(names, func(name string) bool { return !slices.Contains(opt.Classes, name) }); i >= 0 {
			return nil, nil, fmt.Errorf("%s: the folder %q is none of the model's classes: want %s", dir, names[i], abbreviate(opt.Classes))
		}
		names = opt.Classes
	}
	for _, name := range names {
		if opt.Classes == nil && !slices.ContainsFunc(all, func(p picture) bool { return p.class == name }) {
			return nil, nil, fmt.Errorf("%s: no PNG or JPEG files in the folder of the class %q: add some, or remove it", dir, name)
		}
	}
	d := &train.Data[T]{Name: dir, Classes: names}
	if err := readPictures(d, all, opt); err != nil {
		return nil, nil, err
	}
	if !parted {
		training, test = d.Split(opt.TestShare, opt.Seed)
		return training, test, nil
	}
	var parts [2][]int
	for k, p := range all {
		i := 0
		if p.test {
			i = 1
		}
		parts[i] = append(parts[i], k)
	}
	return d.Subset(parts[0]), d.Subset(parts[1]), nil
}

// readPictures sets the inputs and labels of d. All sizes are looked at before memory is
// taken.
func readPictures[T kernels.Float](d *train.Data[T], all []picture, opt *ImageOptions) error {
	width, height, channels := opt.Width, opt.Height, opt.Channels
	for k, p := range all {
		size, err := readPictureSize(p.path, opt.Limits)
		switch {
		case err != nil:
			return err
		case opt.Width > 0:
		case k == 0:
			width, height = size.Width, size.Height
		case size.Width != width || size.Height != height:
			return &OptionError{
				Text:    fmt.Sprintf("%s has %d×%d pixels, %s has %d×%d", p.path, size.Width, size.Height, all[0].path, width, height),
				Options: []Option{{"image-size", fmt.Sprintf("%dx%d", min(width, 64), min(height, 64))}},
			}
		}
	}
	for k, p := range all {
		img, err := readPicture(p.path)
		if err != nil {
			return err
		}
		if k == 0 {
			if channels == 0 {
				if channels = 3; isGrey(img) {
					channels = 1
				}
			}
			cols := width * height * channels
			if most := opt.Limits.Memory; most > 0 && int64(cols) > most/(2*elemSize[T]()*int64(len(all))) {
				return memoryError(fmt.Sprintf("%s: %d pictures of %d×%d pixels would take more memory than %s", d.Name, len(all), width, height, bytesInWords(most)))
			}
			d.X = kernels.NewMatrix[T](len(all), cols)
			d.Image = &train.Image{Width: width, Height: height, Channels: channels, Largest: largestByte}
			memory.LargePages(d.X.Data)
		}
		if channels == 1 && opt.Channels == 0 && !isGrey(img) {
			return &OptionError{Text: fmt.Sprintf("%s has colours, %s has none", p.path, all[0].path), Options: []Option{{"colours", "grey"}, {"colours", "rgb"}}}
		}
		pixels(d.X.Row(k), img, width, height, channels)
		d.Labels = append(d.Labels, slices.Index(d.Classes, p.class))
	}
	return nil
}

func isGrey(img image.Image) bool {
	switch img.ColorModel() {
	case color.GrayModel, color.Gray16Model:
		return true
	}
	return false
}

// pixels sets row to the pixels of a picture, 0…255, row by row, each channel beside the
// others. A picture of another size is brought to it by the means of the areas that pixels
// cover.
func pixels[T kernels.Float](row []T, img image.Image, width, height, channels int) {
	b := img.Bounds()
	for y := range height {
		y0, y1 := area(y, height, b.Dy())
		for x := range width {
			x0, x1 := area(x, width, b.Dx())
			var sum [3]uint64
			for v := y0; v < y1; v++ {
				for u := x0; u < x1; u++ {
					c := img.At(b.Min.X+u, b.Min.Y+v)
					if channels == 1 {
						sum[0] += uint64(color.Gray16Model.Convert(c).(color.Gray16).Y)
						continue
					}
					r, g, b, _ := c.RGBA()
					sum[0], sum[1], sum[2] = sum[0]+uint64(r), sum[1]+uint64(g), sum[2]+uint64(b)
				}
			}
			n := uint64((y1 - y0) * (x1 - x0))
			for c := range channels {
				row[(y*width+x)*channels+c] = T(float64(sum[c]) / float64(257*n))
			}
		}
	}
}

// area returns the pixels of a side of length old that pixel i of a side of length now covers.
func area(i, now, old int) (from, to int) {
	from, to = i*old/now, ((i+1)*old+now-1)/now
	return from, max(to, from+1)
}
