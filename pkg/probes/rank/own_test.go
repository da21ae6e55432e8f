package rank_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/shattered-gradients/shattered/internal/testbackend"
	"github.com/shattered-gradients/shattered/pkg/engine"
	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/probes/rank"
)

// TestOwnNetsAreProbed: a net composed of the stages of one that a config names has its gradients, and depths
// are not asked for.
func TestOwnNetsAreProbed(t *testing.T) {
	e := engine.New(testbackend.Open(t))
	defer e.Close()
	config := small()
	config.Depths = []int{5}
	named := config.Net
	named.Depth = 5
	net, err := models.New(named)
	if err != nil {
		t.Fatal(err)
	}
	composed, err := models.Compose("composed", net.Input, net.Stages...)
	if err != nil {
		t.Fatal(err)
	}
	want, err := rank.Run(t.Context(), e, config, rank.WhiteNoise{Seed: 2}, 5)
	if err != nil {
		t.Fatal(err)
	}
	config.Net, config.Depths = composed.Config, nil
	got, err := rank.Run(t.Context(), e, config, rank.WhiteNoise{Seed: 2}, 5)
	if err != nil {
		t.Fatal(err)
	}
	if !reflect.DeepEqual(got.Gradients, want.Gradients) || !reflect.DeepEqual(got.Labels, want.Labels) {
		t.Error("the composed net has other gradients")
	}
	if again, err := models.New(got.Config.Net); err != nil || len(got.Config.Depths) != 1 {
		t.Errorf("the result's config %+v gives %v, %v", got.Config, again, err)
	}
	config.Depths = []int{5}
	if _, err := rank.Run(t.Context(), e, config, rank.WhiteNoise{Seed: 2}, 5); err == nil ||
		!strings.Contains(err.Error(), "leave them out") {
		t.Errorf("depths of a net of one's own: %v", err)
	}
}
