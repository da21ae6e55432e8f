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

func TestRegisterTwicePanics(t *testing.T) {
	for _, name := range []string{"red", ""} {
		func() {
			defer func() {
				if message, _ := recover().(string); !strings.Contains(message, "colour") {
					t.Errorf("registering %q a second time: panic %q does not name the axis", name, message)
				}
			}()
			colours := registry.New[int]("colour")
			colours.Register("red", 1)
			colours.Register(name, 2)
		}()
	}
}
