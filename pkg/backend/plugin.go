package backend

import (
	"bytes"
	"debug/elf"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// pluginVariable names the folders in which GoMLX looks for XLA's plugins.
const pluginVariable = "PJRT_PLUGIN_LIBRARY_PATH"

// pluginFile returns the plugin of that name, cpu or cuda, that GoMLX will load; "" where there is none, or
// GoMLX has places of its own to look in.
func pluginFile(name string) string {
	for _, folder := range filepath.SplitList(os.Getenv(pluginVariable)) {
		for _, pattern := range []string{"pjrt-plugin-%s.so", "pjrt_plugin_%s.so",
			"pjrt_c_api_%s_plugin.so"} {
			path := filepath.Join(folder, fmt.Sprintf(pattern, name))
			if _, err := os.Stat(path); err == nil {
				return path
			}
		}
	}
	return ""
}

// machines are what libraries are for, by Go's names of the processors that XLA has plugins for.
var machines = map[string]elf.Machine{"amd64": elf.EM_X86_64, "arm64": elf.EM_AARCH64}

// checkPlugin returns an error that says what is wrong with a plugin. To load one that is cut off would end
// the process, by a signal, and to load anything else say no more than that it can't be loaded. Only what a
// library says of itself is read, in less than a millisecond: other damage goes unseen.
func checkPlugin(path string) error {
	if runtime.GOOS != "linux" {
		return nil
	}
	info, err := os.Stat(path)
	if err != nil {
		return err
	}
	if !info.Mode().IsRegular() {
		return errors.New("it is not a regular file")
	}
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	start := make([]byte, len(elf.ELFMAG))
	if _, err := io.ReadFull(file, start); err != nil || string(start) != elf.ELFMAG {
		return fmt.Errorf("it has %d bytes, and is no library of this system", info.Size())
	}
	library, err := elf.NewFile(file)
	if err != nil {
		return fmt.Errorf("it is cut off or damaged: it has %d bytes, and its table of contents can't be "+
			"read", info.Size())
	}
	if want := machines[runtime.GOARCH]; library.Machine != want {
		return fmt.Errorf("it is for another processor, %v, and not %v", library.Machine, want)
	}
	if end := endOf(library); end > uint64(info.Size()) {
		return fmt.Errorf("it is cut off: it has %d bytes, and not %d", info.Size(), end)
	}
	symbols, err := library.DynamicSymbols()
	if err != nil {
		return fmt.Errorf("it is damaged: its symbols can't be read (%w)", err)
	}
	for _, symbol := range symbols {
		if symbol.Name == "GetPjrtApi" && symbol.Section != elf.SHN_UNDEF {
			return nil
		}
	}
	return errors.New("it is another library, without GetPjrtApi, which each plugin of XLA has")
}

// endOf returns where the last part of a library ends in its file.
func endOf(library *elf.File) uint64 {
	var end uint64
	for _, part := range library.Progs {
		end = max(end, part.Off+part.Filesz)
	}
	for _, section := range library.Sections {
		if section.Type != elf.SHT_NOBITS {
			end = max(end, section.Offset+section.FileSize)
		}
	}
	return end
}

// flagsVariable holds flags of XLA's, or the name of a file that does.
const flagsVariable = "XLA_FLAGS"

// checkFlags returns an error that names the flags in the environment that the plugin does not know, at which
// XLA would end the process. It looks for their names among the texts of the library; where nothing can be
// said, there is no error.
func checkFlags(path string) error {
	flags := flagNames(os.Getenv(flagsVariable))
	if len(flags) == 0 {
		return nil
	}
	library, err := elf.Open(path)
	if err != nil {
		return nil
	}
	defer library.Close()
	section := library.Section(".rodata")
	if section == nil {
		return nil
	}
	texts, err := section.Data()
	if err != nil {
		return nil
	}
	var unknown []string
	for _, name := range flags {
		if !bytes.Contains(texts, append([]byte(name), 0)) {
			unknown = append(unknown, "--"+name)
		}
	}
	if len(unknown) == 0 {
		return nil
	}
	return fmt.Errorf("the environment variable %s has %s, which XLA's plugin %s does not know: take it "+
		"out of the variable (unset %s where nothing else is in it)",
		flagsVariable, strings.Join(unknown, " and "), path, flagsVariable)
}

// flagNames returns the names of the flags in the text, or in the file that it names, as XLA reads them.
func flagNames(text string) []string {
	text = strings.TrimSpace(text)
	if text != "" && !strings.HasPrefix(text, "-") {
		content, err := os.ReadFile(text)
		if err != nil {
			return nil // XLA ignores it, too
		}
		text = string(content)
	}
	var names []string
	for _, field := range unquoted(text) {
		name, found := strings.CutPrefix(field, "--")
		if !found {
			continue
		}
		name, _, _ = strings.Cut(name, "=")
		names = append(names, name)
	}
	return names
}

// unquoted returns the fields of the text; those in quotes hold spaces.
func unquoted(text string) []string {
	var fields []string
	var field strings.Builder
	var quote rune
	for _, c := range text + " " {
		switch {
		case quote != 0 && c == quote:
			quote = 0
		case quote == 0 && (c == '"' || c == '\''):
			quote = c
		case quote == 0 && (c == ' ' || c == '\t' || c == '\n' || c == '\r'):
			if field.Len() > 0 {
				fields = append(fields, field.String())
			}
			field.Reset()
		default:
			field.WriteRune(c)
		}
	}
	return fields
}
