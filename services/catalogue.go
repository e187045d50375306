package services

import (
	"fmt"
	"slices"
	"strings"

	"espost/internal/nearest"
	"espost/internal/problem"
	"espost/internal/sanitize"
	"espost/request"
)

// All returns the services, each family in one place, the simplest first.
func All() []Service {
	return slices.Concat(platforms(), databases(), messages(), homes(), publics(), automations())
}

// Named returns the service of that id or title, in any case, or the only one
// whose id or title holds name. The error is a *problem.Problem that names those
// that may have been meant.
func Named(name string) (Service, error) {
	if s, ok := Exact(name); ok {
		return s, nil
	}
	found, shown := Search(name), sanitize.Clip(name, maxShown)
	certain := slices.ContainsFunc(found, func(s Service) bool { return s.holds(fold(name)) })
	switch {
	case certain && len(found) == 1:
		return found[0], nil
	case len(found) == 0:
		return Service{}, problem.New("no-service", fmt.Sprintf("there is no service %q", shown), "the command espost services lists them")
	}
	ids := make([]string, 0, len(found))
	for _, s := range found[:min(len(found), mostMeant)] {
		ids = append(ids, s.ID)
	}
	if certain {
		return Service{}, problem.New("no-service", fmt.Sprintf("%q may be several services", shown), "choose one of "+strings.Join(ids, ", "))
	}
	return Service{}, problem.New("no-service", fmt.Sprintf("there is no service %q", shown), "did you mean "+request.OrList(ids)+"?")
}

// mostMeant is how many services an error names.
const mostMeant = 6

// Exact returns the service of that id or title, in any case.
func Exact(name string) (Service, bool) {
	key := fold(name)
	for _, s := range All() {
		if key == fold(s.ID) || key == fold(s.Title) {
			return s, true
		}
	}
	return Service{}, false
}

// Search returns the services that hold name in their id or title, or, where
// none does, those that a typing error lies between; all of them for no name.
func Search(name string) []Service {
	key := fold(name)
	found := slices.DeleteFunc(All(), func(s Service) bool { return !s.holds(key) })
	if len(found) > 0 {
		return found
	}
	return slices.DeleteFunc(All(), func(s Service) bool {
		return min(nearest.Distance(key, fold(s.ID)), nearest.Distance(key, fold(s.Title))) > nearest.Slips || len(key) <= nearest.Slips
	})
}

func (s Service) holds(key string) bool {
	return strings.Contains(fold(s.ID), key) || strings.Contains(fold(s.Title), key)
}

// fold is a name as it is compared: "Home Assistant", "home-assistant" and
// "homeassistant" are one.
func fold(s string) string {
	return strings.NewReplacer(" ", "", "-", "", "_", "", ".", "").Replace(strings.ToLower(strings.TrimSpace(s)))
}
