package results_test

import (
	"fmt"
	"log"

	"github.com/shattered-gradients/shattered/pkg/results"
)

// A figure's numbers for a spreadsheet: a row a point.
func ExampleFigure_CSV() {
	type curve struct {
		Net   string    `json:"net"`
		Depth int       `json:"depth"`
		Lags  []int     `json:"lags"`
		Mean  []float64 `json:"mean"`
	}
	figure := results.Figure{Figure: "figure-2", Series: []curve{
		{"feedforward", 50, []int{0, 1}, []float64{1, 0.02}},
		{"residual", 50, []int{0, 1}, []float64{1, 0.75}},
	}}
	file, err := figure.CSV()
	if err != nil {
		log.Fatal(err)
	}
	fmt.Print(string(file))
	// Output:
	// part,entry,net,depth,i,lags,mean
	// series,0,feedforward,50,0,0,1
	// series,0,feedforward,50,1,1,0.02
	// series,1,residual,50,0,0,1
	// series,1,residual,50,1,1,0.75
}

// A matrix that a figure draws, for its npz file.
func ExampleNewArray() {
	array, err := results.NewArray("covariance", []float64{1, 0.5, 0.5, 1}, 2, 2)
	if err != nil {
		log.Fatal(err)
	}
	figure := results.Figure{Figure: "figure-1", Arrays: []results.Array{array}}
	file, err := figure.NPZ()
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(string(file[:2]), len(file) > 0) // a zip archive
	// Output: PK true
}
