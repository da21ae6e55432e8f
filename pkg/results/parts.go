package results

import (
	"fmt"
	"strings"
)

// Origin says where a part of a figure was computed: what of its [Provenance] can make a difference. Backend,
// Plugin, Platform, Go and Commit are as there.
type Origin struct {
	Backend  string `json:"backend"`
	Plugin   string `json:"plugin"`
	Platform string `json:"platform"`
	Go       string `json:"go"`
	Commit   string `json:"commit"`
}

// Origin returns what the provenance says of where parts are computed.
func (p Provenance) Origin() Origin {
	return Origin{Backend: p.Backend, Plugin: p.Plugin, Platform: p.Platform, Go: p.Go, Commit: p.Commit}
}

// Parts says of how many parts a figure is made and where they come from.
type Parts struct {
	// Total is the number of parts, and Kept that of the ones that were not computed but are kept with the
	// code.
	Total int `json:"total" jsonschema:"minimum=0"`
	Kept  int `json:"kept" jsonschema:"minimum=0"`

	// Recomputed names those of the kept parts that were computed anew as a check: a random sample that the
	// number Sample determines.
	Recomputed []string `json:"recomputed,omitempty"`
	Sample     uint64   `json:"sample,omitempty" jsonschema:"minimum=0"`

	// InPart is the number of those recomputed that were compared in part: without what depends on how a
	// processor rounds.
	InPart int `json:"compared_in_part,omitempty" jsonschema:"minimum=0"`

	// Largest is the largest difference of a number in them from what is kept, over the larger of both, or
	// over 1 where both are smaller. Rounding explains differences up to Tolerance.
	Largest   float64 `json:"largest_difference" jsonschema:"minimum=0"`
	Tolerance float64 `json:"tolerance,omitempty" jsonschema:"minimum=0"`

	// Origins are those of the kept parts.
	Origins []Origin `json:"origins,omitempty"`
}

// String says it in a line: "8 of 960 parts recomputed: largest relative difference 2e-06".
func (p Parts) String() string {
	switch {
	case p.Total == 0:
		return "no parts"
	case p.Kept == 0:
		return fmt.Sprintf("all %d parts computed", p.Total)
	}
	return fmt.Sprintf("%d of %d parts recomputed: largest relative difference %.1g",
		len(p.Recomputed)+p.Total-p.Kept, p.Total, p.Largest)
}

// Sentence says in full where the parts come from, for the page of results.
func (p Parts) Sentence() string {
	text := p.String()
	if p.Kept > 0 {
		var commits []string
		for _, origin := range p.Origins {
			commits = append(commits, origin.Commit)
		}
		text += fmt.Sprintf(", where rounding explains up to %.1g (random sample %d). ", p.Tolerance,
			p.Sample)
		if p.InPart > 0 {
			text += fmt.Sprintf("Of %d of these, only what does not depend on how a processor rounds was "+
				"compared. ", p.InPart)
		}
		text += fmt.Sprintf("The others are kept with the code, and were computed at commit %s",
			strings.Join(commits, ", "))
	}
	return strings.ToUpper(text[:1]) + text[1:] + "."
}
