package meanfield

import (
	"context"
	"math"
)

// A net with skips changes little from a layer to the next where its branches are small, and less and less
// the deeper it is. With the state S = (K, D, T) and B(S) what the rectifiers do to it,
//
//	S_{l+1} = carry^2 S_l + gain^2 g B(S_l),
//
// B then is a smooth function of l, and n layers at once are a sum that needs B at few of them:
//
//	S_{l+n} = carry^{2n} S_l + gain^2 g sum_{j<n} carry^{2(n-1-j)} B(S_{l+j})
//
// with a polynomial through known values in the place of B. This is the method of Adams for a sum in the
// place of an integral: a leap predicts S_{l+n} with the polynomial through the last values, takes B there,
// and corrects it with the polynomial that goes through this one as well. What the correction changes says
// how far the prediction was off. A leap of one layer is exact, whatever the polynomial.

// mostKnown is the largest number of values that a polynomial goes through: with more of them rounding and
// the error of the integral of batch normalisation, magnified by extrapolation, weigh more than what they
// add.
const mostKnown = 6

// growth is by how much a leap may be longer than the one before.
const growth = 2

// leaper remembers what leaps need.
type leaper struct {
	tolerance float64
	known     []branch // by ascending layer, the last one that of the recursion's state, if any is
	longest   int      // the longest leap that is allowed next

	// off is by how much the last value of B was off the polynomial through those before it, in the state's
	// relative error that a layer of such an error makes, and nodes are their layers.
	off   float64
	nodes []int
}

// branch is B at the state of a layer.
type branch struct {
	layer int
	law   law
}

// leap goes on by at most so many layers, and returns by how many.
func (r *recursion) leap(ctx context.Context, most int) (int, error) {
	p := r.leaper
	if n := len(p.known); n == 0 || p.known[n-1].layer != r.depth {
		now, err := r.branch(ctx, r.state)
		if err != nil {
			return 0, err
		}
		p.learn(r, branch{r.depth, now}, r.state)
	}
	n := min(most, p.length(r.depth))
	next := r.ahead(n, p.known)
	for n > 1 {
		there, err := r.branch(ctx, next)
		if err != nil {
			return 0, err
		}
		landed := branch{r.depth + n, there}
		corrected := r.ahead(n, append(p.known[:len(p.known):len(p.known)], landed))
		if !(corrected.farFrom(next) <= p.tolerance) { // also where it is no number
			n /= 2
			next = r.ahead(n, p.known)
			continue
		}
		next = corrected
		p.learn(r, landed, corrected)
		break
	}
	r.state.set(next)
	if n < most { // a leap that a wanted depth cut short says nothing of the next one
		p.longest = growth * n
	}
	return n, nil
}

// branch returns the outputs of the rectifiers that see a state: B.
func (r *recursion) branch(ctx context.Context, state law) (law, error) {
	if r.normalises() {
		state = state.centred()
	}
	out, err := r.rectify(ctx, state)
	return out.law, err
}

// ahead returns the state n layers on, by the polynomial through known values.
func (r *recursion) ahead(n int, known []branch) law {
	s := newLaw(r.state.m)
	s.add(math.Pow(r.carry, float64(n)), r.state)
	for i, b := range known {
		weight := 0.0
		for j := range n {
			weight += math.Pow(r.carry, float64(n-1-j)) * lagrange(known, i, r.depth+j)
		}
		s.add(r.gain*r.variance*weight, b.law)
	}
	return s
}

// lagrange returns what the i-th known value counts in the polynomial at a layer.
func lagrange(known []branch, i, layer int) float64 {
	weight := 1.0
	for k, b := range known {
		if k != i {
			weight *= float64(layer-b.layer) / float64(known[i].layer-b.layer)
		}
	}
	return weight
}

// learn takes over the value of B at a state, and how far it was off the polynomial through those before.
func (p *leaper) learn(r *recursion, now branch, state law) {
	expected := newLaw(state.m)
	p.nodes = nil
	for i, b := range p.known {
		expected.add(lagrange(p.known, i, now.layer), b.law)
		p.nodes = append(p.nodes, b.layer)
	}
	expected.add(-1, now.law)
	p.off = r.gain * r.variance * expected.largestOver(state)
	p.known = append(p.known, now)
	if len(p.known) > mostKnown {
		p.known = p.known[1:]
	}
}

// length returns how many layers a leap can take from a layer. A polynomial through q nodes x is off at layer
// l by c (l - x_1) ... (l - x_q), where c hardly depends on l: the last value of B tells it.
func (p *leaper) length(from int) int {
	if len(p.nodes) == 0 {
		return 1
	}
	scale := p.off
	for _, node := range p.nodes {
		scale /= float64(p.known[len(p.known)-1].layer - node)
	}
	newest := p.known[len(p.known)-min(len(p.known), len(p.nodes)):]
	sum, n := 0.0, 1 // the first layer of a leap has the value that is known
	for n < p.longest {
		next := scale
		for _, b := range newest {
			next *= float64(from + n - b.layer)
		}
		if sum += next; sum > p.tolerance/2 { // half, so that few leaps have to be taken back
			break
		}
		n++
	}
	return n
}

// add adds a multiple of another law's numbers, and set takes these over.
func (s law) add(factor float64, other law) {
	for i := range s.k {
		s.k[i] += factor * other.k[i]
		s.d[i] += factor * other.d[i]
		s.t[i] += factor * other.t[i]
	}
}

func (s law) set(other law) {
	copy(s.k, other.k)
	copy(s.d, other.d)
	copy(s.t, other.t)
}

// farFrom returns the largest difference of two laws relative to the second.
func (s law) farFrom(other law) float64 {
	difference := newLaw(s.m)
	difference.add(1, s)
	difference.add(-1, other)
	return difference.largestOver(other)
}

// largestOver returns the largest number of each matrix over that of another law's, where that is largest.
func (s law) largestOver(other law) float64 {
	return max(largestOver(s.k, other.k), largestOver(s.d, other.d), largestOver(s.t, other.t))
}

func largestOver(values, others []float64) float64 {
	most, scale := 0.0, 0.0
	for i := range values {
		most, scale = max(most, math.Abs(values[i])), max(scale, math.Abs(others[i]))
	}
	if most == 0 {
		return 0 // whatever the scale
	}
	return most / scale
}
