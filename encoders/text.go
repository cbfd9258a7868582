package encoders

import (
	"context"
	"errors"
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
	pad      int64
	length   int  // tokens of every text; 0 = as many as the longest of a batch has
	seesPads bool // the padding is not masked
	pooling  pooling
	blank    *ort.Input // picture for a network of both towers, which asks for one in every run
}

// openTextTower loads the text network, which has the input input_ids and may have attention_mask and
// token_type_ids.
func openTextTower(d *directory) (*textTower, error) {
	feeds := []ort.Port{
		{Name: "input_ids", Shape: []int64{-1, oneSize}, Type: "int64"},
		{Name: "attention_mask", Shape: []int64{-1, oneSize}, Type: "int64"},
		{Name: "token_type_ids", Shape: []int64{-1, oneSize}, Type: "int64"},
	}
	t := &textTower{pad: d.padToken, pooling: d.sentence.pooling}
	if d.vision.file == d.text.file {
		side := int64(d.rule.Size())
		feeds = append(feeds, ort.Port{Name: "pixel_values", Shape: []int64{-1, 3, side, side}, Type: "float"})
		t.blank = &ort.Input{Shape: []int64{1, 3, side, side}, Floats: make([]float32, 3*side*side)}
	}
	if d.config.sigmoid() {
		t.length, t.seesPads = d.tokenizer.MaxTokens(), true
	}
	var err error
	if t.tower, err = openTower(d.text, feeds, d.textOutputs(), d.config.ProjectionDim); err != nil {
		return nil, err
	}
	if err := t.fitLength(d); err != nil {
		return nil, errors.Join(err, t.close())
	}
	return t, nil
}

// textOutputs is what a text network may give, the best first.
func (d *directory) textOutputs() []output {
	outputs := []output{{name: "text_embeds"}}
	switch {
	case d.config.sigmoid():
		outputs = append(outputs, output{name: "pooler_output"})
	case !d.config.twoTowers():
		outputs = append(outputs, output{name: "sentence_embedding"})
		if d.sentence.dense == "" {
			outputs = append(outputs, output{"last_hidden_state", true}, output{"token_embeddings", true})
		}
	}
	return outputs
}

// fitLength settles the length of texts where the network takes a single one.
func (t *textTower) fitLength(d *directory) error {
	fixed := int(t.inputs[0].Shape[1])
	if fixed < 1 {
		return nil
	}
	if fixed < d.tokenizer.MaxTokens() {
		return fmt.Errorf("it takes texts of %d tokens, but the tokenizer truncates to %d: state model_max_length in %s", fixed, d.tokenizer.MaxTokens(), tokenizerConfigFile)
	}
	t.length = fixed
	return nil
}

// EmbedText returns the unit vector of a query; an empty one has one too.
func (m *Model) EmbedText(ctx context.Context, text string) ([]float32, error) {
	vectors, err := m.EmbedQueries(ctx, []string{text})
	if err != nil {
		return nil, err
	}
	return vectors[0], nil
}

// EmbedQueries returns one unit vector a query, in the same order.
func (m *Model) EmbedQueries(ctx context.Context, queries []string) ([][]float32, error) {
	return m.embedTexts(ctx, m.sentence.query, queries)
}

// EmbedTexts returns one unit vector a text of the catalogue, in the same order. A text has the same vector
// alone and among others, up to rounding in the last digits; and that of a query, unless the model tells the
// two apart by prefixes.
func (m *Model) EmbedTexts(ctx context.Context, texts []string) ([][]float32, error) {
	return m.embedTexts(ctx, m.sentence.product, texts)
}

func (m *Model) embedTexts(ctx context.Context, prefix string, texts []string) ([][]float32, error) {
	leave, err := m.enter()
	if err != nil {
		return nil, err
	}
	defer leave()

	ids := make([][]int64, len(texts))
	byLength := make([]int, len(texts))
	for i, text := range texts {
		ids[i], byLength[i] = m.tokenizer.Encode(prefix+text), i
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
	length := max(t.length, 1)
	for _, row := range rows {
		length = max(length, len(row))
	}
	tokens := make([]int64, len(rows)*length)
	mask := make([]int64, len(tokens))
	for n, row := range rows {
		copy(tokens[n*length:], row)
		for i := range length {
			if i >= len(row) {
				tokens[n*length+i] = t.pad
			}
			if i < len(row) || t.seesPads {
				mask[n*length+i] = 1
			}
		}
	}
	inputs := t.feed(tokens, mask, []int64{int64(len(rows)), int64(length)})
	if !t.output.perToken {
		return t.run(ctx, inputs, len(rows))
	}
	flat, err := t.session.Run(ctx, inputs, int64(len(rows)), int64(length), int64(t.dim))
	if err != nil {
		return nil, err
	}
	return t.unitVectors(t.pooling.pool(flat, mask, length, t.dim), len(rows))
}

// feed is the inputs in the order in which the network has them.
func (t *textTower) feed(tokens, mask, shape []int64) []ort.Input {
	inputs := make([]ort.Input, len(t.inputs))
	for i, port := range t.inputs {
		switch port.Name {
		case "input_ids":
			inputs[i] = ort.Input{Shape: shape, Ints: tokens}
		case "attention_mask":
			inputs[i] = ort.Input{Shape: shape, Ints: mask}
		case "token_type_ids":
			inputs[i] = ort.Input{Shape: shape, Ints: make([]int64, len(tokens))}
		default:
			inputs[i] = *t.blank
		}
	}
	return inputs
}
