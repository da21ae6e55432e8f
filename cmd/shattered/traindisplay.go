package main

import (
	"fmt"
	"io"
	"os"
	"slices"
	"sync"
	"text/tabwriter"
	"time"

	"github.com/shattered-gradients/shattered/pkg/progress"
	"github.com/shattered-gradients/shattered/pkg/results"
	"github.com/shattered-gradients/shattered/pkg/training"
	"golang.org/x/term"
)

// trainDisplay shows how training goes: on a terminal as a line that is rewritten, with a line that stays for
// every run that has ended; elsewhere, as in a cluster's log, as a line for every point of a learning curve.
// It implements progress.Reporter and Noter.
type trainDisplay struct {
	mu          sync.Mutex
	to          io.Writer
	inPlace     bool
	terminal    int // its file descriptor
	name        string
	began, last time.Time
	first       int    // the step that the run began with
	status      string // what the last point says
}

// displayEvery is how often the line changes at most.
const displayEvery = 250 * time.Millisecond

func newTrainDisplay(to *os.File) *trainDisplay {
	return &trainDisplay{to: to, inPlace: progress.Rewritable(to), terminal: int(to.Fd())}
}

// Update implements progress.Reporter.
func (d *trainDisplay) Update(name string, done, total int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	now := time.Now()
	if name != d.name {
		d.name, d.began, d.first, d.status = name, now, -1, ""
	}
	// the first step is not counted: it is the compiler's, or those of an interrupted run
	if d.first < 0 && done > 0 {
		d.began, d.first = now, done
	}
	if !d.inPlace || now.Sub(d.last) < displayEvery && done < total {
		return
	}
	d.last = now
	line := fmt.Sprintf("%s: %d of %d", name, done, total) + d.status
	if done > d.first && d.first >= 0 {
		left := time.Duration(float64(now.Sub(d.began)) / float64(done-d.first) * float64(total-done))
		line += fmt.Sprintf(", about %s to go", left.Round(time.Second))
	}
	// a line that wraps could not be rewritten
	if width, _, err := term.GetSize(d.terminal); err == nil && len(line) >= width {
		line = line[:max(width-1, 0)]
	}
	fmt.Fprintf(d.to, "\r\x1b[K%s", line)
}

// point is told of a point of a learning curve.
func (d *trainDisplay) point(config training.Config, p training.Point) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.status = fmt.Sprintf(", loss %.3f, accuracy %.1f %%, on test images %.1f %%", p.TrainLoss,
		100*p.TrainAccuracy, 100*p.TestAccuracy)
	if !d.inPlace {
		fmt.Fprintf(d.to, "%s: step %d, epoch %.1f%s, %s\n", config, p.Step, p.Epoch, d.status,
			seconds(p.Seconds))
	}
}

// ended is told what has become of a run.
func (d *trainDisplay) ended(config training.Config, progress training.Progress, result *training.Result,
	err error) {
	d.clear()
	line := fmt.Sprintf("%s: %s", config, progress)
	switch {
	case err != nil:
		line = fmt.Sprintf("%s: %v", config, err)
	case progress == training.Running:
		line = fmt.Sprintf("%s: another process is working on it", config)
	case result != nil && result.Status == training.Diverged:
		line = fmt.Sprintf("%s: diverged, %s", config, result.Reason)
	case result != nil:
		line = fmt.Sprintf("%s: %.1f %% on test images, in %s", config, 100*result.TestAccuracy,
			seconds(result.Provenance.WallSeconds))
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	fmt.Fprintln(d.to, line)
}

// Note implements progress.Noter.
func (d *trainDisplay) Note(sentence string) {
	d.clear()
	d.mu.Lock()
	defer d.mu.Unlock()
	fmt.Fprintln(d.to, "note: "+sentence)
}

// clear removes the line that is rewritten.
func (d *trainDisplay) clear() {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.inPlace {
		fmt.Fprint(d.to, "\r\x1b[K")
	}
}

// seconds formats a number of seconds for reading.
func seconds(s float64) time.Duration {
	return time.Duration(s * float64(time.Second)).Round(time.Second)
}

// list prints what has become of the runs, a table for each grid.
func list(flags *trainFlags, data training.Data) error {
	listed := make(map[string]bool)
	for _, grid := range flags.grids {
		if err := listGrid(flags.results, grid, data, listed); err != nil {
			return err
		}
	}
	return listOthers(flags, listed)
}

// listGrid prints what has become of the runs of a grid, and notes those that are done.
func listGrid(folder string, grid training.Grid, data training.Data, listed map[string]bool) error {
	type cell struct {
		curve string
		depth int
	}
	type counts struct{ done, diverged, running, missing, accuracy float64 }
	table := make(map[cell]*counts)
	var curves []string
	for _, config := range grid.Configs() {
		progress, result, err := training.Look(folder, config, data)
		if !new(results.Unusable).Add(err) { // the run is missing, and listOthers names the file
			return err
		}
		at := cell{config.Curve(" with "), config.Depth}
		if !slices.Contains(curves, at.curve) {
			curves = append(curves, at.curve)
		}
		if table[at] == nil {
			table[at] = new(counts)
		}
		c := table[at]
		switch progress {
		case training.Done:
			listed[result.ID] = true
			c.done++
			c.accuracy += result.TestAccuracy
			if result.Status == training.Diverged {
				c.diverged++
			}
		case training.Running:
			c.running++
		default:
			c.missing++
		}
	}
	fmt.Printf("%s, in %s:\n", grid.Budget, folder)
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "family\tdepth\tdone\tdiverged\trunning\tmissing\ttest accuracy\t")
	for _, curve := range curves {
		for _, depth := range grid.Depths {
			c, accuracy := table[cell{curve, depth}], "–"
			if c.done > 0 {
				accuracy = fmt.Sprintf("%.1f %%", 100*c.accuracy/c.done)
			}
			fmt.Fprintf(w, "%s\t%d\t%g\t%g\t%g\t%g\t%s\t\n", curve, depth, c.done, c.diverged, c.running,
				c.missing, accuracy)
		}
	}
	return w.Flush()
}

// listOthers says how many finished runs there are beside those listed. Its error names the files that are no
// results, of all runs.
func listOthers(flags *trainFlags, listed map[string]bool) error {
	all, err := training.LoadResults(flags.results)
	if !new(results.Unusable).Add(err) {
		return err
	}
	if others := len(all) - len(listed); others > 0 {
		fmt.Printf("%d more finished runs of other settings\n", others)
	}
	return err
}
