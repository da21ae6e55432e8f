package browsertest

import (
	"bytes"
	"encoding/base64"
	"image"
	"image/png"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/go-rod/rod"
	"github.com/go-rod/rod/lib/launcher"
	"github.com/go-rod/rod/lib/proto"
)

// patience is how long a test waits for anything. It is about hanging: on a busy machine it may take minutes
// until a kernel has started and a cell is compiled.
const patience = 20 * time.Minute

// startBrowser starts a browser that can reach nothing but this machine, and skips the test where there is
// none.
func startBrowser(t *testing.T) *rod.Browser {
	t.Helper()
	if testing.Short() {
		t.Skip("starts a browser")
	}
	path, found := launcher.LookPath()
	if !found {
		t.Skip("no Chromium or Chrome is installed: on Debian or Ubuntu, apt-get install chromium")
	}
	// Its sandbox needs rights that containers do not give. The pages are our own.
	start := launcher.New().Bin(path).Headless(true).NoSandbox(true).UserDataDir(t.TempDir()).
		Set("disable-dev-shm-usage").Set("host-resolver-rules", "MAP * ~NOTFOUND, EXCLUDE 127.0.0.1")
	address, err := start.Launch()
	if err != nil {
		t.Fatalf("%s does not start: %v", path, err)
	}
	browser := rod.New().ControlURL(address)
	if err := browser.Connect(); err != nil {
		start.Kill()
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = browser.Close()
		start.Kill()
		start.Cleanup() // after it has ended: it writes into the folder that the test removes
	})
	return browser
}

// page is a page in the browser whose troubles end the test.
type page struct {
	*rod.Page
	t *testing.T

	mu       sync.Mutex
	requests []string // the addresses asked for
	errors   []string // what scripts reported as errors
}

// open opens an address in a new page.
func open(t *testing.T, browser *rod.Browser, address string) *page {
	t.Helper()
	blank, err := browser.Page(proto.TargetCreateTarget{URL: "about:blank"})
	if err != nil {
		t.Fatal(err)
	}
	p := &page{Page: blank, t: t}
	go p.EachEvent(
		func(e *proto.NetworkRequestWillBeSent) { p.note(&p.requests, e.Request.URL) },
		func(e *proto.RuntimeExceptionThrown) {
			text := e.ExceptionDetails.Text
			// not all that is reported is an exception
			if thrown := e.ExceptionDetails.Exception; thrown != nil {
				text += " " + thrown.Description
			}
			p.note(&p.errors, text)
		},
	)()
	t.Cleanup(func() {
		if t.Failed() {
			p.screenshot("failed")
		}
	})
	for _, err := range []error{
		p.SetViewport(&proto.EmulationSetDeviceMetricsOverride{Width: 1400, Height: 1100,
			DeviceScaleFactor: 1}),
		p.Navigate(address),
		p.WaitLoad(),
	} {
		if err != nil {
			t.Fatalf("%s can't be opened: %v", address, err)
		}
	}
	return p
}

func (p *page) note(list *[]string, text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	*list = append(*list, text)
}

// noted returns what was noted so far.
func (p *page) noted(list *[]string) []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]string(nil), *list...)
}

// screenshot keeps a picture of the page with the test's artifacts.
func (p *page) screenshot(name string) {
	picture, err := p.Screenshot(false, nil)
	if err == nil {
		err = os.WriteFile(filepath.Join(p.t.ArtifactDir(), name+".png"), picture, 0o644)
	}
	if err != nil {
		p.t.Logf("no screenshot %s: %v", name, err)
	}
}

// eval runs a JavaScript function in the page and returns what it returns.
func (p *page) eval(js string, arguments ...any) *proto.RuntimeRemoteObject {
	p.t.Helper()
	result, err := p.Eval(js, arguments...)
	if err != nil {
		p.t.Fatalf("%s gives %v", js, err)
	}
	return result
}

// wait waits until a JavaScript function returns something true.
func (p *page) wait(what, js string, arguments ...any) {
	p.t.Helper()
	for deadline := time.Now().Add(patience); !p.eval(js,
		arguments...).Value.Bool(); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(deadline) {
			p.t.Fatalf("in %v there was no sign of %s", patience, what)
		}
	}
}

// click clicks into the middle of what a selector finds, as a hand with a mouse does.
func (p *page) click(selector string) { p.clickAt(selector, 0.5) }

// clickAt clicks into what a selector finds at a share of its width, half way up.
func (p *page) clickAt(selector string, share float64) {
	p.t.Helper()
	p.wait(selector, `(selector) => Boolean(document.querySelector(selector))`, selector)
	box := p.eval(`(selector) => {
		const element = document.querySelector(selector);
		element.scrollIntoView({block: "center"});
		const box = element.getBoundingClientRect();
		return [box.x, box.y, box.width, box.height];
	}`, selector).Value.Arr()
	target := proto.NewPoint(box[0].Num()+share*box[2].Num(), box[1].Num()+0.5*box[3].Num())
	if err := p.Mouse.MoveTo(target); err != nil {
		p.t.Fatal(err)
	}
	if err := p.Mouse.Click(proto.InputMouseButtonLeft, 1); err != nil {
		p.t.Fatal(err)
	}
}

// decode returns the picture in a data URL.
func decode(t *testing.T, url string) image.Image {
	t.Helper()
	_, encoded, found := strings.Cut(url, "data:image/png;base64,")
	content, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil || !found {
		t.Fatalf("%.60q holds no PNG: %v", url, err)
	}
	picture, err := png.Decode(bytes.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	return picture
}

// different returns the share of the pixels that differ between pictures of one size, and 1 for pictures of
// different sizes.
func different(a, b image.Image) float64 {
	if a.Bounds() != b.Bounds() {
		return 1
	}
	count, size := 0, a.Bounds().Size()
	for y := range size.Y {
		for x := range size.X {
			if a.At(x, y) != b.At(x, y) {
				count++
			}
		}
	}
	return float64(count) / float64(size.X*size.Y)
}
