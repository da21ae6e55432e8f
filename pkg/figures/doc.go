// Package figures draws the results of package paper as the paper's figures, with package plots. It computes
// nothing: the numbers of a picture are those of its result.
//
//	result, err := paper.RealNets(ctx, engine.New(backend), paper.RealNetsPaper())
//	...
//	figure, err := figures.RealNets(result)
//	...
//	png, err := figure.PNG()
//
// There is a file for each experiment. What several share, of nets and their looks, is in package style.
package figures
