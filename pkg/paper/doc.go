// Package paper holds experiments of "The Shattered Gradients Problem: If resnets are the answer, then what is
// the question?" (Balduzzi et al., ICML 2017), one file a figure, and what all experiments share: its config at the
// paper's size and in quick form, the probes it runs, and the paper's claims about it with bounds that come from the
// paper's text and were not changed to fit the numbers.
//
// Each experiment is a function from a config to a result. The result computes its claims and becomes a
// [results.Figure]; package figures draws it. Experiments in a folder of their own, such as figure5, have all of that
// there; package experiments lists all.
package paper
