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

	"github.com/nabla-go/nabla/train"
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

// squarePNG is a PNG file of one colour.
func squarePNG(t *testing.T, side int, c color.Color) string {
	t.Helper()
	img := image.NewNRGBA(image.Rect(0, 0, side, side))
	for i := range side * side {
		img.Set(i%side, i/side, c)
	}
	var b bytes.Buffer
	require.NoError(t, png.Encode(&b, img))
	return b.String()
}

// A picture by itself has the pixels that it has among those of a folder.
func TestReadPicture(t *testing.T) {
	dir := folder(t, map[string]string{"a/1.png": squarePNG(t, 4, color.NRGBA{R: 255, A: 255}), "b/1.png": squarePNG(t, 4, color.NRGBA{B: 51, A: 255})})
	for _, channels := range []int{1, 3} {
		all, _, err := ReadImages[float64](dir, ImageOptions{Scale: "none", Width: 3, Height: 2, Channels: channels})
		require.NoError(t, err)
		require.Equal(t, &train.Image{Width: 3, Height: 2, Channels: channels, Largest: 255}, all.Image)
		x := make([]float64, all.Image.Inputs())
		for k, name := range []string{"a", "b"} {
			require.NoError(t, ReadPicture(x, filepath.Join(dir, name, "1.png"), all.Image, Limits{}))
			require.Equal(t, all.X.Row(k), x)
		}
	}
	// Pixels of the digits are 16 at most.
	digits, _ := Digits[float64]()
	x := make([]float64, 64)
	require.NoError(t, ReadPicture(x, filepath.Join(dir, "b", "1.png"), digits.Image, Limits{}))
	require.InDelta(t, 0.114*51*16/255, x[63], 0.01)
	require.ErrorContains(t, ReadPicture(x, filepath.Join(dir, "none.png"), digits.Image, Limits{}), "no such file")
}

// The classes of a model are those of its folders, whichever of them are there.
func TestImagesOfKnownClasses(t *testing.T) {
	grey := squarePNG(t, 2, color.Gray{Y: 9})
	dir := folder(t, map[string]string{"b/1.png": grey, "d/1.png": grey})
	all, _, err := ReadImages[float64](dir, ImageOptions{Classes: []string{"a", "b", "d"}})
	require.NoError(t, err)
	require.Equal(t, []int{1, 2}, all.Labels)
	_, _, err = ReadImages[float64](dir, ImageOptions{Classes: []string{"a", "b"}})
	require.ErrorContains(t, err, `the folder "d" is none of the model's classes: want a, b`)
}

func TestPictures(t *testing.T) {
	grey := squarePNG(t, 2, color.Gray{Y: 9})
	dir := folder(t, map[string]string{"1.png": grey, "b/2.JPG": "", "b/notes.txt": "", ".DS_Store": "", "picture": grey, "rows.csv": "1,2\n"})
	join := func(names ...string) string { return filepath.Join(append([]string{dir}, names...)...) }
	for path, want := range map[string]struct {
		pictures []string
		others   int
	}{
		dir:              {[]string{join("1.png"), join("b", "2.JPG")}, 3},
		join("picture"):  {[]string{join("picture")}, 0},
		join("rows.csv"): {nil, 1},
	} {
		pictures, others, err := Pictures(path)
		require.NoError(t, err)
		require.Equal(t, want.pictures, pictures)
		require.Equal(t, want.others, others)
	}
	_, _, err := Pictures(join("none"))
	require.ErrorIs(t, err, os.ErrNotExist)
	for dir, want := range map[string][2]bool{
		dir: {true, false}, join("b"): {},
		folder(t, map[string]string{"train/a/1.png": grey, "test/a/1.png": grey}): {true, true},
	} {
		is, divided := PictureFolder(dir)
		require.Equal(t, want, [2]bool{is, divided})
	}
}

// A folder of pictures for each class.
func TestImageFolders(t *testing.T) {
	picture := func(side int, c color.Color) string { return squarePNG(t, side, c) }
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

	// What programs leave behind is no class, but a folder without pictures might be meant.
	training, _, err = ReadImages[float64](folder(t, map[string]string{"red/1.png": red, ".ipynb_checkpoints/1.png": red, "blue/1.png": blue, "__MACOSX/x": ""}), ImageOptions{})
	require.NoError(t, err)
	require.Equal(t, []string{"blue", "red"}, training.Classes)
	_, _, err = ReadImages[float64](folder(t, map[string]string{"red/1.png": red, "blue/1.webp": blue}), ImageOptions{})
	require.ErrorContains(t, err, `no PNG or JPEG files in the folder of the class "blue": add some, or remove it`)

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
