package faulttest

import (
	"encoding/binary"
	"math"
	"reflect"
	"runtime"
	"testing"
	"time"
)

// What a parser or a check of a config may take, however bad its input: so many bytes, and so many more for
// each byte of the input. Go's own readers take up to 10 MiB at once on the word of a length (encoding/gob)
// or of a count (debug/elf).
const (
	allocationBase    = 12 << 20
	allocationPerByte = 4 << 10
)

// hung is how long anything may take that is given a bad input. It is about hanging.
const hung = 2 * time.Minute

// Bounded calls a function that is given so many bytes of bad input. It panics when the function hangs, and
// fails the test when it takes more memory than it may.
func Bounded(t testing.TB, input int, call func()) {
	t.Helper()
	if taken := Taken(call); taken > Most(input) {
		t.Errorf("%d bytes of input take %d bytes of memory, more than %d", input, taken, Most(input))
	}
}

// Most is how many bytes of memory may be taken for so many bytes of bad input.
func Most(input int) uint64 { return uint64(allocationBase + allocationPerByte*input) }

// Taken calls a function and returns how many bytes of memory were taken meanwhile. It panics when the
// function hangs.
func Taken(call func()) uint64 {
	watchdog := time.AfterFunc(hung, func() { panic("it hangs") })
	defer watchdog.Stop()
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	call()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// Fill fills a value, such as a config, from bytes: with numbers at the ends of their ranges, those that no
// formula expects, and ordinary ones. Values of the types in choices are taken from there, by their index;
// functions and what else can't be made of bytes are left as they are.
func Fill(into any, content []byte, choices ...any) {
	f := filler{content: content, choices: make(map[reflect.Type][]reflect.Value)}
	for _, choice := range choices {
		value := reflect.ValueOf(choice)
		f.choices[value.Type()] = append(f.choices[value.Type()], value)
	}
	f.fill(reflect.ValueOf(into).Elem())
}

// Alter fills one field of a value as Fill does, the one that the first two bytes choose, and leaves the
// others. A list is a field, and so is each of its entries.
func Alter(into any, content []byte, choices ...any) {
	all := fields(reflect.ValueOf(into).Elem())
	if len(content) < 2 || len(all) == 0 {
		return
	}
	field := all[int(binary.LittleEndian.Uint16(content))%len(all)]
	Fill(field.Addr().Interface(), content[2:], choices...)
}

// fields returns the fields of a value that can be set, and those of what it holds. What a pointer leads to
// is shared, and not the value's own.
func fields(v reflect.Value) []reflect.Value {
	var all []reflect.Value
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Field(i).CanSet() {
				all = append(all, fields(v.Field(i))...)
			}
		}
		return all
	case reflect.Slice:
		for i := range v.Len() {
			all = append(all, fields(v.Index(i))...)
		}
	}
	return append(all, v)
}

// filler takes one byte after the other; there are zeros after the last.
type filler struct {
	content []byte
	choices map[reflect.Type][]reflect.Value
}

func (f *filler) byte() byte {
	if len(f.content) == 0 {
		return 0
	}
	b := f.content[0]
	f.content = f.content[1:]
	return b
}

// word returns eight bytes.
func (f *filler) word() uint64 {
	var bytes [8]byte
	for i := range bytes {
		bytes[i] = f.byte()
	}
	return binary.LittleEndian.Uint64(bytes[:])
}

var (
	integers = []int64{0, 1, 2, 3, 5, 8, 50, -1, math.MaxInt64, math.MinInt64, math.MaxInt32, 1 << 40}
	floats   = []float64{0, 1, 0.5, 0.1, -1, 2, math.NaN(), math.Inf(1), math.Inf(-1), math.MaxFloat64,
		math.SmallestNonzeroFloat64, 1e300}
)

func (f *filler) fill(v reflect.Value) {
	if known := f.choices[v.Type()]; len(known) > 0 {
		if i := int(f.byte()); i%(len(known)+1) < len(known) {
			v.Set(known[i%(len(known)+1)])
			return
		}
		if v.Kind() == reflect.Pointer || v.Kind() == reflect.Interface {
			return
		}
	}
	switch v.Kind() {
	case reflect.Bool:
		v.SetBool(f.byte()%2 == 1)
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		if i := int(f.byte()); i%16 < len(integers) {
			v.SetInt(integers[i%16])
		} else {
			v.SetInt(int64(f.byte()%16)<<8 | int64(f.byte())) // what may be meant is begun, and takes a while
		}
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		if i := int(f.byte()); i%16 < len(integers) {
			v.SetUint(uint64(integers[i%16]))
		} else {
			v.SetUint(f.word())
		}
	case reflect.Float32, reflect.Float64:
		if i := int(f.byte()); i%16 < len(floats) {
			v.SetFloat(floats[i%16])
		} else {
			v.SetFloat(math.Float64frombits(f.word()))
		}
	case reflect.String:
		n := min(int(f.byte()%16), len(f.content))
		v.SetString(string(f.content[:n]))
		f.content = f.content[n:]
	case reflect.Slice:
		n := int(f.byte() % 5)
		if n == 4 { // nil
			return
		}
		v.Set(reflect.MakeSlice(v.Type(), n, n))
		for i := range n {
			f.fill(v.Index(i))
		}
	case reflect.Array:
		for i := range v.Len() {
			f.fill(v.Index(i))
		}
	case reflect.Pointer:
		if f.byte()%2 == 1 {
			v.Set(reflect.New(v.Type().Elem()))
			f.fill(v.Elem())
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Field(i).CanSet() {
				f.fill(v.Field(i))
			}
		}
	}
}
