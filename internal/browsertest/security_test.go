package browsertest

import (
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/shattered-gradients/shattered/internal/faulttest"
	"github.com/shattered-gradients/shattered/pkg/claims"
	"github.com/shattered-gradients/shattered/pkg/report"
	"github.com/shattered-gradients/shattered/pkg/results"
	"github.com/shattered-gradients/shattered/pkg/stats"
)

// attacks are texts that would run as a script, or ask another server, where a page took them for more than
// text.
var attacks = []string{
	`<script>window.attacked = 1</script>`,
	`<img src=x onerror="window.attacked = 1">`,
	`"><svg onload="window.attacked = 1">`,
	`' onmouseover='window.attacked = 1' autofocus onfocus='window.attacked = 1`,
	`</pre></title></style><script>window.attacked = 1</script>`,
	`<base href="https://attacker.invalid/"><link rel=stylesheet href="https://attacker.invalid/x.css">`,
	`<meta http-equiv=refresh content="0;url=https://attacker.invalid/">`,
	`javascript:window.attacked=1`,
	`{{.}}<!--`,
}

// hostileFolder makes a results folder all of whose texts and names are attacks.
func hostileFolder(t *testing.T) string {
	t.Helper()
	folder := t.TempDir()
	picture, err := os.ReadFile(repository(t, "pkg", "paper", "figure1", "testdata", "figure-1.png"))
	if err != nil {
		t.Fatal(err)
	}
	all := strings.Join(attacks, " ")
	claim := claims.Claim{ID: "a." + all, Source: all, Statement: all, Quantity: all, Convention: all}
	figure := &results.Figure{
		Figure: "figure-1", Title: all, Config: map[string]string{all: all},
		Series: []map[string]string{{all: all}},
		Claims: []claims.Claim{claim.Above(stats.Exact(2), 1)},
		Provenance: results.Provenance{
			Backend: all, Plugin: all, Platform: all, Go: all, Commit: all, Size: all,
			Modules: map[string]string{all: all},
		},
		Table: &results.Table{Caption: all, Header: attacks, Rows: [][]string{attacks}},
	}
	if err := figure.Save(folder); err != nil {
		t.Fatal(err)
	}
	files := map[string][]byte{"figure-1.png": picture,
		"other.json": []byte(`{"figure": "` + attacks[7] + `"}`)}
	svg := `<svg xmlns="http://www.w3.org/2000/svg"><title>&lt;script&gt;window.attacked=1&lt;/script&gt;"&gt;</title>` +
		`<script>window.attacked = 1</script></svg>`
	files["figure-1.svg"] = []byte(svg)
	for i, attack := range attacks {
		// no file's name holds the one, nor is longer
		if name := strings.ReplaceAll(attack, "/", ":"); len(name) < 200 {
			files["figure-1-"+name+".png"], files["figure-1-"+name+".svg"] = picture, []byte(svg)
			files[string(rune('0'+i))+name+".html"] = []byte(attack)
		}
	}
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(folder, name), content, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	_ = report.Write(folder) // its error names the file that is no figure's
	return folder
}

// TestHostileResults opens a page of results whose names and texts are attacks: nothing of it runs, and
// nothing is asked for. The page's own policy would not let it, and must not be needed: it is taken out in
// one of two copies.
func TestHostileResults(t *testing.T) {
	faulttest.Everything(t)
	browser := startBrowser(t)
	page := filepath.Join(hostileFolder(t), "index.html")
	content, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	const policy = `<meta http-equiv="Content-Security-Policy" content="default-src 'none';`
	if !strings.Contains(string(content), policy) {
		t.Fatal("the page has no policy")
	}
	bare := strings.Replace(string(content), policy, `<meta name="none" content="`, 1)
	unprotected := filepath.Join(filepath.Dir(page), "unprotected.html")
	if err := os.WriteFile(unprotected, []byte(bare), 0o644); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{page, unprotected} {
		faulttest.Inputs(t, len(attacks))
		p := open(t, browser, "file://"+path)
		p.wait("the pictures",
			`() => document.images.length > 3 && [...document.images].every((i) => i.complete)`)
		p.eval(`() => { for (const e of document.querySelectorAll("*")) { e.dispatchEvent(new Event("mouseover")); e.focus?.(); } }`)
		if attacked := p.eval(`() => String(window.attacked)`).Value.Str(); attacked != "undefined" {
			t.Errorf("a text of %s ran as a script", path)
		}
		if n := p.eval(`() => document.querySelectorAll("script, base, link, iframe, object, embed, svg").length`).Value.Int(); n != 0 {
			t.Errorf("the texts of %s became %d elements of the page", path, n)
		}
		for _, link := range p.eval(`() => [...document.links].map((a) => a.protocol)`).Value.Arr() {
			if scheme := link.Str(); scheme != "file:" && scheme != "data:" {
				t.Errorf("a link of the page is a %s", scheme)
			}
		}
		for _, request := range p.noted(&p.requests) {
			if !strings.HasPrefix(request, "file://") && !strings.HasPrefix(request, "data:") {
				t.Errorf("the page asks for %s", request)
			}
		}
	}
}

// TestLabIsPrivate asks the lab for what is private without its token, with a wrong one, under a name that
// another site has given this machine, and from another address than this machine's own.
func TestLabIsPrivate(t *testing.T) {
	faulttest.Everything(t)
	lab := startLab(t)
	ask := func(method, path, host string) int {
		t.Helper()
		request, err := http.NewRequestWithContext(t.Context(), method, lab.address+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		if host != "" {
			request.Host = host
		}
		answer, err := http.DefaultTransport.RoundTrip(request) // which follows no redirection
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
		return answer.StatusCode
	}
	if status := ask(http.MethodGet, "/api/contents?token="+token, ""); status != http.StatusOK {
		t.Errorf("with the token the answer is %d", status)
	}
	for _, path := range []string{"/api/contents", "/api/kernels", "/api/terminals", "/api/sessions",
		"/files/x"} {
		for _, with := range []string{"", "?token=wrong", "?token="} {
			faulttest.Inputs(t, 2)
			if status := ask(http.MethodGet, path+with, ""); status != http.StatusForbidden &&
				status != http.StatusFound {
				t.Errorf("%s%s is answered by %d", path, with, status)
			}
			if status := ask(http.MethodPost, path+with, ""); status != http.StatusForbidden &&
				status != http.StatusMethodNotAllowed {
				t.Errorf("a request to change %s%s is answered by %d", path, with, status)
			}
		}
	}
	faulttest.Inputs(t, 1)
	if status := ask(http.MethodGet, "/api/contents?token="+token,
		"attacker.invalid"); status != http.StatusForbidden {
		t.Errorf("under another name the answer is %d", status)
	}
	addresses, err := net.InterfaceAddrs()
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := strings.Cut(strings.TrimPrefix(lab.address, "http://"), ":")
	for _, address := range addresses {
		ip, _, err := net.ParseCIDR(address.String())
		if err != nil || ip.IsLoopback() || ip.IsLinkLocalUnicast() {
			continue
		}
		faulttest.Inputs(t, 1)
		if connection, err := net.Dial("tcp", net.JoinHostPort(ip.String(), port)); err == nil {
			connection.Close()
			t.Errorf("it listens on %s", ip)
		}
	}
}
