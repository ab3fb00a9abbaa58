package dataset

import (
	"bufio"
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/nabla-go/nabla/kernels"
	"github.com/nabla-go/nabla/train"
)

// A pictureFormat is a row of the table pictureFormats.
type pictureFormat struct {
	magic  string
	decode func(io.Reader) (image.Image, error)
	config func(io.Reader) (image.Config, error)
	// most returns how many pixels of a kind a byte of a file stands for at most.
	most func(color.Model) float64
}

var pictureFormats = []*pictureFormat{
	{"\x89PNG", png.Decode, png.DecodeConfig, func(m color.Model) float64 { return 8 * mostDeflated / bitsOf(m) }},
	{"\xff\xd8", jpeg.Decode, jpeg.DecodeConfig, func(color.Model) float64 { return 8 * 8 * 8 }}, // a bit for a block of 8×8
}

// mostDeflated is how many bytes a byte of deflate stands for at most.
const mostDeflated = 1032

// bitsOf returns how many bits a pixel of a PNG file has at least.
func bitsOf(m color.Model) float64 {
	switch m {
	case color.Gray16Model, color.NRGBAModel: // grey with 8 bits of transparency is the latter
		return 16
	case color.RGBAModel:
		return 24
	case color.NRGBA64Model:
		return 32
	case color.RGBA64Model:
		return 48
	}
	return 1
}

// maxPixels limits a picture, whose file may be much smaller than it.
const maxPixels = 64 << 20

// openPicture opens a file of a picture, which must be closed, and tells its format by its
// first bytes, whatever it is called.
func openPicture(path string) (*os.File, *pictureFormat, error) {
	if info, err := os.Stat(path); err != nil {
		return nil, nil, err
	} else if !info.Mode().IsRegular() { // opening a pipe could last for ever
		return nil, nil, fmt.Errorf("%s: want a file", path)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, nil, err
	}
	head := make([]byte, 4)
	n, _ := io.ReadFull(f, head)
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		f.Close()
		return nil, nil, err
	}
	for _, format := range pictureFormats {
		if bytes.HasPrefix(head[:n], []byte(format.magic)) {
			return f, format, nil
		}
	}
	f.Close()
	return nil, nil, fmt.Errorf("%s: neither PNG nor JPEG: it begins with %q", path, head[:n])
}

// readPictureSize reads what a file says of its size. It is an error if it can't hold so
// many pixels, or if they would take more memory than is allowed.
func readPictureSize(path string, limits Limits) (image.Config, error) {
	f, format, err := openPicture(path)
	if err != nil {
		return image.Config{}, err
	}
	defer f.Close()
	size, err := format.config(bufio.NewReader(f))
	if err != nil {
		return size, fmt.Errorf("%s: %w", path, err)
	}
	if size.Width < 1 || size.Height < 1 || size.Width > maxPixels/size.Height {
		return size, fmt.Errorf("%s: %d×%d pixels: want at least 1 and at most %d", path, size.Width, size.Height, maxPixels)
	}
	info, err := f.Stat()
	if err != nil {
		return size, err
	}
	pixels := size.Width * size.Height
	if float64(pixels) > format.most(size.ColorModel)*float64(info.Size()) {
		return size, fmt.Errorf("%s: truncated: %d bytes can't hold %d×%d pixels", path, info.Size(), size.Width, size.Height)
	}
	const pixel = 8 // bytes in memory, at most
	if most := limits.Memory; most > 0 && int64(pixels) > most/pixel {
		return size, memoryError(fmt.Sprintf("%s: %d×%d pixels would take more memory than %s", path, size.Width, size.Height, bytesInWords(most)))
	}
	return size, nil
}

// ReadPicture sets x to the pixels of a PNG or JPEG file, which is brought to the size and the
// colours of form as [ReadImages] does it: what a model that was trained on images takes,
// before its scaling.
func ReadPicture[T kernels.Float](x []T, path string, form *train.Image, limits Limits) error {
	if _, err := readPictureSize(path, limits); err != nil {
		return err
	}
	img, err := readPicture(path)
	if err != nil {
		return err
	}
	pixels(x, img, form.Width, form.Height, form.Channels)
	if form.Largest != largestByte {
		for i, v := range x {
			x[i] = T(float64(v) / largestByte * form.Largest)
		}
	}
	return nil
}

// Pictures returns the PNG and JPEG files of a folder and of those in it, in the order of
// their names, and how many files of other kinds are beside them. Of a file that is a
// picture, it returns the file; of one that isn't, nothing.
func Pictures(path string) (pictures []string, others int, err error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, 0, err
	}
	if !info.IsDir() {
		if !info.Mode().IsRegular() {
			return nil, 0, nil
		}
		if f, _, err := openPicture(path); err == nil {
			f.Close()
			return []string{path}, 0, nil
		}
		return nil, 1, nil
	}
	dir := path
	err = filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		switch {
		case err != nil:
		case isHidden(e.Name()) && path != dir:
			if e.IsDir() {
				return fs.SkipDir
			}
		case e.IsDir():
		case isPictureName(e.Name()):
			pictures = append(pictures, path)
		default:
			others++
		}
		return err
	})
	return pictures, others, err
}

// isPictureName reports whether a file is called as a picture that can be read.
func isPictureName(name string) bool {
	return slices.Contains([]string{".png", ".jpg", ".jpeg"}, strings.ToLower(filepath.Ext(name)))
}

// PictureFolder reports whether a folder has folders of pictures, one for each class, and
// whether those are divided into folders called train and test.
func PictureFolder(dir string) (is, divided bool) {
	classes, err := classFolders(dir)
	if err != nil || len(classes) == 0 {
		return false, false
	}
	part, _ := filepath.Split(classes[0])
	return true, part != ""
}

// readPicture decodes a PNG or JPEG file.
func readPicture(path string) (image.Image, error) {
	f, format, err := openPicture(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	img, err := format.decode(bufio.NewReader(f))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return img, nil
}
