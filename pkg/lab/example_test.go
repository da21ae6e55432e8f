package lab_test

import (
	"fmt"
	"log"
	"os"
	"path/filepath"

	"github.com/janpfeifer/must"
	"github.com/shattered-gradients/shattered/pkg/lab"
	"github.com/shattered-gradients/shattered/pkg/models"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"github.com/shattered-gradients/shattered/pkg/plots"
	"github.com/shattered-gradients/shattered/pkg/probes/gradients"
)

// cell runs code as a cell does, with results in a folder of its own, and prints the files that it wrote.
func cell(code func(s *lab.Session)) {
	folder, err := os.MkdirTemp("", "results")
	if err != nil {
		log.Fatal(err)
	}
	defer os.RemoveAll(folder)
	for name, value := range map[string]string{lab.ResultsVariable: folder, "SHATTERED_BACKEND": "go"} {
		before, set := os.LookupEnv(name)
		if err := os.Setenv(name, value); err != nil {
			log.Fatal(err)
		}
		defer func() {
			if set {
				_ = os.Setenv(name, before)
			} else {
				_ = os.Unsetenv(name)
			}
		}()
	}
	s, err := lab.Open()
	if err != nil {
		log.Fatal(err)
	}
	defer s.Close()
	code(s)
	files, err := filepath.Glob(filepath.Join(folder, "*"))
	if err != nil {
		log.Fatal(err)
	}
	for _, file := range files {
		fmt.Println(filepath.Base(file))
	}
}

// Two nets' autocorrelation in one picture.
func ExampleSession_Plot() {
	cell(func(s *lab.Session) {
		var curves []plots.Series
		for _, depth := range []int{2, 10} {
			net := models.Config{Net: "feedforward", Depth: depth, Width: 16}
			r := must.M1(gradients.Run(s.Context, s.Engine, gradients.Config{Net: net, Inputs: 64, Draws: 4}))
			acf := must.M1(r.Summary())
			curves = append(curves, plots.Series{Label: fmt.Sprint(depth, " layers"), Y: acf.Mean,
				StdErr: acf.StdErr})
		}
		s.Plot(plots.Lines(plots.Count(16), curves...).Labels("lag", "autocorrelation").Named("two-nets"))
	})
	// Output:
	// two-nets.png
	// two-nets.svg
}

// Brownness against five values of beta, with 95 % intervals.
func ExampleSession_Plot_errorBars() {
	cell(func(s *lab.Session) {
		var bars plots.Series
		for _, beta := range []float64{0.01, 0.1, 0.3, 1, 2} {
			net := models.Config{Net: "residual", Norm: norms.Batch, Beta: beta, Depth: 10, Width: 16}
			r := must.M1(gradients.Run(s.Context, s.Engine, gradients.Config{Net: net, Inputs: 64, Draws: 4}))
			b := must.M1(r.Summary()).Brownness
			bars.Add(beta, b.Value, b.Low, b.High)
		}
		s.Plot(plots.ErrorBars(bars).LogX().Labels("β", "brownness").Named("brownness"))
	})
	// Output:
	// brownness.png
	// brownness.svg
}

// The raw gradient of three draws, in a picture that is shown but not written, as it has no name.
func ExampleSession_Plot_draws() {
	cell(func(s *lab.Session) {
		net := models.Config{Net: "feedforward", Depth: 10, Width: 16}
		r := must.M1(gradients.Run(s.Context, s.Engine, gradients.Config{Net: net, Inputs: 64, Draws: 3}))
		s.Plot(plots.Lines(r.X, plots.Draws(r.Gradients)...).Labels("input", "gradient"))
	})
	// Output:
}
