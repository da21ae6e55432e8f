package training

import (
	"math"
	"slices"
	"testing"
)

// dropsAt returns the epochs, counted from 1, at whose ends the rule drops the rate.
func dropsAt(t *testing.T, rule Plateau, epochs int, loss func(epoch int) float64) []int {
	t.Helper()
	rule, err := rule.withDefaults()
	if err != nil {
		t.Fatal(err)
	}
	s := plateauState{Rate: 1}
	var drops []int
	for e := 1; e <= epochs; e++ {
		before := s.Rate
		if s.epochEnded(rule, loss(e)) {
			drops = append(drops, e)
			if math.Abs(s.Rate/before/rule.Factor-1) > 1e-15 {
				t.Errorf("epoch %d: the rate went from %g to %g", e, before, s.Rate)
			}
		} else if s.Rate != before {
			t.Errorf("epoch %d: the rate changed without saying so", e)
		}
		if len(s.Losses) > rule.Window {
			t.Errorf("epoch %d: %d losses are kept, want at most %d", e, len(s.Losses), rule.Window)
		}
	}
	return drops
}

func TestPlateauRule(t *testing.T) {
	constant := func(int) float64 { return 2 }
	for name, test := range map[string]struct {
		rule Plateau
		loss func(int) float64
		want []int
	}{
		// The first epoch that looks ten back is the 11th, the fifth such is the 15th; then the rule starts
		// anew.
		"a constant loss": {Plateau{}, constant, []int{15, 30, 45, 60}},
		// 0.2 % an epoch are 2 % over ten, more than the 1 % that is enough.
		"a falling loss": {Plateau{}, func(e int) float64 { return math.Pow(0.998, float64(e)) }, nil},
		// 0.05 % an epoch are 0.5 % over ten.
		"a loss that falls too slowly": {Plateau{},
			func(e int) float64 { return math.Pow(0.9995, float64(e)) }, []int{15, 30, 45, 60}},
		"a rising loss": {Plateau{}, func(e int) float64 { return float64(e) },
			[]int{15, 30, 45, 60}},
		// A loss halved every fourth epoch is, over a window of one, flat three times in a row and never
		// four.
		"not enough in a row": {Plateau{Window: 1, Patience: 4},
			func(e int) float64 { return math.Pow(0.5, float64(e/4)) }, nil},
		"enough in a row": {Plateau{Window: 1, Patience: 3},
			func(e int) float64 { return math.Pow(0.5, float64(e/4)) },
			[]int{4 + 3, 11, 15, 19, 23, 27, 31, 35, 39, 43, 47, 51, 55, 59}},
		"a shorter rule": {Plateau{Window: 3, Patience: 2}, constant,
			[]int{5, 10, 15, 20, 25, 30, 35, 40, 45, 50, 55, 60}},
		// Falling by exactly MinFall is enough: 1/2 is exact in binary.
		"just enough": {Plateau{Window: 1, Patience: 1, MinFall: 0.5},
			func(e int) float64 { return math.Pow(0.5, float64(e)) }, nil},
		"not just enough": {Plateau{Window: 1, Patience: 1, MinFall: 0.5},
			func(e int) float64 { return math.Pow(0.5001, float64(e)) },
			[]int{2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30, 32, 34, 36, 38, 40, 42, 44, 46,
				48, 50, 52, 54, 56, 58, 60}},
		"a factor of 1": {Plateau{Factor: 1}, constant, nil},
	} {
		if got := dropsAt(t, test.rule, 60, test.loss); !slices.Equal(got, test.want) {
			t.Errorf("%s: dropped at the ends of epochs %v, want %v", name, got, test.want)
		}
	}
}

func TestPlateauRefusesBadRules(t *testing.T) {
	for _, rule := range []Plateau{{Window: -1}, {Patience: -1}, {MinFall: -0.1}, {MinFall: 1},
		{MinFall: math.NaN()}, {Factor: 2}, {Factor: -1}, {Factor: math.NaN()}} {
		if _, err := rule.withDefaults(); err == nil {
			t.Errorf("%+v is no error", rule)
		}
	}
}
