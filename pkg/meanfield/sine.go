package meanfield

import "math"

// Sine is the dual of the sine.
var Sine = Smooth(math.Sin, math.Cos)
