// Package plots draws pictures in the style of the project's figures, from plain numbers: it knows nothing of
// nets. Short pictures are one call, whose result a session of package lab shows:
//
//	a := plots.Series{Label: "feedforward", Y: shallow.Mean, StdErr: shallow.StdErr}
//	b := plots.Series{Label: "resnet", Y: deep.Mean, StdErr: deep.StdErr}
//	s.Plot(plots.Lines(lags, a, b).Labels("lag", "autocorrelation").Named("two-nets"))
//
// [Lines], [Scatter], [ErrorBars], [Histogram], [HeatMap] and [Images] make such pictures. Each is a [Panel],
// a pair of axes, to which more can be added. Panels in rows and columns are a [Grid], with titles, legend,
// colour bar and shared axes, and a drawn grid is a [Figure], which is rendered as PNG and SVG and says in
// words what it shows.
//
// A panel that is given what it can't draw keeps its first error, draws nothing more, and the figure that it
// becomes part of reports the error. So code that draws needs no error paths.
//
// Colours: viridis, which grows evenly in lightness, survives printing in grey and is told apart by
// colour-blind eyes, for everything that is ordered ([Ordered], [Scale]); the colours of Okabe and Ito for
// what is not ([Categories]). Curves differ by their markers as well. Lengths are in points, 72 an inch; a
// figure is 10 inches wide, as the output of a notebook.
package plots
