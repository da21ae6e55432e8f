package meanfield

import (
	"math"
	"sync"
	"sync/atomic"

	"github.com/shattered-gradients/shattered/internal/processors"
	"gonum.org/v1/gonum/floats"
)

// node is one of those at which batch normalisation is integrated. Without it there is a single one.
type node struct {
	// weight is what the moments at the node are weighted with.
	weight float64

	// tau weighs the process with exp(-tau z^T z / 2): see batch.go.
	tau float64
}

// side is that of the blocks of pairs of inputs: what two blocks of rows hold together fits into a
// processor's nearer cache.
const side = 32

// add adds what a node contributes to the moments of a rectifier's outputs and returns the share that the
// dual omits. The rows of the rotated process, when there is one, say what conditioning takes off the law z.
func (o *outputs) add(dual Dual, z law, rotated *tridiagonal, n node) float64 {
	m := z.m
	rows := rotated.solve(n.tau, m)
	deviation, own := make([]float64, m), make([]float64, m) // own is D(i,i)
	parallel(m, func(i int) {
		deviation[i] = math.Sqrt(max(0, z.k[i*m+i]-floats.Dot(rows.z[i], rows.z[i])))
		own[i] = z.d[i*m+i] - floats.Dot(rows.d[i], rows.z[i])
	})
	moments, omitted := dual.Hidden(deviation)
	pair := func(i, j int) {
		zi, zj, di, dj := rows.z[i], rows.z[j], rows.d[i], rows.d[j]
		kij := z.k[i*m+j] - floats.Dot(zi, zj)
		dij := z.d[i*m+j] - floats.Dot(di, zj)
		dji := z.d[j*m+i] - floats.Dot(dj, zi)
		tij := z.t[i*m+j] - floats.Dot(di, dj)
		a := Angle{Cos: 1} // of an input with itself, without rounding
		if i != j {
			a = angleOf(kij / deviation[i] / deviation[j])
		}
		o.addPair(i, j, n.weight, moments(i, j, a), own[i], own[j], dij, dji, tij)
	}
	blocks := (m + side - 1) / side
	parallel(blocks*blocks, func(block int) {
		firstI, firstJ := block/blocks*side, block%blocks*side
		for i := firstI; i < min(firstI+side, m); i++ {
			for j := max(firstJ, i); j < min(firstJ+side, m); j++ {
				pair(i, j)
			}
		}
	})
	return omitted
}

// addPair adds the moments of the pair i <= j, by Stein's lemma: for z' jointly normal with z and any
// function f of z_i and z_j,
//
//	E[z'_i f] = D_ii E[f_i] + D_ij E[f_j],
//
// where f_i is the derivative of f by z_i. With f = rho'(z_i) rho(z_j) that is d, and applied twice, with f =
// rho'(z_i) rho'(z_j), t.
func (o *outputs) addPair(i, j int, weight float64, e Moments, dii, djj, dij, dji, tij float64) {
	ij, ji := i*o.m+j, j*o.m+i
	k := weight * e.E00
	t := weight * (tij*e.E11 + dii*dji*e.E31 + (dii*djj+dij*dji)*e.E22 + dij*djj*e.E13)
	slope := weight * e.E11
	o.k[ij] += k
	o.t[ij] += t
	o.slope[ij] += slope
	o.d[ij] += weight * (dii*e.E20 + dij*e.E11)
	if i == j {
		return
	}
	o.k[ji] += k
	o.t[ji] += t
	o.slope[ji] += slope
	o.d[ji] += weight * (djj*e.E02 + dji*e.E11)
}

// parallel calls run for the indices 0..n-1 on all processors.
func parallel(n int, run func(i int)) {
	var next atomic.Int64
	var workers sync.WaitGroup
	for range min(n, processors.Count()) {
		workers.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				run(i)
			}
		})
	}
	workers.Wait()
}
