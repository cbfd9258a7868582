package photo

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"image/color"

	"github.com/disintegration/imaging"
)

// config is preprocessor_config.json as Hugging Face's image processors write it. Fields that are not here
// are refused, so that none is silently ignored.
type config struct {
	ConvertRGB    *bool     `json:"do_convert_rgb"` // always done
	Pad           bool      `json:"do_pad"`
	PadColor      []uint8   `json:"pad_color"` // Vitrine's own: do_pad to a square of that colour
	Resize        bool      `json:"do_resize"`
	Size          extent    `json:"size"`
	Resample      int       `json:"resample"`
	CenterCrop    bool      `json:"do_center_crop"`
	CropSize      extent    `json:"crop_size"`
	Rescale       *bool     `json:"do_rescale"` // missing = true, as in files from before it could be chosen
	RescaleFactor *float64  `json:"rescale_factor"`
	Normalize     bool      `json:"do_normalize"`
	ImageMean     []float64 `json:"image_mean"`
	ImageStd      []float64 `json:"image_std"`

	// Of no consequence: names of classes, and how Python keeps what it computes.
	ImageProcessorType   json.RawMessage `json:"image_processor_type"`
	FeatureExtractorType json.RawMessage `json:"feature_extractor_type"`
	ProcessorClass       json.RawMessage `json:"processor_class"`
	ValidProcessorKeys   json.RawMessage `json:"_valid_processor_keys"`
	DataFormat           json.RawMessage `json:"data_format"`
	InputDataFormat      json.RawMessage `json:"input_data_format"`
	Device               json.RawMessage `json:"device"`
	DisableGrouping      json.RawMessage `json:"disable_grouping"`
	ReturnTensors        json.RawMessage `json:"return_tensors"`
	DefaultToSquare      json.RawMessage `json:"default_to_square"`
}

// extent is a size: height and width, or the shorter side, or one number, whose meaning the caller knows.
type extent struct {
	Height   int `json:"height"`
	Width    int `json:"width"`
	Shortest int `json:"shortest_edge"`
	number   int
}

// UnmarshalJSON reads all three ways of writing a size.
func (e *extent) UnmarshalJSON(data []byte) error {
	if err := json.Unmarshal(data, &e.number); err == nil {
		return nil
	}
	type plain extent
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	return decoder.Decode((*plain)(e))
}

// filters are imaging's by the numbers that Pillow gives them. CatmullRom is the bicubic one with a = −0.5;
// imaging widens all of them when it shrinks, as Pillow does.
var filters = map[int]imaging.ResampleFilter{1: imaging.Lanczos, 2: imaging.Linear, 3: imaging.CatmullRom}

// maxSize bounds the tensor of one picture.
const maxSize = 1024

// ParseRule reads a preprocessor_config.json. Its error names the setting that is not supported.
func ParseRule(data []byte) (*Rule, error) {
	var c config
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&c); err != nil {
		return nil, fmt.Errorf("preprocessor_config.json: %w", err)
	}
	r, err := c.rule()
	if err != nil {
		return nil, fmt.Errorf("preprocessor_config.json: %w", err)
	}
	return r, nil
}

func (c config) rule() (*Rule, error) {
	filter, ok := filters[c.Resample]
	if !ok {
		return nil, fmt.Errorf("resample %d is not supported, only 1 (Lanczos), 2 (bilinear) and 3 (bicubic)", c.Resample)
	}
	r := &Rule{filter: filter, ground: color.NRGBA{255, 255, 255, 255}}
	if err := c.shape(r); err != nil {
		return nil, err
	}
	return r, c.numbers(r)
}

// shape reads how a picture becomes a square.
func (c config) shape(r *Rule) error {
	size := c.Size
	switch {
	case size.number > 0 && c.CenterCrop:
		size.Shortest = size.number
	case size.number > 0:
		size.Width, size.Height = size.number, size.number
	}
	switch {
	case !c.Resize:
		return errors.New("do_resize is not set, but pictures of any size come")
	case c.Pad && (len(c.PadColor) != 3 || c.CenterCrop || size.Shortest > 0):
		return errors.New("do_pad is only supported with a pad_color of three numbers, to a square that is not cropped")
	case c.Pad:
		r.fit, r.ground = fitPad, color.NRGBA{c.PadColor[0], c.PadColor[1], c.PadColor[2], 255}
	case size.Shortest > 0 && !c.CenterCrop:
		return errors.New("a shortest_edge without do_center_crop gives pictures of many shapes")
	case size.Shortest > 0:
		r.fit = fitShortest
		size.Width, size.Height = size.Shortest, size.Shortest
	default:
		r.fit = fitSquash
	}
	if size.Width != size.Height || size.Width < 1 || size.Width > maxSize {
		return fmt.Errorf("only do_resize to 1 to %d pixels and a square is supported, not %d × %d", maxSize, size.Width, size.Height)
	}
	r.resized, r.size = size.Width, size.Width
	if !c.CenterCrop {
		return nil
	}
	crop := c.CropSize
	if crop.number > 0 {
		crop.Width, crop.Height = crop.number, crop.number
	}
	if crop.Width != crop.Height || crop.Width < 1 || crop.Width > r.resized {
		return fmt.Errorf("only a crop_size that is a square of at most %d pixels, to which pictures are resized, is supported, not %d × %d", r.resized, crop.Width, crop.Height)
	}
	r.size = crop.Width
	return nil
}

// numbers reads how pixels become numbers.
func (c config) numbers(r *Rule) error {
	factor := 1.0
	if c.Rescale == nil || *c.Rescale {
		factor = 1.0 / 255
		if c.RescaleFactor != nil {
			factor = *c.RescaleFactor
		}
	}
	if factor <= 0 {
		return fmt.Errorf("rescale_factor is %g", factor)
	}
	if c.Normalize && (len(c.ImageMean) != 3 || len(c.ImageStd) != 3) {
		return errors.New("image_mean and image_std need three numbers")
	}
	for i := range 3 {
		mean, std := 0.0, 1.0
		if c.Normalize {
			mean, std = c.ImageMean[i], c.ImageStd[i]
		}
		if std <= 0 {
			return fmt.Errorf("image_std is %v", c.ImageStd)
		}
		r.scale[i], r.offset[i] = float32(factor/std), float32(-mean/std)
	}
	return nil
}
