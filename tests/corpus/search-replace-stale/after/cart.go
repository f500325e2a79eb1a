package cart

func Total(lines []Line) int {
	// Sum of all lines, in cents.
	total := 0
	for i := range lines {
		total += lines[i].Cents * lines[i].Count
	}
	return total
}
