// Package normal computes normal random numbers from counters, a vector at a time: number i of a stream is a
// function of the stream's key and of i alone.
//
// They are the same to the last bit in every form: plain Go, and C that compilers turn into the vector
// instructions of the processor (normal.c). Every product, sum and root is rounded to float32 by itself, as
// IEEE 754 has it: no product is fused with a sum, and no function of a C library is called.
package normal

import (
	"math"
	"os"
	"sync"
)

// Group is how many numbers are computed together: the words of 16 [Block]s, all first words before all
// second ones.
const Group = 4 * blocks

const blocks = 16

// form is one way, of that name, to compute whole groups, the first being number group of the stream, times
// deviation.
type form struct {
	name string
	fill func(values []float32, key *Key, group uint64, deviation float32)
}

// Limit is the environment variable that names the fastest form to use, such as avx2: for measuring on one
// machine what another would take. Without it, or where no form of this processor has that name, the fastest
// is used.
const Limit = "SHATTERED_MAX_ISA"

// chosen is the form that Fill uses, as the environment has it when it is first called.
var chosen = sync.OnceValue(func() form { return fastest(os.Getenv(Limit)) })

// fastest returns the form of that name, and the fastest of all where there is none.
func fastest(limit string) form {
	for _, f := range forms {
		if f.name == limit {
			return f
		}
	}
	return forms[len(forms)-1]
}

// Form returns the name of the form that Fill uses: go, c, avx2 or avx512.
func Form() string { return chosen().name }

// Fill sets values to the normal numbers of a stream from number first on, times deviation. Their mean is 0,
// the largest possible is ±√(76 ln 2) = 7.258 standard deviations.
func Fill(values []float32, key *Key, first uint64, deviation float32) {
	chosen().fillFrom(values, key, first, deviation)
}

// fillFrom is Fill in that form. Groups that values holds only a part of are computed in Go, and the part
// copied.
func (f form) fillFrom(values []float32, key *Key, first uint64, deviation float32) {
	for len(values) > 0 {
		group, skip := first/Group, int(first%Group)
		whole := len(values) / Group * Group
		if skip > 0 || whole == 0 {
			var part [Group]float32
			fillPlainly(part[:], key, group, deviation)
			whole = copy(values, part[skip:])
		} else {
			f.fill(values[:whole], key, group, deviation)
		}
		values, first = values[whole:], first+uint64(whole)
	}
}

func fillPlainly(values []float32, key *Key, group uint64, deviation float32) {
	for ; len(values) > 0; values, group = values[Group:], group+1 {
		to := (*[Group]float32)(values)
		for i := range blocks {
			counter := group*blocks + uint64(i)
			words := Block(key, [4]uint32{uint32(counter), uint32(counter >> 32)})
			to[i], to[blocks+i] = pair(words[0], words[1], deviation)
			to[2*blocks+i], to[3*blocks+i] = pair(words[2], words[3], deviation)
		}
	}
}

// sqrtHalf is √½, as the bits of a float32, and half a power of two.
const sqrtHalf = 0x3f3504f3

// pair returns the two normal numbers of two random words, times deviation: the point at the radius √(-2 ln
// U) in a random direction (Box and Muller, 1958). This needs half a logarithm and half a root for a number,
// and has 64 bits for the two, where an inverse of the normal law would need a whole one of each and have 32
// bits, too few for the tails.
//
// U is the middle of one of 2³⁷ equal parts of (0, 1), which 31 bits of u and the lowest 6 of v name: the
// tails are smooth to beyond 6 standard deviations and end at 7.258. The direction is the middle of one of
// 2²⁶ equal parts of the circle: 24 bits of v name the angle to an axis, between -π/4 and π/4, and the
// highest two the axis. The numbers are those of U and the direction but for less than 3·10⁻⁷ of each,
// rounding included. The coefficients for logarithm, sine and cosine are those of the Cephes library
// (Moshier, 1992).
func pair(u, v uint32, deviation float32) (x, y float32) {
	// U is (whole + rest)/2³¹ = (1 + f) 2ᵉ with 1+f between √½ and √2. Where e is 0, f is computed as -(1 -
	// U), without loss near U = 1.
	whole := int32(u >> 1)
	rest := float32((float32(int32(v&63)) + 0.5) * (1. / 64))
	bits := math.Float32bits(float32(whole)+rest) + (0x3f800000 - sqrtHalf)
	e := int32(bits>>23) - (127 + 31)
	f := choose(e == 0, (float32(math.MaxInt32-whole)+(1-rest))*(-1./(1<<31)),
		math.Float32frombits(bits&0x7fffff+sqrtHalf)-1)
	p := float32(7.0376836292e-2)
	p = float32(p*f) - 1.1514610310e-1
	p = float32(p*f) + 1.1676998740e-1
	p = float32(p*f) - 1.2420140846e-1
	p = float32(p*f) + 1.4249322787e-1
	p = float32(p*f) - 1.6668057665e-1
	p = float32(p*f) + 2.0000714765e-1
	p = float32(p*f) - 2.4999993993e-1
	p = float32(p*f) + 3.3333331174e-1
	logarithm := float32((float32(p*f)-0.5)*float32(f*f)) + f + float32(float32(e)*math.Ln2)
	radius := float32(float32(math.Sqrt(float64(-2*logarithm))) * deviation)

	angle := float32(float32(int32(v<<2&^0xff|0x80)) * (math.Pi / 4 / (1 << 31)))
	s := float32(angle * angle)
	q := float32(-1.9515295891e-4*s) + 8.3321608736e-3
	q = float32(q*s) - 1.6666654611e-1
	sine := float32(float32(q*s)*angle) + angle
	q = float32(2.443315711809948e-5*s) - 1.388731625493765e-3
	q = float32(q*s) + 4.166664568298827e-2
	cosine := float32(float32(q*s)*s) - float32(0.5*s) + 1
	cosine = math.Float32frombits(math.Float32bits(cosine) ^ v&(1<<31))
	swap := v&(1<<30) != 0
	return radius * choose(swap, sine, cosine), radius * choose(swap, cosine, sine)
}

// choose returns a where that holds and b elsewhere, by bits: compilers do that without a jump, which random
// numbers would make a slow one.
func choose(that bool, a, b float32) float32 {
	bits := math.Float32bits(b)
	if that {
		bits = math.Float32bits(a)
	}
	return math.Float32frombits(bits)
}
