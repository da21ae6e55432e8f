package claims

// Bound is a sentence of the paper with what its words stand for in numbers. An experiment lists its bounds
// before it decides anything, and none of them comes from our numbers.
type Bound struct {
	// ID names the statement within the ids of its claims, such as "slower".
	ID string

	// Source is the figure or theorem of the paper, and Statement what the paper says, in our words.
	Source, Statement string

	// Value is what a word of the statement stands for, and Why says how: "much faster: at least twice as
	// fast".
	Value float64
	Why   string
}

// Claim starts a claim of the statement, about a quantity that is measured in nets and settings that the name
// tells apart. The id is <figure>.<ID>.<name>, and ends with the convention, where there is one.
func (b Bound) Claim(figure, name, convention, quantity string) Claim {
	id := figure + "." + b.ID + "." + name
	if convention != "" {
		id += "." + convention
	}
	return Claim{ID: id, Source: b.Source, Statement: b.Statement, Why: b.Why, Quantity: quantity,
		Convention: convention}
}
