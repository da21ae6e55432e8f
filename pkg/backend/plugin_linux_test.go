package backend_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/shattered-gradients/shattered/internal/faulttest"
	"github.com/shattered-gradients/shattered/internal/testbackend"
	"github.com/shattered-gradients/shattered/pkg/backend"
)

const pluginName = "pjrt_c_api_cpu_plugin.so"

// openVariable makes the test's own program open XLA and end.
const openVariable = "SHATTERED_TEST_OPEN"

func TestMain(m *testing.M) {
	name := os.Getenv(openVariable)
	if name == "" {
		os.Exit(m.Run())
	}
	opened, err := backend.Open(name)
	if err != nil {
		os.Stderr.WriteString(err.Error() + "\n")
		os.Exit(1)
	}
	opened.Finalize()
}

// openInProcess opens a backend in a process of its own, which a plugin may end, and returns what it said.
func openInProcess(t *testing.T, name string, environment ...string) (string, error) {
	t.Helper()
	c := exec.CommandContext(t.Context(), os.Args[0])
	c.Env = append(append(os.Environ(), openVariable+"="+name), environment...)
	said, err := c.CombinedOutput()
	return string(said), err
}

// TestWrongPlugins opens what is not XLA's plugin, or not all of it: each is a sentence that says what was
// found, and none ends the process otherwise.
func TestWrongPlugins(t *testing.T) {
	testbackend.XLA(t)
	plugin := filepath.Join(os.Getenv("PJRT_PLUGIN_LIBRARY_PATH"), pluginName)
	whole, err := os.ReadFile(plugin)
	if err != nil {
		t.Skipf("the plugin is in another place: %v", err)
	}
	self, err := os.ReadFile(os.Args[0])
	if err != nil {
		t.Fatal(err)
	}
	foreign := append([]byte(nil), whole[:1<<16]...)
	for want, content := range map[string][]byte{
		"has 0 bytes, and is no library":      {},
		"has 15 bytes, and is no library":     []byte("<html>login</ht"),
		"it has 1000000 bytes, and its table": whole[:1_000_000],
		"cut off or damaged":                  whole[:len(whole)-1000],
		"its table of contents can't be read": foreign,
		"another library, without GetPjrtApi": self,
	} {
		faulttest.Inputs(t, 1)
		folder := t.TempDir()
		if err := os.WriteFile(filepath.Join(folder, pluginName), content, 0o755); err != nil {
			t.Fatal(err)
		}
		said, err := openInProcess(t, "xla:cpu", "PJRT_PLUGIN_LIBRARY_PATH="+folder)
		if err == nil || !strings.Contains(said, want) || !strings.Contains(said, "scripts/setup") ||
			strings.Count(said, "\n") != 1 {
			t.Errorf("a plugin of %d bytes gives %v and %q, which is not a sentence with %q", len(content),
				err, said, want)
		}
	}
	if said, err := openInProcess(t, "xla:cpu", "PJRT_PLUGIN_LIBRARY_PATH="+t.TempDir()); err == nil ||
		!strings.Contains(said, "which is not in ") {
		t.Errorf("no plugin gives %v and %q", err, said)
	}
}

// TestFlagsOfTheUser sets flags of XLA's that the plugin knows and such as it does not.
func TestFlagsOfTheUser(t *testing.T) {
	testbackend.XLA(t)
	file := filepath.Join(t.TempDir(), "flags")
	if err := os.WriteFile(file, []byte("--xla_cpu_multi_thread_eigen=true\n--xla_tpu_in_file\n"),
		0o644); err != nil {
		t.Fatal(err)
	}
	for flags, want := range map[string]string{
		"": "", "--xla_cpu_multi_thread_eigen=true --xla_dump_to=": "",
		"--xla_gpu_cuda_data_dir='/a b --xla_tpu_c'": "",
		"--xla_force_host_platform_device_count=2":   "",
		"--xla_tpu_enable_latency_hiding_scheduler=true": "has " +
			"--xla_tpu_enable_latency_hiding_scheduler, which",
		"--xla_one --xla_cpu_multi_thread_eigen --xla_two": "has --xla_one and --xla_two, which",
		file: "has --xla_tpu_in_file, which",
	} {
		said, err := openInProcess(t, "xla:cpu", "XLA_FLAGS="+flags)
		if want == "" && err != nil {
			t.Errorf("XLA_FLAGS=%s gives %v: %s", flags, err, said)
		}
		if want != "" && (err == nil || !strings.Contains(said, want) ||
			!strings.Contains(said, "XLA_FLAGS") || strings.Count(said, "\n") != 1) {
			t.Errorf("XLA_FLAGS=%s gives %v and %q, which is not a sentence with %q", flags, err, said, want)
		}
	}
}
