package web

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"io"
	"mime"
	"net/http"

	"vitrine/retrieval"
)

// searchBody is the JSON form of POST /api/v1/search.
type searchBody struct {
	Query   string             `json:"query"`
	Photo   []byte             `json:"photo"` // base64; short for a list of one photo
	Crop    *cropBody          `json:"crop"`  // of photo
	Photos  []photoBody        `json:"photos"`
	Like    []string           `json:"like"`
	Unlike  []string           `json:"unlike"`
	Balance *float64           `json:"balance"`
	Mode    string             `json:"mode"`
	Filters []retrieval.Filter `json:"filters"`
	Offset  int                `json:"offset"`
	Limit   int                `json:"limit"`
	Explain bool               `json:"explain"`
	Ignore  []string           `json:"ignore"`
	Literal bool               `json:"literal"`

	Sort      string  `json:"sort"`
	Group     string  `json:"group"`
	Diversity float64 `json:"diversity"`
	Cursor    string  `json:"cursor"`

	ClientID string `json:"client_id"`
	UserID   string `json:"user_id"`
	Device   string `json:"device"`
}

// photoBody is one of several photos.
type photoBody struct {
	Photo  []byte    `json:"photo"` // base64
	Crop   *cropBody `json:"crop"`
	Weight float64   `json:"weight"`
}

// cropBody is the part of the photo that counts, in pixels after EXIF orientation.
type cropBody struct {
	X      int `json:"x"`
	Y      int `json:"y"`
	Width  int `json:"width"`
	Height int `json:"height"`
}

// apiSearch answers a search whose parameters are those of the pages.
func (s *site) apiSearch(w http.ResponseWriter, r *http.Request) error {
	asked, err := parseRequest(r.URL.Query())
	if err != nil {
		return err
	}
	a, err := parseAsker(r.URL.Query())
	if err != nil {
		return err
	}
	photos, err := s.photosOf(asked)
	if err != nil {
		return err
	}
	return s.sendResults(w, r, a, asked.query(photos))
}

// apiSearchBody answers a search that is sent as JSON or as a multipart form.
func (s *site) apiSearchBody(w http.ResponseWriter, r *http.Request) error {
	a, q, err := s.readQuery(w, r)
	if err != nil {
		return err
	}
	return s.sendResults(w, r, a, q)
}

// readQuery reads a body, while no more than the allowed number of other bodies are read.
func (s *site) readQuery(w http.ResponseWriter, r *http.Request) (asker, retrieval.Query, error) {
	leave, err := s.uploads.enter(r.Context())
	if err != nil {
		return asker{}, retrieval.Query{}, err
	}
	defer leave()
	kind, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	switch {
	case err == nil && kind == "application/json":
		return readJSONQuery(w, r)
	case err == nil && kind == "multipart/form-data":
		return s.readFormQuery(w, r)
	}
	return asker{}, retrieval.Query{}, errBodyKind
}

func (s *site) readFormQuery(w http.ResponseWriter, r *http.Request) (asker, retrieval.Query, error) {
	fields, photos, err := readForm(w, r)
	if err != nil {
		return asker{}, retrieval.Query{}, err
	}
	asked, err := parseRequest(fields)
	if err != nil {
		return asker{}, retrieval.Query{}, err
	}
	if len(asked.Photos) > len(photos) {
		return asker{}, retrieval.Query{}, fmt.Errorf("%w: there are crops or weights for %d photos, and %d photos", errRequest, len(asked.Photos), len(photos))
	}
	a, err := parseAsker(fields)
	return a, asked.query(photos), err
}

// readJSONQuery reads a searchBody: at most maxJSONBytes beside the photos, and these together at most
// retrieval.MaxPhotoBytes once they are decoded.
func readJSONQuery(w http.ResponseWriter, r *http.Request) (asker, retrieval.Query, error) {
	data, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxSearchBytes))
	if err != nil {
		return asker{}, retrieval.Query{}, fmt.Errorf("%w: %w", errRequest, err)
	}
	var body searchBody
	if err := json.Unmarshal(data, &body); err != nil {
		return asker{}, retrieval.Query{}, fmt.Errorf("%w: %w", errRequest, jsonFault(err))
	}
	rest := len(data) - base64.StdEncoding.EncodedLen(len(body.Photo))
	for _, photo := range body.Photos {
		rest -= base64.StdEncoding.EncodedLen(len(photo.Photo))
	}
	if rest > maxJSONBytes {
		return asker{}, retrieval.Query{}, fmt.Errorf("%w: its JSON has more than %d MB beside the photo", errBodyTooLarge, maxJSONBytes>>20)
	}
	a, err := newAsker(body.ClientID, body.UserID, body.Device)
	if err != nil {
		return asker{}, retrieval.Query{}, err
	}
	q, err := body.query()
	return a, q, err
}

// jsonFault says what is wrong with a body in the words of its sender, without Go's types.
func jsonFault(err error) error {
	var syntax *json.SyntaxError
	var kind *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		return fmt.Errorf("the body is not JSON: %w at byte %d", err, syntax.Offset)
	case errors.As(err, &kind):
		return fmt.Errorf("%q cannot be a %s", kind.Field, kind.Value)
	}
	return err
}

func (b *searchBody) query() (retrieval.Query, error) {
	mode, err := parseMode(b.Mode)
	if err != nil {
		return retrieval.Query{}, fmt.Errorf("%w: %w", errRequest, err)
	}
	sort, err := parseSort(b.Sort)
	if err != nil {
		return retrieval.Query{}, fmt.Errorf("%w: %w", errRequest, err)
	}
	if len(b.Filters) > retrieval.MaxFilters {
		return retrieval.Query{}, fmt.Errorf("%w: there are %d filters, the limit is %d", errRequest, len(b.Filters), retrieval.MaxFilters)
	}
	photos, err := b.photos()
	if err != nil {
		return retrieval.Query{}, err
	}
	return retrieval.Query{
		Text: b.Query, Photos: photos, Like: b.Like, Unlike: b.Unlike, Balance: b.Balance, Mode: mode, Filters: b.Filters,
		Offset: b.Offset, Limit: b.Limit, Explain: b.Explain,
		Ignore: b.Ignore, Literal: b.Literal, Sort: sort, Group: b.Group, Diversity: b.Diversity, Cursor: b.Cursor,
	}, nil
}

// photos are those of the body, in either form.
func (b *searchBody) photos() ([]retrieval.PhotoQuery, error) {
	list := b.Photos
	if len(b.Photo) > 0 || b.Crop != nil {
		if len(list) > 0 {
			return nil, fmt.Errorf("%w: photo and crop are short for a list of one photo: send them or photos", errRequest)
		}
		list = []photoBody{{Photo: b.Photo, Crop: b.Crop}}
	}
	if len(list) > retrieval.MaxPhotos {
		return nil, fmt.Errorf("%w: there are %d photos, the limit is %d", errRequest, len(list), retrieval.MaxPhotos)
	}
	var photos []retrieval.PhotoQuery
	size := 0
	for _, p := range list {
		if size += len(p.Photo); size > retrieval.MaxPhotoBytes {
			return nil, errPhotoTooLarge
		}
		crop, err := p.Crop.rectangle()
		if err != nil {
			return nil, err
		}
		if len(p.Photo) == 0 {
			return nil, fmt.Errorf("%w: a crop needs its photo, and photos none that is empty", errRequest)
		}
		if _, err := sniffPhoto(p.Photo); err != nil {
			return nil, err
		}
		photos = append(photos, retrieval.PhotoQuery{Data: p.Photo, Crop: crop, Weight: p.Weight})
	}
	return photos, nil
}

// rectangle is empty for nil, the whole photo.
func (c *cropBody) rectangle() (image.Rectangle, error) {
	const most = 1 << 24 // pixels; keeps the sums in range
	if c == nil {
		return image.Rectangle{}, nil
	}
	if c.X < 0 || c.Y < 0 || c.Width < 1 || c.Height < 1 || max(c.X, c.Y, c.Width, c.Height) > most {
		return image.Rectangle{}, fmt.Errorf("%w: crop needs x and y from 0 and width and height from 1, in pixels", errRequest)
	}
	return image.Rect(c.X, c.Y, c.X+c.Width, c.Y+c.Height), nil
}

// resultsBody is the engine's answer with an id, public addresses of the photos and a token for each hit.
type resultsBody struct {
	QueryID string `json:"query_id"`
	*retrieval.Response
	Hits []hitBody `json:"hits"` // in the place of the engine's
}

// hitBody is a hit as strangers may see it.
type hitBody struct {
	retrieval.Hit
	Impression string `json:"impression,omitempty"` // token; of a hit that was shown to a named visitor
}

// sendResults runs the search and sends what it finds.
func (s *site) sendResults(w http.ResponseWriter, r *http.Request, a asker, q retrieval.Query) error {
	if q.Explain {
		if err := s.mayInspect(r); err != nil {
			return s.refuse(w, inspecting, err)
		}
	}
	q.Shopper = a.shopper()
	response, err := s.search(r.Context(), q)
	if err != nil {
		return err
	}
	list := s.answerSearch(a, &q, response)
	return sendJSON(w, resultsBody{list.queryID, response, publicHits(response.Hits, list)})
}

// publicHits are the hits of a list; never null.
func publicHits(hits []retrieval.Hit, list answered) []hitBody {
	public := make([]hitBody, len(hits))
	for i, hit := range hits {
		if hit.Photo != nil {
			hit.Photo = &retrieval.HitPhoto{Index: hit.Photo.Index, Ref: imageURL(&hit.Product, hit.Photo.Index)}
		}
		hit.Product = publicProduct(hit.Product)
		public[i] = hitBody{hit, list.token(i)}
	}
	return public
}

// sendJSON sends a value whole or not at all.
func sendJSON(w http.ResponseWriter, value any) error {
	data, err := json.Marshal(value)
	if err != nil {
		return fmt.Errorf("encode answer: %w", err)
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	_, _ = w.Write(append(data, '\n')) // the client may have gone
	return nil
}
