package cifar

import (
	"github.com/shattered-gradients/shattered/pkg/data/images"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestOfficialData checks what is known of CIFAR-10, where it is there already: tests fetch nothing.
func TestOfficialData(t *testing.T) {
	l, err := official()
	if err != nil {
		t.Skip(err)
	}
	if l.folder == "" && !l.edition.present(filepath.Join(l.cache, BinaryFolder)) {
		t.Skipf("CIFAR-10 is neither in the cache %s nor in a folder that %s names", l.cache, FolderVariable)
	}
	l.sources = nil
	data, err := l.load(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if data.Train.Len() != 50_000 || data.Test.Len() != 10_000 {
		t.Fatalf("%d training and %d test images", data.Train.Len(), data.Test.Len())
	}
	for _, set := range []*images.Set{data.Train, data.Test} {
		var counts [10]int
		for _, label := range set.Labels {
			counts[label]++
		}
		for class, count := range counts {
			if count != set.Len()/10 {
				t.Errorf("%d of %d images are of the class %s", count, set.Len(), images.Classes[class])
			}
		}
	}
	// as every tutorial shows them
	for i, want := range []string{"frog", "truck", "truck", "deer", "automobile"} {
		if got := data.Train.Class(i); got != want {
			t.Errorf("training image %d is of the class %s, not %s", i, got, want)
		}
	}
	if got := data.Test.Class(0); got != "cat" {
		t.Errorf("the first test image is of the class %s, not cat", got)
	}

	// The moments that PyTorch's users copy from each other, to the four digits they are given with.
	moments := data.Train.Moments()
	for c := range images.Channels {
		mean, std := []float64{0.4914, 0.4822, 0.4465}[c], []float64{0.2470, 0.2435, 0.2616}[c]
		if math.Abs(moments.Mean[c]-mean) > 5e-5 || math.Abs(moments.Std[c]-std) > 5e-5 {
			t.Errorf("channel %d has mean %g and deviation %g, not %g and %g", c, moments.Mean[c],
				moments.Std[c], mean, std)
		}
	}
	t.Logf("from %s: %+v", data.Origin, moments)
}

// TestOfficialFolder checks that the environment's folder is asked, and no other place then.
func TestOfficialFolder(t *testing.T) {
	folder := t.TempDir()
	t.Setenv(FolderVariable, folder)
	if _, err := Load(t.Context()); err == nil ||
		err.Error() != "CIFAR10_DIR names the folder "+folder+", which has none of the data: let it name a "+
			"folder with "+wanted {
		t.Errorf("an empty folder gives %v", err)
	}
}

// TestRelativeFolder names a folder as one below the working folder; the error says which one that is.
func TestRelativeFolder(t *testing.T) {
	working := t.TempDir()
	t.Chdir(working)
	t.Setenv(FolderVariable, "data")
	_, err := Load(t.Context())
	if want := "CIFAR10_DIR names the folder " + filepath.Join(working, "data") + ", which"; err == nil ||
		!strings.HasPrefix(err.Error(), want) {
		t.Errorf("an empty folder gives %v, and not %q", err, want)
	}
}

// TestNoPlaceForTheCache has no home folder, one that is the root of all files and can't be written, as users
// without an account have, and a relative cache folder, which no program takes.
func TestNoPlaceForTheCache(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	t.Setenv(FolderVariable, "")
	for name, c := range map[string]struct{ home, cache, want string }{
		"no home":        {"", "", "there is no place to keep CIFAR-10 ("},
		"relative cache": {t.TempDir(), "cache", "there is no place to keep CIFAR-10 ("},
		"unwritable":     {file, "", "CIFAR-10 can't be kept in the cache " + file},
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("HOME", c.home)
			t.Setenv("XDG_CACHE_HOME", c.cache)
			if _, err := Load(t.Context()); err == nil || !strings.HasPrefix(err.Error(), c.want) ||
				!strings.Contains(err.Error(), "let HOME") {
				t.Errorf("%v", err)
			}
		})
	}
}

// TestOfficialCache checks where the cache is.
func TestOfficialCache(t *testing.T) {
	home := t.TempDir()
	t.Setenv(FolderVariable, "")
	t.Setenv("HOME", home)
	t.Setenv("XDG_CACHE_HOME", "")
	l, err := official()
	if err != nil {
		t.Fatal(err)
	}
	if below, err := filepath.Rel(home, l.cache); err != nil || filepath.Base(below) != "shattered" ||
		!filepath.IsLocal(below) {
		t.Errorf("the cache is %s (%v), with the home folder %s", l.cache, err, home)
	}
}
