package training

import (
	"fmt"
)

// Plateau is the rule that drops the learning rate by itself. At the end of every epoch e, counted from 1,
// with l(e) the training loss averaged over the epoch's batches:
//
//	the loss has not fallen enough when e > Window and l(e) > (1 - MinFall) l(e-Window)
//	after Patience such epochs in a row the learning rate is multiplied by Factor, and the rule starts
//	anew, as if no epochs had come before
//
// So a rate is kept for Window + Patience epochs at least. The paper says that the rate is dropped
// automatically when the training loss has not fallen enough over the last ten epochs five times in a row;
// what is enough and how far it drops are our choice.
type Plateau struct {
	// Window is the number of epochs over which the loss must fall; 0 means 10.
	Window int `json:"window"`

	// Patience is the number of epochs in a row at whose ends it has not; 0 means 5.
	Patience int `json:"patience"`

	// MinFall is what the loss must fall by, as a share of what it was; 0 means 0.01.
	MinFall float64 `json:"min_fall"`

	// Factor is what the learning rate is multiplied by, above 0 and at most 1; 0 means 0.1. With 1 the rate
	// stays as it is.
	Factor float64 `json:"factor"`
}

// withDefaults fills in and checks the fields.
func (p Plateau) withDefaults() (Plateau, error) {
	if p.Window == 0 {
		p.Window = 10
	}
	if p.Patience == 0 {
		p.Patience = 5
	}
	if p.MinFall == 0 {
		p.MinFall = 0.01
	}
	if p.Factor == 0 {
		p.Factor = 0.1
	}
	switch {
	case p.Window < 1 || p.Patience < 1:
		return p, fmt.Errorf("the plateau rule has a window of %d epochs and a patience of %d: give at "+
			"least 1 each, or 0 for 10 and 5", p.Window, p.Patience)
	case !(p.MinFall > 0 && p.MinFall < 1):
		return p, fmt.Errorf("the plateau rule wants the loss to fall by %g: give a share above 0 and "+
			"below 1, or 0 for 0.01", p.MinFall)
	case !(p.Factor > 0 && p.Factor <= 1):
		return p, fmt.Errorf("the plateau rule multiplies the learning rate by %g: give a factor above 0 "+
			"and at most 1, or 0 for 0.1", p.Factor)
	}
	return p, nil
}

// plateauState is where the rule stands: what a checkpoint must keep of it.
type plateauState struct {
	// Rate is the learning rate.
	Rate float64

	// Losses are those of the last epochs since the rate was dropped, at most Window of them; Flat is how
	// many epochs in a row have ended without enough of a fall.
	Losses []float64
	Flat   int
}

// epochEnded tells the rule the loss of an epoch, and says whether it dropped the rate.
func (s *plateauState) epochEnded(rule Plateau, loss float64) (dropped bool) {
	if len(s.Losses) < rule.Window {
		s.Losses = append(s.Losses, loss)
		return false
	}
	if loss > (1-rule.MinFall)*s.Losses[0] {
		s.Flat++
	} else {
		s.Flat = 0
	}
	s.Losses = append(s.Losses[1:len(s.Losses):len(s.Losses)], loss)
	if s.Flat < rule.Patience {
		return false
	}
	s.Rate *= rule.Factor
	s.Losses, s.Flat = nil, 0
	return rule.Factor != 1
}
