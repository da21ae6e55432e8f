package report_test

import (
	"bytes"
	"encoding/base64"
	"html"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/shattered-gradients/shattered/pkg/report"
	"github.com/shattered-gradients/shattered/pkg/results"
)

// links matches what a page refers to, with the name under which a link downloads it.
var links = regexp.MustCompile(`(?:src|href)="([^"]*)"(?: download="([^"]*)")?`)

// The page can be mailed: it refers to nothing but itself, and what it offers is in it.
func TestPageHoldsItsFiles(t *testing.T) {
	folder := resultsFolder(t, "paper")
	downloads := make(map[string]bool)
	for _, match := range links.FindAllStringSubmatch(pageOf(t, folder), -1) {
		link, name := html.UnescapeString(match[1]), match[2]
		if strings.HasPrefix(link, "#") {
			continue
		}
		_, encoded, found := strings.Cut(link, ";base64,")
		if !strings.HasPrefix(link, "data:") || !found {
			t.Fatalf("the page needs %.80s", link)
		}
		if name == "" {
			continue // the picture itself
		}
		content, err := base64.StdEncoding.DecodeString(encoded)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		want, err := os.ReadFile(filepath.Join(folder, name))
		if err != nil || !bytes.Equal(content, want) {
			t.Errorf("the page's %s is not the file in the folder (%v)", name, err)
		}
		downloads[name] = true
	}
	for _, name := range []string{
		"claims.json", "claims.csv", "figure-1.png", "figure-1.svg", "figure-1.json", "figure-1.csv",
		"figure-1.npz", "figure-2-coupled.png", "figure-2.npz",
	} {
		if !downloads[name] {
			t.Errorf("the page does not offer %s", name)
		}
	}
}

func TestLargeFilesAreLinked(t *testing.T) {
	folder := resultsFolder(t, "paper")
	if err := results.WriteFile(folder, "figure-2.svg",
		bytes.Repeat([]byte(" "), report.PageLimit*4/5)); err != nil {
		t.Fatal(err)
	}
	text := pageOf(t, folder)
	if !strings.Contains(text, `<a href="figure-2.svg" >SVG</a> (4.8 MB, beside this page)`) {
		t.Error("a file that is too large is not a link to the one beside the page")
	}
	if n := strings.Count(text, "beside this page"); n != 1 {
		t.Errorf("%d files are beside the page, want 1", n)
	}
	if len(text) > report.PageLimit {
		t.Errorf("the page has %d bytes", len(text))
	}
}

// What is there already may hold arrays that the JSON file does not: it stays, unless its numbers are not
// those of the JSON file.
func TestDataAreWrittenWhereTheyDontFit(t *testing.T) {
	folder := resultsFolder(t, "paper")
	read := func(name string) string {
		t.Helper()
		content, err := os.ReadFile(filepath.Join(folder, name))
		if err != nil {
			t.Fatal(err)
		}
		return string(content)
	}
	made := map[string]string{}
	for _, name := range []string{"figure-1.npz", "figure-1.csv", "figure-2.csv"} {
		made[name] = read(name)
	}
	figure, err := results.Load(folder, "figure-1")
	if err != nil {
		t.Fatal(err)
	}
	array, err := results.NewArray("more", []float64{1, 2}, 2)
	if err != nil {
		t.Fatal(err)
	}
	figure.Arrays = []results.Array{array}
	if err := figure.Save(folder); err != nil {
		t.Fatal(err)
	}
	withArrays := read("figure-1.npz")
	if err := os.Remove(filepath.Join(folder, "figure-2.csv")); err != nil {
		t.Fatal(err)
	}
	pageOf(t, folder)
	if read("figure-1.npz") != withArrays || withArrays == made["figure-1.npz"] {
		t.Error("the npz file with arrays did not stay")
	}
	if read("figure-2.csv") != made["figure-2.csv"] {
		t.Error("the CSV file that was missing was not written")
	}
	figure.Series = []int{8} // other numbers than those of the JSON file
	if err := figure.SaveData(folder); err != nil {
		t.Fatal(err)
	}
	pageOf(t, folder)
	for name, want := range made {
		if read(name) != want {
			t.Errorf("%s does not fit its JSON file", name)
		}
	}
	if err := results.WriteFile(folder, "figure-1.npz", []byte(withArrays[:len(withArrays)/2])); err != nil {
		t.Fatal(err)
	}
	pageOf(t, folder)
	if read("figure-1.npz") != made["figure-1.npz"] {
		t.Error("a npz file that was cut off was not written anew")
	}
}
