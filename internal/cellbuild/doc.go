// Package cellbuild builds a notebook's cell faster than go build, to the same program.
//
// The kernel makes one Go file of a cell and of what the cells before it declared, in a folder of its own,
// and calls `go build -o FILE` there. Half of the time that this takes is linking. Most of the rest goes into
// finding out that none of 500 packages has changed and asking every tool for its version. Package cellbuild
// knows from an earlier cell with the same imports in which files of Go's build cache their packages lie,
// looks at the times of the files that could change (those of the project, and of other modules outside of
// the module cache), and runs Go's compiler and linker itself, as go build would.
//
// Whenever it is in doubt, and when compiling or linking fails, the real go builds the cell, with its words;
// and behind a cell that the real go has built, what is known is renewed. The set-up installs the program
// (cmd/cellgo) under the name go in the kernel's folder. Beside it lies what it knows, in the folder cells.
//
// The environment variable SHATTERED_CELL_LOG names a file that gets a line for each build: "built" for a
// cell that was built so, or why the real go was asked; and behind that one on the renewal.
//
// All this is for Linux, where go build's defaults are those that package cellbuild uses. Elsewhere the real
// go builds all cells.
package cellbuild
