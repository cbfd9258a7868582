package encoders

import (
	"context"
	"errors"
	"fmt"
	"image"

	"golang.org/x/sync/errgroup"

	"vitrine/encoders/ort"
	"vitrine/encoders/photo"
)

// photoBatch is the number of photos in one run.
const photoBatch = 32

// visionTower feeds pixels to the image network.
type visionTower struct {
	*tower
	side int        // pixels
	text *textTower // of a network of both towers, which asks for a text in every run; nil = none
}

func openVisionTower(d *directory, text *textTower) (*visionTower, error) {
	side := int64(d.rule.Size())
	feeds := []ort.Port{{Name: "pixel_values", Shape: []int64{-1, 3, side, side}, Type: "float"}}
	v := &visionTower{side: int(side)}
	if text.blank != nil {
		v.text, feeds = text, append(feeds, text.inputs[:len(text.inputs)-1]...)
	}
	outputs := []output{{name: "image_embeds"}}
	if d.config.sigmoid() {
		outputs = append(outputs, output{name: "pooler_output"})
	}
	var err error
	v.tower, err = openTower(d.vision, feeds, outputs, text.dim)
	return v, err
}

// EmbedPhoto returns the unit vector of the part of a photo within crop: pixels after EXIF orientation; empty
// = all. Errors wrap ErrPhoto when the photo is at fault, and ErrNoPhotos when the model reads none.
func (m *Model) EmbedPhoto(ctx context.Context, encoded []byte, crop image.Rectangle) ([]float32, error) {
	leave, err := m.enter()
	if err != nil {
		return nil, err
	}
	defer leave()
	if m.vision == nil {
		return nil, m.noPhotos()
	}
	release, err := m.acquire(ctx)
	if err != nil {
		return nil, err
	}
	defer release()

	tensor := make([]float32, m.vision.numbers())
	if err := m.prepare(ctx, encoded, crop, tensor); err != nil {
		return nil, err
	}
	vectors, err := m.vision.embed(ctx, tensor, 1)
	if err != nil {
		return nil, fmt.Errorf("embed photo: %w", err)
	}
	return vectors[0], nil
}

// EmbedPhotos returns one unit vector a photo, in the same order. A photo that cannot be used has a nil vector
// and its reason, which wraps ErrPhoto, in broken; err says that the run itself failed. A model that reads no
// photos has ErrNoPhotos as the reason of each.
func (m *Model) EmbedPhotos(ctx context.Context, photos [][]byte) (vectors [][]float32, broken []error, err error) {
	leave, err := m.enter()
	if err != nil {
		return nil, nil, err
	}
	defer leave()

	vectors, broken = make([][]float32, len(photos)), make([]error, len(photos))
	if m.vision == nil {
		for i := range broken {
			broken[i] = m.noPhotos()
		}
		return vectors, broken, nil
	}
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(cap(m.running))
	// Small batches where there are few photos, so that every core has one.
	size := min(photoBatch, max(1, (len(photos)+cap(m.running)-1)/cap(m.running)))
	for start := 0; start < len(photos); start += size {
		end := min(start+size, len(photos))
		group.Go(func() error {
			return m.embedBatch(ctx, photos[start:end], vectors[start:end], broken[start:end])
		})
	}
	if err := group.Wait(); err != nil {
		return nil, nil, fmt.Errorf("embed photos: %w", err)
	}
	return vectors, broken, nil
}

// embedBatch decodes on the core on which it then runs the network: with a batch on every core, that keeps
// all of them busy without a queue between decoders and networks.
func (m *Model) embedBatch(ctx context.Context, photos [][]byte, vectors [][]float32, broken []error) error {
	release, err := m.acquire(ctx)
	if err != nil {
		return err
	}
	defer release()

	numbers := m.vision.numbers()
	tensors := make([]float32, 0, len(photos)*numbers)
	var whole []int // the photos that could be decoded
	for i, encoded := range photos {
		next := tensors[len(tensors) : len(tensors)+numbers]
		err := m.prepare(ctx, encoded, image.Rectangle{}, next)
		if errors.Is(err, ErrPhoto) {
			broken[i] = err
			continue
		}
		if err != nil {
			return err
		}
		tensors = tensors[:len(tensors)+numbers]
		whole = append(whole, i)
	}
	if len(whole) == 0 {
		return nil
	}
	embedded, err := m.vision.embed(ctx, tensors, len(whole))
	if err != nil {
		return err
	}
	for n, i := range whole {
		vectors[i] = embedded[n]
	}
	return nil
}

func (m *Model) prepare(ctx context.Context, encoded []byte, crop image.Rectangle, tensor []float32) error {
	picture, err := photo.Decode(ctx, encoded, crop)
	if err != nil {
		return err
	}
	m.rule.Tensor(picture, tensor)
	return nil
}

// numbers is the length of one photo's tensor.
func (t *visionTower) numbers() int { return 3 * t.side * t.side }

func (t *visionTower) embed(ctx context.Context, tensors []float32, n int) ([][]float32, error) {
	inputs := []ort.Input{{Shape: []int64{int64(n), 3, int64(t.side), int64(t.side)}, Floats: tensors}}
	if t.text != nil {
		length := max(t.text.length, 1)
		tokens, mask := make([]int64, length), make([]int64, length)
		for i := range tokens {
			tokens[i], mask[i] = t.text.pad, 1
		}
		texts := t.text.feed(tokens, mask, []int64{1, int64(length)})
		inputs = append(inputs, texts[:len(texts)-1]...)
	}
	return t.run(ctx, inputs, n)
}
