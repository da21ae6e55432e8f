// Package docstest tests that the documentation is true of the repository: that links lead somewhere, that
// the picture of the packages in docs/architecture.md is that of the code, and that packages know nothing of
// those that they must not know. It holds nothing else.
package docstest
