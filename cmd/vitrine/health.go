package main

import "vitrine/web"

// liveHealth implements web.FaultReporter for a running server.
type liveHealth struct {
	shop *liveShop
	log  *shopperLog // nil = it could not be opened
}

// Faults implements web.FaultReporter.
func (h liveHealth) Faults() []web.Fault {
	var faults []web.Fault
	note := func(fault web.Fault, present bool) {
		if present {
			faults = append(faults, fault)
		}
	}
	lag := h.shop.lag.Load()
	note(web.FaultIndexStale, h.shop.stale.Load())
	note(web.FaultRankerUnusable, h.shop.unranked.Load())
	note(web.FaultCatalogueBehind, lag != nil && *lag != "")
	note(web.FaultEventsOff, h.log == nil)
	note(web.FaultEventsFailing, h.log != nil && h.log.failing.Load())
	return faults
}
