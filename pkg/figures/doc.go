// Package figures draws the results of package paper as the paper's figures. It computes nothing but the layout: the numbers
// of a picture are those of its result.
//
//	result, err := paper.Figure2(ctx, engine.New(backend), paper.Figure2Paper())
//	...
//	figure, err := figures.Figure2(result)
//	...
//	png, err := figure.PNG()
//
// A figure is a grid of panels, each a gonum plot, with titles of its columns and rows, a legend below and a colour bar
// (layout.go), rendered in one place (figure.go). A new figure is a new file that fills a grid; panels of curves over
// the lag come from curves.go, panels of matrices from heatmap.go, colours from palette.go.
//
// Colours: viridis, which grows evenly in lightness, survives printing in grey and is told apart by colour-blind eyes, for
// everything that is ordered: matrix entries and, without its lightest part, depths. Curves differ by their markers as well.
package figures
