package explore

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"html"
	"html/template"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/janpfeifer/gonb/gonbui"
	"github.com/janpfeifer/gonb/gonbui/comms"
	"github.com/shattered-gradients/shattered/pkg/lab"
	"github.com/shattered-gradients/shattered/pkg/models/norms"
	"github.com/shattered-gradients/shattered/pkg/paper"
	"github.com/shattered-gradients/shattered/pkg/plots"
)

// page is where the explorer shows itself.
type page interface {
	// Picture shows a PNG, with words for whoever does not see it, and Sentence a line of text, in place of whatever of the two was there.
	Picture(png []byte, alt string)
	Sentence(text string)

	// Caption shows lines of text below.
	Caption(lines ...string)
}

// notebook is the page below a cell: an output each for the controls, the picture and the caption. An update of an output that is there
// changes it in place.
type notebook struct {
	id string
}

func newNotebook() *notebook { return &notebook{id: gonbui.UniqueId()} }

// Picture implements page.
func (n *notebook) Picture(png []byte, alt string) { lab.SendPNG("picture-"+n.id, png, alt) }

// Sentence implements page.
func (n *notebook) Sentence(text string) { n.text("picture-", text) }

// Caption implements page.
func (n *notebook) Caption(lines ...string) { n.text("caption-", lines...) }

func (n *notebook) text(output string, lines ...string) {
	page := html.EscapeString(strings.Join(lines, "\n"))
	gonbui.UpdateHTML(output+n.id, strings.ReplaceAll(page, "\n", "<br>"))
}

// controls shows controls.
func (n *notebook) controls(c controls) error {
	html, err := c.html(n.id, n.address())
	if err == nil {
		gonbui.UpdateHTML("controls-"+n.id, html)
	}
	return err
}

// end shows a line of text in place of the controls, so that a saved notebook has none that nothing listens to.
func (n *notebook) end(text string) { n.text("controls-", text) }

// address names the settings between page and cell.
func (n *notebook) address() string { return "/explore/" + n.id }

// keep shows a view as it is to be saved with the notebook: as sharp as other figures, and smaller.
func (n *notebook) keep(seen view) error {
	png, alt, err := draw(seen, (*plots.Figure).PNG)
	if err != nil {
		return err
	}
	n.Picture(png, alt)
	n.Caption(seen.lines()...)
	gonbui.Sync()
	return nil
}

// retryAfter is how long the connection to the page may take before it is asked for anew. The kernel waits for it for three seconds.
const retryAfter = 4 * time.Second

// listen returns the settings that the page sends, in any order, until the context ends.
func listen[C any](ctx context.Context, n *notebook) <-chan settings[C] {
	arrivals := make(chan settings[C])
	answered := make(chan struct{})
	var once sync.Once
	comms.Subscribe(n.address(), func(_ string, text string) {
		s, err := parse[C](text)
		if err != nil {
			return // it did not come from the page
		}
		once.Do(func() { close(answered) })
		select {
		case arrivals <- s:
		case <-ctx.Done():
		}
	})
	go func() {
		for {
			select {
			case <-answered:
				return
			case <-ctx.Done():
				return
			case <-time.After(retryAfter):
				comms.Start()
			}
		}
	}()
	return arrivals
}

//go:embed page.html
var pageHTML string

//go:embed page.js
var pageScript string

var pageTemplate = template.Must(template.New("page").Parse(pageHTML))

// option is a choice in a selector.
type option struct {
	Value, Label string
	Plain        bool // a net without beta
}

// selectorView, sliderView and numberView are controls as the template wants them.
type selectorView struct {
	Label, Name, Start string
	Options            []option
}

type sliderView struct {
	Label, Name, Values string
	Start, Last         int
}

type numberView struct{ Label, Name, Start string }

// controls are those of an explorer.
type controls struct {
	// About says what they are for, to those who can't see them.
	About string

	Selectors []selectorView
	Sliders   []sliderView
	Numbers   []numberView
}

// html returns the controls as HTML.
func (c controls) html(id, address string) (string, error) {
	var text strings.Builder
	err := pageTemplate.Execute(&text, struct {
		controls
		ID, Address string
		Script      template.JS
	}{c, id, address, template.JS(pageScript)})
	if err != nil {
		return "", fmt.Errorf("the explorer's controls can't be written as HTML: %w", err)
	}
	return text.String(), nil
}

// controls returns the controls of a config.
func (c Config) controls() controls {
	start := c.start()
	var netOptions []option
	for _, name := range nets() {
		netOptions = append(netOptions, option{name, name, !takesBeta(name)})
	}
	var normOptions []option
	for _, name := range c.norms() {
		normOptions = append(normOptions, option{Value: name, Label: norms.Named(name).Titled()})
	}
	return controls{
		About: "choose a net",
		Selectors: []selectorView{
			{"net", "net", start.Net, netOptions},
			{"normalisation", "norm", start.Norm, normOptions},
			{"statistics", "statistics", start.Statistics, statisticsOptions()},
		},
		Sliders: []sliderView{
			newSlider("depth", "depth", c.Depths, start.Depth),
			newSlider("width", "width", c.Widths, start.Width),
			newSlider("β", "beta", c.Betas, start.Beta),
			newSlider("draws", "draws", c.DrawCounts, start.Draws),
		},
		Numbers: []numberView{{"seed", "seed", start.Seed}},
	}
}

// statisticsOptions are the kinds of gradient to choose from.
func statisticsOptions() []option {
	var options []option
	for _, statistics := range paper.AllStatistics {
		options = append(options, option{Value: string(statistics), Label: string(statistics)})
	}
	return options
}

// newSlider returns a slider over values that starts at one of them, or else, where there is nothing to start from, in the middle.
func newSlider[T int | float64](label, name string, values []T, start T) sliderView {
	list, err := json.Marshal(values)
	if err != nil {
		panic(err) // finite numbers always have a JSON
	}
	index := slices.Index(values, start)
	if index < 0 {
		index = len(values) / 2
	}
	return sliderView{Label: label, Name: name, Values: string(list), Start: index, Last: len(values) - 1}
}
