package paper_test

import (
	"testing"

	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/models/activations"
	"github.com/shattered-gradients/shattered/pkg/models/initializers"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"github.com/shattered-gradients/shattered/pkg/paper"
	"github.com/shattered-gradients/shattered/pkg/paper/earlydense"
	"github.com/shattered-gradients/shattered/pkg/paper/earlyimages"
)

// TestOwnNetsAreNotThePapers checks that a net of a user's has neither the title nor the id of one of the
// paper's.
func TestOwnNetsAreNotThePapers(t *testing.T) {
	titles, ids := make(map[string]string), make(map[string]string)
	paperNets := append(earlydense.Paper().Nets, earlyimages.Paper().Nets...)
	mine := []models.Config{
		{Net: "feedforward", Norm: &norms.Norm{Name: "mine"}},
		{Net: "feedforward"},
		{Net: "highway", Depth: 50},
		{Net: "feedforward", Norm: norms.Center, Activation: &activations.Activation{Name: "mine"}},
		{Net: "residual", Norm: norms.Center, Beta: 1},
		{Net: "residual", Norm: norms.Batch, Beta: 1, Activation: activations.CReLU},
		{Net: "residual", Norm: norms.Batch, Beta: 1, Alpha: 0.5},
		{Net: "feedforward", Norm: norms.Batch, Activation: activations.CReLU},
		{Net: "feedforward", Norm: norms.Center, Initializer: initializers.Orthogonal},
	}
	for i, config := range append(paperNets, mine...) {
		net := paper.NewEarlyNet(config)
		if known, taken := ids[net.ID()]; taken {
			t.Errorf("net %d, %q, has the id %s of %q", i, net.Title(), net.ID(), known)
		}
		ids[net.ID()] = net.Title()
		if i < len(paperNets) {
			titles[net.Title()] = net.ID() // dense and convolutional nets of a kind share theirs
		} else if id, taken := titles[net.Title()]; taken {
			t.Errorf("net %d has the title of %s: %q", i, id, net.Title())
		}
	}
	for _, config := range []models.Config{{Net: "highway", Depth: 50},
		{Net: "feedforward", Activation: activations.Linear}} {
		if net := paper.NewEarlyNet(config); net.Shatters() {
			t.Errorf("%s is taken for one of the paper's feedforward nets", net.Title())
		}
	}
	if net := paper.NewEarlyNet(paper.CentredFeedforward); !net.Shatters() {
		t.Errorf("%s is not taken for one of the paper's feedforward nets", net.Title())
	}
}
