package normal

import (
	"fmt"
	"math"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// key is one of the tests' own.
var key = &Key{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}

// TestBlockKnownAnswers holds the generator to the answers for 20 rounds that its authors publish with it
// (Random123, kat_vectors).
func TestBlockKnownAnswers(t *testing.T) {
	const ones = math.MaxUint32
	for _, known := range []struct {
		counter [4]uint32
		key     Key
		want    [4]uint32
	}{
		{want: [4]uint32{0x9c6ca96a, 0xe17eae66, 0xfc10ecd4, 0x5256a7d8}},
		{[4]uint32{ones, ones, ones, ones}, Key{ones, ones, ones, ones},
			[4]uint32{0x2a881696, 0x57012287, 0xf6c7446e, 0xa16a6732}},
		{
			[4]uint32{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
			Key{0xa4093822, 0x299f31d0, 0x082efa98, 0xec4e6c89},
			[4]uint32{0x59cd1dbb, 0xb8879579, 0x86b5d00c, 0xac8b6d84},
		},
	} {
		if got := Block(&known.key, known.counter); got != known.want {
			t.Errorf("block %x of key %x is %x, want %x", known.counter, known.key, got, known.want)
		}
	}
}

// sameBits fails where two slices differ in a bit.
func sameBits(t *testing.T, what string, got, want []float32) {
	t.Helper()
	for i := range got {
		if math.Float32bits(got[i]) != math.Float32bits(want[i]) {
			t.Fatalf("%s: number %d of %d is %g, want %g", what, i, len(got), got[i], want[i])
		}
	}
}

// TestFormsAreEqual holds every form that this processor runs to the plain one, to the last bit: at the start
// of a stream, and where the counter's lower word overflows.
func TestFormsAreEqual(t *testing.T) {
	const groups = 40_000
	want, got := make([]float32, groups*Group), make([]float32, groups*Group)
	for _, group := range []uint64{0, 1<<28 - groups/2} {
		fillPlainly(want, key, group, 0.1)
		for _, form := range forms {
			clear(got)
			form.fill(got, key, group, 0.1)
			sameBits(t, form.name, got, want)
		}
	}
}

// TestLimit holds the form to each that this processor runs, and to names that none has.
func TestLimit(t *testing.T) {
	for _, form := range forms {
		if got := fastest(form.name); got.name != form.name {
			t.Errorf("held to %s, the form is %s", form.name, got.name)
		}
	}
	for _, unknown := range []string{"", "avx1024"} {
		if got, want := fastest(unknown).name, forms[len(forms)-1].name; got != want {
			t.Errorf("held to %q, the form is %s, want the fastest, %s", unknown, got, want)
		}
	}
	// In a process of its own, because the environment counts when a form is first asked for.
	if os.Getenv("NORMAL_FORM") != "" {
		fmt.Println("the form is", Form())
		return
	}
	test := exec.Command(os.Args[0], "-test.run", "^TestLimit$", "-test.v")
	test.Env = append(os.Environ(), Limit+"=go", "NORMAL_FORM=say")
	if said, err := test.CombinedOutput(); err != nil || !strings.Contains(string(said), "the form is go\n") {
		t.Errorf("with %s=go, a program gives %v and says %s", Limit, err, said)
	}
}

// TestFillAnywhere draws every length from every place in a group, and looks that no number beyond is
// touched.
func TestFillAnywhere(t *testing.T) {
	var stream, values [4 * Group]float32
	fillPlainly(stream[:], key, 7, 2)
	for _, form := range forms {
		for first := range Group {
			for length := range len(stream) - first {
				values[length] = -1
				form.fillFrom(values[:length], key, 7*Group+uint64(first), 2)
				sameBits(t, form.name, values[:length], stream[first:])
				if values[length] != -1 {
					t.Fatalf("%s: %d numbers from number %d on are more than that many", form.name, length,
						first)
				}
			}
		}
	}
}

// TestFillIsOfBlocks looks that numbers are those of Block, in the documented order, and scale with the
// deviation.
func TestFillIsOfBlocks(t *testing.T) {
	var values [2 * Group]float32
	Fill(values[:], key, 0, 1)
	for i := range 2 * blocks {
		words := Block(key, [4]uint32{uint32(i)})
		at := i/blocks*Group + i%blocks
		for half := range 2 {
			x, y := pair(words[2*half], words[2*half+1], 1)
			if gotX, gotY := values[at+2*half*blocks], values[at+(2*half+1)*blocks]; gotX != x || gotY != y {
				t.Fatalf("half %d of block %d is (%g, %g), want (%g, %g)", half, i, gotX, gotY, x, y)
			}
		}
	}
}

// places are whole numbers below 2ⁿ: the first and last, those beside powers of two and three quarters of
// one, and an even grid.
func places(n int) []uint32 {
	var all []uint32
	last := uint32(1)<<n - 1
	for i := range 1000 {
		all = append(all, uint32(i)&last, last-uint32(i)&last, uint32(uint64(i)<<n/1000))
	}
	for bit := range n {
		for _, near := range []uint32{1 << bit, uint32(math.Sqrt2 * math.Exp2(float64(bit))), 3 << bit >> 1} {
			all = append(all, (near-1)&last, near&last, (near+1)&last)
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// exact is pair in float64, by the library's functions.
func exact(u, v uint32) (x, y float64) {
	half := float64(uint64(u>>1)<<6|uint64(v&63)) + 0.5
	logarithm := math.Log(half / (1 << 37))
	if half > 1<<36 {
		logarithm = math.Log1p(-((1 << 37) - half) / (1 << 37))
	}
	radius := math.Sqrt(-2 * logarithm)
	angle := (float64(int32(v<<2)>>8) + 0.5) / (1 << 23) * math.Pi / 4
	sine, cosine := math.Sincos(angle)
	if v>>31 != 0 {
		cosine = -cosine
	}
	if v>>30&1 != 0 {
		return radius * sine, radius * cosine
	}
	return radius * cosine, radius * sine
}

// TestPair compares pairs with what they are documented to be, for radii and angles everywhere: each at a few
// of the other. The bound is the documented one: float32 rounds by 6·10⁻⁸, and the factors, radius and sine
// or cosine, take a few roundings each.
func TestPair(t *testing.T) {
	worst := 0.
	compare := func(u, v uint32) {
		x, y := pair(u, v, 1)
		exactX, exactY := exact(u, v)
		worst = max(worst, math.Abs(float64(x)/exactX-1), math.Abs(float64(y)/exactY-1))
		if !(worst < 3e-7) {
			t.Fatalf("the numbers of %x and %x are (%g, %g), want (%g, %g)", u, v, x, y, exactX, exactY)
		}
	}
	few := []uint32{0, 1, 1<<23 - 1, 1 << 23, 1<<24 - 1, 0x5a17c3}
	for _, whole := range places(31) {
		for axis := range uint32(4) {
			for rest := range uint32(64) {
				for _, angle := range few {
					compare(whole<<1, axis<<30|angle<<6|rest)
				}
			}
		}
	}
	for _, angle := range places(24) {
		for axis := range uint32(4) {
			for _, whole := range []uint32{0, 1, 1 << 30, 3 << 29, 1<<31 - 2, 1<<31 - 1} {
				compare(whole<<1, axis<<30|angle<<6)
			}
		}
	}
	t.Logf("relative errors are %.2g at most", worst)
}
