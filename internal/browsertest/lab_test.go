package browsertest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/go-rod/rod"
)

// repository returns the path of a file of the repository.
func repository(t *testing.T, elements ...string) string {
	t.Helper()
	path, err := filepath.Abs(filepath.Join(append([]string{"..", ".."}, elements...)...))
	if err != nil {
		t.Fatal(err)
	}
	return path
}

// token is the password to the test's JupyterLab.
const token = "browsertest"

// jupyter is a running JupyterLab.
type jupyter struct {
	address string

	// folder is where its notebooks are.
	folder string
}

// startLab starts scripts/lab on copies of notebooks, and skips the test where there is no set-up.
func startLab(t *testing.T, notebooks ...string) *jupyter {
	t.Helper()
	folder := t.TempDir()
	for _, name := range notebooks {
		content, err := os.ReadFile(repository(t, "notebooks", name))
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(folder, filepath.Base(name)), content, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return startLabIn(t, folder, folder)
}

// startLabIn starts scripts/lab on notebooks in a folder, with further arguments, and skips the test where
// there is no set-up.
func startLabIn(t *testing.T, folder string, arguments ...string) *jupyter {
	t.Helper()
	environment := os.Getenv("SHATTERED_VENV")
	if environment == "" {
		environment = repository(t, ".venv")
	}
	if _, err := os.Stat(filepath.Join(environment, "bin", "python")); err != nil {
		t.Skip("JupyterLab is not installed: run scripts/setup")
	}
	port := freePort(t)
	lab := &jupyter{folder: folder, address: fmt.Sprintf("http://127.0.0.1:%d", port)}
	command := exec.Command(repository(t, "scripts", "lab"),
		append(arguments, "--no-browser", fmt.Sprintf("--port=%d", port), "--ServerApp.port_retries=0",
			"--expose-app-in-browser", "--IdentityProvider.token="+token)...)
	private := t.TempDir()
	command.Env = append(os.Environ(), "SHATTERED_SIZE=quick",
		"SHATTERED_RESULTS="+filepath.Join(private, "results"))
	// Nothing of what the user has set up in a JupyterLab of theirs, and nothing left in it.
	for _, variable := range []string{"JUPYTER_CONFIG_DIR", "JUPYTER_RUNTIME_DIR", "JUPYTERLAB_SETTINGS_DIR",
		"JUPYTERLAB_WORKSPACES_DIR"} {
		command.Env = append(command.Env, variable+"="+filepath.Join(private, variable))
	}
	var log bytes.Buffer
	command.Stdout, command.Stderr = &log, &log
	command.WaitDelay = time.Second // its kernels hold on to the log
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		_ = command.Wait()
		close(ended)
	}()
	t.Cleanup(func() {
		lab.stop(t, command, ended)
		if t.Failed() {
			t.Logf("JupyterLab said:\n%s", log.String())
		}
	})
	lab.awaitAnswer(t, ended)
	return lab
}

// freePort returns a port that nobody listens to.
func freePort(t *testing.T) int {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().(*net.TCPAddr).Port
}

// awaitAnswer waits until JupyterLab answers.
func (lab *jupyter) awaitAnswer(t *testing.T, ended <-chan struct{}) {
	t.Helper()
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); {
		if response, err := http.Get(lab.address + "/api/status?token=" + token); err == nil {
			response.Body.Close()
			if response.StatusCode == http.StatusOK {
				return
			}
		}
		select {
		case <-ended:
			t.Fatal("scripts/lab ended before JupyterLab answered")
		case <-time.After(200 * time.Millisecond):
		}
	}
	t.Fatalf("JupyterLab did not answer in %v", patience)
}

// stop ends JupyterLab as Ctrl-C twice does, with its kernels.
func (lab *jupyter) stop(t *testing.T, command *exec.Cmd, ended <-chan struct{}) {
	t.Helper()
	_ = command.Process.Signal(syscall.SIGTERM)
	select {
	case <-ended:
	case <-time.After(patience):
		t.Error("JupyterLab does not end when it is asked to")
		_ = command.Process.Kill()
		<-ended
	}
}

// addCell adds a cell of code to the end of a copy of a notebook.
func (lab *jupyter) addCell(t *testing.T, name, source string) {
	t.Helper()
	path := filepath.Join(lab.folder, name)
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var notebook map[string]any
	if err := json.Unmarshal(content, &notebook); err != nil {
		t.Fatal(err)
	}
	notebook["cells"] = append(notebook["cells"].([]any), map[string]any{
		"cell_type": "code", "id": "added", "source": source, "metadata": map[string]any{},
		"outputs": []any{}, "execution_count": nil,
	})
	if content, err = json.Marshal(notebook); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, content, 0o644); err != nil {
		t.Fatal(err)
	}
}

// notebook is a notebook that is open in JupyterLab.
type notebook struct{ *page }

// widget is the notebook that is open, in JavaScript.
const widget = "window.jupyterapp.shell.currentWidget"

// open opens a notebook with the outputs that it was saved with cleared.
func (lab *jupyter) open(t *testing.T, browser *rod.Browser, name string) *notebook {
	t.Helper()
	n := &notebook{open(t, browser, lab.address+"/lab/tree/"+name+"?reset&token="+token)}
	n.wait("the notebook",
		`() => Boolean(window.jupyterapp && `+widget+`?.sessionContext?.isReady && `+widget+`.content?.model)`)
	n.command("notebook:clear-all-cell-outputs")
	return n
}

// command runs one of JupyterLab's commands. Those that run cells are not waited for.
func (n *notebook) command(id string) {
	n.t.Helper()
	n.eval(`(id) => { window.jupyterapp.commands.execute(id); }`, id)
}

// runCell runs one cell.
func (n *notebook) runCell(index int) {
	n.t.Helper()
	n.eval(`(index) => {
		const content = `+widget+`.content;
		content.deselectAll();
		content.activeCellIndex = index;
		window.jupyterapp.commands.execute("notebook:run-cell");
	}`, index)
}

// cell is what a cell of code has of its own.
type cell struct {
	Index   int      `json:"index"`
	Source  string   `json:"source"`
	Count   int      `json:"count"` // 0 while it has not run to its end
	Outputs []output `json:"outputs"`
}

// output is an output of a cell, as notebooks are saved with it.
type output struct {
	Type string         `json:"output_type"`
	Name string         `json:"name"`
	Text any            `json:"text"`
	Data map[string]any `json:"data"`
}

// cells returns the cells of code.
func (n *notebook) cells() []cell {
	n.t.Helper()
	value := n.eval(`() => ` + widget + `.content.widgets.map((cell, index) => ({
		index, source: cell.model.sharedModel.source, count: cell.model.executionState === "running" ? 0 : cell.model.executionCount || 0,
		outputs: cell.model.outputs?.toJSON(), type: cell.model.type,
	})).filter((cell) => cell.type === "code")`)
	var cells []cell
	if err := value.Value.Unmarshal(&cells); err != nil {
		n.t.Fatal(err)
	}
	return cells
}

// awaitCell waits until a cell has run to its end, and returns it. The count is that of its last run, 0 where
// there is none.
func (n *notebook) awaitCell(index, count int) cell {
	n.t.Helper()
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); time.Sleep(100 *
		time.Millisecond) {
		for _, c := range n.cells() {
			if c.Index == index && c.Count > count {
				return c
			}
		}
	}
	n.t.Fatalf("cell %d did not run to its end in %v", index, patience)
	return cell{}
}
