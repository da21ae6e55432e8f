package explore

import (
	"encoding/json"
	"testing"

	"github.com/shattered-gradients/shattered/internal/faulttest"
)

// FuzzSettings reads what a page sends, and makes the probe's config of it.
func FuzzSettings(f *testing.F) {
	for _, seed := range []string{
		`{"sequence":1,"done":false,"state":"net=residual&norm=bn&depth=50&beta=0.1&seed=1&pinned=net%3Dhighway"}`,
		`{"sequence":-1,"state":"depth=1e99"}`, `{}`, `null`, `[]`, `"`, `{"state":"seed=18446744073709551616"}`,
		`{"state":"net=%00&pinned=pinned%3Dpinned%253D%25"}`, `{"state":"low=NaN&high=Inf&alpha=-0"}`,
		`{"state":"activation=tailored-10000-0.9&initializer=he-times-1e308"}`,
		`{"state":"activation=dks-selu-10000-1e308&pinned=activation%3Ddks-dks-tanh-50-1.5-50-1.5"}`,
	} {
		f.Add(seed)
	}
	config := filled(Config{})
	f.Fuzz(func(t *testing.T, text string) {
		faulttest.Bounded(t, len(text), func() {
			var s settings
			if json.Unmarshal([]byte(text), &s) != nil {
				return
			}
			if w, err := config.read(s.State); err == nil {
				_ = config.state(w)
			}
		})
	})
}
