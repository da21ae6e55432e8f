package paper

import "github.com/shattered-gradients/shattered/pkg/models"

// Names that the experiments which are still files of this folder have for what is exported. They go with the
// last of these files.
const (
	drawsApart     = DrawsApart
	brownBound     = Resembles
	nearerBrown    = NearerBrown
	mostRejections = MostRejections
	near           = Near
)

var (
	centredFeedforward = CentredFeedforward
	batchResidual      = BatchResidual
	variant            = VariantOf
	betaOf             = BetaOf
	isConstant         = IsConstant
	statisticsOf       = StatisticsOf
)

func narrower(nets []models.Config, width int) []models.Config { return Resized(nets, 0, width) }

func (v Variant) id() string { return v.ID() }
