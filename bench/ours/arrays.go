package main

import (
	"io"
	"math"
	"os"
	"regexp"
	"strconv"

	"github.com/sbinet/npyio/npz"
	"github.com/shattered-gradients/shattered/internal/atomicfile"
	"github.com/shattered-gradients/shattered/internal/npyarray"
)

// array is a named array of numbers in row-major order.
type array struct {
	name   string
	values any // []float32, []float64 or []int32
	dims   []int
}

// arrays are what a job writes to disk.
type arrays []array

// write writes an archive of NumPy arrays.
func (a arrays) write(path string) error {
	return atomicfile.Write(path, func(w io.Writer) error {
		archive := npz.NewWriter(w)
		for _, array := range a {
			if err := archive.Write(array.name+".npy", array.shaped()); err != nil {
				return err
			}
		}
		return archive.Close()
	})
}

// shaped returns the values in the form in which npyio knows their shape.
func (a array) shaped() any {
	switch values := a.values.(type) {
	case []float32:
		return npyarray.Shaped(values, a.dims)
	case []int32:
		return npyarray.Shaped(values, a.dims)
	default:
		return npyarray.Shaped(values.([]float64), a.dims)
	}
}

// sum returns the sum of the magnitudes of all numbers.
func (a arrays) sum() float64 {
	total := 0.0
	for _, array := range a {
		values, _ := array.values.([]float64)
		for _, value := range values {
			total += math.Abs(value)
		}
	}
	return total
}

// table returns rows of numbers as an array.
func table(name string, rows [][]float64) array {
	a := array{name: name, dims: []int{len(rows), len(rows[0])}}
	var flat []float64
	for _, row := range rows {
		flat = append(flat, row...)
	}
	a.values = flat
	return a
}

// peak finds the most memory that a process has held, in KiB, in what Linux says of it.
var peak = regexp.MustCompile(`VmHWM:\s*(\d+) kB`)

// peakMiB returns the most memory that this process has held so far, 0 where the system does not say.
func peakMiB() (float64, error) {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		return 0, nil // not Linux
	}
	found := peak.FindSubmatch(status)
	if found == nil {
		return 0, nil
	}
	kib, err := strconv.ParseFloat(string(found[1]), 64)
	return kib / 1024, err
}
