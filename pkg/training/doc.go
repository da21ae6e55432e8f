// Package training trains the nets of the paper's Figure 6, which asks whether very deep nets without skips
// train when they start out linear (the looks-linear initialisation): accuracy on CIFAR-10's test images
// against depth.
//
//	data := training.CIFAR10(must.M1(cifar.Load(s.Context)))
//	runner := &training.Runner{Backend: s.Engine.Backend(), Data: data, Folder: lab.ResultsFolder()}
//	result := must.M1(runner.Run(s.Context, training.Config{
//		Family: "ll", Depth: 24, Seed: 1, Budget: training.Budget{Images: 2000, Epochs: 5},
//	}))
//
// A [Config] describes a run: one net of one of the [Families], one seed, one [Budget]. [Runner.Run] does it
// with GoMLX's Trainer, Loop, Adam and metrics, and adds what these lack: images in an order that can be gone
// on with, the paper's rule for the learning rate ([Plateau]), checkpoints that are whole or not there, and
// an end at any time. A run that was interrupted and continues comes to the same weights, bit for bit.
//
// A figure is made of many runs. A [Grid] lists them, [Runner.RunAll] does those that nobody has done or is
// doing, in any number of processes on one folder, and [LoadResults] reads whatever is there. The command
// scripts/train is made of these; docs/training.md tells how to use it.
package training
