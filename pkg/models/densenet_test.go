package models_test

import (
	"slices"
	"testing"

	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/models/activations"
)

// TestDensenet: a net of depth L has L rectifiers, and the features grow by a twelfth of N a layer, and are N
// again behind twelve.
func TestDensenet(t *testing.T) {
	group := []int{24, 26, 28, 30, 32, 34, 36, 38, 40, 42, 44, 46, 48}
	deep := slices.Concat([]int{24}, group, group, []int{24, 26})
	for _, test := range []struct {
		depth, width int
		want         []int // units of the rectifiers
	}{
		{1, 24, []int{24}},
		{2, 24, []int{24, 24}},
		{4, 24, []int{24, 24, 26, 28}},
		{4, 5, []int{5, 5, 6, 7}},
		{29, 24, deep},
	} {
		for _, activation := range []*activations.Activation{activations.ReLU, activations.CReLU} {
			net, err := models.New(models.Config{Net: "densenet", Depth: test.depth, Width: test.width,
				Activation: activation})
			if err != nil {
				t.Fatal(err)
			}
			if got, err := net.Rectifiers(); err != nil || !slices.Equal(got, test.want) {
				t.Errorf("depth %d, %s: rectifiers of %v units, want %v; %v", test.depth, activation, got,
					test.want, err)
			}
		}
	}
}
