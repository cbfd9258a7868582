package simulation

import (
	"maps"
	"slices"

	"vitrine/retrieval"
	"vitrine/retrieval/evaluation"
)

// taskGroup is a part of the tasks.
type taskGroup struct {
	name  string
	has   func(*Task) bool
	apart func(*Task) []string // ids of products that count neither as found nor as missed; nil = none
}

// groups are all tasks, new and returning visitors, those who clicked something earlier in the visit, the same with
// what they clicked set apart, devices, and kinds of queries.
func groups() []taskGroup {
	all := []taskGroup{
		{name: "all", has: func(*Task) bool { return true }},
		{name: "new", has: func(t *Task) bool { return !t.Returning }},
		{name: "returning", has: func(t *Task) bool { return t.Returning }},
		{name: "after a click", has: (*Task).afterClick},
		{name: "after a click, others", has: (*Task).afterClick, apart: (*Task).clicked},
	}
	for _, device := range []retrieval.Device{retrieval.DeviceDesktop, retrieval.DeviceMobile} {
		all = append(all, taskGroup{name: string(device), has: func(t *Task) bool { return t.Visitor.Device == device }})
	}
	for _, kind := range QueryKinds {
		all = append(all, taskGroup{name: string(kind), has: func(t *Task) bool { return t.Kind == kind }})
	}
	return all
}

// setApart takes what is apart out of what is wanted and out of the rankings.
func (g *taskGroup) setApart(tasks []Task, qrels evaluation.Qrels, runs []evaluation.Run) (evaluation.Qrels, []evaluation.Run) {
	wanted, ranked := evaluation.Qrels{}, make([]evaluation.Run, len(runs))
	for i := range ranked {
		ranked[i] = evaluation.Run{}
	}
	for i := range tasks {
		id, apart := tasks[i].ID, g.apart(&tasks[i])
		wanted[id] = maps.Clone(qrels[id])
		maps.DeleteFunc(wanted[id], func(product string, _ int) bool { return slices.Contains(apart, product) })
		for j, run := range runs {
			ranked[j][id] = slices.DeleteFunc(slices.Clone(run[id]), func(product string) bool { return slices.Contains(apart, product) })
		}
	}
	return wanted, ranked
}
