package paper

import (
	"testing"

	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/models/activations"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
)

// TestOtherNetsAreNotThePapers: a net of a user's has neither the title nor the id of one of the paper's.
func TestOtherNetsAreNotThePapers(t *testing.T) {
	tanh := VariantOf(models.Config{Net: "feedforward", Norm: norms.None,
		Activation: &activations.Activation{Name: "tanh"}})
	if tanh.Is("feedforward", norms.None, 0) || tanh.ID() == "feedforward-none" ||
		tanh.Name().Text() != "feedforward, tanh without normalisation" {
		t.Errorf("a net of another activation is taken for the paper's: %s, %q", tanh.ID(),
			tanh.Name().Text())
	}
	for want, net := range map[string]models.Config{
		"": CentredFeedforward, "batch norm": {Net: "feedforward", Norm: norms.Batch},
		"no normalisation": {Net: "feedforward"},
		"mean-centring":    {Net: "residual", Beta: 1, Norm: &norms.Norm{Name: "mean-centring"}},
	} {
		if got := SeriesName(net).Also; got != want {
			t.Errorf("%s is told apart from the paper's by %q, want %q", net.Title(), got, want)
		}
	}
	if also := SeriesName(BatchResidual(0.1)).Also; also != "" {
		t.Errorf("the paper's resnet is told apart from itself by %q", also)
	}
	beta := 0.1
	if id := (Series{Net: "residual", Beta: &beta, Also: "alpha = 0.5", Depth: 50}).ID(); id !=
		"residual-beta-0.1-alpha-0.5.depth-50" {
		t.Errorf("a net's id is %q", id)
	}
}
