package report

import (
	"bytes"
	"cmp"
	"encoding/base64"
	"fmt"
	"html/template"
	"image"
	"image/png"
	"net/url"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/image/draw"

	"github.com/shattered-gradients/shattered/internal/regular"
)

// PageLimit is how many bytes index.html may have for files to download to be put into it: a page of this
// size opens at once, also on a phone, and every mail carries it.
const PageLimit = 6e6

// file is a file of the results folder that the page offers.
type file struct {
	Name string

	// Link holds the file itself, or leads to it beside the page.
	Link     template.URL
	Embedded bool

	content []byte
}

// Kind is what the reader knows the file by: PNG, SVG, JSON, CSV or npz.
func (f *file) Kind() string {
	extension := strings.TrimPrefix(filepath.Ext(f.Name), ".")
	if extension == "npz" {
		return extension
	}
	return strings.ToUpper(extension)
}

// Size is the file's size for reading.
func (f *file) Size() string {
	if n := len(f.content); n >= 1e6 {
		return fmt.Sprintf("%.1f MB", float64(n)/1e6)
	}
	return fmt.Sprintf("%d kB", (len(f.content)+999)/1000)
}

// mediaTypes are those of the files, by extension.
var mediaTypes = map[string]string{
	".png": "image/png", ".svg": "image/svg+xml", ".json": "application/json", ".csv": "text/csv",
	".npz": "application/zip",
}

// dataURL returns an address that holds the content itself.
func dataURL(name string, content []byte) template.URL {
	return template.URL("data:" + mediaTypes[filepath.Ext(name)] + ";base64," +
		base64.StdEncoding.EncodeToString(content))
}

// beside returns the address of a file beside the page: the same file whatever its name, and never one of
// another scheme.
func beside(name string) template.URL {
	return template.URL((&url.URL{Path: name}).String())
}

// files are those that the page offers.
type files struct{ all []*file }

// read adds a file of the folder.
func (fs *files) read(folder, name string) (*file, error) {
	content, err := regular.ReadFile(filepath.Join(folder, name))
	if err != nil {
		return nil, err
	}
	return fs.add(name, content), nil
}

// add adds a file.
func (fs *files) add(name string, content []byte) *file {
	f := &file{Name: name, Link: beside(name), content: content}
	fs.all = append(fs.all, f)
	return f
}

// embed puts files into their links, the smallest first, as long as the links take no more bytes than the
// limit.
func (fs *files) embed(limit int) {
	slices.SortStableFunc(fs.all, func(a, b *file) int { return cmp.Compare(len(a.content), len(b.content)) })
	for _, f := range fs.all {
		link := dataURL(f.Name, f.content)
		if limit -= len(link) + len(f.Name); limit < 0 {
			return
		}
		f.Link, f.Embedded = link, true
	}
}

// picture is a picture of a figure.
type picture struct {
	Name string

	// Variant says how it differs from the figure's first picture; empty for that one.
	Variant string

	// Width and Height are in pixels.
	Width, Height int

	Data  template.URL
	Files []*file
}

// addPicture adds a picture to the section, with its files to download.
func (s *section) addPicture(folder, name string, files *files) error {
	content, err := regular.ReadFile(filepath.Join(folder, name+".png"))
	if err != nil {
		return fmt.Errorf("%s.png can't be read (%w): run the cell that makes it again",
			filepath.Join(folder, name), err)
	}
	whole, err := png.Decode(bytes.NewReader(content))
	if err != nil {
		return fmt.Errorf("%s.png is not a picture (%w): remove it, or run the cell that makes it again",
			filepath.Join(folder, name), err)
	}
	size := whole.Bounds().Size()
	p := picture{
		Name: name, Variant: strings.ReplaceAll(strings.TrimPrefix(strings.TrimPrefix(name, s.Figure.Figure),
			"-"), "-", " "),
		Width: size.X, Height: size.Y, Data: dataURL(name+".png", content),
	}
	if s.Thumbnail == "" {
		if s.Thumbnail, err = thumbnail(whole); err != nil {
			return err
		}
	}
	p.Files = append(p.Files, files.add(name+".png", content))
	// a picture need not have both
	if content, err := regular.ReadFile(filepath.Join(folder, name+".svg")); err == nil {
		p.Files = append(p.Files, files.add(name+".svg", content))
	}
	s.Pictures = append(s.Pictures, p)
	return nil
}

// thumbnail returns a picture, in the width of which it is shown small on screens of two pixels a point.
func thumbnail(whole image.Image) (template.URL, error) {
	const width = 448
	bounds := whole.Bounds()
	if bounds.Dx() > width {
		small := image.NewRGBA(image.Rect(0, 0, width, max(1, bounds.Dy()*width/bounds.Dx())))
		draw.CatmullRom.Scale(small, small.Bounds(), whole, bounds, draw.Src, nil)
		whole = small
	}
	var file bytes.Buffer
	if err := png.Encode(&file, whole); err != nil {
		return "", fmt.Errorf("a small picture can't be made: %w", err)
	}
	return dataURL("thumbnail.png", file.Bytes()), nil
}
