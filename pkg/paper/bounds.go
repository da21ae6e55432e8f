package paper

// What words of the paper stand for in the claims of several experiments.
const (
	// Resembles: a gradient that "resembles brown noise" is at least three times as close to it as to white
	// noise. Less than 1 - Resembles means the same of white noise.
	Resembles = 0.75

	// NearerBrown: a gradient is nearer to brown noise than to white.
	NearerBrown = 0.5

	// MostRejections: most draws.
	MostRejections = 0.5

	// HalfActive and QuarterCoactive are the shares of independent coin flips, which the theorems assume: a
	// unit is active at half of the inputs and at a quarter of the pairs.
	HalfActive      = 0.5
	QuarterCoactive = 0.25

	// Near: "near 1/2" and "near 1/4" mean within a tenth of these numbers.
	Near = 0.1
)
