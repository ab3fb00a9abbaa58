package dataset

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// folder writes files into a new folder and returns its path.
func folder(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o700))
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	}
	return dir
}

const twoPixels = "\x00\x00\x08\x03\x00\x00\x00\x02\x00\x00\x00\x01\x00\x00\x00\x02" + "\x00\xff\x33\x66"

// D13: EMNIST's letters are labelled 1 to 26, QMNIST's labels are rows of integers.
func TestIDXOfOtherClasses(t *testing.T) {
	qmnist := "\x00\x00\x0c\x02\x00\x00\x00\x02\x00\x00\x00\x03"
	for _, l := range []uint32{7, 1, 2, 300, 4, 5} {
		qmnist += string(binary.BigEndian.AppendUint32(nil, l))
	}
	for _, c := range []struct {
		name    string
		files   map[string]string
		classes []string
		train   []int
		test    []int
	}{
		{"letters", map[string]string{
			"emnist-letters-train-images-idx3-ubyte": twoPixels, "emnist-letters-train-labels-idx1-ubyte": "\x00\x00\x08\x01\x00\x00\x00\x02\x01\x1a",
			"emnist-letters-test-images-idx3-ubyte.gz": string(gzipped(t, []byte(twoPixels))), "emnist-letters-test-labels-idx1-ubyte": "\x00\x00\x08\x01\x00\x00\x00\x02\x0f\x01",
		}, []string{"1", "15", "26"}, []int{0, 2}, []int{1, 0}},
		{"integers", map[string]string{
			"qmnist-train-images-idx3-ubyte": twoPixels, "qmnist-train-labels-idx2-int": qmnist,
			"qmnist-test-images-idx3-ubyte": twoPixels, "qmnist-test-labels-idx2-int": qmnist,
		}, []string{"7", "300"}, []int{0, 1}, []int{0, 1}},
		{"digits", map[string]string{
			"train-images.idx3-ubyte": twoPixels, "train-labels.idx1-ubyte": "\x00\x00\x08\x01\x00\x00\x00\x02\x03\x02",
			"t10k-images-idx3-ubyte": twoPixels, "t10k-labels-idx1-ubyte": "\x00\x00\x08\x01\x00\x00\x00\x02\x00\x01",
		}, []string{"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"}, []int{3, 2}, []int{0, 1}},
	} {
		training, test, err := ReadImages[float64](folder(t, c.files), ImageOptions{Scale: "none"})
		require.NoError(t, err, c.name)
		require.Equal(t, c.classes, training.Classes, c.name)
		require.Equal(t, c.train, training.Labels, c.name)
		require.Equal(t, c.test, test.Labels, c.name)
		require.Equal(t, []float64{0, 255, 51, 102}, training.X.Data)
	}
}

// The scalings of images: of the training part, by the largest possible value.
func TestImageScalings(t *testing.T) {
	dir := folder(t, map[string]string{
		"train-images-idx3-ubyte": twoPixels, "train-labels-idx1-ubyte": "\x00\x00\x08\x01\x00\x00\x00\x02\x03\x02",
		"t10k-images-idx3-ubyte": twoPixels[:16] + "\x00\x00\x00\x00", "t10k-labels-idx1-ubyte": "\x00\x00\x08\x01\x00\x00\x00\x02\x00\x01",
	})
	scalings := map[string][2][]float64{
		"auto":     {{-0.4, 0.6, -0.2, 0}, {-0.4, -0.4, -0.4, -0.4}},
		"unit":     {{0, 1, 0.2, 0.4}, {0, 0, 0, 0}},
		"centre":   {{-0.4, 0.6, -0.2, 0}, {-0.4, -0.4, -0.4, -0.4}},
		"standard": {{-1, 1, 1, -1}, {-1, -178.5 / 76.5, -1, -178.5 / 76.5}},
		"none":     {{0, 255, 51, 102}, {0, 0, 0, 0}},
	}
	for _, scale := range ImageScalings() {
		want := scalings[scale]
		training, test, err := ReadImages[float64](dir, ImageOptions{Scale: scale})
		require.NoError(t, err)
		require.InDeltaSlice(t, want[0], training.X.Data, 1e-12, scale)
		require.InDeltaSlice(t, want[1], test.X.Data, 1e-12, scale)
		require.Equal(t, scale == "none", training.Scaler == nil)
		require.True(t, training.Scaler.Equal(test.Scaler))
	}
	_, _, err := ReadImages[float64](dir, ImageOptions{Scale: "robust"})
	require.ErrorContains(t, err, `unknown scaling of images "robust": want one of auto, unit, centre, standard, none`)
}

// A folder of pictures for each class.
func TestImageFolders(t *testing.T) {
	picture := func(side int, c color.Color) string {
		img := image.NewNRGBA(image.Rect(0, 0, side, side))
		for i := range side * side {
			img.Set(i%side, i/side, c)
		}
		path := filepath.Join(t.TempDir(), "f")
		f, err := os.Create(path)
		require.NoError(t, err)
		require.NoError(t, png.Encode(f, img))
		require.NoError(t, f.Close())
		data, err := os.ReadFile(path)
		require.NoError(t, err)
		return string(data)
	}
	red, blue := picture(4, color.NRGBA{255, 0, 0, 255}), picture(4, color.NRGBA{0, 0, 51, 255})
	files := map[string]string{"red/1.png": red, "red/2.PNG": red, "red/notes.txt": "no picture", "blue/1.png": blue, "blue/2.png": blue}
	training, test, err := ReadImages[float64](folder(t, files), ImageOptions{Scale: "none", TestShare: 0.5})
	require.NoError(t, err)
	require.Equal(t, []string{"blue", "red"}, training.Classes)
	require.Equal(t, []int{0, 1}, training.Labels)
	require.Equal(t, 2, test.Len())
	require.Equal(t, 48, training.X.Cols)
	require.Equal(t, []float64{0, 0, 51}, training.X.Row(0)[:3])
	require.Equal(t, []float64{255, 0, 0}, training.X.Row(1)[45:])

	training, _, err = ReadImages[float64](folder(t, files), ImageOptions{Scale: "none", Width: 2, Height: 3, Channels: 1})
	require.NoError(t, err)
	require.Equal(t, 6, training.X.Cols)
	require.InDelta(t, 0.299*255, training.X.Row(2)[0], 0.01)

	files["red/3.png"] = picture(5, color.Black)
	_, _, err = ReadImages[float64](folder(t, files), ImageOptions{})
	require.ErrorContains(t, err, "has 5×5 pixels")
	require.ErrorContains(t, err, "image-size=")
	delete(files, "red/3.png")
	files["red/4.png"] = red[:60]
	dir := folder(t, files)
	_, _, err = ReadImages[float64](dir, ImageOptions{})
	require.ErrorContains(t, err, filepath.Join(dir, "red", "4.png")+": png: ")

	training, test, err = ReadImages[float64](folder(t, map[string]string{"train/a/1.png": red, "train/b/1.png": blue, "test/a/1.png": red}), ImageOptions{Scale: "none"})
	require.NoError(t, err)
	require.Equal(t, []int{0, 1}, training.Labels)
	require.Equal(t, []int{0}, test.Labels)
}

// Folders of pictures, whatever stands in the files.
func FuzzPictures(f *testing.F) {
	var b bytes.Buffer
	require.NoError(f, png.Encode(&b, image.NewNRGBA(image.Rect(0, 0, 2, 3))))
	f.Add(b.Bytes(), b.Bytes(), uint8(0))
	f.Add([]byte(hollowPNG(3, 2, 1, 0)), b.Bytes(), uint8(1))
	b.Reset()
	require.NoError(f, jpeg.Encode(&b, image.NewGray(image.Rect(0, 0, 9, 4)), nil))
	f.Add(b.Bytes(), b.Bytes(), uint8(2))
	dir := f.TempDir()
	for _, class := range []string{"a", "b"} {
		require.NoError(f, os.Mkdir(filepath.Join(dir, class), 0o700))
	}
	f.Fuzz(func(t *testing.T, one, two []byte, size uint8) {
		require.NoError(t, os.WriteFile(filepath.Join(dir, "a", "1.png"), one, 0o600))
		require.NoError(t, os.WriteFile(filepath.Join(dir, "b", "1.jpg"), two, 0o600))
		opt := ImageOptions{Width: int(size % 8), Height: int(size % 8), Channels: int(size/8%2) * 3, Limits: Limits{Memory: 1 << 22}}
		training, _, err := ReadImages[float32](dir, opt)
		if err != nil {
			return
		}
		require.Equal(t, 2, training.Len())
		if opt.Width > 0 {
			require.Zero(t, training.X.Cols%(opt.Width*opt.Height))
		}
		for _, v := range training.X.Data {
			require.True(t, v >= -1 && v <= 1)
		}
	})
}
