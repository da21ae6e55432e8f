package jobs

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"

	"github.com/shattered-gradients/shattered/pkg/results"
)

// Archive holds the parts of an experiment that are kept with the code. A nil archive holds nothing.
type Archive struct {
	name      string
	tolerance float64
	load      func() (map[string]*Part, error)
	origins   []results.Origin
}

// head is the first line of an archive.
type head struct {
	Format  int              `json:"format"`
	Origins []results.Origin `json:"origins"`
}

// line is each further line: a part. Origin is an index into the head's.
type line struct {
	Origin  int             `json:"origin"`
	Seconds float64         `json:"seconds"`
	Key     json.RawMessage `json:"key"`
	Result  json.RawMessage `json:"result"`
}

// format is the version of the form.
const format = 1

// NewArchive returns the archive of an experiment from what [Write] wrote, as a rule an embedded file; it is
// read when it is first needed. The tolerance is the difference up to which a part that is computed anew
// agrees with what is kept: that of any of its numbers over the larger of both, or over 1 where both are
// smaller.
func NewArchive(name string, content []byte, tolerance float64) *Archive {
	a := &Archive{name: name, tolerance: tolerance}
	a.load = sync.OnceValues(func() (map[string]*Part, error) {
		parts, err := Read(bytes.NewReader(content))
		if err != nil {
			return nil, fmt.Errorf("the parts of %s that are kept with the code can't be read: %w; get the "+
				"file anew from the repository", name, err)
		}
		all := make(map[string]*Part, len(parts))
		for i := range parts {
			all[string(parts[i].Key)] = &parts[i]
			if !slices.Contains(a.origins, parts[i].Origin) {
				a.origins = append(a.origins, parts[i].Origin)
			}
		}
		return all, nil
	})
	return a
}

// part returns the part with the key, or nil.
func (a *Archive) part(key []byte) (*Part, error) {
	if a == nil {
		return nil, nil
	}
	parts, err := a.load()
	return parts[string(key)], err
}

// holds says whether there is a part with the key.
func (a *Archive) holds(key []byte) bool {
	part, err := a.part(key)
	return part != nil && err == nil
}

// Missing returns the names of the jobs whose results are not kept with the code, less those that are
// Passing.
func (p *Plan) Missing() ([]string, error) {
	if err := p.encodeKeys(); err != nil {
		return nil, err
	}
	var missing []string
	for _, j := range p.jobs {
		part, err := p.archive.part(j.key)
		if err != nil {
			return nil, err
		}
		if part == nil && !j.Passing {
			missing = append(missing, j.Name)
		}
	}
	return missing, nil
}

// Write writes parts as JSON lines, compressed: the same parts in the same order give the same file.
func Write(w io.Writer, parts []Part) error {
	h := head{Format: format}
	for _, part := range parts {
		if !slices.Contains(h.Origins, part.Origin) {
			h.Origins = append(h.Origins, part.Origin)
		}
	}
	compressed, err := gzip.NewWriterLevel(w, gzip.BestCompression)
	if err != nil {
		return err
	}
	encoder := json.NewEncoder(compressed)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(h); err != nil {
		return err
	}
	for _, part := range parts {
		if err := encoder.Encode(line{slices.Index(h.Origins, part.Origin), part.Seconds, part.Key,
			part.Result}); err != nil {
			return err
		}
	}
	return compressed.Close()
}

// Read reads what Write wrote. Content of no bytes has no parts.
func Read(r io.Reader) ([]Part, error) {
	buffered := bufio.NewReader(r)
	if _, err := buffered.Peek(1); errors.Is(err, io.EOF) {
		return nil, nil
	}
	unpacked, err := gzip.NewReader(buffered)
	if err != nil {
		return nil, err
	}
	decoder := json.NewDecoder(unpacked)
	var h head
	if err := decoder.Decode(&h); err != nil {
		return nil, err
	}
	if h.Format != format {
		return nil, fmt.Errorf("it has the format %d, and this code reads %d", h.Format, format)
	}
	var parts []Part
	for {
		var l line
		if err := decoder.Decode(&l); errors.Is(err, io.EOF) {
			return parts, nil
		} else if err != nil {
			return nil, err
		}
		if l.Origin < 0 || l.Origin >= len(h.Origins) {
			return nil, fmt.Errorf("part %d has the origin %d of %d", len(parts), l.Origin, len(h.Origins))
		}
		parts = append(parts, Part{h.Origins[l.Origin], l.Seconds, l.Key, l.Result})
	}
}
