package device

// PortsOf is Ports with another system beneath.
var PortsOf = portsOf

// OpenProblem is what is said of a port that can't be opened.
var OpenProblem = openProblem

// Phrases are the lines of the firmware that are recognised.
func Phrases() []string {
	var list []string
	for _, p := range phrases {
		list = append(list, p.pattern.Get().String())
	}
	return list
}
