package browsertest

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/shattered-gradients/shattered/internal/faulttest"
)

// firstOutput is the text below the first cell, in JavaScript.
const firstOutput = `(document.querySelector(".jp-CodeCell .jp-OutputArea")?.innerText ?? "").trim()`

// TestRestartAndRunAll restarts the kernel while a cell runs, and runs all cells: the declarations of those
// before are there again, and what ran has ended.
func TestRestartAndRunAll(t *testing.T) {
	faulttest.Everything(t)
	_, n, index := openTemplate(t)
	beat := filepath.Join(t.TempDir(), "beat")
	n.rewrite(index, fmt.Sprintf(`func beat() { must.M(os.WriteFile(%q, nil, 0o644)) }

%%%%
fmt.Println("began at", time.Now().UnixNano())
for range 3000 {
	beat()
	time.Sleep(100 * time.Millisecond)
}`, beat))
	n.runCell(index)
	n.wait("the cell's first line", `() => `+firstOutput+`.startsWith("began at")`)
	began := n.eval(`() => ` + firstOutput).Value.Str()
	faulttest.Faults(t, 1)
	n.rewrite(index, fmt.Sprintf("%%%%\nfmt.Println(\"began again\", must.M1(os.Stat(%q)).Size())", beat))
	n.command("notebook:restart-run-all")
	n.wait("the question", `() => Boolean(document.querySelector(".jp-Dialog .jp-mod-accept"))`)
	n.eval(`() => { document.querySelector(".jp-Dialog .jp-mod-accept").click(); }`)
	n.wait("the cell's line after the restart", `() => `+firstOutput+` === "began again 0"`)
	if still(t, beat) {
		t.Errorf("what %s goes on after the restart", began)
	}
}

// TestClosedTab closes the page while a cell runs. As everywhere in Jupyter the cell goes on, for the page to
// be opened again; it ends with JupyterLab.
func TestClosedTab(t *testing.T) {
	faulttest.Everything(t)
	lab, n, index := openTemplate(t)
	beat := filepath.Join(t.TempDir(), "beat")
	n.rewrite(index, fmt.Sprintf(`%%%%
for range 3000 {
	must.M(os.WriteFile(%q, nil, 0o644))
	fmt.Println("at", time.Now())
	time.Sleep(100 * time.Millisecond)
}`, beat))
	n.runCell(index)
	n.wait("the cell's first line", `() => `+firstOutput+`.startsWith("at")`)
	faulttest.Faults(t, 1)
	if err := n.Close(); err != nil {
		t.Fatal(err)
	}
	if !still(t, beat) {
		t.Error("the cell ended with the page")
	}
	if status, text := lab.ask(t, http.MethodPost, "/api/shutdown", nil); status != http.StatusOK {
		t.Fatalf("JupyterLab answers %d to be shut down: %s", status, text)
	}
	for deadline := time.Now().Add(patience); still(t, beat); {
		if time.Now().After(deadline) {
			t.Fatal("the cell goes on after JupyterLab has ended")
		}
	}
}

// still says whether a file is written again within two seconds.
func still(t *testing.T, path string) bool {
	t.Helper()
	written := func() time.Time {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		return info.ModTime()
	}
	before := written()
	time.Sleep(2 * time.Second)
	return written().After(before)
}
