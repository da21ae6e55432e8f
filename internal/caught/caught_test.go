package caught_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/shattered-gradients/shattered/internal/caught"
)

func TestPanic(t *testing.T) {
	wanted := errors.New("shapes do not match")
	if err := caught.Panic(func() { panic(wanted) }); err != wanted {
		t.Errorf("an error became %v", err)
	}
	if err := caught.Panic(func() { panic("a text") }); err == nil || err.Error() != "a text" {
		t.Errorf("a text became %v", err)
	}
	if err := caught.Panic(func() {}); err != nil {
		t.Errorf("nothing became %v", err)
	}
	var none []int
	err := caught.Panic(func() { none[0]++ })
	if err == nil || !strings.HasPrefix(err.Error(),
		"a function that builds the graph failed: runtime error: index out of range") ||
		!strings.Contains(err.Error(), "caught_test.go") {
		t.Errorf("a slip became %v", err)
	}
}
