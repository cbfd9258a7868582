package tracing

import (
	"encoding/json"
	"strconv"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	sdk "go.opentelemetry.io/otel/sdk/trace"
)

// The messages of OTLP's trace service in its JSON encoding: ids in hex, 64-bit numbers as strings, enums as numbers
// (opentelemetry.io/docs/specs/otlp, JSON Protobuf Encoding). What Vitrine's spans never have, such as links, is left out.
type (
	exportRequest struct {
		ResourceSpans []resourceSpans `json:"resourceSpans"`
	}
	resourceSpans struct {
		Resource   resourceMessage `json:"resource"`
		ScopeSpans []scopeSpans    `json:"scopeSpans"`
	}
	resourceMessage struct {
		Attributes []keyValue `json:"attributes"`
	}
	scopeSpans struct {
		Scope scopeMessage  `json:"scope"`
		Spans []spanMessage `json:"spans"`
	}
	scopeMessage struct {
		Name string `json:"name"`
	}
	spanMessage struct {
		TraceID    string         `json:"traceId"`
		SpanID     string         `json:"spanId"`
		ParentID   string         `json:"parentSpanId,omitempty"`
		Name       string         `json:"name"`
		Kind       int            `json:"kind"`
		Start      string         `json:"startTimeUnixNano"`
		End        string         `json:"endTimeUnixNano"`
		Attributes []keyValue     `json:"attributes"`
		Status     *statusMessage `json:"status,omitempty"`
	}
	statusMessage struct {
		Code int `json:"code"`
	}
	keyValue struct {
		Key   string         `json:"key"`
		Value map[string]any `json:"value"` // the kind of value, and the value
	}
)

// statusError is STATUS_CODE_ERROR. The SDK's numbers of kinds are those of OTLP; its codes are not.
const statusError = 2

// encode writes a batch of spans of one tracer.
func encode(spans []sdk.ReadOnlySpan) ([]byte, error) {
	scope := scopeSpans{Scope: scopeMessage{spans[0].InstrumentationScope().Name}}
	for _, span := range spans {
		message := spanMessage{
			TraceID: span.SpanContext().TraceID().String(), SpanID: span.SpanContext().SpanID().String(), Name: span.Name(), Kind: int(span.SpanKind()),
			Start: strconv.FormatInt(span.StartTime().UnixNano(), 10), End: strconv.FormatInt(span.EndTime().UnixNano(), 10), Attributes: keyValues(span.Attributes()),
		}
		if parent := span.Parent(); parent.IsValid() {
			message.ParentID = parent.SpanID().String()
		}
		if span.Status().Code == codes.Error {
			message.Status = &statusMessage{statusError}
		}
		scope.Spans = append(scope.Spans, message)
	}
	of := resourceMessage{keyValues(spans[0].Resource().Attributes())}
	return json.Marshal(exportRequest{[]resourceSpans{{of, []scopeSpans{scope}}}})
}

func keyValues(attributes []attribute.KeyValue) []keyValue {
	encoded := make([]keyValue, len(attributes))
	for i, a := range attributes {
		encoded[i] = keyValue{string(a.Key), map[string]any{"stringValue": a.Value.String()}}
		if a.Value.Type() == attribute.INT64 {
			encoded[i].Value = map[string]any{"intValue": a.Value.String()}
		}
	}
	return encoded
}
