// Package browsertest tests the lab as its users meet it: a headless Chromium opens JupyterLab from
// scripts/lab, runs notebooks, moves sliders, presses buttons, and opens the page of results.
//
// Its tests take a minute. They need the set-up (scripts/setup) and a Chromium or Chrome, and are skipped
// where either is missing. Screenshots, also of what went wrong, are kept with the flags
//
//	go test ./internal/browsertest -artifacts -outputdir FOLDER
package browsertest
