package kerneltest

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// downloadCell saves a figure and offers its numbers, as the kernel of a browser's page or of a run without
// one.
const downloadCell = `%%noautoget
import (
	"os"

	"github.com/janpfeifer/gonb/gonbui/protocol"
	"github.com/janpfeifer/must"
	"github.com/shattered-gradients/shattered/pkg/lab"
	"github.com/shattered-gradients/shattered/pkg/results"
)

%%%%
os.Setenv(lab.ResultsVariable, %q)
os.Setenv(protocol.GONB_JUPYTER_KERNEL_ID_ENV, %q)
figure := results.Figure{Figure: "toy", Title: "A <toy>", Series: []map[string]any{{"mean": []float64{1, 0.5}}}}
must.M(figure.Save(lab.ResultsFolder()))
must.M(lab.Download("toy"))
`

// downloadPage runs the cell and returns the HTML that it shows.
func downloadPage(t *testing.T, folder, kernel string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "ran.ipynb")
	got := run(t, runner(t, "--output", path, notebook(t, fmt.Sprintf(downloadCell, folder, kernel))))
	if got.status != 0 {
		t.Fatalf("the cell failed: %+v", got)
	}
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var ran struct {
		Cells []struct {
			Outputs []struct {
				Data map[string]any `json:"data"`
			} `json:"outputs"`
		} `json:"cells"`
	}
	if err := json.Unmarshal(content, &ran); err != nil {
		t.Fatal(err)
	}
	var page strings.Builder
	for _, output := range ran.Cells[0].Outputs {
		lines, _ := output.Data["text/html"].([]any)
		for _, line := range lines {
			page.WriteString(line.(string))
		}
	}
	return page.String()
}

func TestDownloadLinksHoldTheFiles(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	page := downloadPage(t, folder, "a-kernel-of-a-server")
	if !strings.Contains(page, "A &lt;toy&gt;") {
		t.Errorf("the page lacks the figure's title: %s", page)
	}
	links := regexp.MustCompile(`<a download="([^"]+)" href="data:[a-z/]+;base64,([^"]+)">`).FindAllStringSubmatch(page, -1)
	if len(links) != 3 {
		t.Fatalf("%d links, want CSV, npz and JSON: %s", len(links), page)
	}
	for _, link := range links {
		want, err := os.ReadFile(filepath.Join(folder, link[1]))
		if err != nil {
			t.Fatal(err)
		}
		if got, err := base64.StdEncoding.DecodeString(link[2]); err != nil || string(got) != string(want) {
			t.Errorf("the link does not hold %s: %v", link[1], err)
		}
	}
}

// Notebooks that are run without a browser, for committing them, must not carry the files.
func TestDownloadWithoutAPageNamesTheFiles(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	page := downloadPage(t, folder, "")
	if strings.Contains(page, "base64") ||
		!strings.Contains(page, "CSV <code>"+filepath.Join(folder, "toy.csv")+"</code>") {
		t.Errorf("the page is %s", page)
	}
}
