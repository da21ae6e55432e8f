package explore

import (
	"github.com/janpfeifer/must"
	"github.com/shattered-gradients/shattered/pkg/lab"
	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/probes/gradients"
)

// Net shows one draw of a net below the running cell, as [Show] does: its gradient over the grid, the
// autocorrelation, the covariance. It is all that a cell needs:
//
//	explore.Net(models.Config{Net: "residual", Depth: 50, Norm: norms.Batch, Beta: 0.1})
//
// Where it can't be shown the cell ends with one sentence.
func Net(net models.Config) {
	must.M(Show(lab.Auto(), gradients.Config{Net: net, Draws: 1, Seed: 1}))
}
