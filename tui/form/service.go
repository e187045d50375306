package form

import "espost/request"

// Take puts a request in the place of the form's, all but its target, which the
// Connect step gives; undo brings the one before back.
func (m *Model) Take(r request.Request) {
	m.setAside()
	m.push(state{m.form().Clone(), true})
	m.parked, m.body = "", ""
	r.Target = m.profile.Target
	m.profile.Request = r
	m.cursor = m.lastRow()
}
