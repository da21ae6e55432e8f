// Package securitytest tests of the repository's files what SECURITY.md says. It holds nothing else.
package securitytest
