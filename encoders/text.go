package encoders

import (
	"context"
	"fmt"
	"sort"

	"golang.org/x/sync/errgroup"

	"vitrine/encoders/ort"
)

// textBatch is the number of texts in one run.
const textBatch = 32

// textTower feeds token ids to the text network.
type textTower struct {
	*tower
	inputs []string // that the network has, of textPorts
	pad    int64
}

// textPorts are the inputs that text networks of this kind have: all, or the first two, or the first.
var textPorts = []ort.Port{
	{Name: "input_ids", Shape: []int64{-1, -1}, Type: "int64"},
	{Name: "attention_mask", Shape: []int64{-1, -1}, Type: "int64"},
	{Name: "token_type_ids", Shape: []int64{-1, -1}, Type: "int64"},
}

func openTextTower(d *directory) (*textTower, error) {
	t, inputs, err := openTower(d.text, textPorts, "text_embeds", d.info.Dim)
	if err != nil {
		return nil, err
	}
	return &textTower{tower: t, inputs: inputs, pad: d.padToken}, nil
}

// EmbedText returns the unit vector of one text; an empty text has one too.
func (m *Model) EmbedText(ctx context.Context, text string) ([]float32, error) {
	vectors, err := m.EmbedTexts(ctx, []string{text})
	if err != nil {
		return nil, err
	}
	return vectors[0], nil
}

// EmbedTexts returns one unit vector a text, in the same order. A text has the same vector alone and among
// others, up to rounding in the last digits.
func (m *Model) EmbedTexts(ctx context.Context, texts []string) ([][]float32, error) {
	leave, err := m.enter()
	if err != nil {
		return nil, err
	}
	defer leave()

	ids := make([][]int64, len(texts))
	byLength := make([]int, len(texts))
	for i, text := range texts {
		ids[i], byLength[i] = m.tokenizer.Encode(text), i
	}
	// Texts of like length together: then hardly anything of a batch is padding.
	sort.SliceStable(byLength, func(a, b int) bool { return len(ids[byLength[a]]) < len(ids[byLength[b]]) })

	vectors := make([][]float32, len(texts))
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(cap(m.running))
	for start := 0; start < len(texts); start += textBatch {
		batch := byLength[start:min(start+textBatch, len(texts))]
		group.Go(func() error { return m.embedTokens(ctx, ids, batch, vectors) })
	}
	if err := group.Wait(); err != nil {
		return nil, fmt.Errorf("embed texts: %w", err)
	}
	return vectors, nil
}

// embedTokens fills vectors[i] from ids[i] for the indices of one batch.
func (m *Model) embedTokens(ctx context.Context, ids [][]int64, batch []int, vectors [][]float32) error {
	release, err := m.acquire(ctx)
	if err != nil {
		return err
	}
	defer release()
	rows := make([][]int64, len(batch))
	for n, i := range batch {
		rows[n] = ids[i]
	}
	embedded, err := m.text.embed(ctx, rows)
	if err != nil {
		return err
	}
	for n, i := range batch {
		vectors[i] = embedded[n]
	}
	return nil
}

// embed pads the rows to one length and runs the network.
func (t *textTower) embed(ctx context.Context, rows [][]int64) ([][]float32, error) {
	length := 0
	for _, row := range rows {
		length = max(length, len(row))
	}
	tokens := make([]int64, len(rows)*length)
	mask := make([]int64, len(tokens))
	for n, row := range rows {
		copy(tokens[n*length:], row)
		for i := range length {
			if i < len(row) {
				mask[n*length+i] = 1
			} else {
				tokens[n*length+i] = t.pad
			}
		}
	}
	feeds := map[string][]int64{"input_ids": tokens, "attention_mask": mask, "token_type_ids": make([]int64, len(tokens))}
	shape := []int64{int64(len(rows)), int64(length)}
	inputs := make([]ort.Input, len(t.inputs))
	for i, name := range t.inputs {
		inputs[i] = ort.Input{Shape: shape, Ints: feeds[name]}
	}
	return t.run(ctx, inputs, len(rows))
}
