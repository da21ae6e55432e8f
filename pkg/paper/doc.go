// Package paper holds what the experiments of "The Shattered Gradients Problem: If resnets are the answer,
// then what is the question?" (Balduzzi et al., ICML 2017) share: what nets are called, their gradients and
// activations as parts of a plan, the noises to compare them with, and bounds of claims.
//
// An experiment is a folder, such as figure2, with its config at the paper's size and in quick form, a
// function from a config to a result, the paper's claims about it, with bounds that come from the paper's
// text and were not changed to fit the numbers, and its picture. Package experiments lists all, and package
// style is what nets look like.
package paper
