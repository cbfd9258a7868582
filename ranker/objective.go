package ranker

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
)

// ErrObjective is wrapped by every reason why a formula is no objective.
var ErrObjective = errors.New("unusable objective")

// Objective is what the order is to bring the shop: a formula over how likely a product is clicked, put into the cart and
// bought once it is seen, its price and what its sale earns. The zero value stands for clicks. It is immutable.
type Objective struct {
	text  string
	value term  // nil = clicks
	needs facts // that the formula reads
}

// term is a part of a formula.
type term func(o *Outlook) float64

// Outlook is what is expected of showing one product.
type Outlook struct {
	Click, Cart, Purchase float64 // probabilities once the product is seen, in (0, 1)
	Price, Margin         float64 // currency units; Margin may be negative
}

// objectives are formulas with names.
var objectives = map[string]string{
	"conversion": "purchase",
	"revenue":    "purchase * price",
	"profit":     "purchase * margin",
}

// Clicks is the name of the objective that takes the model's score as it is.
const Clicks = "clicks"

// Limits of a formula.
const (
	maxObjective      = 500 // bytes
	maxObjectiveDepth = 50
)

// ParseObjective reads clicks (also for an empty text), conversion, revenue, profit, or a formula of the names click,
// cart, purchase, price and margin, numbers, + - * / ( ), and the functions log, sqrt, min and max:
// "click + 20*purchase + 0.1*purchase*margin". An error wraps ErrObjective.
func ParseObjective(text string) (Objective, error) {
	text = strings.TrimSpace(text)
	if text == "" || text == Clicks {
		return Objective{}, nil
	}
	if len(text) > maxObjective {
		return Objective{}, fmt.Errorf("%w: it has %d characters, the limit is %d", ErrObjective, len(text), maxObjective)
	}
	formula := text
	if known, ok := objectives[text]; ok {
		formula = known
	}
	// An expression of Go has the grammar that people expect of a formula.
	tree, err := parser.ParseExprFrom(token.NewFileSet(), "", formula, parser.SkipObjectResolution)
	if err != nil {
		return Objective{}, fmt.Errorf("%w %q: %s: write clicks, %s, or a formula such as click + 20*purchase", ErrObjective, text, syntaxError(err), names(objectives))
	}
	o := Objective{text: text}
	if o.value, err = o.compile(tree, 0); err != nil {
		return Objective{}, fmt.Errorf("%w %q: %w", ErrObjective, text, err)
	}
	if o.needs == 0 {
		return Objective{}, fmt.Errorf("%w %q: it is the same for all products: use some of %s", ErrObjective, text, names(variables))
	}
	return o, nil
}

// String is the text that ParseObjective read.
func (o Objective) String() string {
	if o.value == nil {
		return Clicks
	}
	return o.text
}

// facts is a set of what formulas read.
type facts uint8

const (
	factClick facts = 1 << iota
	factCart
	factPurchase
	factPrice
	factMargin
)

// variable is a name in a formula.
type variable struct {
	fact facts
	of   term
}

var variables = map[string]variable{
	"click":    {factClick, func(o *Outlook) float64 { return o.Click }},
	"cart":     {factCart, func(o *Outlook) float64 { return o.Cart }},
	"purchase": {factPurchase, func(o *Outlook) float64 { return o.Purchase }},
	"price":    {factPrice, func(o *Outlook) float64 { return o.Price }},
	"margin":   {factMargin, func(o *Outlook) float64 { return o.Margin }},
}

// functions by name; those of a fixed number of arguments say so.
var functions = map[string]struct {
	arguments int // 0 = one or more
	of        func(values ...float64) float64
}{
	"log":  {1, func(v ...float64) float64 { return math.Log(v[0]) }},
	"sqrt": {1, func(v ...float64) float64 { return math.Sqrt(v[0]) }},
	"min":  {0, func(v ...float64) float64 { return slices.Min(v) }},
	"max":  {0, func(v ...float64) float64 { return slices.Max(v) }},
}

// compile turns a tree into a term and notes what it reads.
func (o *Objective) compile(tree ast.Expr, depth int) (term, error) {
	if depth > maxObjectiveDepth {
		return nil, fmt.Errorf("it is nested deeper than %d", maxObjectiveDepth)
	}
	switch e := tree.(type) {
	case *ast.ParenExpr:
		return o.compile(e.X, depth+1)
	case *ast.BasicLit:
		number, err := strconv.ParseFloat(e.Value, 64)
		if err != nil || e.Kind != token.INT && e.Kind != token.FLOAT {
			return nil, fmt.Errorf("%s is no number", e.Value)
		}
		return func(*Outlook) float64 { return number }, nil
	case *ast.Ident:
		v, ok := variables[e.Name]
		if !ok {
			return nil, fmt.Errorf("%s is unknown: there are %s", e.Name, names(variables))
		}
		o.needs |= v.fact
		return v.of, nil
	case *ast.UnaryExpr:
		x, err := o.compile(e.X, depth+1)
		if err == nil && e.Op != token.SUB && e.Op != token.ADD {
			err = fmt.Errorf("%s cannot be used here", e.Op)
		}
		if err != nil || e.Op == token.ADD {
			return x, err
		}
		return func(o *Outlook) float64 { return -x(o) }, nil
	case *ast.BinaryExpr:
		return o.compileBinary(e, depth)
	case *ast.CallExpr:
		return o.compileCall(e, depth)
	}
	return nil, errors.New("it may have numbers, names, + - * / and functions only")
}

func (o *Objective) compileBinary(e *ast.BinaryExpr, depth int) (term, error) {
	x, err := o.compile(e.X, depth+1)
	if err != nil {
		return nil, err
	}
	y, err := o.compile(e.Y, depth+1)
	if err != nil {
		return nil, err
	}
	switch e.Op {
	case token.ADD:
		return func(o *Outlook) float64 { return x(o) + y(o) }, nil
	case token.SUB:
		return func(o *Outlook) float64 { return x(o) - y(o) }, nil
	case token.MUL:
		return func(o *Outlook) float64 { return x(o) * y(o) }, nil
	case token.QUO:
		return func(o *Outlook) float64 { return x(o) / y(o) }, nil
	}
	return nil, fmt.Errorf("%s cannot be used here: there are + - * /", e.Op)
}

func (o *Objective) compileCall(e *ast.CallExpr, depth int) (term, error) {
	name, ok := e.Fun.(*ast.Ident)
	if !ok {
		return nil, errors.New("what stands before ( is no function")
	}
	f, ok := functions[name.Name]
	if !ok {
		return nil, fmt.Errorf("%s is no function: there are %s", name.Name, names(functions))
	}
	if n := len(e.Args); n == 0 || f.arguments > 0 && n != f.arguments {
		return nil, fmt.Errorf("%s has %d arguments", name.Name, n)
	}
	arguments := make([]term, len(e.Args))
	for i, tree := range e.Args {
		var err error
		if arguments[i], err = o.compile(tree, depth+1); err != nil {
			return nil, err
		}
	}
	return func(o *Outlook) float64 {
		var some [8]float64
		values := some[:0]
		for _, argument := range arguments {
			values = append(values, argument(o))
		}
		return f.of(values...)
	}, nil
}

// syntaxError leaves out where in the formula, which is one line, the error is.
func syntaxError(err error) string {
	_, text, found := strings.Cut(err.Error(), ": ")
	if !found {
		return err.Error()
	}
	return text
}

// names lists what a map knows.
func names[T any](known map[string]T) string {
	return strings.Join(slices.Sorted(maps.Keys(known)), ", ")
}
