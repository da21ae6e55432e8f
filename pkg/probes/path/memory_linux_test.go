package path_test

import (
	"testing"

	"github.com/shattered-gradients/shattered/internal/memorytest"
	"github.com/shattered-gradients/shattered/internal/testbackend"
	"github.com/shattered-gradients/shattered/internal/testnets"
	"github.com/shattered-gradients/shattered/pkg/engine"
	"github.com/shattered-gradients/shattered/pkg/probes/path"
	"github.com/shattered-gradients/shattered/pkg/probes/subject"
)

// TestMemoryIsBounded holds the memory of runs to the formula in the package's documentation, with inputs so
// large that a net of one stage without weights holds next to nothing else: more pairs and draws cost
// nothing. It allows four times that, as Go's collector of garbage falls behind on a machine that others keep
// busy, and 64 MiB for the pairs themselves and what does not grow: 24 paths at once would still be beyond.
// That most of the formula is there shows that the measure measures.
func TestMemoryIsBounded(t *testing.T) {
	if !memorytest.Alone(t) {
		return
	}
	e := engine.New(testbackend.XLA(t))
	defer e.Close()
	run := func(size, points, batch, pairs, draws int) path.Config {
		config := path.Config{
			Subject: subject.Subject{Net: testnets.Net(t, "square", []int{size}, testnets.HalfSquare{}),
				Draws: draws}, Points: points, Batch: batch,
		}
		for i := range uint64(pairs) {
			config.Pairs = append(config.Pairs, path.Pair{From: normals(size, i), To: normals(size, i, 1)})
		}
		result, err := path.Run(t.Context(), e, config)
		if err != nil {
			t.Fatal(err)
		}
		return result.Config
	}
	run(10, 4, 4, 2, 2)
	for _, test := range []struct{ size, points, batch, pairs, draws int }{
		{20_000, 128, 128, 2, 2}, {20_000, 128, 16, 4, 6}, {100, 1500, 1500, 2, 2},
	} {
		memorytest.Bounded(t, test, func() float64 {
			config := run(test.size, test.points, test.batch, test.pairs, test.draws)
			return float64(config.Memory()) * float64(subject.AtOnce(test.pairs*test.draws))
		})
	}
}
