package kerneltest

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// read returns the content of a file of the repository.
func read(t *testing.T, elements ...string) string {
	t.Helper()
	content, err := os.ReadFile(repository(t, elements...))
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// The image's Go must be one that go.mod allows, and what the image is told to run must be there.
func TestDockerfile(t *testing.T) {
	text := read(t, "Dockerfile")
	image := regexp.MustCompile(`(?m)^FROM golang:(\d+\.\d+)-bookworm AS base$`).FindStringSubmatch(text)
	wanted := regexp.MustCompile(`(?m)^go (\d+\.\d+)`).FindStringSubmatch(read(t, "go.mod"))
	if image == nil || wanted == nil || image[1] != wanted[1] {
		t.Errorf("the image is %q, and go.mod asks for %q", image, wanted)
	}
	command := regexp.MustCompile(`(?m)^CMD (.*)$`).FindStringSubmatch(text)
	var words []string
	if command == nil || json.Unmarshal([]byte(command[1]), &words) != nil || len(words) == 0 {
		t.Fatalf("the image's command is %q, want a list of words", command)
	}
	if _, err := os.Stat(repository(t, filepath.FromSlash(words[0]))); err != nil {
		t.Error(err)
	}
	if !strings.Contains(text, "\nUSER 1000\n") || strings.Contains(text, "USER root") {
		t.Error("the image must not run as root")
	}
	hadolint, err := exec.LookPath("hadolint")
	if err != nil {
		t.Log("hadolint is not here to check the Dockerfile")
		return
	}
	if got := run(t, exec.Command(hadolint, repository(t, "Dockerfile"))); got.status != 0 {
		t.Errorf("hadolint: %s%s", got.stdout, got.stderr)
	}
}

// What the scripts make must not get into the image: a .venv holds the paths of the machine that it was made
// on.
func TestImageLeavesOutWhatScriptsMake(t *testing.T) {
	ignored := strings.Split(read(t, ".dockerignore"), "\n")
	for _, line := range strings.Split(read(t, ".gitignore"), "\n") {
		name := strings.Trim(line, "/")
		if name == "" || strings.HasPrefix(name, "#") {
			continue
		}
		found := false
		for _, pattern := range ignored {
			found = found || pattern == name || pattern == "**/"+name
		}
		if !found {
			t.Errorf(".dockerignore lacks %s", name)
		}
	}
}

// The container of VS Code is the image's base, and is set up in the folder that is open in VS Code.
func TestDevcontainer(t *testing.T) {
	var container struct {
		Build struct{ Dockerfile, Context, Target string }
		User  string            `json:"remoteUser"`
		Setup string            `json:"postCreateCommand"`
		Env   map[string]string `json:"remoteEnv"`
	}
	decoder := json.NewDecoder(strings.NewReader(read(t, ".devcontainer", "devcontainer.json")))
	if err := decoder.Decode(&container); err != nil {
		t.Fatal(err)
	}
	// The environment of the machine that the folder is from stays as it is; git must not see the
	// container's.
	folder := container.Env["SHATTERED_VENV"]
	if !strings.HasPrefix(filepath.Base(folder), ".venv.") ||
		container.Env["JUPYTER_PATH"] != folder+"/share/jupyter" {
		t.Errorf("the container's environment is %q, and JUPYTER_PATH %q", folder,
			container.Env["JUPYTER_PATH"])
	}
	dockerfile := read(t, ".devcontainer", filepath.FromSlash(container.Build.Dockerfile))
	if !strings.Contains(dockerfile, " AS "+container.Build.Target+"\n") {
		t.Errorf("the Dockerfile has no stage %q", container.Build.Target)
	}
	if !strings.Contains(dockerfile,
		"useradd --uid 1000 --create-home --shell /bin/bash "+container.User+"\n") {
		t.Errorf("the Dockerfile makes no user %q", container.User)
	}
	if _, err := os.Stat(repository(t, filepath.FromSlash(container.Setup))); err != nil {
		t.Error(err)
	}
}
