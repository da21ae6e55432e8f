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
