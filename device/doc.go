// Package device is a board on a serial port or in the network: it lists ports,
// has a sketch compiled and uploaded by the user's own tool chain, and watches
// what the board says, explained as it comes.
//
// It draws nothing and asks nothing: what happens is told to functions that the
// caller gives, in the order in which it happens. What goes wrong is a
// problem.Problem with its cure. Foreign text, from tools and boards, is safe to
// show when it leaves this package.
package device
