package models_test

import (
	"encoding/json"
	"math"
	"slices"
	"testing"

	"github.com/shattered-gradients/shattered/pkg/models"
)

// TestSkipsOverLayers: skips over several layers leave a net its matrices and rectifiers, and the last skip
// spans what is left over.
func TestSkipsOverLayers(t *testing.T) {
	for _, test := range []struct {
		depth, layers int
		stages        []string
	}{
		{1, 2, []string{"input", "readout"}},
		{2, 2, []string{"input", "layer_0", "layer_1", "readout"}},
		{5, 2, []string{"input", "layer_0", "layer_1_2", "layer_3_4", "readout"}},
		{6, 2, []string{"input", "layer_0", "layer_1_2", "layer_3_4", "layer_5", "readout"}},
		{6, 3, []string{"input", "layer_0", "layer_1_3", "layer_4_5", "readout"}},
		{3, 1, []string{"input", "layer_0", "layer_1", "layer_2", "readout"}},
	} {
		net, err := models.New(models.Config{Net: "residual", Depth: test.depth, Width: 5, Beta: 1,
			Branch: models.Branch{Layers: test.layers}})
		if err != nil {
			t.Fatal(err)
		}
		var names []string
		matrices := 0
		for _, stage := range net.Stages {
			names = append(names, stage.Name)
			for _, param := range stage.Block.Params() {
				if slices.Equal(param.Dims, []int{5, 5}) {
					matrices++
				}
			}
		}
		if want := test.depth; !slices.Equal(names, test.stages) || matrices != want && test.depth > 1 {
			t.Errorf("depth %d, skips over %d: stages %q and %d matrices, want %q and %d", test.depth,
				test.layers, names, matrices, test.stages, want)
		}
	}
}

// TestOneLayerIsThePapers: branches of one layer, said or not, are one config and one net.
func TestOneLayerIsThePapers(t *testing.T) {
	var texts []string
	for _, branch := range []models.Branch{{}, {Layers: 1}} {
		net, err := models.New(models.Config{Net: "residual", Depth: 4, Beta: 1, Branch: branch})
		if err != nil {
			t.Fatal(err)
		}
		text, err := json.Marshal(net.Config)
		if err != nil {
			t.Fatal(err)
		}
		texts = append(texts, string(text))
	}
	if texts[0] != texts[1] {
		t.Errorf("two configs of one net:\n%s\n%s", texts[0], texts[1])
	}
}

// TestFixup: the matrices of each branch have the deviations of Zhang et al. (2019), section 2: with m = 2
// layers a branch the first is sqrt(2/N) branches^(-1/2), and the last is 0; one that is left over is 0.
func TestFixup(t *testing.T) {
	const width = 100
	fifth, half := math.Pow(5, -1./2), math.Pow(2, -1./4) // of five branches, and of two
	for _, test := range []struct {
		depth, layers int
		want          []float64 // deviations, times sqrt(N/2), of all matrices behind the first
	}{
		{10, 2, []float64{fifth, 0, fifth, 0, fifth, 0, fifth, 0, 0}},
		{7, 3, []float64{half, half, 0, half, half, 0}},
	} {
		net, err := models.New(models.Config{Net: "residual", Depth: test.depth, Width: width, Beta: 1,
			Branch: models.Branch{Layers: test.layers, Fixup: true}})
		if err != nil {
			t.Fatal(err)
		}
		var got []float64
		for i := range net.Stages[:len(net.Stages)-3] {
			for _, values := range net.Draw(1, 0).Values(i + 2) {
				squares := 0.0
				for _, value := range values {
					squares += float64(value) * float64(value)
				}
				got = append(got, math.Sqrt(squares/width/width*width/2))
			}
		}
		if len(got) != len(test.want) {
			t.Fatalf("depth %d: %d matrices, want %d", test.depth, len(got), len(test.want))
		}
		for l, want := range test.want {
			// The root mean square of n = 10^4 normals has the relative deviation 1/sqrt(2 n) = 0.7 %; four
			// of these are passed by one number in 16 000, and the seed is fixed.
			if math.Abs(got[l]-want) > 0.03*want {
				t.Errorf("depth %d, matrix %d: deviation %g, want %g, of sqrt(2/N)", test.depth, l+1,
					got[l], want)
			}
		}
	}
}

// TestLearntBranches: every branch has a weight of its own, which starts at beta, 0 where none is given.
func TestLearntBranches(t *testing.T) {
	for _, beta := range []float64{0, 0.25} {
		net, err := models.New(models.Config{Net: "residual", Depth: 4, Width: 5, Beta: beta,
			Branch: models.Branch{Learnt: true}})
		if err != nil {
			t.Fatal(err)
		}
		for i, stage := range net.Stages[2:5] {
			values := net.Draw(1, 0).Values(i + 2)
			if len(values) != 2 || !slices.Equal(values[1], []float32{float32(beta)}) {
				t.Errorf("%s, beta %g: the last of its variables has %v", stage.Name, beta,
					values[len(values)-1])
			}
			if block := net.Stages[2].Block; stage.Block != block {
				t.Errorf("%s is another block than the layer before it", stage.Name)
			}
		}
	}
}
