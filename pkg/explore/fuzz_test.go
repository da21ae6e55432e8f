package explore

import (
	"testing"

	"github.com/shattered-gradients/shattered/internal/faulttest"
)

// FuzzSettings reads what a page sends, and makes the probe's config of it.
func FuzzSettings(f *testing.F) {
	for _, seed := range []string{
		`{"sequence":1,"done":false,"net":"residual","norm":"batch","statistics":"frozen","depth":50,"width":200,"beta":0.1,"draws":20,"seed":"1"}`,
		`{"sequence":-1,"depth":1e99}`, `{}`, `null`, `[]`, `"`, `{"seed":"18446744073709551616","net":"` + "\x00" + `"}`,
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		faulttest.Bounded(t, len(text), func() {
			s, err := parse[choice](text)
			if err == nil {
				_, _ = Defaults().probe(s.Choice)
			}
		})
	})
}
