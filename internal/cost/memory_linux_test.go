package cost

import (
	"os"
	"testing"
)

func TestControlGroupsLimitTheMemory(t *testing.T) {
	files := map[string]string{
		"/sys/fs/cgroup/memory.max":                          "max\n",
		"/sys/fs/cgroup/user/memory.max":                     "3000\n",
		"/sys/fs/cgroup/user/shell/memory.max":               "5000\n",
		"/sys/fs/cgroup/memory/docker/memory.limit_in_bytes": "2000\n",
		"/sys/fs/cgroup/cpu/docker/memory.limit_in_bytes":    "1\n",
	}
	read := func(name string) ([]byte, error) {
		if content, found := files[name]; found {
			return []byte(content), nil
		}
		return nil, os.ErrNotExist
	}
	for groups, want := range map[string]Bytes{
		"":                               10000,
		"0::/\n":                         10000,
		"0::/user/shell\n":               3000, // the outer group's
		"4:memory:/docker\n3:cpu:/\n":    2000,
		"3:cpu,cpuacct:/docker\n":        10000,
		"nonsense\n0::/user\n":           3000,
		"0::/../user\n4:memory:/other\n": 3000,
	} {
		if got := limited(10000, []byte(groups), read); got != want {
			t.Errorf("in the groups %q there are %v of memory, want %v", groups, got, want)
		}
	}
	if got := Memory(); got < 1<<24 || got > 1<<50 {
		t.Errorf("this machine has %v of memory", got)
	}
}
