package ort

import "runtime"

// Version is the release of ONNX Runtime that is fetched. Any library from OldestVersion on is used when
// it is found first.
const Version = "1.29.0"

// OldestVersion is the first release that has the C API which the Go binding was built against (24).
const OldestVersion = "1.24"

// npmPackage carries the libraries of all platforms in one archive of npmBytes.
const (
	npmPackage = "onnxruntime-node"
	npmBytes   = 113_000_000 // about; only the progress bar uses it
)

// maxLibraryBytes bounds what is unpacked; the largest pinned library has 45 MB.
const maxLibraryBytes = 128 << 20

// platform says where one operating system and processor find their library.
type platform struct {
	file    string  // name in the cache
	npm     library // in the npm package
	release archive // in ONNX Runtime's releases; no name: that build is not pinned and never fetched
}

// library is one file in an archive and the SHA-256 of its bytes, in hex.
type library struct {
	path   string
	sha256 string
}

// archive is a release asset: its name, exact size in bytes and SHA-256, and the library in it.
type archive struct {
	name   string
	bytes  int64
	sha256 string
	library
}

// platforms pins what may be loaded. The npm hashes were taken from the package, the hashes of the release
// archives and of their libraries from what several independent projects pin; docs/decisions/0002 says which.
// Intel Macs are not among them: ONNX Runtime has built nothing for them since 1.24.
var platforms = map[string]platform{
	"linux/amd64": {
		file: "libonnxruntime-linux-amd64.so",
		npm: library{
			path:   "package/bin/napi-v6/linux/x64/libonnxruntime.so.1",
			sha256: "89688f5cf51c7e31befbb7b9101bc027799009b18d1baa9a5b1146a72e69538d",
		},
		release: archive{
			name:   "onnxruntime-linux-x64-1.29.0.tgz",
			bytes:  11_082_880,
			sha256: "c3fddc4f139a045b0c4902c57410f0694f1c2fdf9b6939fbe38b1aeae7cd14ba",
			library: library{
				path:   "onnxruntime-linux-x64-1.29.0/lib/libonnxruntime.so.1.29.0",
				sha256: "5715f06d8992ca8eeeddcce43df3a7d38f97d537052126f558e912cb312460ca",
			},
		},
	},
	"linux/arm64": {
		file: "libonnxruntime-linux-arm64.so",
		npm: library{
			path:   "package/bin/napi-v6/linux/arm64/libonnxruntime.so.1",
			sha256: "a27d21126db312aa8f02f3d5eaebe466e991f51f469882e6d0407d5a8b64afda",
		},
		release: archive{
			name:   "onnxruntime-linux-aarch64-1.29.0.tgz",
			bytes:  10_027_600,
			sha256: "e1799098ebc054b370f6176a450f158720f297818c613e5dc99b92e2ec82346f",
			library: library{
				path:   "onnxruntime-linux-aarch64-1.29.0/lib/libonnxruntime.so.1.29.0",
				sha256: "a27d21126db312aa8f02f3d5eaebe466e991f51f469882e6d0407d5a8b64afda",
			},
		},
	},
	"darwin/arm64": {
		file: "libonnxruntime-darwin-arm64.dylib",
		npm: library{
			path:   "package/bin/napi-v6/darwin/arm64/libonnxruntime.1.29.0.dylib",
			sha256: "3e4c63909e9fc6648c93c68741c1ccf1e3d89218dd1d6a7d4f3d629ffc7f9918",
		},
		release: archive{
			name:   "onnxruntime-osx-arm64-1.29.0.tgz",
			bytes:  41_578_864,
			sha256: "d0706fc34f315d8c88639d0a8c81f2e09e815f282cabed3493c06a054352cf92",
			library: library{
				path:   "onnxruntime-osx-arm64-1.29.0/lib/libonnxruntime.1.29.0.dylib",
				sha256: "68f6e54e695583adc371aef610ec4abb1ffaa3df656582922de7690f7e2000eb",
			},
		},
	},
	"windows/amd64": {
		file: "onnxruntime-windows-amd64.dll",
		npm: library{
			path:   "package/bin/napi-v6/win32/x64/onnxruntime.dll",
			sha256: "5e289b5494cc338d62806f2d24c24aa7cc09a00bbab0404d9169487a45e0053a",
		},
		release: archive{
			name:   "onnxruntime-win-x64-1.29.0.zip",
			bytes:  79_645_520,
			sha256: "c9b4b7086b529ad814f428c1bad028e20a25d7dc0699836775faace4ab5b78b2",
			library: library{
				path:   "onnxruntime-win-x64-1.29.0/lib/onnxruntime.dll",
				sha256: "69d8e6d3879a3b4001cdc74c8ed9ccc7e7f799a5b847059738323404519ec471",
			},
		},
	},
	"windows/arm64": {
		file: "onnxruntime-windows-arm64.dll",
		npm: library{
			path:   "package/bin/napi-v6/win32/arm64/onnxruntime.dll",
			sha256: "020f2f84f8029f2fa4b4c1443f8b1e0a659dc6cbed4a105ff908ff9a24d46306",
		},
	},
}

// thisPlatform names the machine as the keys of platforms do.
const thisPlatform = runtime.GOOS + "/" + runtime.GOARCH

// accepts reports whether a library with this SHA-256 is one of the pinned builds.
func (p platform) accepts(sha256 string) bool {
	return sha256 != "" && (sha256 == p.npm.sha256 || sha256 == p.release.library.sha256)
}
