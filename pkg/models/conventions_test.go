package models_test

import (
	"maps"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/shattered-gradients/shattered/pkg/models"
)

// TestStagesMatchTheConventions counts rectifiers and matrices: a net of depth L has L rectifiers, and L-1
// matrices if its last one comes after the last matrix, L otherwise, and none at depth 1.
func TestStagesMatchTheConventions(t *testing.T) {
	for _, name := range []string{"feedforward", "residual", "highway", "post-residual"} {
		for _, depth := range []int{1, 2, 3, 24} {
			config := models.Config{Net: name, Depth: depth, Width: 5}
			if strings.HasSuffix(name, "residual") {
				config.Beta = 1
			}
			net, err := models.New(config)
			if err != nil {
				t.Fatal(err)
			}
			matrices, names := 0, make(map[string]bool)
			for _, stage := range net.Stages {
				names[stage.Name] = true
				for _, param := range stage.Block.Params() {
					if len(param.Dims) == 2 && param.Dims[1] == 5 {
						matrices++
					}
				}
			}
			want := depth
			if name == "feedforward" || name == "post-residual" {
				want = depth - 1
			}
			if depth == 1 {
				want = 0
			}
			if matrices != want {
				t.Errorf("%s net of depth %d has %d matrices, want %d", name, depth, matrices, want)
			}
			if rectifiers, err := net.Rectifiers(); err != nil || len(rectifiers) != depth {
				t.Errorf("%s net of depth %d has %d rectifiers, %v", name, depth, len(rectifiers), err)
			}
			if len(names) != len(net.Stages) {
				t.Errorf("%s net of depth %d has two stages of one name", name, depth)
			}
		}
	}
}

// TestConvolutionsMatchTheConventions counts convolutions and filters: a net of depth L has L convolutions,
// the same ones with skips and without, in three stages of 16, 32 and 64 filters of about equal depth, and
// its first sees the three channels.
func TestConvolutionsMatchTheConventions(t *testing.T) {
	for _, test := range []struct {
		depth   int
		filters map[int]int // filters to number of convolutions with that many
	}{
		{2, map[int]int{16: 2}},
		{3, map[int]int{16: 3}},
		{4, map[int]int{16: 3, 32: 1}},
		{10, map[int]int{16: 5, 32: 4, 64: 1}},
		{24, map[int]int{16: 9, 32: 8, 64: 7}},
		{50, map[int]int{16: 19, 32: 16, 64: 15}},
	} {
		for _, config := range []models.Config{{Net: "conv-feedforward"}, {Net: "conv-residual", Beta: 0.1}} {
			config.Depth = test.depth
			net, err := models.New(config)
			if err != nil {
				t.Fatal(err)
			}
			got, in := make(map[int]int), 3
			for _, stage := range net.Stages {
				for _, param := range stage.Block.Params() {
					if len(param.Dims) != 4 {
						continue
					}
					if param.Dims[2] != in {
						t.Errorf("%s net of depth %d: %s takes %d features, %d come in", config.Net,
							test.depth, stage.Name, param.Dims[2], in)
					}
					in = param.Dims[3]
					got[in]++
				}
			}
			if !maps.Equal(got, test.filters) {
				t.Errorf("%s net of depth %d: filters and numbers of convolutions are %v, want %v",
					config.Net, test.depth, got, test.filters)
			}
		}
	}
}

// TestFilterScale checks the filters of a CReLU net of the paper's Figure 6, and of the thinnest nets.
func TestFilterScale(t *testing.T) {
	for _, test := range []struct {
		width int
		scale float64
		want  []int // filters of the first convolution, and then of each stage
	}{
		{8, math.Sqrt2 / 2, []int{5, 11, 22, 45}},
		{8, 0, []int{8, 16, 32, 64}},
		{1, 1, []int{1, 2, 4, 8}},
		{2, 0.5, []int{1, 2, 4, 8}},
	} {
		net, err := models.New(models.Config{
			Net: "conv-feedforward", Depth: 10, Width: test.width,
			Images: models.Images{Resolutions: 4, FilterScale: test.scale},
		})
		if err != nil {
			t.Fatal(err)
		}
		var got []int
		for _, stage := range net.Stages {
			if dims := stage.Block.Params()[0].Dims; len(dims) == 4 &&
				(len(got) == 0 || got[len(got)-1] != dims[3]) {
				got = append(got, dims[3])
			}
		}
		if !slices.Equal(got, test.want) {
			t.Errorf("width %d times %g: filters %v, want %v", test.width, test.scale, got, test.want)
		}
	}
}
