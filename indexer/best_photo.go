package indexer

import "math"

// NoPhoto is the number of a product that has no photo with a vector.
const NoPhoto = -1

// BestPhotos returns for each of docs which of its photos, counted from 0 as in catalog.Product.Photos, has the highest
// cosine with a vector; the first of those that have one where the vector is nil or cannot be compared. Products without
// any have NoPhoto. In generations of programs that did not note which photo a vector is of, the numbers leave out the
// photos that could not be used.
func (s *Snapshot) BestPhotos(vector []float32, docs []uint32) []int {
	return s.spaces[SpacePhoto].bestPhotos(vector, docs)
}

func (v *vectorView) bestPhotos(query []float32, docs []uint32) []int {
	numbers := v.base.bestPhotos(query, docs)
	if len(v.delta.docs) == 0 {
		return numbers
	}
	cosine, err := v.base.index.Cosine(query)
	for i, doc := range docs {
		if doc < v.count {
			continue
		}
		highest := float32(math.Inf(-1))
		for _, row := range v.delta.of(doc) {
			score := float32(0) // a vector that cannot be compared leaves the first
			if err == nil {
				score = cosine(row.vector)
			}
			if score > highest {
				numbers[i], highest = int(row.photo), score
			}
		}
	}
	return numbers
}

func (s *vectorSpace) bestPhotos(query []float32, docs []uint32) []int {
	scoreOf, err := s.index.Scorer(query)
	numbers := make([]int, len(docs))
	for i, doc := range docs {
		row, end := s.rowsOf(doc)
		if row == end {
			numbers[i] = NoPhoto
			continue
		}
		best := row
		if err == nil && row+1 < end {
			highest := scoreOf(row)
			for row++; row < end; row++ {
				if score := scoreOf(row); score > highest {
					best, highest = row, score
				}
			}
		}
		numbers[i] = int(s.photos[best])
	}
	return numbers
}

// numberPhotos takes the numbers of the rows' photos; nil = they are not known, and taken to be all that a product has.
func (s *vectorSpace) numberPhotos(photos []uint32) {
	if s.numbered = photos != nil; s.numbered {
		s.photos = photos
		return
	}
	s.photos = make([]uint32, len(s.docs))
	for row, doc := range s.docs {
		s.photos[row] = uint32(row) - s.first[doc]
	}
}
