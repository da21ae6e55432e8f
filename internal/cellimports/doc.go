// Package cellimports finds the imports of a notebook's cell, so that cells need no import blocks.
//
// The kernel makes one Go file of a cell and of what the cells before it declared, and runs a program named
// goimports on it. That program is cmd/cellimports: it knows the packages that the set-up has compiled, which
// goimports looks for on disk again in every cell, and takes the project's own packages before others of the
// same name. What it does not know it leaves to goimports.
package cellimports
