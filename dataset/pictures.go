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
	"os"
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
