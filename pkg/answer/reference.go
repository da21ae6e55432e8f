package answer

import (
	"embed"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/shattered-gradients/shattered/pkg/results"
)

// Reference is an answer that was kept, of a net of the paper.
type Reference struct {
	// Called is how sentences call the net's gradients, and Net the net.
	Called, Net string

	Model      Model
	Measured   Measured
	Provenance results.Provenance

	// Elsewhere says that its inputs are others than the model's.
	Elsewhere bool
}

// The kept answers are results as scripts/probe wrote them, with their provenance:
//
//	scripts/probe residual --depth 50 --norm bn --beta 0.1 --draws 20 \
//	    --name resnet-50-numbers --results FOLDER
//	scripts/probe conv-residual --depth 50 --norm bn --beta 0.1 --draws 5 --images cifar10 --pairs 8 \
//	    --name resnet-50-images --results FOLDER
//
//go:embed kept/*.json
var kept embed.FS

// keptReference returns a kept answer.
func keptReference(name string) (*Reference, error) {
	content, err := kept.ReadFile("kept/probe-" + name + ".json")
	if err != nil {
		return nil, err
	}
	var file struct {
		Config     Model
		Series     []Measured
		Provenance results.Provenance
	}
	if err := json.Unmarshal(content, &file); err != nil {
		return nil, err
	}
	if len(file.Series) != 1 {
		return nil, fmt.Errorf("the kept answer %s has %d series, not one", name, len(file.Series))
	}
	return &Reference{
		Called: "a 50-layer resnet's with β = 0.1", Net: "a 50-layer resnet with β = 0.1",
		Model: file.Config, Measured: file.Series[0], Provenance: file.Provenance,
	}, nil
}

// referenceFor returns the reference for a model: of the same net on numbers for models that take a number,
// and on images for all others. A net that is its own reference has none.
func referenceFor(model Model) *Reference {
	name := "resnet-50-images"
	if slices.Equal(model.Input, []int{1}) {
		name = "resnet-50-numbers"
	}
	reference, err := keptReference(name)
	if err != nil || reference.Model.Source == model.Source { // a test reads all that are kept
		return nil
	}
	reference.Elsewhere = reference.Model.Inputs != model.Inputs
	return reference
}
