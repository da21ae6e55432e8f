package training

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/gomlx/compute/dtypes"
	"github.com/gomlx/gomlx/core/graph"
	"github.com/gomlx/gomlx/core/tensors"
	"github.com/gomlx/gomlx/ml/model"
	"github.com/gomlx/gomlx/ml/train"
	"github.com/gomlx/gomlx/ml/train/loss"
	"github.com/gomlx/gomlx/ml/train/metric"
	"github.com/gomlx/gomlx/ml/train/optimizer"
	"github.com/gomlx/gomlx/support/exceptions"
	"github.com/shattered-gradients/shattered/internal/cost"
	"github.com/shattered-gradients/shattered/pkg/progress"
	"github.com/shattered-gradients/shattered/pkg/results"
)

// saveEvery is how often a checkpoint is written at least, so that no more than this is lost when a process
// is killed. When it is written makes no difference to the training. Tests shorten it.
var saveEvery = time.Minute

// netScope is the scope of the net's variables in the Store.
const netScope = "net"

// session is a run being done.
type session struct {
	*plan
	ctx    context.Context
	runner *Runner
	folder *runFolder // nil where nothing is kept

	training    Dataset
	curve, test train.Dataset // what a point of the curve is measured on, and the accuracy at the end

	steps, evalEvery int
	store            *model.Store
	trainer          *train.Trainer
	loop             *train.Loop
	state            *state
	prober           *prober // nil where the net is not looked at
	provenance       results.Provenance

	began, saved time.Time
	before       float64 // seconds that the run took before this session

	mu        sync.Mutex // held while anything is written or told
	abandoned bool
}

// errAbandoned ends a session that nobody waits for any more.
var errAbandoned = errors.New("abandoned")

// divergence is the error of a run that a number ended.
type divergence struct{ reason string }

func (d *divergence) Error() string { return d.reason }

// newSession gets everything ready that takes no compiling: the data, and the variables as they are at the
// start or in a checkpoint.
func newSession(ctx context.Context, r *Runner, plan *plan, folder *runFolder) (*session, error) {
	s := &session{plan: plan, ctx: ctx, runner: r, folder: folder, store: model.NewStore()}
	if err := s.getReady(); err != nil {
		s.free()
		return nil, err
	}
	return s, nil
}

// getReady is newSession for a session that has its fields.
func (s *session) getReady() error {
	if err := s.openData(); err != nil {
		return err
	}
	var values []*tensors.Tensor
	if s.folder != nil {
		var err error
		if s.state, values, err = load(s.ctx, s.folder.path, s.id); err != nil {
			return fmt.Errorf("%s can't go on from its checkpoint: %w", s.config, err)
		}
	}
	if s.state == nil {
		s.state = &state{ID: s.id, Plateau: plateauState{Rate: s.config.Optimizer.LearningRate}}
		if rate, found := s.config.Optimizer.scheduled(0, s.steps); found {
			s.state.Plateau.Rate = rate
		}
		if err := s.net.Initialize(s.store.RootScope().At(netScope), s.net.Draw(s.config.Seed, 0),
			dtypes.Float32); err != nil {
			return err
		}
	}
	s.before = s.state.Seconds
	if s.provenance = s.runner.Provenance; s.provenance.Backend == "" {
		s.provenance = results.NewProvenance(s.runner.Backend, "")
	}
	if name := s.provenance.Backend; !slices.Contains(s.state.Backends, name) {
		s.state.Backends = append(s.state.Backends, name)
	}
	if s.folder != nil {
		if err := s.folder.begin(s.state.Curve); err != nil {
			return err
		}
	}
	// GoMLX's constructors panic. A new Trainer forgets the learning rate of a Store, so the variables are
	// restored after it; a new Loop reads the step.
	err := exceptions.TryCatch[error](s.makeTrainer)
	if err == nil {
		err = restore(s.store, s.state, values)
	}
	if err == nil {
		err = exceptions.TryCatch[error](s.makeLoop)
	}
	if err == nil {
		err = s.training.Seek(s.state.Step)
	}
	if err == nil {
		s.prober, err = newProber(s)
	}
	return err
}

// openData opens the data sets and finds how many steps there are.
func (s *session) openData() (err error) {
	budget, data := s.config.Budget, s.runner.Data
	if s.training, err = data.Training(budget.Images, budget.Batch, s.config.Seed); err != nil {
		return err
	}
	if s.test, err = data.Test(0, testBatch); err != nil {
		return err
	}
	if s.curve, err = data.Test(budget.TestImages, testBatch); err != nil {
		return err
	}
	steps := float64(budget.Steps) + float64(budget.Epochs)*float64(s.training.EpochSteps())
	if err := cost.Steps(fmt.Sprintf("%d epochs of %d batches", budget.Epochs, s.training.EpochSteps()),
		steps, "steps"); err != nil {
		return err
	}
	s.steps = budget.Steps + budget.Epochs*s.training.EpochSteps()
	if s.evalEvery = budget.EvalEvery; s.evalEvery == 0 {
		s.evalEvery = s.training.EpochSteps()
	}
	return nil
}

func (s *session) makeTrainer() {
	forward := func(scope *model.Scope, images *graph.Node) *graph.Node {
		return s.net.Build(scope.At(netScope), images)
	}
	accuracy := metric.NewBaseMetric("Accuracy", "acc", metric.AccuracyMetricType,
		metric.SparseCategoricalAccuracyGraph, nil)
	s.trainer = train.NewTrainer(s.runner.Backend, s.store, forward, loss.SparseCategoricalCrossEntropyLogits,
		optimizer.Adam().LearningRate(s.state.Plateau.Rate).Done(),
		[]metric.Interface{accuracy},
		[]metric.Interface{metric.NewSparseCategoricalAccuracy("Accuracy", "acc")})
}

func (s *session) makeLoop() {
	s.loop = train.NewLoop(s.trainer)
	s.loop.OnStep("training", 0, s.stepped)
	if s.runner.Attach != nil {
		s.runner.Attach(s.loop)
	}
}

// run trains to the end of the budget, or to where it is stopped or diverges.
func (s *session) run() (*Result, error) {
	s.began = time.Now()
	s.saved = s.began
	s.ctx = progress.Start(s.ctx, s.config.String(), s.steps)
	progress.Skip(s.ctx, s.state.Step)
	accuracy, err := s.train()
	diverged := new(divergence)
	if err != nil && !errors.As(err, &diverged) && s.ctx.Err() != nil {
		if err = s.save(); err == nil {
			return nil, stopped(s.ctx, s.config)
		}
	}
	switch {
	case errors.As(err, &diverged):
		return s.finish(Diverged, diverged.reason, 1/float64(s.runner.Data.Shape().Classes))
	case err != nil:
		return nil, fmt.Errorf("the training of %s failed at step %d: %w", s.config, s.state.Step, err)
	}
	return s.finish(Finished, "", accuracy)
}

// train does the steps that are left, and returns the accuracy on all test images.
func (s *session) train() (accuracy float64, err error) {
	if s.pointDue() { // the run was stopped while it measured this point
		if err := s.point(); err != nil {
			return 0, err
		}
	}
	if err := s.look(); err != nil { // at the beginning, or where the run was stopped while it looked
		return 0, err
	}
	if _, err := s.loop.RunToGlobalStep(s.training, s.steps); err != nil {
		return 0, err
	}
	if whole, err := finiteVariables(s.store); err != nil || !whole {
		return 0, errors.Join(err, s.diverged("a weight"))
	}
	if last := s.state.Curve[len(s.state.Curve)-1]; s.config.Budget.TestImages == 0 {
		return last.TestAccuracy, nil
	}
	_, accuracy, err = s.evaluate(s.test)
	return accuracy, err
}

// finish makes and keeps the result.
func (s *session) finish(status Status, reason string, accuracy float64) (*Result, error) {
	net, err := json.Marshal(s.net.Config)
	if err != nil {
		return nil, fmt.Errorf("the net of %s can't be written as JSON: %w", s.config, err)
	}
	result := &Result{
		ID: s.id, Config: s.config, Net: net, Parameters: Parameters(s.net), Status: status, Reason: reason,
		Steps:        s.state.Step,
		TestAccuracy: accuracy, Curve: s.state.Curve, Looks: s.state.Looks, Provenance: s.provenance,
	}
	if n := len(result.Curve); n > 0 {
		result.TrainAccuracy, result.TrainLoss = result.Curve[n-1].TrainAccuracy, result.Curve[n-1].TrainLoss
	}
	p := &result.Provenance
	p.Seed, p.Backend, p.WallSeconds = s.config.Seed, strings.Join(s.state.Backends, ", then "), s.seconds()
	p.Started = s.began.UTC()
	if err := s.whileWaitedFor(func() error {
		if s.folder == nil {
			return nil
		}
		if s.runner.KeepWeights {
			if err := s.folder.keepWeights(s.store, s.state); err != nil {
				return err
			}
		}
		return s.folder.finish(result)
	}); err != nil {
		return nil, err
	}
	return result, nil
}

// free gives the memory of the run back, also of one that did not come to have all of it.
func (s *session) free() {
	s.prober.free()
	if s.trainer != nil {
		s.trainer.ResetComputationGraphs()
	}
	s.store.Finalize()
}
