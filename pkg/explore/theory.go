package explore

import (
	"context"
	"fmt"
	"slices"

	"github.com/shattered-gradients/shattered/pkg/data"
	"github.com/shattered-gradients/shattered/pkg/meanfield"
	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"github.com/shattered-gradients/shattered/pkg/probes/gradients"
)

// curve is the expected autocorrelation of an infinitely wide net, or a sentence that says why there is none.
type curve struct {
	acf     []float64
	problem string
}

// quick says whether the curve is there within about a second, before further draws are taken. Batch
// normalisation takes ten times as long as others, and the time grows with the square of the inputs.
func quick(config gradients.Config) bool {
	return config.Net.Norm != norms.Batch && config.Inputs <= data.GridPoints
}

// compare adds the theory's curve to what there is to see of a net, and refreshes the picture.
func (s *seer) compare(ctx context.Context, h *half, refresh func() error) error {
	key := keyOf(h.view.Config)
	key.net.Width, key.draws, key.first, key.seed = 0, 0, 0, 0 // an infinite net knows nothing of these
	known, kept := s.curves.get(key)
	if !kept {
		acf, err := theory(ctx, h.view.Config.Net, h.view.X)
		if ctx.Err() != nil {
			return err
		}
		known = &curve{acf: acf}
		if err != nil {
			known.problem = fmt.Sprintf("No curve of the theory: %v.", err)
		}
		s.curves.put(key, known)
	}
	h.curve = known
	h.take(h.view)
	return refresh()
}

// theory returns the expected autocorrelation of an infinitely wide net at lags 0 to gradients.MaxLag.
func theory(ctx context.Context, net models.Config, x []float64) ([]float64, error) {
	// The distance is that of pairs for Definition 1, which no curve of an autocorrelation depends on.
	result, err := meanfield.Run(ctx,
		meanfield.Config{Net: net, X: x, Distance: min(1, slices.Max(x)-slices.Min(x))})
	if err != nil {
		return nil, err
	}
	return result.ACF(gradients.MaxLag)
}
