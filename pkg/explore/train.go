package explore

import (
	"errors"
	"fmt"

	"github.com/shattered-gradients/shattered/pkg/lab"
	"github.com/shattered-gradients/shattered/pkg/paper/figure6"
	"github.com/shattered-gradients/shattered/pkg/training"
)

// Train trains nets one after the other and shows below the cell how they learn: their learning curves grow
// with every point. Nothing is kept, so that the cell trains again when it runs again.
func Train(s *lab.Session, data training.Data, configs ...training.Config) ([]*training.Result, error) {
	show := &learning{live: s.Live()}
	runner := &training.Runner{Backend: s.Engine.Backend(), Data: data, Observe: show.point}
	for _, config := range configs {
		show.steps = max(show.steps, config.Budget.Steps)
	}
	var all []*training.Result
	for _, config := range configs {
		result, err := runner.Run(s.Context, config)
		if err != nil {
			return nil, err
		}
		all = append(all, result)
		if err := show.ended(result); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// learning is the picture of nets that learn.
type learning struct {
	live   *lab.Live
	steps  int
	curves []figure6.LearningCurve
	points []training.Point // of the last curve
	err    error
}

// point adds a point to the curve of the net that trains.
func (l *learning) point(config training.Config, point training.Point) {
	l.points = append(l.points, point)
	if len(l.points) == 1 {
		l.curves = append(l.curves, figure6.LearningCurve{})
	}
	l.curves[len(l.curves)-1] = figure6.NewLearningCurve(config, l.points...)
	l.err = errors.Join(l.err, l.draw())
}

// ended marks the end of a curve.
func (l *learning) ended(result *training.Result) error {
	if result.Status == training.Diverged && len(l.points) > 0 {
		l.curves[len(l.curves)-1].Diverged = true
		l.err = errors.Join(l.err, l.draw())
	}
	l.points = nil
	return l.err
}

func (l *learning) draw() error {
	figure, err := figure6.DrawLearning(l.curves, l.steps)
	if err != nil {
		return err
	}
	return l.live.Update(figure)
}

// TrainAll does those of the runs of a figure that are neither finished nor being done by another process, as
// scripts/train does, and keeps them in the results folder. A cell that is stopped goes on from there when it
// runs again.
func TrainAll(s *lab.Session, data training.Data, configs []training.Config) error {
	runner := &training.Runner{Backend: s.Engine.Backend(), Data: data, Folder: lab.ResultsFolder()}
	counts := make(map[training.Progress]int)
	err := runner.RunAll(s.Context, configs, func(_ training.Config, progress training.Progress,
		_ *training.Result, _ error) {
		counts[progress]++
	})
	if training.Stopped(err) {
		return errors.New("interrupted: what was trained is kept, run the cell again and it goes on from " +
			"there")
	}
	fmt.Printf("%d of %d runs are finished, and other processes are working on %d\n", counts[training.Done],
		len(configs), counts[training.Running])
	return err
}
