package lab

import (
	"fmt"
	"os"
	"strconv"

	"github.com/janpfeifer/must"
)

// Given returns the value that the environment variable of that name has, or the fallback where it is not
// set: so a notebook is run with values from outside, by jupyter nbconvert, papermill or a job on a cluster.
//
//	depth := lab.Given("DEPTH", 50)
//
// In a notebook %env DEPTH 24, on a line of its own before %%, sets it. Where the variable holds something
// else than the fallback is, the cell ends with one sentence.
func Given[T int | float64 | string | bool](name string, fallback T) T {
	text, is := os.LookupEnv(name)
	if !is {
		return fallback
	}
	var value any
	var err error
	switch any(fallback).(type) {
	case int:
		value, err = strconv.Atoi(text)
	case float64:
		value, err = strconv.ParseFloat(text, 64)
	case bool:
		value, err = strconv.ParseBool(text)
	default:
		value = text
	}
	if err != nil {
		must.M(fmt.Errorf("the environment variable %s is %q: give it a value such as %v, or unset "+
			"it", name, text, fallback))
	}
	return value.(T)
}
