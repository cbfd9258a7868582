package main

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"vitrine/catalog"
)

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"vitrine": main})
}

// TestScripts runs the command line as a person would type it; each script is a story.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(env *testscript.Env) error {
			mini, err := filepath.Abs(repository + "/encoders/mini")
			if err != nil {
				return err
			}
			env.Setenv("MINI", mini)
			// The folder that holds ONNX Runtime, found or fetched once for all tests.
			for _, name := range []string{"HOME", "XDG_CACHE_HOME", "LOCALAPPDATA", "ONNXRUNTIME_LIB"} {
				env.Setenv(name, os.Getenv(name))
			}
			return nil
		},
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"photo":     makePhoto,
			"hold":      holdDir,
			"damage":    damageFiles,
			"forge":     forgeFile,
			"bom":       bomAndWindowsLines,
			"shoppers":  logShoppers,
			"slang":     slangShop,
			"revokeall": revokeAllKeys,
		},
	})
}

// makePhoto writes a photo: photo red|green|blue|truncated|huge|tiff FILE.
func makePhoto(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: photo KIND FILE")
	}
	var data []byte
	switch kind := args[0]; kind {
	case "red":
		data = squareJPEG(color.RGBA{R: 200, G: 30, B: 30, A: 255})
	case "green":
		data = squareJPEG(color.RGBA{R: 30, G: 160, B: 60, A: 255})
	case "blue":
		data = squareJPEG(color.RGBA{R: 30, G: 60, B: 200, A: 255})
	case "truncated":
		data = squareJPEG(color.RGBA{R: 200, G: 30, B: 30, A: 255})
		data = data[:len(data)/2]
	case "huge":
		data = hugePNG()
	case "tiff":
		data = append([]byte("II*\x00\x08\x00\x00\x00"), make([]byte, 64)...)
	default:
		ts.Fatalf("unknown photo %q", kind)
	}
	ts.Check(os.MkdirAll(filepath.Dir(ts.MkAbs(args[1])), 0o755))
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), data, 0o644))
}

// squareJPEG is a square of one colour on white.
func squareJPEG(c color.RGBA) []byte {
	picture := image.NewRGBA(image.Rect(0, 0, 120, 120))
	for y := range 120 {
		for x := range 120 {
			picture.Set(x, y, color.White)
			if x >= 20 && x < 100 && y >= 20 && y < 100 {
				picture.Set(x, y, c)
			}
		}
	}
	var buffer bytes.Buffer
	if err := jpeg.Encode(&buffer, picture, nil); err != nil {
		panic(err) // a buffer takes everything
	}
	return buffer.Bytes()
}

// hugePNG is a small file whose header claims 20,000 × 20,000 pixels.
func hugePNG() []byte {
	var buffer bytes.Buffer
	if err := png.Encode(&buffer, image.NewGray(image.Rect(0, 0, 1, 1))); err != nil {
		panic(err) // a buffer takes everything
	}
	data := buffer.Bytes()
	header := data[12:29] // "IHDR" and its 13 bytes
	binary.BigEndian.PutUint32(header[4:], 20000)
	binary.BigEndian.PutUint32(header[8:], 20000)
	binary.BigEndian.PutUint32(data[29:], crc32.ChecksumIEEE(header))
	return data
}

// holdDir holds a data directory as another writer would, until the script ends: hold DIR.
func holdDir(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: hold DIR")
	}
	lock, err := catalog.LockDir(ts.MkAbs(args[0]))
	ts.Check(err)
	ts.Defer(func() { _ = lock.Unlock() })
}

// damageFiles flips a byte in the middle of each file: damage FILE...; patterns are allowed.
func damageFiles(ts *testscript.TestScript, neg bool, args []string) {
	damaged := 0
	for _, pattern := range args {
		paths, err := filepath.Glob(ts.MkAbs(pattern))
		ts.Check(err)
		for _, path := range paths {
			data, err := os.ReadFile(path)
			ts.Check(err)
			data[len(data)/2] ^= 0xff
			ts.Check(os.WriteFile(path, data, 0o644))
			damaged++
		}
	}
	if neg || damaged == 0 {
		ts.Fatalf("damage %v: no such file", args)
	}
}

// forgeFile replaces a text wherever a file has it by one that is as long: forge FILE OLD NEW.
func forgeFile(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 || len(args[1]) != len(args[2]) {
		ts.Fatalf("usage: forge FILE OLD NEW")
	}
	path := ts.MkAbs(args[0])
	data, err := os.ReadFile(path)
	ts.Check(err)
	if !bytes.Contains(data, []byte(args[1])) {
		ts.Fatalf("%s does not contain %q", path, args[1])
	}
	ts.Check(os.WriteFile(path, bytes.ReplaceAll(data, []byte(args[1]), []byte(args[2])), 0o644))
}

// bomAndWindowsLines rewrites a text as a spreadsheet on Windows would: bom FILE.
func bomAndWindowsLines(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: bom FILE")
	}
	path := ts.MkAbs(args[0])
	text := []byte(ts.ReadFile(path))
	text = append([]byte("\xef\xbb\xbf"), bytes.ReplaceAll(text, []byte("\n"), []byte("\r\n"))...)
	ts.Check(os.WriteFile(path, text, 0o644))
}

// slangShop writes a feed of 320 products and the clicks of shoppers who call their kinds by names of their own, or who
// click by chance: slang right|chance FEED EVENTS.
func slangShop(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 || args[0] != "right" && args[0] != "chance" {
		ts.Fatalf("usage: slang right|chance FEED EVENTS")
	}
	kinds := []string{"scarf", "backpack", "mug", "lamp", "sofa", "keyboard", "umbrella", "watch"}
	slang := []string{"zorbo", "quilp", "tramble", "vexit", "mondle", "priskin", "hoffle", "jastrum"}
	colours := []string{"red", "blue", "green", "black", "white", "yellow", "pink", "brown", "purple", "orange"}
	styles := []string{"striped", "vintage", "small", "sport"}
	random := rand.New(rand.NewPCG(1, 1))
	var feed, events strings.Builder
	at := time.Now().Add(-time.Hour).UTC().Format(time.RFC3339)
	number := 0
	for k, kind := range kinds {
		for _, colour := range colours {
			for _, style := range styles {
				fmt.Fprintf(&feed, "{\"id\":\"p%03d\",\"title\":\"%s %s %s\"}\n", number, colour, style, kind)
				clicked := number
				if args[0] == "chance" {
					clicked = random.IntN(len(kinds) * len(colours) * len(styles))
				}
				fmt.Fprintf(&events, "{\"query_id\":\"q%d\",\"timestamp\":%q,\"client_id\":\"c\",\"user_query\":\"%s %s %s\"}\n", number, at, slang[k], style, colour)
				fmt.Fprintf(&events, "{\"action_name\":\"click\",\"timestamp\":%q,\"client_id\":\"c\",\"query_id\":\"q%d\",\"event_attributes\":{\"object\":{\"object_id\":\"p%03d\"}}}\n", at, number, clicked)
				number++
			}
		}
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte(feed.String()), 0o644))
	ts.Check(os.WriteFile(ts.MkAbs(args[2]), []byte(events.String()), 0o644))
}
