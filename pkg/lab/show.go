package lab

import (
	"fmt"
	"strings"

	"github.com/janpfeifer/gonb/gonbui"
	"github.com/janpfeifer/gonb/gonbui/protocol"
	"github.com/janpfeifer/must"
	"github.com/shattered-gradients/shattered/pkg/claims"
	"github.com/shattered-gradients/shattered/pkg/results"
)

// Picture is a drawn figure, or a panel that becomes one (package plots).
type Picture interface {
	Name() string
	PNG() ([]byte, error)
	SVG() ([]byte, error)

	// Alt says in words what it shows.
	Alt() string
}

// Show shows the picture in the cell and writes it to <name>.png and <name>.svg in the results folder. A
// picture without a name is not written.
func (s *Session) Show(picture Picture) error {
	s.display.finish()
	png, err := picture.PNG()
	if err != nil {
		return err
	}
	svg, err := picture.SVG()
	if err != nil {
		return err
	}
	if gonbui.IsNotebook {
		SendPNG("", png, picture.Alt())
		gonbui.Sync()
	}
	if picture.Name() == "" {
		return nil
	}
	if err := results.WriteFile(s.folder, picture.Name()+".png", png); err != nil {
		return err
	}
	return results.WriteFile(s.folder, picture.Name()+".svg", svg)
}

// Plot shows a picture in the cell, and writes it as Show does where it has a name. Where it can't be drawn
// or written, the cell ends with one sentence. It is for the reader's own pictures, in short cells:
//
//	s.Plot(plots.Lines(lags, a, b).Labels("lag", "autocorrelation").Named("two-nets"))
func (s *Session) Plot(picture Picture) { must.M(s.Show(picture)) }

// Live is a picture below a cell that changes in place while the cell runs. What is saved with the notebook
// is the last of it.
type Live struct{ id string }

// Live begins such a picture, with nothing in it.
func (s *Session) Live() *Live { return &Live{id: gonbui.UniqueId()} }

// Update shows the picture in place of the one before. Outside of a notebook there is nothing to show it in.
func (l *Live) Update(picture Picture) error {
	if !gonbui.IsNotebook {
		return nil
	}
	png, err := picture.PNG()
	if err != nil {
		return err
	}
	SendPNG("live-"+l.id, png, picture.Alt())
	gonbui.Sync()
	return nil
}

// SendPNG shows a PNG below the cell: in the output that the id names, in place of what is there, or in an
// output of its own where the id is empty. It is a real image, which unlike one inside of HTML is shown
// wherever notebooks are. With it go words for whoever does not see it: as the image's alternative text in
// pages made of the notebook, and as plain text for front ends that show no images.
func SendPNG(id string, png []byte, alt string) {
	gonbui.SendData(&protocol.DisplayData{
		Data:      map[protocol.MIMEType]any{protocol.MIMEImagePNG: png, protocol.MIMETextPlain: alt},
		Metadata:  map[string]any{string(protocol.MIMEImagePNG): map[string]string{"alt": alt}},
		DisplayID: id,
	})
}

// ClearProgress removes the progress display, where there is one. It is for cells that compute again and
// again and say themselves what they did; Show and Close leave a line.
func (s *Session) ClearProgress() { s.display.clear() }

// ShowClaims shows the claims of figures saved earlier as tables, and where their numbers come from. What was
// made at quick size is shown without verdicts.
func ShowClaims(figures ...string) error {
	var tables, text strings.Builder
	var decided, quick []claims.Claim
	for _, name := range figures {
		figure, err := results.Load(ResultsFolder(), name)
		if err != nil {
			return err
		}
		p := figure.Provenance
		if p.Size == results.Quick {
			quick = append(quick, figure.Claims...)
		} else {
			decided = append(decided, figure.Claims...)
		}
		fmt.Fprintf(&text, "\n%s: %s size, seed %d, %s, %.0f s.\n", figure.Title, p.Size, p.Seed, p.Backend,
			p.WallSeconds)
		if figure.Parts != nil {
			fmt.Fprintf(&text, "%s\n", figure.Parts.Sentence())
		}
	}
	if len(decided) > 0 {
		fmt.Fprintf(&tables, "%s\n%s.\n", claims.Markdown(decided), claims.CountVerdicts(decided))
	}
	if len(quick) > 0 {
		fmt.Fprintf(&tables, "\n%s\nQuick size: nets are too small and draws too few to tell whether "+
			"claims hold, and so they have no verdicts.\n", claims.Measurements(quick))
	}
	showMarkdown(tables.String() + text.String())
	return nil
}

// ShowTable shows a table.
func ShowTable(table *results.Table) { showMarkdown(table.Markdown()) }

// showMarkdown shows Markdown in the cell; outside of a notebook it prints it.
func showMarkdown(text string) {
	if !gonbui.IsNotebook {
		fmt.Print(text)
		return
	}
	gonbui.DisplayMarkdown(text)
	gonbui.Sync()
}

// Describe says in a line what the session runs on and at which size.
func (s *Session) Describe() string {
	p := s.provenance
	return fmt.Sprintf("%s (%s) on %s, %s; %s size", p.Backend, p.Plugin, p.Platform, p.Go, p.Size)
}
