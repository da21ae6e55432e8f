package cifar

import (
	"maps"
	"net/http"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/shattered-gradients/shattered/internal/faulttest"
	"github.com/shattered-gradients/shattered/pkg/data/images"
)

// fetching is the work of fetching the data into a cache, from a server in the process itself.
func fetching() faulttest.Work {
	f := newFake(3)
	load := func(t *testing.T, folder string) (*images.Data, error) {
		l, _ := f.served(t)
		l.cache = folder
		return l.load(t.Context())
	}
	return faulttest.Work{
		Do: func(t *testing.T, folder string) {
			data, err := load(t, folder)
			if err != nil {
				t.Fatal(err)
			}
			f.check(t, data)
		},
		Check: func(t *testing.T, folder string) {
			want := map[string]string{filepath.Join(folder, BinaryFolder): "folder"}
			for name, content := range f.contents {
				want[filepath.Join(folder, BinaryFolder, name)] = string(content)
			}
			if got := snapshot(t, folder); !maps.Equal(got, want) {
				t.Errorf("the cache holds %v", slices.Sorted(maps.Keys(got)))
			}
		},
	}
}

// TestFaultsInFetching fetches the data with a fault at each call.
func TestFaultsInFetching(t *testing.T) { fetching().Test(t, 20) }

// TestFullDiskInFetching fetches them to a disk on which there is less and less room.
func TestFullDiskInFetching(t *testing.T) {
	faulttest.Everything(t)
	fetching().OnFullDisk(t, 60)
}

// TestRedirections plays servers that send a client from place to place: to the archive, in a circle, to
// nowhere, and to a file of this machine.
func TestRedirections(t *testing.T) {
	f := newFake(3)
	packed := tarGz(t, BinaryFolder, f.contents)
	for name, c := range map[string]struct{ to, phrase string }{
		"to the archive": {"/there", ""}, "in a circle": {"/cifar.tar.gz", "stopped after 10 redirects"},
		"to a file":     {"file:///etc/passwd", "unsupported protocol scheme"},
		"to no address": {"http://[", "failed to parse Location header"},
	} {
		t.Run(name, func(t *testing.T) {
			faulttest.Faults(t, 1)
			s := serve(t, func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path == "/there" {
					send(packed)(w, r)
					return
				}
				w.Header().Set("Location", c.to)
				w.WriteHeader(http.StatusFound)
			})
			l := f.loader(t, from(s, packed))
			if c.phrase == "" {
				succeeds(t, f, l)
			} else {
				fails(t, l, "the server can't be reached (", c.phrase)
			}
		})
	}
}

// TestProxies puts a proxy between: one that does its work, one that wants a password, one that answers
// everything by a page, and one that is not there.
func TestProxies(t *testing.T) {
	f := newFake(3)
	packed := tarGz(t, BinaryFolder, f.contents)
	for name, c := range map[string]struct {
		handler http.HandlerFunc
		phrase  string
	}{
		"works": {send(packed), ""},
		"wants a password": {func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusProxyAuthRequired)
		}, `the server answered "407 Proxy Authentication Required"`},
		"answers by a page": {send([]byte("<!DOCTYPE html><html>Blocked</html>")),
			"the server sent a web page"},
		"is not there": {nil, "the server can't be reached (proxyconnect"},
	} {
		t.Run(name, func(t *testing.T) {
			faulttest.Faults(t, 1)
			proxy := serve(t, c.handler)
			address, err := url.Parse(proxy.URL)
			if err != nil {
				t.Fatal(err)
			}
			if c.handler == nil {
				proxy.Close()
			}
			address.User = url.UserPassword("user", "secret")
			client := newClient(time.Minute)
			client.Transport.(*http.Transport).Proxy = http.ProxyURL(address)
			l := f.loader(t, &archive{
				url: "http://data.invalid/cifar.tar.gz", size: int64(len(packed)), sha256: sum(packed),
				client: client, idle: time.Minute, total: time.Minute,
			})
			if c.phrase == "" {
				succeeds(t, f, l)
			} else if err := fails(t, l, c.phrase); strings.Contains(err.Error(), "secret") {
				t.Errorf("the error shows the proxy's password: %v", err)
			}
		})
	}
}
