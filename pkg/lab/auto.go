package lab

import (
	"sync"

	"github.com/janpfeifer/must"
)

var opening sync.Mutex

// Auto returns the session of the cell, for short cells: the first call opens it, and it ends with the cell.
//
//	lab.Auto().Plot(plots.Lines(x, a, b))
//
// Where it can't be opened the cell ends with one sentence. With [Open] and [Session.Close] a session ends
// where the cell says so, and a panic of the cell is one sentence too.
func Auto() *Session {
	opening.Lock()
	defer opening.Unlock()
	if s := current.Load(); s != nil {
		return s
	}
	s := must.M1(Open())
	s.display.alone = true
	return s
}
