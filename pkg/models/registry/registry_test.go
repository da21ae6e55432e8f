package registry_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/shattered-gradients/shattered/pkg/models/registry"
)

func Example() {
	colours := registry.New[int]("colour")
	colours.Register("red", 0xff0000)
	colours.Register("blue", 0x0000ff)
	_, err := colours.Get("green")
	fmt.Println(colours.Names(), err)
	// Output: [blue red] unknown colour "green": choose one of blue, red
}

// A cell that is run again registers what it has under the name it had.
func TestRegisterAgainReplaces(t *testing.T) {
	colours := registry.New[int]("colour")
	colours.Register("red", 1)
	colours.Register("blue", 2)
	colours.Register("red", 3)
	if red, err := colours.Get("red"); red != 3 || err != nil || len(colours.Names()) != 2 {
		t.Errorf("red is %d (%v) among %v, want 3 among two", red, err, colours.Names())
	}
}

func TestRegisterWithoutANamePanics(t *testing.T) {
	defer func() {
		if message, _ := recover().(string); !strings.Contains(message, "colour") {
			t.Errorf("the panic %q does not name the axis", message)
		}
	}()
	registry.New[int]("colour").Register("", 1)
}

// A family's choices are known by their names, after those that are registered, and aren't among the names.
func TestFamilies(t *testing.T) {
	shades := registry.New[int]("shade")
	shades.Register("grey", 128)
	shades.Register("grey-7", -1)
	shades.RegisterFamily("grey-NUMBER", func(name string) (shade int, is bool, err error) {
		if _, other := fmt.Sscanf(name, "grey-%d", &shade); other != nil {
			return 0, false, nil
		}
		if shade > 255 {
			err = fmt.Errorf("the shade is %d: give at most 255", shade)
		}
		return shade, true, err
	})
	for name, want := range map[string]int{"grey": 128, "grey-50": 50, "grey-7": -1} {
		if got, err := shades.Get(name); got != want || err != nil {
			t.Errorf("%s is %d (%v), want %d", name, got, err, want)
		}
	}
	const want = `unknown shade "grey-blue": choose one of grey, grey-7, grey-NUMBER`
	if _, err := shades.Get("grey-blue"); err == nil || err.Error() != want {
		t.Errorf("error %v, want %s", err, want)
	}
	const wrong = `unknown shade "grey-256": the shade is 256: give at most 255`
	if got, err := shades.Get("grey-256"); got != 0 || err == nil || err.Error() != wrong {
		t.Errorf("%d and the error %v, want %s", got, err, wrong)
	}
	if names := shades.Names(); len(names) != 2 {
		t.Errorf("the names are %v", names)
	}
}
