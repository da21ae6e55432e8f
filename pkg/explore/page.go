package explore

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html/template"
	"image/png"
	"strings"
	"sync"
	"time"

	"github.com/janpfeifer/gonb/gonbui"
	"github.com/janpfeifer/gonb/gonbui/comms"
	"github.com/shattered-gradients/shattered/pkg/lab"
	"github.com/shattered-gradients/shattered/pkg/plots"
)

// page is where the explorer shows itself.
type page interface {
	// Picture shows a picture in place of the one before.
	Picture(p picture)

	// News tells how the work on a state goes.
	News(n news)
}

// picture is a PNG, with words for whoever does not see it, and lines to stand below.
type picture struct {
	PNG     []byte
	Alt     string
	Caption []string

	// State is what the picture shows.
	State string

	// Code is the cell that makes the picture; it may be empty.
	Code string
}

// news is what the page is told about the work on a state.
type news struct {
	State string `json:"state"`

	// Work says what is being done, of which Done of Total steps are, where Total is not 0.
	Work  string `json:"work,omitempty"`
	Done  int    `json:"done,omitempty"`
	Total int    `json:"total,omitempty"`

	// Ready says that the work has ended. Problem is a sentence that says why there is no picture of it, and
	// Field the field that has to be set to something else, where it is one.
	Ready   bool   `json:"ready,omitempty"`
	Problem string `json:"problem,omitempty"`
	Field   string `json:"field,omitempty"`

	// Code comes with a picture, and Number grows from news to news.
	Code   string `json:"code,omitempty"`
	Number int    `json:"number"`
}

// notebook is the page below a cell: an output each for the controls, the picture, the caption, and the news,
// which can't be seen. An update of an output that is there changes it in place.
type notebook struct {
	id string

	mu     sync.Mutex
	number int
}

func newNotebook() *notebook { return &notebook{id: gonbui.UniqueId()} }

// pictureTemplate is a picture while the explorer runs. The script tells the controls that it is there before
// it can be seen.
var pictureTemplate = template.Must(template.New("picture").Parse(
	`<figure id="picture-{{.ID}}" class="shattered-picture" data-state="{{.State}}"><img src="{{.Source}}" alt="{{.Alt}}" ` +
		`width="{{.Width}}" height="{{.Height}}" decoding="sync"><figcaption>{{range .Caption}}{{.}}<br>{{end}}</figcaption></figure>` +
		`<script>{{.Script}}</script>`))

// Picture implements page.
func (n *notebook) Picture(p picture) {
	n.mu.Lock()
	defer n.mu.Unlock()
	size, err := png.DecodeConfig(bytes.NewReader(p.PNG))
	if err != nil {
		return // it was made a moment ago
	}
	var text strings.Builder
	_ = pictureTemplate.Execute(&text, struct { // a Builder takes all
		picture
		ID            string
		Source        template.URL
		Width, Height int
		Script        template.JS
	}{
		p, n.id, template.URL("data:image/png;base64," + base64.StdEncoding.EncodeToString(p.PNG)),
		size.Width, size.Height,
		n.script(news{State: p.State, Code: p.Code}),
	})
	gonbui.UpdateHTML("picture-"+n.id, text.String())
}

// News implements page.
func (n *notebook) News(told news) {
	n.mu.Lock()
	defer n.mu.Unlock()
	gonbui.UpdateHTML("news-"+n.id, fmt.Sprintf("<script>%s</script>", n.script(told)))
}

// script returns a script that tells news, numbered, to the controls, where they are.
func (n *notebook) script(told news) template.JS {
	n.number++
	told.Number = n.number
	text, err := json.Marshal(told)
	if err != nil {
		panic(err) // texts and numbers always have a JSON
	}
	return template.JS(fmt.Sprintf("globalThis.shatteredExplorers?.[%q]?.(%s);", n.id, text))
}

// lines writes lines of text as HTML.
func lines(text ...string) string {
	page := template.HTMLEscapeString(strings.Join(text, "\n"))
	return strings.ReplaceAll(page, "\n", "<br>")
}

// controls shows controls.
func (n *notebook) controls(c controls) error {
	html, err := c.html(n.id, n.address())
	if err == nil {
		gonbui.UpdateHTML("controls-"+n.id, html)
	}
	return err
}

// end shows lines of text in place of the controls and the news, so that a saved notebook has none that
// nothing listens to.
func (n *notebook) end(text ...string) {
	gonbui.UpdateHTML("controls-"+n.id, `<div style="overflow-wrap: anywhere">`+lines(text...)+"</div>")
	gonbui.UpdateHTML("news-"+n.id, "")
}

// address names the settings between page and cell.
func (n *notebook) address() string { return "/explore/" + n.id }

// keep shows a view as it is to be saved with the notebook: as a real image, as sharp as other figures, and
// smaller.
func (n *notebook) keep(seen view) error {
	png, alt, err := draw(seen, (*plots.Figure).PNG)
	if err != nil {
		return err
	}
	lab.SendPNG("picture-"+n.id, png, alt)
	gonbui.UpdateHTML("caption-"+n.id, lines(seen.lines()...))
	gonbui.Sync()
	return nil
}

// settings are what the controls are set to, as the page sends them.
type settings struct {
	// Sequence grows from one message of the page to the next. Messages may overtake each other on their way.
	Sequence int `json:"sequence"`

	// Done says that the button Done was pressed. The rest is then as it was.
	Done bool `json:"done"`

	// State names the fields and their texts: see [Config.read].
	State string `json:"state"`
}

// retryAfter is how long the connection to the page may take before it is asked for anew. The kernel waits
// for it for three seconds.
const retryAfter = 4 * time.Second

// listen returns the settings that the page sends, in any order, until the context ends.
func listen(ctx context.Context, n *notebook) <-chan settings {
	arrivals := make(chan settings)
	answered := make(chan struct{})
	var once sync.Once
	comms.Subscribe(n.address(), func(_ string, text string) {
		var s settings
		if err := json.Unmarshal([]byte(text), &s); err != nil {
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
